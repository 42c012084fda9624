package validator

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/dendra-net/dendra/neuron"
)

// measure moves the epoch's campaign on: begins it, begins and ends its rounds, folds what they brought.
func (v *validator) measure(ctx context.Context, head neuron.Head, net neuron.Subnet) error {
	if !v.started || v.campaign.epoch != net.Epoch {
		v.enter(head, net)
	}
	c := &v.campaign
	if c.over {
		return nil
	}
	if c.complete(head.Height) && v.cancel != nil {
		if head.Height < c.deadline {
			return nil // the last round may go on until the deadline
		}
		v.stopRound()
	}
	if c.due(head.Height) && v.cancel == nil && v.place.Permit && head.Height >= v.permitAt {
		v.beginRound(ctx, head, net)
		return nil
	}
	if c.complete(head.Height) && v.cancel == nil {
		return v.fold(head, net)
	}
	return nil
}

// enter begins the campaign of a new epoch. Answers still under way belong to the old one and are dropped.
func (v *validator) enter(head neuron.Head, net neuron.Subnet) {
	v.stopRound()
	secret := EpochSecret(v.Key, head.ChainID, v.Netuid, net.Epoch)
	v.campaign, v.started = newCampaign(secret, net, head.Height, v.Rounds), true
	if net.Epoch < v.keeper.state.NextFold {
		v.campaign.over = true // measured before a restart
	}
	if !v.place.Permit {
		v.Log.Warn("no permit in this epoch: nobody is asked, nothing is voted; permits go to the largest stakes at the end of an epoch",
			"epoch", net.Epoch, "stake_rao", v.place.StakeRao, "next_epoch_block", net.NextEpoch+1, "fix", "dendra stake add")
	}
}

// beginRound asks a sample of miners in the background.
func (v *validator) beginRound(ctx context.Context, head neuron.Head, net neuron.Subnet) {
	c := &v.campaign
	seed := RoundSeed(c.secret, c.epoch, head.Height, c.next)
	c.next++
	targets := sampleMiners(seed, net.Neurons, v.Key.Address(), v.Sample)
	if len(targets) == 0 {
		v.Log.Warn("no miner serves", "epoch", c.epoch, "neurons", len(net.Neurons))
		return
	}
	shared := drawRound(v.Task, seed, v.Questions)
	plans := make(map[neuron.Address][]put, len(targets))
	for _, t := range targets {
		plans[t.Hotkey] = planFor(v.Task, seed, shared, t.Hotkey, v.Pads)
	}
	r := &round{
		task: v.Task, asker: v.Client, netuid: v.Netuid, plans: plans, targets: targets, timeout: v.Timeout,
		maxReply: v.MaxReply, slots: v.slots, now: v.Now, log: v.Log,
	}
	v.Log.Debug("round begins", "epoch", c.epoch, "round", c.next, "height", head.Height, "miners", len(targets), "questions", len(shared))
	ctx, v.cancel = context.WithCancel(ctx)
	go func() { v.results <- r.run(ctx) }() // stopRound or wait receives it
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
	v.campaign.asked = append(v.campaign.asked, out.asked...)
	v.history.add(out.shared)
}

// fold turns the epoch's answers into standings and a vote, and writes both down before anything is sent.
func (v *validator) fold(head neuron.Head, net neuron.Subnet) error {
	c := &v.campaign
	c.over = true
	measured := results(c.asked, originality(v.Task, v.history.all(), v.Log))
	report := Report{Epoch: c.epoch, Height: head.Height, Measured: len(measured)}
	for _, m := range measured {
		if m.Answered > 0 {
			report.Answered++
		}
	}
	if report.Answered > 0 {
		next := v.keeper.state
		next.Height, next.NextFold = head.Height, c.epoch+1
		next.Standings = foldAll(next.Standings, net.Neurons, measured, c.epoch, v.Alpha)
		rule := Rule{Floor: v.Floor, MinWeights: net.MinWeights, Version: net.VersionKey}
		report.Vote, report.Voting = Weights(scoresOf(next.Standings, net), rule)
		if report.Voting {
			next.Ledger.Wish = &Wish{Epoch: c.epoch, Before: v.place.LastUpdate, Vote: report.Vote}
		}
		if err := v.keeper.save(next); err != nil {
			return err
		}
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
		v.Log.Error("nothing was measured: no vote in this epoch", "epoch", r.Epoch, "asked", r.Measured, "first_error", firstError(v.campaign.asked))
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

// foldAll updates the standings of everybody registered now, settles the scores to vote by, and forgets the others. Whoever is known but has stopped
// serving counts as asked and silent; whoever was not in a sample keeps the standing.
func foldAll(old []Standing, neurons []neuron.Neuron, measured map[neuron.Address]Measure, epoch uint64, alpha float64) []Standing {
	known := make(map[Registration]Standing, len(old))
	for _, s := range old {
		known[s.Registration] = s
	}
	var out []Standing
	for _, n := range neurons {
		r := Registration{n.Hotkey, n.Generation}
		s, seen := known[r]
		m, asked := measured[n.Hotkey]
		switch {
		case asked:
			s.Registration = r
			s = s.fold(m, epoch, alpha)
		case seen && n.Endpoint == "":
			s = s.fold(Measure{}, epoch, alpha)
		case !seen:
			continue
		}
		out = append(out, s.settle())
	}
	return out
}

// scoresOf lists every neuron with the score to vote by: zero for strangers and, having none, for the validator
// itself. Zeros enter a vote only where it must be longer.
func scoresOf(standings []Standing, net neuron.Subnet) []Score {
	voted := make(map[Registration]float64, len(standings))
	for _, s := range standings {
		voted[s.Registration] = s.Voted
	}
	var out []Score
	for _, n := range net.Neurons {
		out = append(out, Score{UID: n.UID, Generation: n.Generation, Value: voted[Registration{n.Hotkey, n.Generation}]})
	}
	return out
}

func firstError(asked []neuron.Asked) string {
	byMiner := map[neuron.Address]error{}
	for _, a := range asked {
		if a.Answer.Err != nil && byMiner[a.Miner] == nil {
			byMiner[a.Miner] = a.Answer.Err
		}
	}
	for _, who := range slices.Sorted(maps.Keys(byMiner)) {
		return fmt.Sprintf("%s: %v", who, byMiner[who])
	}
	return "none: no miner serves"
}
