package sim

import (
	"context"
	"fmt"
	"math"
)

func cabalAttack() Attack {
	return Attack{
		Name: "cabal", About: "validators with 40 % of stake give part or all of their votes to eight miners of their own that are worth a tenth of others",
		Measure: "part of all emission that the cabal and its miners take; votes have noise 0.4",
		cases: func(l *Lab, r Rules) []experiment {
			low, high := unbounded()
			e := experiment{name: "40 % of stake", low: low, high: high}
			for _, strangers := range []float64{0, 0.25, 0.5, 0.75} {
				e.choices = append(e.choices, choice{fmt.Sprintf("%v of votes to strangers", strangers), func(ctx context.Context, seed uint64, epochs int) ([]float64, error) {
					result, err := Game{Rules: r, World: World{Noise: 0.4}, Epochs: epochs, BurnIn: l.BurnIn, Seed: seed, Groups: []Group{
						{Name: "honest", Count: 10, Stake: 0.6, Spread: 0.3, Actor: Honest},
						{Name: "cabal", Count: 6, Stake: 0.4, Spread: 0.3, Actor: Selfish(strangers)},
						{Name: "miners", Count: 56, Quality: 1}, {Name: "friends", Count: 8, Quality: 0.1, Camp: "cabal"},
					}}.Run(ctx)
					return []float64{(result.Population("cabal").IncomeRao + result.Population("friends").IncomeRao) / float64(max(result.Epochs, 1)) / emissionRao}, err
				}})
			}
			return []experiment{e}
		},
	}
}

func nobodyAttack() Attack {
	return Attack{
		Name: "nobody", About: "validators with 51 % of stake vote for nobody for some epochs, and work in between or never",
		Measure: "their income over what they would have had by working",
		cases: func(l *Lab, r Rules) []experiment {
			low, _ := unbounded()
			e := experiment{name: "51 % of stake", low: low, high: 1}
			for _, every := range []int{20, 50} {
				for _, epochs := range []int{1, 3, 10, every} {
					label := fmt.Sprintf("%d of %d epochs", epochs, every)
					e.choices = append(e.choices, choice{label, func(ctx context.Context, seed uint64, all int) ([]float64, error) {
						return l.playNobody(ctx, r, Nobody(l.BurnIn, epochs, every), seed, all)
					}})
				}
			}
			return []experiment{e}
		},
	}
}

// playNobody compares the income of a majority with what work would have brought it in the same world.
func (l *Lab) playNobody(ctx context.Context, r Rules, actor func() Actor, seed uint64, epochs int) ([]float64, error) {
	income := func(actor func() Actor) (float64, error) {
		result, err := Game{Rules: r, World: World{Drift: 0.05, Noise: 0.2}, Epochs: epochs, BurnIn: l.BurnIn, Seed: seed, Groups: []Group{
			{Name: "honest", Count: 8, Stake: 0.49, Spread: 0.3, Actor: Honest},
			{Name: "majority", Count: 8, Stake: 0.51, Spread: 0.3, Actor: actor},
			{Name: "miners", Count: 48, Quality: 1},
		}}.Run(ctx)
		return result.Population("majority").IncomeRao, err
	}
	cheating, err := income(actor)
	if err != nil {
		return nil, err
	}
	working, err := income(Honest)
	return []float64{ratio(cheating, working)}, err
}

func hiddenAttack() Attack {
	return Attack{
		Name: "never-reveal", About: "validators with 30 % of stake commit and never reveal, from the first epoch or from the 60th on",
		Measure: "what the others lose: 1 minus the honest validators' income over what it is when all reveal",
		cases: func(l *Lab, r Rules) []experiment {
			if r.RevealEpochs == 0 {
				return nil
			}
			low, _ := unbounded()
			e := experiment{low: low, high: 0.01, scores: []string{
				"honest validators", "miners, by how much pay moves between them", "epochs that paid nobody, as a part of all",
			}}
			for _, first := range []int{0, 60} {
				e.choices = append(e.choices, choice{fmt.Sprintf("from epoch %d on", first), func(ctx context.Context, seed uint64, epochs int) ([]float64, error) {
					return l.playHidden(ctx, r, first, seed, epochs)
				}})
			}
			return []experiment{e}
		},
	}
}

func (l *Lab) playHidden(ctx context.Context, r Rules, first int, seed uint64, epochs int) ([]float64, error) {
	play := func(actor func() Actor) (Result, []float64, error) {
		var pay []float64
		result, err := Game{Rules: r, World: World{Drift: 0.05, Noise: 0.2}, Epochs: epochs, BurnIn: l.BurnIn, Seed: seed, Groups: []Group{
			{Name: "honest", Count: 10, Stake: 0.7, Spread: 0.3, Actor: Honest},
			{Name: "hidden", Count: 6, Stake: 0.3, Spread: 0.3, Actor: actor},
			{Name: "miners", Count: 48, Quality: 1},
		}, Watch: func(m Moment) {
			if pay == nil {
				pay = make([]float64, len(m.Incentive))
			}
			if m.Epoch >= l.BurnIn {
				addTo(pay, 1/float64(epochs-l.BurnIn), m.Incentive)
			}
		}}.Run(ctx)
		return result, pay, err
	}
	open, openPay, err := play(Honest)
	if err != nil {
		return nil, err
	}
	closed, closedPay, err := play(Hidden(first))
	moved := 0.0
	for uid := range min(len(openPay), len(closedPay)) {
		moved += math.Abs(openPay[uid]-closedPay[uid]) / 2
	}
	lost := 1 - ratio(closed.Population("honest").IncomeRao, open.Population("honest").IncomeRao)
	return []float64{lost, moved, ratio(float64(closed.Carries), float64(closed.Epochs))}, err
}

func smallAttack() Attack {
	return Attack{
		Name: "small", About: "no attack: an honest validator with 1 % of stake beside a large one",
		Measure: "the small one's dividend per stake over the large one's",
		cases: func(l *Lab, r Rules) []experiment {
			var out []experiment
			for _, large := range []float64{0.1, 0.2} {
				for _, w := range Environments() {
					e := experiment{name: fmt.Sprintf("%s, %.0f %% of stake", w.Name, 100*large), low: 0.97, high: 1.03}
					e.choices = []choice{{"work", func(ctx context.Context, seed uint64, epochs int) ([]float64, error) {
						result, err := Game{Rules: r, World: w, Epochs: epochs, BurnIn: l.BurnIn, Seed: seed, Groups: []Group{
							{Name: "large", Count: 1, Stake: large, Actor: Honest},
							{Name: "small", Count: 1, Stake: 0.01, Actor: Honest},
							{Name: "others", Count: 14, Stake: 0.99 - large, Spread: 0.5, Actor: Honest},
							{Name: "miners", Count: 64, Quality: 1},
						}}.Run(ctx)
						return []float64{result.Population("small").AgainstHonest}, err
					}}}
					out = append(out, e)
				}
			}
			return out
		},
	}
}
