package sim

import (
	"context"
	"fmt"
	"slices"
)

// Group is a number of neurons of one kind. Groups of validators come first.
type Group struct {
	Name  string
	Count int
	// Stake is the part of all stake that validators of the group have together, and Spread the standard deviation among
	// them, as a part of their mean.
	Stake, Spread float64
	// Actor makes a validator; nil: the group are miners.
	Actor func() Actor
	// Noise multiplies a validator's error; 0 stands for 1.
	Noise float64
	// Patience is how many epochs validators of the group leave a newcomer alone.
	Patience int
	// Late validators act after the others: with rows that are public as they are set, they see those of the others.
	Late bool
	// Quality of miners, as a factor; it must not be 0.
	Quality float64
	// Camp names miners as friends of the validators of another group.
	Camp string
}

// Registration seats a newcomer of a group of miners in the slot of the weakest neuron.
type Registration struct {
	Epoch   int
	Group   string
	Quality float64 // in logarithms, above what is usual for the group
}

// Game is one play, from the first epoch on. The zero values of what is not said are useful ones.
type Game struct {
	Rules         Rules
	World         World
	Groups        []Group
	Registrations []Registration // by epoch
	// Churn is the part of miners that is replaced each epoch, by strangers of random quality.
	Churn  float64
	Epochs int
	// BurnIn is how many epochs pass before anything is counted.
	BurnIn int
	Seed   uint64
	// Watch, when not nil, is told of every epoch as it closes. What it is given must not be changed or kept.
	Watch func(Moment)
}

// Moment is an epoch as it closed, by uid.
type Moment struct {
	Epoch                       int
	Groups                      []int     // whose places in Game.Groups
	Stake, Incentive, Dividends []float64 // parts of all
}

// Limits of a game: what fits the memory and patience of a small machine.
const (
	MaxNeurons = 4096
	MaxEpochs  = 1_000_000
)

// allStakeRao is the stake of all validators of a game: a million TAO.
const allStakeRao = 1_000_000_000_000_000

// Check says what of a game cannot be played.
func (g Game) Check() error {
	n, stake, minersFrom := 0, 0.0, false
	for i, group := range g.Groups {
		switch {
		case group.Count < 0 || group.Count == 0 && group.Actor != nil || n+group.Count > MaxNeurons:
			return fmt.Errorf("group %q of %d: there is room for %d neurons in all, and validators are at least one", group.Name, group.Count, MaxNeurons)
		case group.Actor != nil && minersFrom:
			return fmt.Errorf("group %q: validators come before miners", group.Name)
		case group.Actor != nil && !(group.Stake >= 0 && group.Stake <= 1 && group.Spread >= 0 && group.Spread <= 10):
			return fmt.Errorf("group %q: stake %v and spread %v are parts of 1", group.Name, group.Stake, group.Spread)
		case group.Actor == nil && !(group.Quality > 0 && group.Quality <= 1e6):
			return fmt.Errorf("group %q: quality %v is not between 0 and a million", group.Name, group.Quality)
		}
		for _, other := range g.Groups[:i] {
			if other.Name == group.Name {
				return fmt.Errorf("there are two groups %q", group.Name)
			}
		}
		minersFrom = minersFrom || group.Actor == nil
		n, stake = n+group.Count, stake+group.Stake
	}
	for _, r := range g.Registrations {
		if k := g.groupOf(r.Group); k < 0 || g.Groups[k].Actor != nil {
			return fmt.Errorf("group %q, of which a miner registers in epoch %d, is no group of miners", r.Group, r.Epoch)
		}
	}
	switch {
	case n == 0 || !minersFrom || stake <= 0 || stake > 1.000001:
		return fmt.Errorf("%d neurons with %v of all stake: there must be validators, whose stake is at most 1, and miners", n, stake)
	case g.Epochs < 1 || g.Epochs > MaxEpochs || g.BurnIn < 0 || g.BurnIn >= g.Epochs:
		return fmt.Errorf("%d epochs, of which %d are not counted: there are 1 to %d, and some must count", g.Epochs, g.BurnIn, MaxEpochs)
	case g.Rules.RevealEpochs < 0 || g.Rules.RevealEpochs > remembered/2:
		return fmt.Errorf("rows are revealed after %d epochs: at most %d", g.Rules.RevealEpochs, remembered/2)
	}
	return nil
}

// groupOf is the place of a group, -1 when there is none.
func (g Game) groupOf(name string) int {
	return slices.IndexFunc(g.Groups, func(of Group) bool { return of.Name == name })
}

// Run plays the game. It fails when the game makes no sense, or with the context's error when it ended.
func (g Game) Run(ctx context.Context) (Result, error) {
	if err := g.Check(); err != nil {
		return Result{}, err
	}
	p := g.begin()
	for p.epoch = range g.Epochs {
		if err := ctx.Err(); err != nil {
			return Result{}, fmt.Errorf("stopped in epoch %d of %d: %w", p.epoch, g.Epochs, err)
		}
		p.step()
	}
	p.result.finish()
	return *p.result, nil
}
