package collective

import (
	"context"
	"fmt"
	"slices"
)

// Row is a cheat against its victims. Ratios are to what the victim earned where the cheat did not take place.
type Row struct {
	Cheat       string    `json:"cheat"`
	Victims     []string  `json:"victims"`
	Games       int       `json:"games"`        // seeds times victims
	Admitted    float64   `json:"admitted"`     // part of games in which a thief was let in
	Thief       float64   `json:"thief"`        // what the thief earned more than before, of the victim's pay: mean
	ThiefWorst  float64   `json:"thief_worst"`  // the same in its worst game
	Kept        float64   `json:"kept"`         // what the victim kept; of a split, the other that kept least
	KeptWorst   float64   `json:"kept_worst"`   // the same in its worst game
	OthersWorst float64   `json:"others_worst"` // the least that any honest member kept in any game
	Variant     string    `json:"variant"`      // that paid best in the worst game
	Victim      string    `json:"victim"`       // of the worst game
	Marginal    float64   `json:"marginal"`     // the most that the thief told beyond prior art, mean over games, bits per byte
	thieves     []float64 // turns of turncoats, and of the others in their markets, in the epoch in which they turn
	beside      []float64
}

// newRow is one of no games.
func newRow(c cheat) Row {
	return Row{Cheat: c.name, Victims: c.victims, KeptWorst: 1e9, OthersWorst: 1e9, ThiefWorst: -1e9}
}

// play plays a cheat's games on a world.
func (r *Row) play(ctx context.Context, w *world, c cheat) error {
	if c.blind {
		return r.against(ctx, w, c, c.victims...)
	}
	for _, victim := range c.victims {
		if err := r.against(ctx, w, c, victim); err != nil {
			return fmt.Errorf("against %s: %w", victim, err)
		}
	}
	return nil
}

// against plays a cheat's variants once and holds each against every victim: of the variants the one that paid the thief
// best counts, and the one in which the victim kept least.
func (r *Row) against(ctx context.Context, w *world, c cheat, victims ...string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	yard, err := play(w, c.yard(victims[0]))
	if err != nil {
		return err
	}
	before := yard
	if c.stays != nil {
		if before, err = play(w, c.stays(victims[0])); err != nil {
			return err
		}
	}
	games := make([]game, len(victims))
	for k, victim := range victims {
		games[k] = game{victim: victim, split: c.split, from: 1 + c.waits, due: yard.pay(victim, 1), gain: -1e9, kept: 1e9, others: 1e9, marginal: -1e9}
	}
	for _, v := range c.variants(victims[0]) {
		h, err := play(w, v.players)
		if err != nil {
			return fmt.Errorf("%s: %w", v.name, err)
		}
		for k := range games {
			games[k].hold(v, h, yard, before)
		}
		if c.turns {
			r.gather(v, h)
		}
	}
	for _, g := range games {
		if g.due > 0 {
			r.note(g)
		}
	}
	return nil
}

// gather notes how much everybody turned when the thieves did.
func (r *Row) gather(v lineup, h *history) {
	for _, p := range h.players {
		s := h.standing(1, p.id)
		switch {
		case s == nil || s.Turn == 0:
		case slices.Contains(v.thieves, p.id):
			r.thieves = append(r.thieves, s.Turn)
		default:
			r.beside = append(r.beside, s.Turn)
		}
	}
}

// game is what a cheat's variants brought against one victim.
type game struct {
	victim       string
	split        bool
	from         int     // epoch from which on it is counted what somebody kept
	due          float64 // what the victim earns without the cheat
	gain         float64 // of the variant that paid best
	kept, others float64
	admitted     bool
	marginal     float64
	variant      string
}

// hold notes a variant's history beside that of the market without it, and of the one in which the thief was as before.
func (g *game) hold(v lineup, h, yard, before *history) {
	gain := 0.0
	for _, id := range v.thieves {
		gain += h.pay(id, 1) - before.pay(id, 1)
		last := h.standing(len(h.results)-1, id)
		g.admitted, g.marginal = g.admitted || last.Admitted, max(g.marginal, last.Marginal)
	}
	if g.split && !slices.Contains(v.thieves, g.victim) {
		gain -= g.due // the victim itself plays as somebody else
	}
	if gain /= max(g.due, 1e-9); gain > g.gain {
		g.gain, g.variant = gain, v.name
	}
	for _, p := range h.players {
		due := yard.pay(p.id, g.from)
		if slices.Contains(v.thieves, p.id) || due <= 0 {
			continue
		}
		kept := h.pay(p.id, g.from) / due
		g.others = min(g.others, kept)
		if g.split || p.id == g.victim {
			g.kept = min(g.kept, kept)
		}
	}
}

func (r *Row) note(g game) {
	r.Games++
	r.Thief, r.Kept, r.Marginal = r.Thief+g.gain, r.Kept+g.kept, r.Marginal+g.marginal
	if g.admitted {
		r.Admitted++
	}
	if g.gain > r.ThiefWorst {
		r.ThiefWorst, r.Variant, r.Victim = g.gain, g.variant, g.victim
	}
	r.KeptWorst, r.OthersWorst = min(r.KeptWorst, g.kept), min(r.OthersWorst, g.others)
}
