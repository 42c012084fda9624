package sim

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"runtime"
	"slices"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
)

// Lab plays attacks. The zero value plays them as docs/incentives.md shows them.
type Lab struct {
	Seeds  int // worlds that count; 0: 20
	Screen int // worlds in which all choices are tried, before the worst are played in all others; 0: 2
	Finals int // how many choices are played in all worlds; 0: 2
	Epochs int // of a game; 0: 360, and after a smaller screening 200
	BurnIn int // epochs before anything counts; 0: 60
	// Cost is what a full evaluation costs, as a part of an honest validator's dividend; 0: 0.1.
	Cost float64
	// Case, when not empty, is what the name of a case must contain to be played.
	Case string
	// Workers is how many games are played at one time; 0: one for each processor.
	Workers int
	// Progress, when not nil, is told how many games have been played of how many that are known of. It is called from
	// several goroutines.
	Progress func(played, known int64)

	played, known atomic.Int64
}

func (l *Lab) fill() {
	set := func(v *int, d int) {
		if *v == 0 {
			*v = d
		}
	}
	set(&l.Seeds, 20)
	set(&l.Screen, 2)
	set(&l.Finals, 2)
	set(&l.Epochs, 360)
	set(&l.BurnIn, 60)
	set(&l.Workers, runtime.GOMAXPROCS(0))
	if l.Cost == 0 {
		l.Cost = 0.1
	}
	l.Screen = min(l.Screen, l.Seeds)
}

// Check says what of a laboratory makes no sense.
func (l *Lab) Check() error {
	switch {
	case l.Seeds < 0 || l.Seeds > 10_000:
		return fmt.Errorf("%d seeds: there are 1 to 10000", l.Seeds)
	case l.Epochs < 0 || l.Epochs > MaxEpochs || l.BurnIn < 0 || l.Epochs > 0 && l.Epochs <= max(l.BurnIn, 60):
		return fmt.Errorf("%d epochs: they must be more than the %d that are not counted, and at most %d", l.Epochs, max(l.BurnIn, 60), MaxEpochs)
	case !(l.Cost >= 0 && l.Cost < 1):
		return fmt.Errorf("a cost of %v: it is a part of the dividend, from 0 to less than 1", l.Cost)
	}
	return nil
}

// choice is one way to carry an attack out. play returns a score for each thing that is measured; the larger, the worse
// for everybody else.
type choice struct {
	label string
	play  func(ctx context.Context, seed uint64, epochs int) ([]float64, error)
}

// outcome is what the worst choice gives.
type outcome struct {
	mean, deviation float64
	label           string
}

// standardError is how far the mean may be off.
func (o outcome) standardError(seeds int) float64 {
	return o.deviation / math.Sqrt(float64(max(seeds, 1)))
}

// worst finds, for each score, the choice that gives most: all of them are tried in a few worlds, and the first ones of
// every score played in as many as count.
func (l *Lab) worst(ctx context.Context, choices []choice) ([]outcome, error) {
	finalists := choices
	if len(choices) > l.Finals {
		rough, err := l.playAll(ctx, choices, 1000, l.Screen, min(l.Epochs, 200))
		if err != nil {
			return nil, err
		}
		finalists = l.first(choices, rough)
	}
	fine, err := l.playAll(ctx, finalists, 1, l.Seeds, l.Epochs)
	if err != nil {
		return nil, err
	}
	out := make([]outcome, len(fine[0][0]))
	for score := range out {
		out[score].mean = math.Inf(-1)
		for k, worlds := range fine {
			if mean, deviation := spread(worlds, score); mean > out[score].mean {
				out[score] = outcome{mean, deviation, finalists[k].label}
			}
		}
	}
	return out, nil
}

// first returns the choices with the largest mean in any score, in their old order.
func (l *Lab) first(choices []choice, worlds [][][]float64) []choice {
	kept := make([]bool, len(choices))
	for score := range worlds[0][0] {
		order := make([]int, len(choices))
		for i := range order {
			order[i] = i
		}
		slices.SortStableFunc(order, func(a, b int) int {
			x, _ := spread(worlds[a], score)
			y, _ := spread(worlds[b], score)
			return cmp.Compare(y, x)
		})
		for _, i := range order[:min(l.Finals, len(order))] {
			kept[i] = true
		}
	}
	var out []choice
	for i, c := range choices {
		if kept[i] {
			out = append(out, c)
		}
	}
	return out
}

// playAll returns scores by choice and world.
func (l *Lab) playAll(ctx context.Context, choices []choice, firstSeed uint64, seeds, epochs int) ([][][]float64, error) {
	out := make([][][]float64, len(choices))
	workers, ctx := errgroup.WithContext(ctx)
	workers.SetLimit(l.Workers)
	l.known.Add(int64(len(choices) * seeds))
	for i, c := range choices {
		out[i] = make([][]float64, seeds)
		for k := range seeds {
			workers.Go(func() error {
				scores, err := c.play(ctx, firstSeed+uint64(k), epochs)
				if err != nil {
					return fmt.Errorf("%s: %w", c.label, err)
				}
				out[i][k] = scores
				if played := l.played.Add(1); l.Progress != nil {
					l.Progress(played, l.known.Load())
				}
				return nil
			})
		}
	}
	return out, workers.Wait()
}

// spread returns mean and standard deviation of one score over worlds.
func spread(worlds [][]float64, score int) (mean, deviation float64) {
	n := float64(len(worlds))
	for _, w := range worlds {
		mean += w[score] / n
	}
	for _, w := range worlds {
		deviation += (w[score] - mean) * (w[score] - mean)
	}
	return mean, math.Sqrt(deviation / max(n-1, 1))
}
