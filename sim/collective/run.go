package collective

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/dendra-net/dendra/mix/merit"
)

// Options say how much to play. Zero fields take the values in brackets.
type Options struct {
	Seeds    int    // worlds of text [5]
	Epochs   int    // of each, 3 to 20 [5]
	Passages int    // of an epoch, 24 positions each, 40 to 1,000 [104]
	Seed     uint64 // of the first world [1]
	Nets     string // folder of more nets, of which the curve of tuned copies is made; may be empty
	// Report is called, unless nil, after each world with how many are done.
	Report func(done, of int)
}

// ErrOptions marks options that cannot be played.
var ErrOptions = errors.New("cannot play that")

func (o Options) complete() (Options, error) {
	for _, f := range []struct {
		name               string
		field              *int
		value, least, most int
	}{{"seeds", &o.Seeds, 5, 1, 1000}, {"epochs", &o.Epochs, 5, 3, 20}, {"passages", &o.Passages, 104, 40, 1000}} {
		if *f.field == 0 {
			*f.field = f.value
		}
		if *f.field < f.least || *f.field > f.most {
			return o, fmt.Errorf("%w: %d %s, want %d to %d", ErrOptions, *f.field, f.name, f.least, f.most)
		}
	}
	if o.Seed == 0 {
		o.Seed = 1
	}
	return o, nil
}

// Whole is the collective against its best member in the market of the honest.
type Whole struct {
	Epochs  int     `json:"epochs"` // over all worlds
	Better  int     `json:"better"` // in which the collective was better than its best member
	Surely  int     `json:"surely"` // by two standard errors or more
	Mixture float64 `json:"mixture"`
	Best    float64 `json:"best"` // bits per byte, means over epochs
	Gain    float64 `json:"gain"`
	GainSE  float64 `json:"gain_se"` // of one epoch, on average
}

// Newcomer is an honest miner that joins a market.
type Newcomer struct {
	Name     string  `json:"name"`
	Games    int     `json:"games"`
	Marginal float64 `json:"marginal"` // it told beyond prior art when it was decided, bits per byte, mean
	Error    float64 `json:"error"`    // standard error of one game, mean
	AtOnce   float64 `json:"at_once"`  // part of games in which it was let in by its first panel
	Admitted float64 `json:"admitted"` // and by the end
}

// Table is what a run found.
type Table struct {
	Seeds     int        `json:"seeds"`
	Epochs    int        `json:"epochs"`
	Positions int        `json:"positions"`
	Whole     Whole      `json:"whole"`
	Members   []Member   `json:"members"`
	Turns     []Turns    `json:"turns"`
	Newcomers []Newcomer `json:"newcomers"`
	Tuned     []Tuned    `json:"tuned"`
	Cheats    []Row      `json:"cheats"`
}

// Turns is by how many times what chance leaves miners' answers no longer followed from the others' as before: see
// merit.Standing.
type Turns struct {
	Of       string  `json:"of"`
	Count    int     `json:"count"`
	Median   float64 `json:"median"`
	Most     float64 `json:"most"`
	Least    float64 `json:"least"`
	Doubtful float64 `json:"doubtful"` // part of them above merit.Doubtful
	Turned   float64 `json:"turned"`   // and above merit.Turned
}

func turnsOf(of string, list []float64) Turns {
	t := Turns{Of: of, Count: len(list)}
	if len(list) == 0 {
		return t
	}
	slices.Sort(list)
	t.Least, t.Median, t.Most = list[0], list[len(list)/2], list[len(list)-1]
	for _, v := range list {
		if v > merit.Doubtful {
			t.Doubtful += 1 / float64(len(list))
		}
		if v > merit.Turned {
			t.Turned += 1 / float64(len(list))
		}
	}
	return t
}

// Member is one of the honest market, on average over epochs.
type Member struct {
	Name    string  `json:"name"`
	Loss    float64 `json:"loss"`
	Skill   float64 `json:"skill"`
	Pruning float64 `json:"pruning"`
	Share   float64 `json:"share"`
}

// Run plays the markets of the honest and every cheat. It ends early with the error of ctx.
func Run(ctx context.Context, o Options) (Table, error) {
	o, err := o.complete()
	if err != nil {
		return Table{}, err
	}
	all, err := experts(o.Nets)
	if err != nil {
		return Table{}, err
	}
	lab := &lab{options: o, table: Table{Seeds: o.Seeds, Epochs: o.Epochs, Positions: o.Passages * perPassage}}
	for k := range o.Seeds {
		w, err := newWorld(o.Seed+uint64(k), o.Epochs, o.Passages, all)
		if err != nil {
			return Table{}, err
		}
		if err := lab.visit(ctx, w); err != nil {
			return Table{}, fmt.Errorf("seed %d: %w", w.seed, err)
		}
		if o.Report != nil {
			o.Report(k+1, o.Seeds)
		}
	}
	lab.turns()
	lab.table.average()
	return lab.table, nil
}

// lab gathers sums, which average divides.
type lab struct {
	options Options
	table   Table
	honest  []float64 // turns in the market of the honest
}

func (l *lab) visit(ctx context.Context, w *world) error {
	if err := l.whole(w); err != nil {
		return err
	}
	if err := l.newcomers(w); err != nil {
		return err
	}
	if err := l.curve(ctx, w); err != nil {
		return err
	}
	for k, c := range w.cheats() {
		if len(l.table.Cheats) == k {
			l.table.Cheats = append(l.table.Cheats, newRow(c))
		}
		if err := l.table.Cheats[k].play(ctx, w, c); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
	}
	return nil
}

// whole measures the market of the honest.
func (l *lab) whole(w *world) error {
	h, err := play(w, standard(""))
	if err != nil {
		return err
	}
	t := &l.table
	if t.Members == nil {
		for _, name := range crowd {
			t.Members = append(t.Members, Member{Name: name})
		}
	}
	for _, r := range h.results {
		t.Whole.add(r)
		for k, s := range r.Miners {
			if s.Turn > 0 {
				l.honest = append(l.honest, s.Turn)
			}
			m := &t.Members[k]
			m.Loss, m.Skill, m.Pruning, m.Share = m.Loss+s.Loss, m.Skill+s.Skill, m.Pruning+s.Pruning, m.Share+s.Share
		}
	}
	return nil
}

func (a *Whole) add(r merit.Result) {
	a.Epochs++
	if r.Gain > 0 {
		a.Better++
	}
	if r.Gain >= 2*r.GainSE {
		a.Surely++
	}
	a.Mixture, a.Best, a.Gain, a.GainSE = a.Mixture+r.Mixture, a.Best+r.BestLoss, a.Gain+r.Gain, a.GainSE+r.GainSE
}

// turns sums up how much the honest turned, and turncoats.
func (l *lab) turns() {
	t := &l.table
	t.Turns = append(t.Turns, turnsOf("honest miners", l.honest))
	for _, r := range t.Cheats {
		if len(r.thieves) > 0 {
			t.Turns = append(t.Turns, turnsOf(r.Cheat, r.thieves), turnsOf("the others beside it", r.beside))
		}
	}
}

// newcomers lets honest miners join markets in which they are not.
func (l *lab) newcomers(w *world) error {
	for k, n := range honestNewcomers() {
		if len(l.table.Newcomers) == k {
			l.table.Newcomers = append(l.table.Newcomers, Newcomer{Name: n.name})
		}
		h, err := play(w, n.players)
		if err != nil {
			return fmt.Errorf("newcomer %s: %w", n.name, err)
		}
		t := &l.table.Newcomers[k]
		t.Games++
		t.note(h, n.thieves[0])
	}
	return nil
}

// note follows a newcomer until it is decided: let in, or at the end.
func (t *Newcomer) note(h *history, id string) {
	for e := range h.results {
		s := h.standing(e, id)
		if s == nil || !s.Admitted && e+1 < len(h.results) {
			continue
		}
		t.Marginal, t.Error = t.Marginal+s.Marginal, t.Error+s.MarginalSE
		if s.Admitted {
			t.Admitted++
			if h.standing(e-1, id) == nil {
				t.AtOnce++
			}
		}
		return
	}
}

// honestNewcomers are lineups whose "thief" is honest. A net that is mixed with what is known is a miner that has
// learnt a little of its own.
func honestNewcomers() []lineup {
	join := func(name string, market []player, act behaviour) lineup {
		return lineup{name, append(market, player{id: "new", act: act}.joins(1)), []string{"new"}}
	}
	list := []lineup{}
	for _, name := range crowd {
		list = append(list, join(name, others(name), model(name)))
	}
	return append(list,
		join("half late, half all", others("late"), blended(share{model("late"), 0.5}, share{model("all"), 0.5})),
		join("twin of late, among six", honest(crowd...), model("twin")),
		join("twin of late, among two", honest("weak", "late"), model("twin")),
		join("all, among two", honest("weak", "late"), model("all")),
		join("late, grown from early", around("early"), model("late")),
		join("late, grown from early, among two", honest("weak", "early"), model("late")),
	)
}

func (t *Table) average() {
	n := float64(t.Whole.Epochs)
	for _, f := range []*float64{&t.Whole.Mixture, &t.Whole.Best, &t.Whole.Gain, &t.Whole.GainSE} {
		*f /= n
	}
	for k := range t.Members {
		m := &t.Members[k]
		m.Loss, m.Skill, m.Pruning, m.Share = m.Loss/n, m.Skill/n, m.Pruning/n, m.Share/n
	}
	for k := range t.Newcomers {
		c := &t.Newcomers[k]
		g := float64(c.Games)
		c.Marginal, c.Error, c.AtOnce, c.Admitted = c.Marginal/g, c.Error/g, c.AtOnce/g, c.Admitted/g
	}
	for k := range t.Tuned {
		c := &t.Tuned[k]
		if c.Games == 0 {
			c.Kept, c.KeptWorst = 1, 1
			continue
		}
		g := float64(c.Games)
		for _, f := range []*float64{&c.Marginal, &c.Error, &c.Admitted, &c.Child, &c.Kept, &c.Both} {
			*f /= g
		}
	}
	for k := range t.Cheats {
		r := &t.Cheats[k]
		if r.Games == 0 { // no victim was paid
			*r = Row{Cheat: r.Cheat, Victims: r.Victims, Kept: 1, KeptWorst: 1, OthersWorst: 1}
			continue
		}
		g := float64(r.Games)
		r.Thief, r.Kept, r.Admitted, r.Marginal = r.Thief/g, r.Kept/g, r.Admitted/g, r.Marginal/g
	}
}
