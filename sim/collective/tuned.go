package collective

import (
	"context"
	"fmt"
)

// Tuned is what became of a copy that was trained on, and of the model it began from. Ratios are to what that model
// earned in the market without the copy.
type Tuned struct {
	Name       string  `json:"name"`
	Of         string  `json:"of"`
	Effort     float64 `json:"effort"` // of its own training, as a part of its victim's
	Games      int     `json:"games"`
	Marginal   float64 `json:"marginal"`    // it told beyond prior art, bits per byte, mean
	Error      float64 `json:"error"`       // standard error over the panels of one game, mean
	Admitted   float64 `json:"admitted"`    // part of games in which it was let in
	Child      float64 `json:"child"`       // what it earned, of its victim's pay: mean
	ChildWorst float64 `json:"child_worst"` // the most that it earned in a game
	Kept       float64 `json:"kept"`        // what its victim kept
	KeptWorst  float64 `json:"kept_worst"`
	Both       float64 `json:"both"` // what both earned, of what the better paid of them earns without the other: mean
}

// tuning is a copy that was trained on.
type tuning struct {
	name, of string
	effort   float64
}

// tunings go from the least effort to the most, for each victim. Nets that are not shipped are left out where no folder
// has them.
var tunings = []tuning{
	{"early-75", "early", 0.05},
	{"early-150", "early", 0.1},
	{"early-375", "early", 0.25},
	{"early-375-fast", "early", 0.25},
	{"early-750", "early", 0.5},
	{"early-1500", "early", 1},
	{"late", "early", 1.67},
	{"late-200", "late", 0.05},
	{"tuned", "late", 0.1},
	{"late-1000", "late", 0.25},
	{"late-1000-fast", "late", 0.25},
	{"code+10", "code", 0.1},
	{"code+25", "code", 0.25},
	{"code+50", "code", 0.5},
	{"code+100", "code", 1},
	{"all+10", "all", 0.1},
	{"all+25", "all", 0.25},
	{"all+50", "all", 0.5},
	{"all+100", "all", 1},
}

// mostCopy is how much of its victim's training a copy has done at the most that is still called a copy.
const mostCopy = 0.25

// tuned is the cheat of who trains a copy for a while.
func (w *world) tuned() cheat {
	return cheat{name: "copy trained on, up to a quarter", yard: around, victims: []string{"late", "early", "all", "code"},
		variants: func(v string) []lineup {
			var list []lineup
			join := func(name string, act behaviour) {
				list = append(list, lineup{name, append(around(v), player{id: "thief", act: act}.joins(1)), []string{"thief"}})
			}
			for _, c := range tunings {
				if _, ok := w.experts[c.name]; ok && c.of == v && c.effort <= mostCopy {
					join(c.name, model(c.name))
					join(c.name+", surer", tempered(model(c.name), 1.4, 0.05))
				}
			}
			return list
		}}
}

// around is the market of a victim: the crowd, but for "early" one in which nobody is further yet.
func around(victim string) []player {
	if victim == "early" {
		return honest("all", "prose", "code", "reference", "dictionary", "early")
	}
	return standard("")
}

// curve plays every copy that can be had against its victim.
func (l *lab) curve(ctx context.Context, w *world) error {
	at := 0
	for _, c := range tunings {
		if _, ok := w.experts[c.name]; !ok {
			continue
		}
		if len(l.table.Tuned) == at {
			l.table.Tuned = append(l.table.Tuned, Tuned{Name: c.name, Of: c.of, Effort: c.effort, KeptWorst: 1e9})
		}
		if err := l.table.Tuned[at].play(ctx, w, c.of); err != nil {
			return fmt.Errorf("%s, of %s: %w", c.name, c.of, err)
		}
		at++
	}
	return nil
}

// play lets the copy join a market with its victim, and one without.
func (t *Tuned) play(ctx context.Context, w *world, victim string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	child := player{id: "child", act: model(t.Name)}.joins(1)
	yard, err := play(w, around(victim))
	if err != nil {
		return err
	}
	h, err := play(w, append(around(victim), child))
	if err != nil {
		return err
	}
	alone, err := play(w, append(but(around(victim), victim), child))
	if err != nil {
		return err
	}
	t.note(victim, h, yard, alone)
	return nil
}

func (t *Tuned) note(victim string, h, yard, alone *history) {
	due := yard.pay(victim, 1)
	if due <= 0 {
		return
	}
	last := h.standing(len(h.results)-1, "child")
	earned, kept := h.pay("child", 1)/due, h.pay(victim, 1)/due
	t.Games++
	t.Marginal, t.Error = t.Marginal+last.Marginal, t.Error+last.MarginalSE
	if last.Admitted {
		t.Admitted++
	}
	t.Child, t.Kept = t.Child+earned, t.Kept+kept
	t.ChildWorst, t.KeptWorst = max(t.ChildWorst, earned), min(t.KeptWorst, kept)
	t.Both += (h.pay("child", 1) + h.pay(victim, 1)) / max(due, alone.pay("child", 1))
}
