package validator

import (
	"context"
	"fmt"

	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/seal"
)

// keep brings the chain to what the ledger wishes, as far as it is legal now.
func (v *validator) keep(ctx context.Context, head neuron.Head, net neuron.Subnet) error {
	view := v.view(head, net)
	if err := v.observe(view); err != nil {
		return err
	}
	if view.Height < v.retryAt {
		return nil
	}
	for range 4 { // reveal, seal, commit, idle
		step := v.keeper.state.Ledger.Decide(view)
		more, err := v.act(ctx, step, head, view)
		if err != nil || !more {
			return err
		}
	}
	return nil
}

func (v *validator) view(head neuron.Head, net neuron.Subnet) View {
	return View{
		Height: head.Height, Epoch: net.Epoch, NextEpoch: net.NextEpoch, CommitReveal: net.CommitReveal,
		RevealEpochs: net.RevealEpochs, RateLimit: net.WeightsRateLimit, LastUpdate: v.place.LastUpdate, Permit: v.place.Permit,
	}
}

// observe settles what the chain shows and tells people.
func (v *validator) observe(view View) error {
	ledger, notes := v.keeper.state.Ledger.Observe(view)
	for _, n := range notes {
		if n.Bad {
			v.Log.Error("weights: "+n.Text, "height", view.Height, "epoch", view.Epoch)
			continue
		}
		v.Log.Info("weights: "+n.Text, "height", view.Height, "epoch", view.Epoch)
	}
	if len(notes) == 0 && (ledger.Wish == nil) == (v.keeper.state.Ledger.Wish == nil) {
		return nil
	}
	v.retries, v.retryAt = 0, 0
	next := v.keeper.state
	next.Ledger, next.Height = ledger, view.Height
	return v.keeper.save(next)
}

// act carries out one step. It reports whether there may be another one now; only a state that cannot be written
// ends the validator.
func (v *validator) act(ctx context.Context, step Step, head neuron.Head, view View) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, chainTime)
	defer cancel()
	switch step.Act {
	case Seal:
		return true, v.seal(step.Vote, head, view)
	case Reveal:
		c := step.Commitment
		if !v.sent(view, "reveal", v.Chain.RevealWeights(ctx, v.Key, v.Netuid, c.Vote, c.Salt), "of_epoch", c.Epoch) {
			return false, nil
		}
		next := v.keeper.state
		next.Ledger, next.Height = next.Ledger.without(c.Hash), view.Height
		return true, v.keeper.save(next)
	case Commit:
		v.sent(view, "commit", v.Chain.CommitWeights(ctx, v.Key, v.Netuid, step.Commitment.Hash), "entries", len(step.Commitment.Vote.UIDs))
	case Set:
		v.sent(view, "set", v.Chain.SetWeights(ctx, v.Key, v.Netuid, step.Vote), "entries", len(step.Vote.UIDs))
	case Blocked:
		if v.said != step.Why {
			v.Log.Info("weights wait", "why", step.Why, "height", view.Height, "next_allowed", step.NotBefore)
		}
		v.said = step.Why
	}
	return false, nil
}

// seal makes the commitment of a vote and writes it down; the next step sends it.
func (v *validator) seal(vote neuron.Vote, head neuron.Head, view View) error {
	hotkey, err := v.Key.Address().Bytes()
	if err != nil {
		return fmt.Errorf("commit weights: %w", err)
	}
	c := Commitment{
		Vote: vote, Salt: saltOf(v.Key, head.ChainID, v.Netuid, view.Epoch, view.Height),
		Epoch: view.Epoch, Measured: view.Epoch, Before: view.LastUpdate, EpochEnd: view.NextEpoch,
	}
	c.Hash = seal.Commit(head.ChainID, v.Netuid, hotkey, seal.Vote(vote), c.Salt)
	next := v.keeper.state
	next.Ledger, next.Height = next.Ledger.withCommit(c), view.Height
	return v.keeper.save(next)
}

// sent logs how a message to the chain went. After a failure the next attempt waits 1, 2, 4, then 8 blocks; after a
// success it waits for the block that shows it.
func (v *validator) sent(view View, what string, err error, more ...any) bool {
	args := append([]any{"height", view.Height, "epoch", view.Epoch}, more...)
	if err != nil {
		v.retryAt = view.Height + int64(1)<<min(v.retries, 3)
		v.retries++
		v.Log.Warn("weights: "+what+" failed", append(args, "error", err, "again_at", v.retryAt)...)
		return false
	}
	v.retries, v.retryAt, v.said = 0, 0, ""
	v.Log.Info("weights: "+what+" accepted", args...)
	if what != "reveal" {
		v.retryAt = view.Height + 1
	}
	return true
}
