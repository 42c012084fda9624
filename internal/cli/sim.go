package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/dendra-net/dendra/internal/durable"
	"github.com/dendra-net/dendra/internal/plot"
	"github.com/dendra-net/dendra/internal/term"
	"github.com/dendra-net/dendra/sim"
)

func (a *app) simCommand() *cobra.Command {
	return a.noun("sim", "A laboratory of populations and attacks over the chain's rules: run, attack, collective, retention",
		a.simRunCommand(), a.simAttackCommand(), a.simCollectiveCommand(), a.simRetentionCommand())
}

// laboratory makes a command of the laboratory, which needs nothing of the home.
func laboratory(c *cobra.Command) *cobra.Command {
	c.PersistentPreRunE = func(*cobra.Command, []string) error { return nil }
	return c
}

func (a *app) simRunCommand() *cobra.Command {
	var seed uint64
	var epochs int
	var picture string
	c := &cobra.Command{Use: "run SCENARIO.txt|NAME", Short: "Play a scenario: a file, or one of those that are built in", Args: args(1, 1),
		Long: "Play a scenario: a file, or one of those that are built in\n\nPopulations of validators and miners over the chain's own rules; see docs/incentives.md.\nBuilt in: " + builtIn() + ".",
		RunE: func(c *cobra.Command, given []string) error {
			if err := checkPicture(picture); err != nil {
				return err
			}
			s, err := loadScenario(given[0])
			if err != nil {
				return err
			}
			if c.Flags().Changed("seed") {
				s.Game.Seed = seed
			}
			if c.Flags().Changed("epochs") {
				s.Game.Epochs = epochs
				s.Game.BurnIn = min(s.Game.BurnIn, max(epochs, 0)/2)
			}
			return a.playScenario(c.Context(), s, picture)
		}}
	c.Flags().Uint64Var(&seed, "seed", 0, "world to play in, instead of the scenario's")
	c.Flags().IntVar(&epochs, "epochs", 0, "epochs to play, instead of the scenario's")
	c.Flags().StringVar(&picture, "plot", "", "draw incomes over epochs into this file, .svg or .png")
	return laboratory(c)
}

func builtIn() string {
	names, err := sim.Scenarios()
	if err != nil {
		return err.Error()
	}
	var b strings.Builder
	width := len("Built in: ")
	for i, name := range names {
		if i > 0 {
			b.WriteString(", ")
		}
		if width+len(name) > 100 {
			b.WriteString("\n")
			width = 0
		}
		b.WriteString(name)
		width += len(name) + 2
	}
	return b.String()
}

// checkPicture refuses before the computation a file that no picture could be written to.
func checkPicture(file string) error {
	if file == "" {
		return nil
	}
	return plot.Check(file)
}

// loadScenario reads a file, or what is built in under a name without a dot or a slash.
func loadScenario(name string) (sim.Scenario, error) {
	text, found := sim.Shipped(name)
	if !found {
		var err error
		if text, err = readBounded(name, sim.MaxScenarioBytes); err != nil {
			return sim.Scenario{}, err
		}
	}
	s, err := sim.ParseScenario(name, text)
	var bad *sim.ScenarioError
	if errors.As(err, &bad) {
		return s, usagef("bad_scenario", "%v", bad)
	}
	return s, err
}

// readBounded reads a file of at most that many bytes.
func readBounded(name string, most int64) ([]byte, error) {
	text, err := durable.Read(name, most)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, usagef("no_such_file", "there is no file %q, and no scenario of that name is built in", name).withFix("dendra sim run --help lists those that are")
	}
	if err != nil {
		return nil, usagef("bad_scenario", "%s cannot be read: %v", name, err)
	}
	return text, nil
}

// scenarioResult is what a scenario gave, for people and programs.
type scenarioResult struct {
	Scenario  string  `json:"scenario"`
	Title     string  `json:"title"`
	Rules     string  `json:"rules"`
	World     string  `json:"world"`
	Seed      uint64  `json:"seed"`
	BurnIn    int     `json:"burn_in"`
	QueryCost float64 `json:"query_cost"`
	sim.Result
	Net map[string]float64 `json:"net_against_honest"` // of validators, after their queries
}

func (a *app) playScenario(ctx context.Context, s sim.Scenario, picture string) error {
	line := term.NewLine(a.Stderr, term.Live(a.Stderr, a.Getenv))
	defer line.Clear()
	curves, began, every := newCurves(s.Game), time.Now(), max(s.Game.Epochs/200, 1)
	s.Game.Watch = func(m sim.Moment) {
		if picture != "" {
			curves.add(m)
		}
		if done := m.Epoch + 1; done%every == 0 {
			rate := float64(done) / time.Since(began).Seconds()
			line.Show("epoch %d of %d, %sepochs/s, %s left", done, s.Game.Epochs, term.Rate(rate), term.ETA(float64(s.Game.Epochs-done), rate))
		}
	}
	played, err := s.Game.Run(ctx)
	line.Clear()
	switch {
	case errors.Is(err, context.Canceled):
		return err
	case err != nil:
		return usagef("bad_scenario", "%s: %v", s.Name, err)
	}
	result := scenarioResult{Scenario: s.Name, Title: s.Title, Rules: s.Game.Rules.Name, World: s.Game.World.Name, Seed: s.Game.Seed,
		BurnIn: s.Game.BurnIn, QueryCost: s.Cost, Result: played, Net: map[string]float64{}}
	for _, p := range played.Populations {
		if p.Validates {
			result.Net[p.Name] = p.Net(s.Cost)
		}
	}
	if picture != "" {
		if err := curves.chart(s).Write(picture); err != nil {
			return err
		}
	}
	return a.emit(result, func(w io.Writer) error { return printScenario(w, result) })
}

func printScenario(w io.Writer, r scenarioResult) error {
	if _, err := fmt.Fprintf(w, "%s\n%s rules, %s world, seed %d: %d epochs after %d\n", r.Title, r.Rules, r.World, r.Seed, r.Epochs, r.BurnIn); err != nil {
		return err
	}
	t := term.Table{Columns: []term.Column{{Title: "POPULATION"}, {Title: "COUNT", Right: true}, {Title: "STAKE (%)", Right: true}, {Title: "QUALITY (%)", Right: true},
		{Title: "INCENTIVE (%)", Right: true}, {Title: "DIVIDEND (%)", Right: true}, {Title: "PER STAKE", Right: true}, {Title: "QUERIES (%)", Right: true},
		{Title: "AGAINST FIRST", Right: true}, {Title: "AFTER QUERIES", Right: true}}}
	for _, p := range r.Populations {
		perStake, asked, net := "", "", ""
		if p.Validates {
			perStake, asked, net = fmt.Sprintf("%.3f", p.PerStake), percent(p.Asked), fmt.Sprintf("%.3f", r.Net[p.Name])
		}
		t.Add(p.Name, fmt.Sprint(p.Count), percent(p.Stake), percent(p.Quality), percent(p.Incentive), percent(p.Dividend), perStake, asked,
			fmt.Sprintf("%.3f", p.AgainstHonest), net)
	}
	if err := t.Write(w); err != nil {
		return err
	}
	if r.Carries == 0 {
		return nil
	}
	_, err := fmt.Fprintf(w, "%d epochs paid nobody; %s wait to be paid\n", r.Carries, formatTAO(r.CarriedRao))
	return err
}

func percent(part float64) string { return fmt.Sprintf("%.2f", 100*part) }

// curves are the incomes of validators' populations, per stake against the average of all.
type curves struct {
	groups []sim.Group
	every  int
	sum    []float64 // since the last point
	stake  []float64
	points [][]plot.Point
}

// maxPoints is how many points a line of the picture has at most.
const maxPoints = 240

func newCurves(g sim.Game) *curves {
	n := len(g.Groups)
	return &curves{groups: g.Groups, every: max((g.Epochs+maxPoints-1)/maxPoints, 1), sum: make([]float64, n), stake: make([]float64, n), points: make([][]plot.Point, n)}
}

func (c *curves) add(m sim.Moment) {
	for uid, group := range m.Groups {
		c.sum[group] += m.Dividends[uid]
		c.stake[group] += m.Stake[uid]
	}
	if (m.Epoch+1)%c.every != 0 {
		return
	}
	for i, g := range c.groups {
		if g.Actor != nil && c.stake[i] > 0 {
			c.points[i] = append(c.points[i], plot.Point{X: float64(m.Epoch + 1), Y: c.sum[i] / c.stake[i]})
		}
	}
	clear(c.sum)
	clear(c.stake)
}

func (c *curves) chart(s sim.Scenario) plot.Chart {
	out := plot.Chart{Title: s.Title, X: plot.Axis{Label: "epoch"}, Y: plot.Axis{Label: "dividend per stake (1: the average)", Max: 1.2}}
	for i, g := range c.groups {
		if len(c.points[i]) > 0 {
			out.Series = append(out.Series, plot.Series{Name: g.Name, Points: c.points[i]})
		}
	}
	return out
}
