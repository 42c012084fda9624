package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

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

// together runs all until the first, the work, ends, or another fails, and returns why.
func together(ctx context.Context, work func(context.Context) error, beside ...func(context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { defer cancel(); return work(ctx) })
	for _, run := range beside {
		if run != nil {
			group.Go(func() error { return run(ctx) })
		}
	}
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
