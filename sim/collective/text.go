package collective

import (
	"fmt"
	"math/rand/v2"

	"github.com/dendra-net/dendra/corpus"
	"github.com/dendra-net/dendra/mix"
	"github.com/dendra-net/dendra/mix/merit"
)

// A passage is as long as a net looks back; positions in it are a few bytes apart.
const (
	passageBytes = 126
	firstAt      = 30
	everyBytes   = 4
	perPassage   = (passageBytes-firstAt-1)/everyBytes + 1
)

// epoch is fresh text and what every expert says of it.
type epoch struct {
	passages  [][]byte
	positions []merit.Position
	kinds     []corpus.Kind
	truth     []byte
	experts   map[string]expert
	said      map[string][]mix.Dist
	failed    error // the first error of an expert
	cache     *merit.Cache
	derived   map[string][][]float64
}

// draw takes passages of every kind in turn from text that is held out of training.
func draw(r *rand.Rand, passages int, all map[string]expert) (*epoch, error) {
	e := &epoch{experts: all, said: map[string][]mix.Dist{}, cache: merit.NewCache(), derived: map[string][][]float64{}}
	for k := range passages {
		kind := corpus.Kinds()[k%len(corpus.Kinds())]
		text, err := corpus.Text(kind, corpus.HeldOut)
		if err != nil {
			return nil, err
		}
		from := r.IntN(len(text) - passageBytes)
		passage := text[from : from+passageBytes]
		e.passages = append(e.passages, passage)
		for _, i := range asked() {
			e.positions = append(e.positions, merit.Position{Context: passage[:i], Passage: k})
			e.kinds, e.truth = append(e.kinds, kind), append(e.truth, passage[i])
		}
	}
	return e, nil
}

// asked lists the places in a passage.
func asked() []int {
	at := make([]int, 0, perPassage)
	for i := firstAt; i < passageBytes; i += everyBytes {
		at = append(at, i)
	}
	return at
}

// dists is what an expert says, asked once. An error is kept in e.failed, which whoever judges the epoch returns.
func (e *epoch) dists(name string) []mix.Dist {
	if d, ok := e.said[name]; ok {
		return d
	}
	all := make([]mix.Dist, len(e.positions))
	model, ok := e.experts[name]
	if !ok {
		e.fail(fmt.Errorf("no expert is called %s", name))
		return all
	}
	at := asked()
	for k, passage := range e.passages {
		if err := model.predict(passage, at, all[k*len(at):][:len(at)]); err != nil {
			e.fail(fmt.Errorf("ask %s: %w", name, err))
		}
	}
	e.said[name] = all
	return all
}

func (e *epoch) fail(err error) {
	if e.failed == nil {
		e.failed = err
	}
}

// column is what dists gave the bytes that came.
func (e *epoch) column(dists []mix.Dist) []float64 {
	c := make([]float64, len(dists))
	for i := range dists {
		c[i] = float64(dists[i][e.truth[i]])
	}
	return c
}
