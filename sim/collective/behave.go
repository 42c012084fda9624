package collective

import (
	"math"
	"math/rand/v2"

	"github.com/dendra-net/dendra/corpus"
	"github.com/dendra-net/dendra/mix"
)

// normal makes weights a distribution in which nothing is below mix.Floor.
func normal(weights *[256]float64, d *mix.Dist) {
	sum := 0.0
	for _, w := range weights {
		sum += w
	}
	for b, w := range weights {
		d[b] = float32(mix.Floor + (1-256*mix.Floor)*w/sum)
	}
}

// tempered raises another's answers to a power and wobbles them: a copy that is not equal to anything.
func tempered(of behaviour, power, wobble float64) behaviour {
	return func(e *epoch, number int, r *rand.Rand) []mix.Dist {
		from := of(e, number, r)
		out := make([]mix.Dist, len(from))
		for i := range from {
			var w [256]float64
			for b, p := range from[i] {
				w[b] = math.Exp(power*math.Log(float64(p)) + wobble*r.NormFloat64())
			}
			normal(&w, &out[i])
		}
		return out
	}
}

// share is a part of a blend.
type share struct {
	of     behaviour
	weight float64
}

// blended is the weighted mean of others' answers.
func blended(shares ...share) behaviour {
	return func(e *epoch, number int, r *rand.Rand) []mix.Dist {
		weights := make([][256]float64, len(e.positions))
		for _, s := range shares {
			for i, d := range s.of(e, number, r) {
				for b, p := range d {
					weights[i][b] += s.weight * float64(p)
				}
			}
		}
		return normalAll(weights)
	}
}

// multiplied is the product of others' answers, each to the power of its weight.
func multiplied(shares ...share) behaviour {
	return func(e *epoch, number int, r *rand.Rand) []mix.Dist {
		logs := make([][256]float64, len(e.positions))
		for _, s := range shares {
			for i, d := range s.of(e, number, r) {
				for b, p := range d {
					logs[i][b] += s.weight * math.Log(float64(p))
				}
			}
		}
		for i := range logs {
			for b, v := range logs[i] {
				logs[i][b] = math.Exp(v)
			}
		}
		return normalAll(logs)
	}
}

func normalAll(weights [][256]float64) []mix.Dist {
	out := make([]mix.Dist, len(weights))
	for i := range weights {
		normal(&weights[i], &out[i])
	}
	return out
}

// equally gives each model the same weight.
func equally(names []string, total float64) []share {
	list := make([]share, len(names))
	for k, name := range names {
		list[k] = share{model(name), total / float64(len(names))}
	}
	return list
}

// switched answers as by for some kinds of text and as otherwise for the rest. That it knows the kind is more than a
// miner is told.
func switched(otherwise behaviour, by map[corpus.Kind]behaviour) behaviour {
	return func(e *epoch, number int, r *rand.Rand) []mix.Dist {
		rest := otherwise(e, number, r)
		all := map[corpus.Kind][]mix.Dist{}
		for _, kind := range corpus.Kinds() {
			if b, ok := by[kind]; ok {
				all[kind] = b(e, number, r)
			}
		}
		out := make([]mix.Dist, len(rest))
		for i, kind := range e.kinds {
			if d, ok := all[kind]; ok {
				out[i] = d[i]
			} else {
				out[i] = rest[i]
			}
		}
		return out
	}
}

// turns answers as before until an epoch, and as after from then on.
func turns(when int, before, after behaviour) behaviour {
	return func(e *epoch, number int, r *rand.Rand) []mix.Dist {
		if number < when {
			return before(e, number, r)
		}
		return after(e, number, r)
	}
}

// drifts goes from one behaviour to another in so many steps, an epoch each.
func drifts(steps int, before, after behaviour) behaviour {
	return func(e *epoch, number int, r *rand.Rand) []mix.Dist {
		part := min(1, float64(number)/float64(steps))
		return blended(share{before, 1 - part}, share{after, part})(e, number, r)
	}
}

// routed blends others by a router that has practised on text of its own, for which it asked the others, and learns from
// what earlier exams revealed.
func (w *world) routed(names []string) behaviour {
	var router *mix.Router
	return func(e *epoch, number int, r *rand.Rand) []mix.Dist {
		if number == 0 || router == nil {
			fresh, err := mix.NewRouter(len(names), 0)
			if err != nil || w.practice.teach(fresh, names) != nil {
				return uniform(e, number, r)
			}
			router = fresh
		}
		out := make([]mix.Dist, len(e.positions))
		answers := make([]mix.Dist, len(names))
		for i := range out {
			for k, name := range names {
				answers[k] = e.dists(name)[i]
			}
			if router.Blend(e.positions[i].Context, answers, &out[i]) != nil {
				out[i] = mix.Uniform()
			}
		}
		if e.teach(router, names) != nil {
			router = nil
		}
		return out
	}
}

// teach tells a router what came.
func (e *epoch) teach(router *mix.Router, names []string) error {
	likelihoods := make([]float64, len(names))
	for i, p := range e.positions {
		for k, name := range names {
			likelihoods[k] = float64(e.dists(name)[i][e.truth[i]])
		}
		if _, err := router.Learn(p.Context, likelihoods); err != nil {
			return err
		}
	}
	return nil
}

// sure puts nearly all on a byte that it draws.
func sure(e *epoch, _ int, r *rand.Rand) []mix.Dist {
	out := make([]mix.Dist, len(e.positions))
	for i := range out {
		var w [256]float64
		w[r.IntN(256)] = 1
		normal(&w, &out[i])
	}
	return out
}

func uniform(e *epoch, _ int, _ *rand.Rand) []mix.Dist {
	out := make([]mix.Dist, len(e.positions))
	for i := range out {
		out[i] = mix.Uniform()
	}
	return out
}
