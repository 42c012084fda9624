package sim

import (
	"context"
	"fmt"
	"math"
	"strings"
)

// Finding is what an attack yields under one set of rules in one case: the mean over all worlds, for the worst of all
// choices that were tried.
type Finding struct {
	Rules  string  `json:"rules"`
	Case   string  `json:"case"`
	Value  float64 `json:"value"`
	Error  float64 `json:"standard_error"`
	Spread float64 `json:"standard_deviation"` // between worlds
	Choice string  `json:"choice"`
	Tried  int     `json:"tried"` // choices
	// Target and Met concern our own rules only.
	Target string `json:"target,omitempty"`
	Met    bool   `json:"met"`
}

// Report is an attack under several rules.
type Report struct {
	Attack   string    `json:"attack"`
	About    string    `json:"about"`
	Measure  string    `json:"measure"`
	Seeds    int       `json:"seeds"`
	Epochs   int       `json:"epochs"`
	BurnIn   int       `json:"burn_in"`
	Cost     float64   `json:"query_cost,omitempty"`
	Findings []Finding `json:"findings"`
}

// Attack is one kind of cheating.
type Attack struct {
	Name    string
	About   string // what is done, in a line
	Measure string // what the numbers are
	Costs   bool   // Lab.Cost matters

	cases func(l *Lab, r Rules) []experiment
}

// experiment is an attack in one case.
type experiment struct {
	name    string
	rules   string // instead of the name of the rules
	choices []choice
	low     float64 // what our rules must keep it between
	high    float64
	scores  []string // names of further cases, one for each score; nil: there is one score
}

func unbounded() (low, high float64) { return math.Inf(-1), math.Inf(1) }

// Attacks are all that the laboratory knows.
func Attacks() []Attack {
	return []Attack{
		copyAttack(), cabalAttack(), nobodyAttack(), flashAttack(), bondAttack(), uidAttack(), smallAttack(), hiddenAttack(), collusionAttack(),
	}
}

// AttackByName finds one.
func AttackByName(name string) (Attack, bool) {
	for _, a := range Attacks() {
		if a.Name == name {
			return a, true
		}
	}
	return Attack{}, false
}

// Run plays an attack under rules. It fails when the laboratory makes no sense, or with the context's error.
func (l *Lab) Run(ctx context.Context, a Attack, rules []Rules) (Report, error) {
	if err := l.Check(); err != nil {
		return Report{}, err
	}
	l.fill()
	out := Report{Attack: a.Name, About: a.About, Measure: a.Measure, Seeds: l.Seeds, Epochs: l.Epochs, BurnIn: l.BurnIn}
	if a.Costs {
		out.Cost = l.Cost
	}
	for _, r := range rules {
		for _, e := range a.cases(l, r) {
			if !strings.Contains(e.name, l.Case) {
				continue
			}
			found, err := l.worst(ctx, e.choices)
			if err != nil {
				return Report{}, fmt.Errorf("%s under %s rules, %s: %w", a.Name, r.Name, e.name, err)
			}
			for k, o := range found {
				out.Findings = append(out.Findings, l.finding(r, e, k, o))
			}
		}
	}
	return out, nil
}

func (l *Lab) finding(r Rules, e experiment, score int, o outcome) Finding {
	f := Finding{
		Rules: r.Name, Case: e.name, Value: o.mean, Error: o.standardError(l.Seeds), Spread: o.deviation, Choice: o.label, Tried: len(e.choices),
	}
	if e.rules != "" {
		f.Rules = e.rules
	}
	if len(e.scores) > 0 {
		f.Case += e.scores[score]
	}
	if r.Generations {
		f.Target, f.Met = e.target(o.mean)
	}
	return f
}

// target says in words what our rules must keep a value to, and whether they do.
func (e experiment) target(value float64) (words string, met bool) {
	switch {
	case math.IsInf(e.low, -1) && math.IsInf(e.high, 1):
		return "", false
	case math.IsInf(e.low, -1):
		words = fmt.Sprintf("<= %.4g", e.high)
	case math.IsInf(e.high, 1):
		words = fmt.Sprintf(">= %.4g", e.low)
	default:
		words = fmt.Sprintf("%.4g..%.4g", e.low, e.high)
	}
	return words, value >= e.low && value <= e.high
}

// Target of a copier's income.
const copierTarget = 0.82

// market is the usual field: 16 honest validators of unequal stake, one attacker, 64 miners.
func market(rules Rules, w World, attacker Group, seed uint64, epochs, burnIn int) Game {
	return Game{Rules: rules, World: w, Epochs: epochs, BurnIn: burnIn, Seed: seed, Groups: []Group{
		{Name: "honest", Count: 16, Stake: 1 - attacker.Stake, Spread: 0.5, Actor: Honest}, attacker, {Name: "miners", Count: 64, Quality: 1},
	}}
}
