package validator

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/dendra-net/dendra/evidence"
	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/validator/scoring"
)

// measure moves the epoch's campaign on: begins it, begins and ends its rounds or its exam, folds what they brought.
func (v *validator) measure(ctx context.Context, head neuron.Head, net neuron.Subnet) error {
	if !v.started || v.campaign.epoch != net.Epoch {
		v.enter(head, net)
	}
	switch {
	case v.campaign.over:
		return nil
	case v.Examiner != nil:
		return v.measureTogether(ctx, head, net)
	}
	return v.measureApart(ctx, head, net)
}

// measureApart moves the rounds of a task on.
func (v *validator) measureApart(ctx context.Context, head neuron.Head, net neuron.Subnet) error {
	c := &v.campaign
	if c.complete(head.Height) && v.cancel != nil {
		if head.Height < c.deadline {
			return nil // the last round may go on until the deadline
		}
		v.stopRound()
	}
	if c.due(head.Height) && v.cancel == nil && v.mayMeasure(head) {
		v.beginRound(ctx, head, net)
		return nil
	}
	if c.complete(head.Height) && v.cancel == nil {
		return v.foldRounds(head, net)
	}
	return nil
}

func (v *validator) mayMeasure(head neuron.Head) bool {
	return v.place.Permit && head.Height >= v.permitAt
}

// enter begins the campaign of a new epoch. Answers still under way belong to the old one and are dropped.
func (v *validator) enter(head neuron.Head, net neuron.Subnet) {
	v.stopRound()
	v.exam.stop()
	secret := EpochSecret(v.Key, head.ChainID, v.Netuid, net.Epoch)
	v.campaign, v.started = newCampaign(secret, net, head.Height), true
	if net.Epoch < v.keeper.state.NextFold {
		v.campaign.over = true // measured before a restart
	}
	switch {
	case v.campaign.over:
	case v.Examiner != nil:
		v.planExam()
	default:
		v.campaign.layOut(v.Rounds)
	}
	if !v.place.Permit {
		v.Log.Warn("no permit in this epoch: nobody is asked, nothing is voted; permits go to the largest stakes at the end of an epoch",
			"epoch", net.Epoch, "stake_rao", v.place.StakeRao, "next_epoch_block", net.NextEpoch+1, "fix", "dendra stake add")
	}
}

// beginRound asks a sample of miners in the background.
func (v *validator) beginRound(ctx context.Context, head neuron.Head, net neuron.Subnet) {
	c := &v.campaign
	seed := scoring.RoundSeed(c.secret, c.epoch, head.Height, c.next)
	c.next++
	targets := scoring.SampleMiners(seed, net.Neurons, v.Key.Address(), v.Sample)
	if len(targets) == 0 {
		v.Log.Warn("no miner serves", "epoch", c.epoch, "neurons", len(net.Neurons))
		return
	}
	shared := scoring.DrawRound(v.Task, seed, v.Questions)
	plans := make(map[neuron.Address][]scoring.Put, len(targets))
	for _, t := range targets {
		plans[t.Hotkey] = scoring.PlanFor(v.Task, seed, shared, t.Hotkey, v.Pads)
	}
	c.rounds = append(c.rounds, &measuredRound{Round: evidence.Round{
		Epoch: c.epoch, Secret: c.secret, Index: c.next - 1, Height: head.Height, Sample: v.Sample, Shared: v.Questions, Own: v.Pads,
		Serving: hotkeys(scoring.Serving(net.Neurons, v.Key.Address())), Miners: hotkeys(targets),
	}})
	r := &round{asking: v.asking(), task: v.Task, netuid: v.Netuid, plans: plans, targets: targets, slots: v.slots, log: v.Log}
	v.Log.Debug("round begins", "epoch", c.epoch, "round", c.next, "height", head.Height, "miners", len(targets), "questions", len(shared))
	ctx, v.cancel = context.WithCancel(ctx)
	go func() { v.results <- r.run(ctx) }() // stopRound or wait receives it
}

func (v *validator) asking() asking {
	return asking{asker: v.Client, timeout: v.Timeout, maxReply: v.MaxReply, now: v.Now}
}

func hotkeys(neurons []neuron.Neuron) []neuron.Address {
	out := make([]neuron.Address, len(neurons))
	for i, n := range neurons {
		out[i] = n.Hotkey
	}
	return out
}

// stopRound ends the round in flight, if any, and takes what it has.
func (v *validator) stopRound() {
	if v.cancel != nil {
		v.cancel()
		v.finishRound(<-v.results)
	}
}

func (v *validator) finishRound(out outcome) {
	v.cancel()
	v.cancel = nil
	r := v.campaign.rounds[len(v.campaign.rounds)-1]
	r.exchanges, r.Cut = out.exchanges, out.cut
	v.history.add(r)
}

// foldRounds turns the epoch's answers into standings and a vote.
func (v *validator) foldRounds(head neuron.Head, net neuron.Subnet) error {
	factors, err := scoring.Originality(v.Task, v.history.all())
	if err != nil {
		v.Log.Error("the task panicked while judging originality; no factor is applied", "error", err)
	}
	measured := scoring.Results(v.campaign.asked(), factors)
	file := v.newFile(head, net)
	return v.fold(head, net, measured, file, func() error { return v.fileRounds(file, factors) })
}

// fold turns an epoch's measures into standings and a vote. Evidence, state and memory are on disk before anything is
// sent; without evidence, for want of space for one, there is still a vote.
func (v *validator) fold(head neuron.Head, net neuron.Subnet, measured map[neuron.Address]scoring.Measure, file *evidence.File, fill func() error) error {
	c := &v.campaign
	c.over = true
	report := Report{Epoch: c.epoch, Height: head.Height, Measured: len(measured), Facts: v.exam.facts()}
	for _, m := range measured {
		if m.Answered > 0 {
			report.Answered++
		}
	}
	if report.Answered > 0 {
		next := v.keeper.state
		next.Height, next.NextFold = head.Height, c.epoch+1
		next.Standings = scoring.FoldAll(next.Standings, net.Neurons, measured, c.epoch, v.Alpha)
		scoring.Sort(next.Standings)
		report.Vote, report.Voting = scoring.Weights(scoring.Scores(next.Standings, net.Neurons), file.Rule.Weights())
		if report.Voting {
			next.Ledger.Wish = &Wish{Epoch: c.epoch, Before: v.place.LastUpdate, Vote: report.Vote}
		}
		next.Memory, next.Keep = v.exam.memory(next.Memory), v.exam.keep(next.Keep)
		file.Before, file.After, file.Voting, file.Vote = v.keeper.state.Standings, next.Standings, report.Voting, report.Vote
		v.keepEvidence(file, fill)
		if err := v.keeper.save(next); err != nil {
			return err
		}
		v.sweep()
	}
	report.Standings = slices.Clone(v.keeper.state.Standings)
	v.tell(report)
	return nil
}

// tell logs what an epoch brought and hands it to whoever asked for it.
func (v *validator) tell(r Report) {
	v.Log.Info("epoch measured", "epoch", r.Epoch, "asked", r.Measured, "answered", r.Answered, "voting", r.Voting, "entries", len(r.Vote.UIDs))
	switch {
	case r.Answered == 0 && v.place.Permit:
		v.Log.Error("nothing was measured: no vote in this epoch", "epoch", r.Epoch, "asked", r.Measured, "first_error", v.firstError())
	case r.Answered > 0 && !r.Voting:
		v.Log.Error("no miner is above the floor: no vote in this epoch", "epoch", r.Epoch, "floor", v.Floor)
	}
	for _, s := range r.Standings {
		v.Log.Debug("standing", "miner", s.Hotkey, "generation", s.Generation, "score", s.Score(), "std_err", s.StdErr(),
			"epoch_mean", s.Last.Mean, "n", s.Last.N, "answered", s.Last.Answered, "latency", s.Last.Latency, "voted", s.Voted)
	}
	if v.OnEpoch != nil {
		v.OnEpoch(r)
	}
}

// firstError names one miner's failure.
func (v *validator) firstError() string {
	byMiner := map[neuron.Address]string{}
	for _, a := range v.campaign.asked() {
		if a.Answer.Err != nil && byMiner[a.Miner] == "" {
			byMiner[a.Miner] = a.Answer.Err.Error()
		}
	}
	for who, m := range v.exam.marked() {
		if m.Reason != "" {
			byMiner[who] = m.Reason
		}
	}
	for _, who := range slices.Sorted(maps.Keys(byMiner)) {
		return fmt.Sprintf("%s: %s", who, byMiner[who])
	}
	return "none: no miner serves"
}
