package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/dendra-net/dendra/miner"
	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/validator"
)

// joinFlags are shared by the daemons that need a slot.
func joinFlags(c *cobra.Command, j *joining, verbose *bool) func() error {
	netuidOf := subnetFlag(c)
	c.Flags().StringVar(&j.maxPrice, "max-price", "", "most TAO to burn for a slot; a tenth above the price of this moment when empty")
	c.Flags().BoolVar(&j.work, "work", false, "get the slot by a proof of work instead of burning")
	c.Flags().BoolVar(verbose, "verbose", false, "log everything to stderr, not only warnings")
	return func() (err error) {
		j.netuid, err = netuidOf()
		return err
	}
}

// minerFlags are those of "miner run".
type minerFlags struct {
	joining
	upstream, model, listen, external string
	verbose                           bool
}

func (a *app) minerCommand() *cobra.Command {
	var f minerFlags
	c := &cobra.Command{Use: "run --subnet N --upstream URL --model NAME", Short: "Mine with any OpenAI-compatible server", Args: args(0, 0)}
	parse := joinFlags(c, &f.joining, &f.verbose)
	c.Flags().StringVar(&f.upstream, "upstream", "", "base URL of the model server, as http://127.0.0.1:11434/v1; its key is DENDRA_UPSTREAM_KEY")
	c.Flags().StringVar(&f.model, "model", "", "name the server knows the model by")
	c.Flags().StringVar(&f.listen, "listen", "", "address to serve on, HOST:PORT (default 127.0.0.1:0 on a local network, :9101 elsewhere)")
	c.Flags().StringVar(&f.external, "external", "", "URL others reach this miner by")
	c.RunE = func(c *cobra.Command, _ []string) error {
		if f.upstream == "" || f.model == "" {
			return usagef("missing_flag", "a miner needs --upstream and --model").
				withFix("dendra miner run --subnet 1 --wallet me --upstream http://127.0.0.1:11434/v1 --model llama3.2")
		}
		if err := parse(); err != nil {
			return err
		}
		return dropDryRun(a.runMiner(c.Context(), f))
	}
	return a.noun("miner", "Answer questions and earn: run", c)
}

func (a *app) runMiner(ctx context.Context, f minerFlags) error {
	up := &miner.Upstream{URL: f.upstream, Model: f.model, APIKey: a.Getenv("DENDRA_UPSTREAM_KEY")}
	if err := up.Check(ctx); err != nil {
		return err
	}
	a.say("upstream ok (%s)", f.model)
	s, err := a.join(ctx, f.joining)
	if err != nil {
		return err
	}
	if f.listen == "" {
		f.listen = ":9101"
		if isLocal(s.client.ChainID()) {
			f.listen = "127.0.0.1:0"
		}
	}
	dir := a.stateDir("miner", s)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make the miner's directory: %w", err)
	}
	config := miner.Config{Chain: s.client, Key: s.key, Netuid: s.netuid, Handler: up, Listen: f.listen, External: f.external,
		ReplayFile: filepath.Join(dir, "replay"), Log: a.logger(f.verbose),
		Ready: func(endpoint string) { a.say("serving subnet %d at %s", s.netuid, endpoint) }}
	return together(ctx, func(ctx context.Context) error { return miner.Run(ctx, config) },
		func(ctx context.Context) error { return a.reportEpochs(ctx, s) })
}

// together runs both until one of them ends, and returns why.
func together(ctx context.Context, work, report func(context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { defer cancel(); return work(ctx) })
	group.Go(func() error { return report(ctx) })
	return group.Wait()
}

// epochLine is what a neuron got out of an epoch.
type epochLine struct {
	Epoch uint64 `json:"epoch"` // that closed
	standing
}

// reportEpochs prints a line for every epoch that closes, until ctx ends.
func (a *app) reportEpochs(ctx context.Context, s seat) error {
	var next int64
	for head := range s.client.Heads(ctx) {
		if head.Height <= next {
			continue
		}
		market, height, err := s.client.SubnetAt(ctx, s.netuid, 0)
		if err != nil {
			continue // the work itself waits the outage out and logs it
		}
		first := next == 0
		next = market.NextEpoch
		me, ok := standingOf(market, height, s.key.Address())
		if first || !ok || market.Epoch == 0 {
			continue
		}
		if err := a.line(epochLine{market.Epoch - 1, me}, me.line(market.Epoch-1)); err != nil {
			return err
		}
	}
	return nil
}

func (s standing) line(epoch uint64) string {
	text := fmt.Sprintf("epoch %4d  height %d  incentive %s  rank %d/%d  dividend %s  +%s", epoch, s.Height, share(s.Incentive), s.Rank, s.Of,
		share(s.Dividend), formatTAO(s.EmissionRao))
	if s.ImmuneBlocks > 0 {
		text += fmt.Sprintf("  (immune %d blocks)", s.ImmuneBlocks)
	}
	return text
}

// line prints one event of a daemon: a line of text, or of JSON.
func (a *app) line(event any, text string) error {
	if !a.json {
		_, err := fmt.Fprintln(a.Stdout, text)
		return err
	}
	return json.NewEncoder(a.Stdout).Encode(event)
}

// validatorFlags are those of "validator run".
type validatorFlags struct {
	joining
	task    string
	verbose bool
}

func (a *app) validatorCommand() *cobra.Command {
	var f validatorFlags
	c := &cobra.Command{Use: "run --subnet N", Short: "Ask miners, score their answers, vote", Args: args(0, 0)}
	parse := joinFlags(c, &f.joining, &f.verbose)
	c.Flags().StringVar(&f.task, "task", "text", "kind of questions: "+strings.Join(sortedKeys(a.Tasks), ", "))
	c.RunE = func(c *cobra.Command, _ []string) error {
		if err := parse(); err != nil {
			return err
		}
		return dropDryRun(a.runValidator(c.Context(), f))
	}
	return a.noun("validator", "Score miners and earn dividends: run", c)
}

func (a *app) runValidator(ctx context.Context, f validatorFlags) error {
	newTask, ok := a.Tasks[f.task]
	if !ok {
		return usagef("unknown_task", "there is no task %q; there are %s", f.task, strings.Join(sortedKeys(a.Tasks), ", ")).
			withFix("add --task NAME; a task of your own is a Go program over package validator")
	}
	task, err := newTask()
	if err != nil {
		return fmt.Errorf("task %q: %w", f.task, err)
	}
	s, err := a.join(ctx, f.joining)
	if err != nil {
		return err
	}
	asker := &neuron.Client{Key: s.key, ChainID: s.client.ChainID(), PublicOnly: !isLocal(s.client.ChainID())}
	defer asker.CloseIdle()
	a.say("scoring subnet %d with task %s as %s", s.netuid, f.task, s.key.Address())
	return validator.Run(ctx, validator.Config{Chain: s.client, Key: s.key, Netuid: s.netuid, Task: task, Client: asker,
		Dir: a.stateDir("validator", s), Log: a.logger(f.verbose), OnEpoch: a.reportScoring})
}

// scoringLine is what an epoch's measuring brought.
type scoringLine struct {
	Epoch    uint64 `json:"epoch"`
	Height   int64  `json:"height"`
	Measured int    `json:"measured"`
	Answered int    `json:"answered"`
	Voting   bool   `json:"voting"`
	Weights  int    `json:"weights"`
}

func (a *app) reportScoring(r validator.Report) {
	line := scoringLine{r.Epoch, r.Height, r.Measured, r.Answered, r.Voting, len(r.Vote.UIDs)}
	text := fmt.Sprintf("epoch %4d  height %d  %d miners asked, %d answered, ", r.Epoch, r.Height, r.Measured, r.Answered)
	if r.Voting {
		text += fmt.Sprintf("vote on %d neurons", line.Weights)
	} else {
		text += "nothing to vote on"
	}
	if err := a.line(line, text); err != nil && !errors.Is(err, io.ErrClosedPipe) {
		a.say("cannot write to stdout: %v", err)
	}
}
