package retention

import (
	"context"
	"runtime"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
)

// Progress is told how many of all pieces of work are done, from several goroutines.
type Progress func(done, total int)

// Options say how much work a table is worth.
type Options struct {
	Seeds    int      // networks that a figure is the mean over; 0: as many as the table asks for
	Progress Progress // nil: nobody wants to know
}

// seedsOr returns how many networks to play.
func (o Options) seedsOr(usual int) int {
	if o.Seeds > 0 {
		return o.Seeds
	}
	return usual
}

// each does n pieces of work over the cores, until the context ends. Pieces write to places of their own.
func each(ctx context.Context, n int, progress Progress, work func(k int)) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	var done atomic.Int64
	for k := range n {
		g.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			work(k)
			if finished := int(done.Add(1)); progress != nil {
				progress(finished, n)
			}
			return nil
		})
	}
	return g.Wait()
}
