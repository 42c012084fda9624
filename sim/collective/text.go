package collective

import (
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
	positions []merit.Position
	kinds     []corpus.Kind
	truth     []byte
	dists     map[string][]mix.Dist
	cache     *merit.Cache
	derived   map[string][][]float64
}

// draw takes passages of every kind in turn from text that is held out of training.
func draw(r *rand.Rand, passages int) (*epoch, error) {
	e := &epoch{dists: map[string][]mix.Dist{}, cache: merit.NewCache(), derived: map[string][][]float64{}}
	var at []int
	for i := firstAt; i < passageBytes; i += everyBytes {
		at = append(at, i)
	}
	all, err := experts()
	if err != nil {
		return nil, err
	}
	for k := range passages {
		kind := corpus.Kinds()[k%len(corpus.Kinds())]
		text, err := corpus.Text(kind, corpus.HeldOut)
		if err != nil {
			return nil, err
		}
		from := r.IntN(len(text) - passageBytes)
		passage := text[from : from+passageBytes]
		for _, i := range at {
			e.positions = append(e.positions, merit.Position{Context: passage[:i], Passage: k})
			e.kinds, e.truth = append(e.kinds, kind), append(e.truth, passage[i])
		}
		for name, model := range all {
			dists := make([]mix.Dist, len(at))
			if err := model.predict(passage, at, dists); err != nil {
				return nil, err
			}
			e.dists[name] = append(e.dists[name], dists...)
		}
	}
	return e, nil
}

// column is what dists gave the bytes that came.
func (e *epoch) column(dists []mix.Dist) []float64 {
	c := make([]float64, len(dists))
	for i := range dists {
		c[i] = float64(dists[i][e.truth[i]])
	}
	return c
}
