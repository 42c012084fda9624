package sim

import (
	"context"
	"fmt"
	"math"
)

// Attacks that take place at one time: what matters is the largest part of an epoch's dividends that they take.

// peak plays a game and returns the largest part of dividends that a group had in the epochs from first to last.
func peak(ctx context.Context, g Game, name string, first, last int) (float64, error) {
	most := 0.0
	g.Watch = func(m Moment) {
		if m.Epoch < first || m.Epoch > last {
			return
		}
		sum := 0.0
		for uid, group := range m.Groups {
			if g.Groups[group].Name == name {
				sum += m.Dividends[uid]
			}
		}
		most = max(most, sum)
	}
	_, err := g.Run(ctx)
	return most, err
}

// onceEpoch is when such an attack takes place.
const onceEpoch = 80

func flashAttack() Attack {
	return Attack{
		Name: "flash", About: "a validator with 10 % of stake has 80 % for one epoch, and works or votes for its friends",
		Measure: "the largest part of one epoch's dividends that it takes",
		cases: func(_ *Lab, r Rules) []experiment {
			low, _ := unbounded()
			working, friends := experiment{name: "it works", low: low, high: 0.12}, experiment{name: "it votes for friends", low: low, high: 0.12}
			for _, before := range []int{-1, 0, 1, 5, 20} {
				e, label := &friends, fmt.Sprintf("votes so from %d epochs before on", before)
				if before < 0 {
					e, label = &working, "votes as measured"
				}
				e.choices = append(e.choices, choice{label, func(ctx context.Context, seed uint64, _ int) ([]float64, error) {
					most, err := peak(ctx, Game{Rules: r, World: World{Drift: 0.05, Noise: 0.2}, Epochs: onceEpoch + 6, Seed: seed, Groups: []Group{
						{Name: "honest", Count: 15, Stake: 0.9, Spread: 0.3, Actor: Honest},
						{Name: "flash", Count: 1, Stake: 0.1, Actor: Flash{Epoch: onceEpoch, Epochs: 1, Share: 0.8, Friends: before}.Actor},
						{Name: "miners", Count: 44, Quality: 1}, {Name: "friends", Count: 4, Quality: 0.1, Camp: "flash"},
					}}, "flash", onceEpoch, onceEpoch+5)
					return []float64{most}, err
				}})
			}
			return []experiment{working, friends}
		},
	}
}

func bondAttack() Attack {
	return Attack{
		Name: "bond-snipe", About: "a validator with 5 % of stake votes for a newcomer one epoch before the others know how good it is",
		Measure: "the largest part of one epoch's dividends that it takes",
		cases: func(_ *Lab, r Rules) []experiment {
			var out []experiment
			for _, penalty := range penalties(r) {
				for _, part := range []float64{0.2, 0.5, 0.67} {
					out = append(out, snipeBonds(r, penalty, part))
				}
			}
			return out
		},
	}
}

// penalties are those in use: the original lets a subnet's owner choose.
func penalties(r Rules) []uint16 {
	if r.Generations {
		return []uint16{r.Yuma.BondsPenalty}
	}
	return []uint16{0, math.MaxUint16}
}

// snipeBonds is the attack on a newcomer who deserves a part of all incentive.
func snipeBonds(r Rules, penalty uint16, part float64) experiment {
	low, _ := unbounded()
	r.Yuma.BondsPenalty = penalty
	e := experiment{name: fmt.Sprintf("the newcomer deserves %v", part), low: low, high: 0.06}
	if !r.Generations {
		e.rules = fmt.Sprintf("%s, penalty %d", r.Name, penalty/math.MaxUint16)
	}
	const miners = 47
	for _, votes := range []float64{0.1, 0.5, 1} {
		for _, epochs := range []int{1, 2, 5} {
			label := fmt.Sprintf("%v of its votes for %d epochs", votes, epochs)
			e.choices = append(e.choices, choice{label, func(ctx context.Context, seed uint64, _ int) ([]float64, error) {
				most, err := peak(ctx, Game{Rules: r, World: World{Drift: 0.02, Noise: 0.1, Spread: 0.3}, Epochs: onceEpoch + 12, Seed: seed, Groups: []Group{
					{Name: "honest", Count: 15, Stake: 0.95, Spread: 0.3, Actor: Honest, Patience: 1},
					{Name: "sniper", Count: 1, Stake: 0.05, Actor: Snipe{Part: votes, Epochs: epochs}.Actor},
					{Name: "miners", Count: miners, Quality: 1},
					{Name: "newcomer", Quality: miners * part / (1 - part)},
				}, Registrations: []Registration{{Epoch: onceEpoch, Group: "newcomer"}}}, "sniper", onceEpoch, onceEpoch+11)
				return []float64{most}, err
			}})
		}
	}
	return e
}

func uidAttack() Attack {
	return Attack{
		Name: "uid-snipe", About: "a newcomer registers between the commit and the reveal of votes for the neuron that it replaces",
		Measure: "its part of all incentive in that epoch",
		cases: func(_ *Lab, r Rules) []experiment {
			if r.RevealEpochs == 0 {
				return nil
			}
			low, _ := unbounded()
			e := experiment{name: "in a full subnet", low: low, high: 0}
			for _, miners := range []int{2, 3, 4, 8, 64} {
				e.choices = append(e.choices, choice{fmt.Sprintf("of %d miners", miners), func(ctx context.Context, seed uint64, _ int) ([]float64, error) {
					most := 0.0
					_, err := Game{Rules: r, World: World{Noise: 0.1, Spread: 0.3}, Epochs: 20, Seed: seed, Groups: []Group{
						{Name: "honest", Count: 2, Stake: 1, Actor: Honest},
						{Name: "miners", Count: miners, Quality: 1}, {Name: "newcomer", Quality: 1e-3},
					}, Registrations: []Registration{{Epoch: 15, Group: "newcomer"}}, Watch: func(m Moment) {
						if m.Epoch != 15 {
							return
						}
						for uid, group := range m.Groups {
							if group == 2 {
								most = max(most, m.Incentive[uid])
							}
						}
					}}.Run(ctx)
					return []float64{most}, err
				}})
			}
			return []experiment{e}
		},
	}
}
