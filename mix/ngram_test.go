package mix

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// babble writes n bytes of sentences drawn from a kind's words: text of which a model can know much but not all.
func babble(kind, seed uint64, n int) []byte {
	words := rand.New(rand.NewPCG(kind, 1))
	list := make([]string, 60)
	for i := range list {
		for range 2 + words.IntN(7) {
			list[i] += string(rune('a' + words.IntN(26)))
		}
	}
	draw := rand.New(rand.NewPCG(kind, seed))
	var b strings.Builder
	for b.Len() < n {
		b.WriteString(list[min(draw.IntN(60), draw.IntN(60))] + " ")
	}
	return []byte(b.String()[:n])
}

func trained(t testing.TB, c NGramConfig, text []byte) *NGram {
	t.Helper()
	m, err := NewNGram(c)
	require.NoError(t, err)
	m.Train(text)
	return m
}

func TestUntrainedModelIsUniform(t *testing.T) {
	m := trained(t, NGramConfig{}, nil)
	var d Dist
	m.Predict([]byte("anything"), &d)
	require.InDeltaSlice(t, slice(Uniform()), slice(d), 1e-9)
}

func slice(d Dist) []float32 { return d[:] }

func TestModelLearnsWhatFollows(t *testing.T) {
	m := trained(t, NGramConfig{}, []byte(strings.Repeat("the quick brown fox ", 50)))
	var d Dist
	m.Predict([]byte("the qu"), &d)
	require.Greater(t, d['i'], float32(0.95))
	require.NoError(t, d.Check())
}

// Every distribution sums to one and has no zero, whatever was learnt and whatever is asked.
func TestDistributionsAreProper(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	for order := 1; order <= MaxOrder; order++ {
		m := trained(t, NGramConfig{Order: order}, babble(1, 1, 20_000))
		for range 300 {
			context := babble(r.Uint64N(3), r.Uint64(), r.IntN(40))
			if r.IntN(4) == 0 {
				for i := range context {
					context[i] = byte(r.Uint32())
				}
			}
			var d Dist
			m.Predict(context, &d)
			require.NoError(t, d.Check())
			for _, p := range d {
				require.GreaterOrEqual(t, float64(p), Floor*0.999)
			}
		}
	}
}

func TestLongerContextsPredictBetter(t *testing.T) {
	text, held := babble(1, 1, 60_000), babble(1, 2, 5_000)
	last := 8.0
	for _, order := range []int{1, 2, 3} {
		bits := Bits(trained(t, NGramConfig{Order: order}, text), held)
		require.Less(t, bits, last, "order %d", order)
		last = bits
	}
	require.Less(t, last, 1.2)
}

// Learning byte by byte from contexts is learning from a text.
func TestLearnAgreesWithTrain(t *testing.T) {
	text := babble(1, 1, 5_000)
	whole := trained(t, NGramConfig{Order: 4}, text)
	steps := trained(t, NGramConfig{Order: 4}, nil)
	for i, b := range text {
		steps.Learn(text[:i], b)
	}
	require.Equal(t, whole, steps)
}

// A full model keeps its bound, still counts in contexts it has, and still predicts.
func TestMemoryIsBounded(t *testing.T) {
	noise := make([]byte, 300_000)
	r := rand.New(rand.NewPCG(1, 1))
	for i := range noise {
		noise[i] = byte(r.Uint32())
	}
	m := trained(t, NGramConfig{Order: 7, MaxBytes: 256 << 10}, noise)
	require.LessOrEqual(t, m.Bytes(), 256<<10)
	require.Greater(t, m.Bytes(), 128<<10, "the room is used")
	before := m.Contexts()
	m.Train(noise[:10_000])
	require.InDelta(t, before, m.Contexts(), 10)
	var d Dist
	m.Predict(noise[:100], &d)
	require.NoError(t, d.Check())
}

func TestConfigIsChecked(t *testing.T) {
	for _, c := range []NGramConfig{{Order: -1}, {Order: MaxOrder + 1}, {MaxBytes: 100}, {MaxBytes: -1}} {
		_, err := NewNGram(c)
		require.Error(t, err, "%+v", c)
	}
}

// Counts that outgrow their field are halved with the tallies kept true.
func TestCountsAreHalved(t *testing.T) {
	m := trained(t, NGramConfig{Order: 1}, []byte("ababacab"))
	n := m.tables.find(keyOf('a', 1))
	for i := n.head; i != 0; i = m.tables.pool[i].next {
		f := &m.tables.pool[i]
		if f.symbol() == 'b' {
			m.tallies[1].move(f.count(), countMax-1)
			n.total += countMax - 1 - f.count()
			f.packed = (countMax-1)<<8 | 'b'
		}
	}
	m.Learn([]byte("a"), 'b')
	var d Dist
	m.Predict([]byte("a"), &d)
	require.NoError(t, d.Check())
	require.Equal(t, uint32((countMax+1)/2+1), n.total)
	m.unit['z'], m.total = countMax-1, countMax-1
	m.countUnit('z')
	require.Equal(t, uint32((countMax+1)/2), m.unit['z'])
	require.Equal(t, retally(m), m.tallies)
}

// retally counts a model's counts anew.
func retally(m *NGram) (all [MaxOrder + 1]tally) {
	for _, c := range m.unit {
		all[0].move(0, c)
	}
	for _, n := range m.tables.slots {
		for i := n.head; i != 0; i = m.tables.pool[i].next {
			all[n.key>>lengthShift].move(0, m.tables.pool[i].count())
		}
	}
	return all
}

func TestTalliesAreTrue(t *testing.T) {
	m := trained(t, NGramConfig{Order: 6}, babble(1, 1, 30_000))
	want := retally(m)
	require.Equal(t, want[1:], m.tallies[1:])
}

func TestDiscountsLieBetweenZeroAndTheCount(t *testing.T) {
	for _, counts := range []tally{{}, {1, 0, 0, 0}, {1, 1, 1, 1}, {1, 1 << 30, 1, 1 << 30}, {1 << 30, 1, 1 << 30, 1}, {100, 50, 30, 20}} {
		d := counts.discounts()
		for i, cut := range d {
			require.Positive(t, cut, "%v", counts)
			require.Less(t, cut, float64(i+1), "%v", counts)
		}
	}
}

func TestCheckRefuses(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	for _, bad := range []float32{nan, inf, -inf, -0.1, 0, 1.5, 0.01} {
		d := Uniform()
		d[7] = bad
		require.ErrorIs(t, d.Check(), ErrDist, fmt.Sprint(bad))
	}
	d := Uniform()
	require.NoError(t, d.Check())
}

func TestBits(t *testing.T) {
	m := trained(t, NGramConfig{}, nil)
	require.InDelta(t, 8, Bits(m, []byte("abc")), 1e-5)
	require.Zero(t, Bits(m, nil))
}
