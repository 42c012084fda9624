package pretrain

import (
	"context"
	"time"
)

// Pace keeps work to a share of one core: after each piece it sleeps as much longer as the piece took. A Pace belongs to one
// goroutine; nil works without pause.
type Pace struct {
	Share float64 // of a core, above 0; 1 and more works without pause
	Now   func() time.Time

	worked time.Duration
}

// Worked is how long the pieces took in all.
func (p *Pace) Worked() time.Duration {
	if p == nil {
		return 0
	}
	return p.worked
}

// Do runs a piece, and returns soon after ctx ends.
func (p *Pace) Do(ctx context.Context, piece func() error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if p == nil {
		return piece()
	}
	start := p.now()
	err := piece()
	if err != nil {
		return err
	}
	return p.Rest(ctx, p.now().Sub(start))
}

// Rest sleeps for a piece of work that took so long.
func (p *Pace) Rest(ctx context.Context, took time.Duration) error {
	if p == nil {
		return ctx.Err()
	}
	p.worked += took
	if p.Share >= 1 {
		return ctx.Err()
	}
	return sleep(ctx, time.Duration(float64(took)*(1/p.Share-1)))
}

func (p *Pace) now() time.Time {
	if p == nil || p.Now == nil {
		return time.Now()
	}
	return p.Now()
}

// sleep waits, or returns ctx's error.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
