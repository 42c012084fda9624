package merit_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/mix/merit"
)

// BenchmarkJudge is an epoch of eight miners at 2,500 positions whose contexts are 96 bytes of printable text: the first,
// when all are weighed as newcomers, and a later one, when all are in.
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
	state := &merit.State{}
	_, err := state.Judge(w.p)
	require.NoError(b, err)
	known, err := state.Bytes()
	require.NoError(b, err)
	for name, memory := range map[string][]byte{"first": nil, "later": known} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				state, err := merit.Parse(memory)
				require.NoError(b, err)
				_, err = state.Judge(w.p)
				require.NoError(b, err)
			}
		})
	}
}
