package mixture

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/dendra-net/dendra/corpus/fresh"
	"github.com/dendra-net/dendra/mix"
	"github.com/dendra-net/dendra/mix/merit"
	"github.com/dendra-net/dendra/neuron"
)

// Options are what validators of a subnet agree on. The zero value is the default network's.
type Options struct {
	Source      fresh.Source  // the validator's own text; nil is fresh.Corpus, or what an audited exam kept
	Positions   int           // bytes that are predicted in an exam, 512 if zero, 64 to 65,536
	PrefixBytes int           // what miners see before each, 64 if zero, 16 to MaxPrefixBytes
	BatchTime   time.Duration // for a miner to answer one request, 3 s if zero
}

const (
	defaultPositions = 512
	defaultPrefix    = 64
	leastPrefix      = 16
	defaultBatchTime = 3 * time.Second
	lives            = 2 // requests that a miner may fail to answer before it is asked no more in an exam
)

// Examiner measures a subnet's miners. It is safe for concurrent use.
type Examiner struct {
	options Options
	shipped fresh.Source // nil when there is text of one's own
	base    *mix.NGram
}

var _ neuron.Examiner = (*Examiner)(nil)

// New makes an Examiner, which takes a second of a core when the default source is used for the first time.
func New(o Options) (*Examiner, error) {
	o.Positions, o.PrefixBytes = or(o.Positions, defaultPositions), or(o.PrefixBytes, defaultPrefix)
	o.BatchTime = or(o.BatchTime, defaultBatchTime)
	switch {
	case o.Positions < MaxPrefixes || o.Positions > merit.MaxPositions:
		return nil, fmt.Errorf("%d positions, want %d to %d", o.Positions, MaxPrefixes, merit.MaxPositions)
	case o.PrefixBytes < leastPrefix || o.PrefixBytes > MaxPrefixBytes:
		return nil, fmt.Errorf("prefixes of %d bytes, want %d to %d", o.PrefixBytes, leastPrefix, MaxPrefixBytes)
	case o.BatchTime < 0:
		return nil, fmt.Errorf("%s for a request, want more than none", o.BatchTime)
	}
	var shipped fresh.Source
	if o.Source == nil {
		var err error
		if shipped, err = fresh.Corpus(); err != nil {
			return nil, fmt.Errorf("open the shipped text: %w", err)
		}
	}
	base, err := Base()
	if err != nil {
		return nil, fmt.Errorf("make the public model: %w", err)
	}
	return &Examiner{o, shipped, base}, nil
}

// Name is "mixture".
func (e *Examiner) Name() string { return "mixture" }

// Opens is after a tenth of the epoch.
func (e *Examiner) Opens(begin, end int64) int64 { return begin + max(0, end-begin)/10 }

// Examine draws positions of fresh text, asks all miners about the same ones in the same order, and judges them by
// package merit. A request without an answer counts as the uniform distribution at its positions; a miner that
// answered less than half of them is taken for silent.
func (e *Examiner) Examine(ctx context.Context, x neuron.Exam) (neuron.Findings, error) {
	paper, err := e.draw(x)
	if err != nil {
		return neuron.Findings{}, err
	}
	sheets := e.askAll(ctx, x, paper)
	if err := ctx.Err(); err != nil {
		return neuron.Findings{}, err
	}
	old, lost := recall(x.Memory)
	panel := e.panel(x, paper, sheets)
	result, past, err := judge(&old, panel)
	if err != nil {
		return neuron.Findings{}, fmt.Errorf("judge %d miners: %w", len(x.Miners), err)
	}
	routed := old.follow(panel)
	f := neuron.Findings{Marks: map[neuron.Address]neuron.Mark{}}
	for i := range sheets {
		f.Marks[x.Miners[i].Hotkey] = sheets[i].mark(result.Miners[i])
	}
	f.Facts = factsOf(result, panel, routed)
	if lost = errors.Join(lost, past); lost != nil {
		f.Facts = append(f.Facts, neuron.Fact{Name: "memory_lost", Value: 1})
		f.Lost = fmt.Sprintf("%v; the router has learnt nothing, and all miners must be admitted again", lost)
	}
	f.Memory, err = old.bytes()
	return f, err
}

// judge begins anew where the past does not fit, which can only be damage and is what lost says: a validator that
// stopped for it would never judge again.
func judge(m *memory, p merit.Panel) (result merit.Result, lost, err error) {
	result, err = m.merit.Judge(p)
	if errors.Is(err, merit.ErrPanel) && m.merit.Height > p.Height {
		lost = fmt.Errorf("%w: it is of height %d, the exam of %d", errMemory, m.merit.Height, p.Height)
		*m = memory{merit: new(merit.State)}
		result, err = m.merit.Judge(p)
	}
	return result, lost, err
}

func (e *Examiner) panel(x neuron.Exam, paper []position, sheets []sheet) merit.Panel {
	p := merit.Panel{Height: x.Opened, Positions: make([]merit.Position, len(paper)), Base: make([]float64, len(paper))}
	var d mix.Dist
	for i, at := range paper {
		p.Positions[i] = merit.Position{Context: at.prefix, Passage: at.passage}
		e.base.Predict(at.prefix, &d)
		p.Base[i] = float64(d[at.truth])
	}
	for i, s := range sheets {
		m := x.Miners[i]
		p.Miners = append(p.Miners, merit.Miner{ID: string(m.Hotkey), Owner: m.Coldkey, Since: m.RegisteredAt, Likelihoods: s.likelihoods()})
	}
	came := make([]byte, len(paper))
	for i, at := range paper {
		came[i] = at.truth
	}
	p.Derive = merit.Derivations(answersOf(sheets), came)
	return p
}

// answersOf tells what a miner said at a position, until it is asked again.
func answersOf(sheets []sheet) func(merit.Member, int) *mix.Dist {
	var d mix.Dist
	return func(m merit.Member, position int) *mix.Dist {
		raw := sheets[m.Index].levelsAt(position)
		if raw == nil || Restore(raw, &d) != nil {
			return nil
		}
		return &d
	}
}

// mark words what was found of a miner.
func (s *sheet) mark(of merit.Standing) neuron.Mark {
	if !of.Answered {
		return neuron.Mark{Reason: s.silence()}
	}
	loss, se := meanOf(bitsOf(s.gave))
	m := neuron.Mark{Share: of.Share, StdErr: of.ShareSE, N: s.answered, Pruning: of.Pruning, Reason: of.Reason, Facts: []neuron.Fact{
		{Name: "bits_per_byte", Value: loss, StdErr: se},
		{Name: "pruning", Value: of.Pruning, StdErr: of.PruningSE},
		{Name: "marginal", Value: of.Marginal, StdErr: of.MarginalSE},
		{Name: "skill", Value: of.Skill, StdErr: of.SkillSE},
		{Name: "admitted", Value: truth(of.Admitted)},
	}}
	if m.Reason == "" && s.err != nil {
		m.Reason = fmt.Sprintf("%d of %d predictions are missing: %v", len(s.gave)-s.answered, len(s.gave), s.err)
	}
	return m
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// factsOf are the figures of an exam. "mixture" is what the collective would have written with: the router, which had
// learnt from earlier exams and learns position by position, blending those who are paid. "best_single" is the best of
// these alone, and "gain" compares the two at the same positions. "pool" is the same blend as package merit weighs it
// after the fact to find out what it would be without somebody.
func factsOf(r merit.Result, p merit.Panel, routed []float64) []neuron.Fact {
	facts := []neuron.Fact{{Name: "base", Value: r.Base}, {Name: "pool", Value: r.Mixture, StdErr: r.MixtureSE}}
	best := -1
	for i, m := range r.Miners {
		if m.Answered && m.Admitted && (best < 0 || m.Loss < r.Miners[best].Loss) {
			best = i
		}
	}
	if best < 0 || len(routed) < 2 {
		return facts
	}
	bits, se := meanOf(routed)
	alone := bitsOf(p.Miners[best].Likelihoods)
	single, singleSE := meanOf(alone)
	gain, gainSE := gainOf(alone, routed)
	return append(facts,
		neuron.Fact{Name: "mixture", Value: bits, StdErr: se},
		neuron.Fact{Name: "best_single", Value: single, StdErr: singleSE},
		neuron.Fact{Name: "gain", Value: gain, StdErr: gainSE})
}

func bitsOf(likelihoods []float64) []float64 {
	bits := make([]float64, len(likelihoods))
	for i, p := range likelihoods {
		bits[i] = -mix.Log2(max(p, mix.Floor))
	}
	return bits
}

// meanOf is the mean of at least two values and its standard error.
func meanOf(values []float64) (mean, standardError float64) {
	return gainOf(values, make([]float64, len(values)))
}

func gainOf(before, after []float64) (mean, standardError float64) {
	mean, standardError, err := mix.Gain(before, after)
	if err != nil {
		panic(err) // cannot happen: both are of all positions, of which there are many
	}
	return mean, standardError
}
