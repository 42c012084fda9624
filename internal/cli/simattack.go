package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/dendra-net/dendra/internal/plot"
	"github.com/dendra-net/dendra/internal/term"
	"github.com/dendra-net/dendra/sim"
)

// everyAttack and everyRule stand for all of them.
const (
	everyAttack = "all"
	everyRule   = "all"
)

// usualRules are those whose figures are compared when nobody asks for others.
var usualRules = []string{"original", "ours", "ours+receipts"}

func (a *app) simAttackCommand() *cobra.Command {
	var lab sim.Lab
	var rules []string
	var picture string
	c := &cobra.Command{Use: "attack NAME|all", Short: "Search an attacker's free choices for what pays most, under each set of rules", Args: args(1, 1),
		Long: "Search an attacker's free choices for what pays most, under each set of rules\n\n" +
			"Plays an attack in many worlds and says what the worst of all choices yields, with its standard error.\n" + attackList(),
		RunE: func(c *cobra.Command, given []string) error {
			if err := checkPicture(picture); err != nil {
				return err
			}
			attacks, err := attacksOf(given[0])
			if err != nil {
				return err
			}
			sets, err := rulesOf(rules)
			if err != nil {
				return err
			}
			if lab.Seeds < 1 || lab.Epochs == 0 {
				return usagef("bad_value", "%d seeds of %d epochs: both must be positive", lab.Seeds, lab.Epochs).withFix("dendra sim attack %s --seeds 20 --epochs 360", given[0])
			}
			if err := lab.Check(); err != nil {
				return usagef("bad_value", "%v", err).withFix("dendra sim attack %s --seeds 20 --epochs 360", given[0])
			}
			return a.playAttacks(c.Context(), &lab, attacks, sets, picture)
		}}
	c.Flags().IntVar(&lab.Seeds, "seeds", 20, "worlds that a figure is the mean over")
	c.Flags().IntVar(&lab.Epochs, "epochs", 360, "epochs of a game; the first 60 are not counted")
	c.Flags().Float64Var(&lab.Cost, "cost", 0.1, "cost of a full evaluation, as a part of an honest validator's dividend")
	c.Flags().StringVar(&lab.Case, "case", "", "play only cases whose name contains this")
	c.Flags().StringSliceVar(&rules, "rules", usualRules, "rules to compare, or all")
	c.Flags().StringVar(&picture, "plot", "", "draw the figures into this file, .svg or .png")
	return laboratory(c)
}

func attackList() string {
	var b strings.Builder
	for _, at := range sim.Attacks() {
		fmt.Fprintf(&b, "\n%-13s %s", at.Name, wrap(at.About, 100, 14))
	}
	b.WriteString("\n\nRules:")
	for i, r := range sim.RuleSets() {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(" " + r.Name)
	}
	return b.String()
}

// wrap breaks text into lines of a width, all but the first indented.
func wrap(text string, width, indent int) string {
	var b strings.Builder
	used := 0
	for _, word := range strings.Fields(text) {
		switch {
		case used > 0 && used+1+len(word) > width:
			b.WriteString("\n" + strings.Repeat(" ", indent))
			used = 0
		case used > 0:
			b.WriteByte(' ')
			used++
		}
		b.WriteString(word)
		used += len(word)
	}
	return b.String()
}

func attacksOf(name string) ([]sim.Attack, error) {
	if name == everyAttack {
		return sim.Attacks(), nil
	}
	at, ok := sim.AttackByName(name)
	if !ok {
		return nil, usagef("bad_value", "there is no attack %q", name).withFix("dendra sim attack --help lists them")
	}
	return []sim.Attack{at}, nil
}

func rulesOf(names []string) ([]sim.Rules, error) {
	if slices.Contains(names, everyRule) {
		return sim.RuleSets(), nil
	}
	var out []sim.Rules
	for _, name := range names {
		r, ok := sim.RulesByName(name)
		if !ok {
			return nil, usagef("bad_value", "there are no rules %q", name).withFix("dendra sim attack --help lists them")
		}
		out = append(out, r)
	}
	return out, nil
}

func (a *app) playAttacks(ctx context.Context, lab *sim.Lab, attacks []sim.Attack, rules []sim.Rules, picture string) error {
	line, began := term.NewLine(a.Stderr, term.Live(a.Stderr, a.Getenv)), time.Now()
	defer line.Clear()
	reports, name := []sim.Report{}, ""
	lab.Progress = func(played, known int64) {
		line.Show("%s: %d of %d games known so far, %s", name, played, known, time.Since(began).Round(time.Second))
	}
	for _, at := range attacks {
		name = at.Name
		report, err := lab.Run(ctx, at, rules)
		if err != nil {
			return err
		}
		reports = append(reports, report)
	}
	line.Clear()
	if picture != "" {
		if err := attackChart(reports).Write(picture); err != nil {
			return err
		}
	}
	return a.emit(reports, func(w io.Writer) error { return printReports(w, reports) })
}

func printReports(w io.Writer, reports []sim.Report) error {
	for i, r := range reports {
		if i > 0 {
			if _, err := fmt.Fprintln(w); err != nil {
				return err
			}
		}
		if err := printReport(w, r); err != nil {
			return err
		}
	}
	return nil
}

func printReport(w io.Writer, r sim.Report) error {
	costs := ""
	if r.Cost > 0 {
		costs = fmt.Sprintf("; a full evaluation costs %v of an honest dividend", r.Cost)
	}
	if _, err := fmt.Fprintf(w, "%s: %s\n%s; %d worlds of %d epochs%s\n", r.Attack, r.About, r.Measure, r.Seeds, r.Epochs, costs); err != nil {
		return err
	}
	t := term.Table{Columns: []term.Column{{Title: "RULES"}, {Title: "CASE"}, {Title: "WORST", Right: true}, {Title: "+-", Right: true}, {Title: "BETWEEN WORLDS", Right: true},
		{Title: "TARGET"}, {Title: "MET"}, {Title: "CHOICE"}, {Title: "OF", Right: true}}}
	for _, f := range r.Findings {
		met := ""
		if f.Target != "" {
			met = yesNo(f.Met)
		}
		t.Add(f.Rules, f.Case, fmt.Sprintf("%.3f", f.Value), fmt.Sprintf("%.3f", f.Error), fmt.Sprintf("%.3f", f.Spread), f.Target, met, f.Choice, fmt.Sprint(f.Tried))
	}
	return t.Write(w)
}

// attackChart draws the figures of each set of rules, case by case.
func attackChart(reports []sim.Report) plot.Chart {
	out := plot.Chart{Title: "Attacks", X: plot.Axis{Label: "case, as in the table"}, Y: plot.Axis{Label: "worst of all choices"}}
	if len(reports) == 1 {
		out.Title, out.Y.Label = reports[0].Attack, reports[0].Measure
	}
	place, at := map[string]int{}, map[string]int{}
	for _, r := range reports {
		for _, f := range r.Findings {
			k, known := place[f.Rules]
			if !known {
				k = len(out.Series)
				place[f.Rules] = k
				out.Series = append(out.Series, plot.Series{Name: f.Rules, Style: plot.Marks})
			}
			at[f.Rules]++
			out.Series[k].Points = append(out.Series[k].Points, plot.Point{X: float64(at[f.Rules]), Y: f.Value})
		}
	}
	return out
}
