package sim

import (
	"context"
	"fmt"
)

// copierStake is the part of all stake that a copier has.
const copierStake = 0.05

// fractions are how much of the work a copier still does.
var fractions = []float64{0, 0.25, 0.5, 0.75, 0.9}

func copyAttack() Attack {
	return Attack{
		Name: "copy", About: "a validator with 5 % of stake repeats what is public and makes a fraction f of the queries, or none",
		Measure: "its net income per stake over that of an honest validator, both after paying for their queries", Costs: true,
		cases: func(l *Lab, r Rules) []experiment {
			var out []experiment
			for _, w := range Environments() {
				for _, f := range fractions {
					out = append(out, l.copying(r, w, f))
				}
			}
			return out
		},
	}
}

// copying is a copier who makes a fraction of the queries, in one world.
func (l *Lab) copying(r Rules, w World, fraction float64) experiment {
	low, _ := unbounded()
	e := experiment{name: fmt.Sprintf("%s, %.0f %% of the work", w.Name, 100*fraction), low: low, high: copierTarget}
	for _, c := range copierChoices(r, fraction) {
		e.choices = append(e.choices, choice{c.label(), func(ctx context.Context, seed uint64, epochs int) ([]float64, error) {
			return l.playCopier(ctx, r, w, c, seed, epochs)
		}})
	}
	return e
}

func (c Copy) label() string {
	if c.Fraction == 0 {
		return c.From.Name
	}
	return c.From.Name + ", measures " + c.Part.String()
}

// copierChoices are what a copier may do. Who measures a part has fewer sources to fill the rest from: there it matters
// less.
func copierChoices(r Rules, fraction float64) []Copy {
	var out []Copy
	for _, s := range Sources() {
		switch {
		case s.Late && r.RevealEpochs > 0:
		case fraction == 0:
			out = append(out, Copy{From: s})
		case s.Filler || s.Late:
			for _, part := range []Part{SomeEpochs, SomeMiners, Blended} {
				out = append(out, Copy{From: s, Fraction: fraction, Part: part})
			}
		}
	}
	return out
}

// playCopier returns the copier's net income per stake over an honest validator's.
func (l *Lab) playCopier(ctx context.Context, r Rules, w World, c Copy, seed uint64, epochs int) ([]float64, error) {
	attacker := Group{Name: "copier", Count: 1, Stake: copierStake, Actor: c.Actor, Late: c.From.Late}
	result, err := market(r, w, attacker, seed, epochs, l.BurnIn).Run(ctx)
	if err != nil {
		return nil, err
	}
	return []float64{result.Population("copier").Net(l.Cost)}, nil
}

// Net is a group's income per stake over that of the first, when a full evaluation costs a part of the first group's
// income and everybody pays for the queries it makes.
func (p Population) Net(cost float64) float64 { return (p.AgainstHonest - cost*p.Asked) / (1 - cost) }

func collusionAttack() Attack {
	return Attack{
		Name: "collusion", About: "a copier makes no queries, and a part of all miners sign receipts for them nevertheless",
		Measure: "its net income per stake over that of an honest validator", Costs: true,
		cases: func(l *Lab, r Rules) []experiment {
			if r.ReceiptDraws == 0 {
				return nil
			}
			var out []experiment
			for _, w := range Environments() {
				for _, part := range []float64{0.25, 0.5, 0.75, 0.9} {
					low, _ := unbounded()
					e := experiment{name: fmt.Sprintf("%s, %v of miners sign", w.Name, part), low: low, high: copierTarget}
					for _, s := range []Source{LastConsensus, Average("average-60", 60), Older("second-last", 1)} {
						c := Copy{From: s, Receipts: part}
						e.choices = append(e.choices, choice{s.Name, func(ctx context.Context, seed uint64, epochs int) ([]float64, error) {
							return l.playCopier(ctx, r, w, c, seed, epochs)
						}})
					}
					out = append(out, e)
				}
			}
			return out
		},
	}
}
