package merit_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/mix/merit"
)

// BenchmarkJudge is one epoch of eight miners, all of them admitted, at 2,500 positions whose contexts are 96 bytes of
// printable text; the target is 0.3 CPU-s.
func BenchmarkJudge(b *testing.B) {
	w := newWorld(1, 100)
	for len(w.p.Positions) < 2500 {
		more := newWorld(uint64(len(w.p.Positions)), 100)
		for i := range more.p.Positions {
			more.p.Positions[i].Passage += 40 * len(w.p.Positions)
		}
		w.p.Positions = append(w.p.Positions, more.p.Positions...)
		w.hard, w.sort = append(w.hard, more.hard...), append(w.sort, more.sort...)
	}
	for i := range w.p.Positions {
		context := make([]byte, 96)
		for k := range context {
			context[k] = byte(' ' + w.r.IntN(90))
		}
		w.p.Positions[i].Context = context
	}
	w.p.Base = w.answers(0, 0)
	for i := range 8 {
		w.add(fmt.Sprint("m", i), int64(i), w.answers(1, 1))
	}
	for b.Loop() {
		_, err := merit.Once(w.p)
		require.NoError(b, err)
	}
}
