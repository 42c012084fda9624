package pretrain

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestPace(t *testing.T) {
	clock := time.Unix(0, 0)
	work := func(d time.Duration) func() error {
		return func() error { clock = clock.Add(d); return nil }
	}
	p := &Pace{Share: 0.5, Now: func() time.Time { return clock }}
	begin := time.Now()
	require.NoError(t, p.Do(context.Background(), work(20*time.Millisecond)))
	require.GreaterOrEqual(t, time.Since(begin), 20*time.Millisecond, "as long a rest as the work took")
	require.Equal(t, 20*time.Millisecond, p.Worked())
	p.Share = 1
	require.NoError(t, p.Do(context.Background(), work(time.Hour)))
	ctx, stop := context.WithCancel(context.Background())
	p.Share = 0.01
	require.ErrorIs(t, p.Do(ctx, func() error { clock = clock.Add(time.Hour); stop(); return nil }), context.Canceled, "the rest ends at once")
	require.ErrorIs(t, p.Do(ctx, func() error { t.Fatal("it is over"); return nil }), context.Canceled)
	bad := errors.New("bad")
	require.ErrorIs(t, p.Do(context.Background(), func() error { return bad }), bad)
	var none *Pace
	require.NoError(t, none.Do(context.Background(), func() error { return nil }))
	require.Zero(t, none.Worked())
}
