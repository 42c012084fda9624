package canon

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/dendra-net/dendra/nn"
	"github.com/dendra-net/dendra/nn/tlm"
	"github.com/stretchr/testify/require"
)

// drawn is a model made of whole numbers alone, so that its file is the same on every machine.
func drawn(t testing.TB, c nn.Config, seed, scale uint32) *tlm.File {
	t.Helper()
	r := rand.New(rand.NewPCG(uint64(seed), 11))
	f := &tlm.File{Config: c}
	matrix := func(rows, cols int) {
		m := tlm.Matrix{Rows: rows, Cols: cols, Scales: make([]tlm.Number, rows), Weights: make([]int8, rows*cols)}
		for i := range m.Scales {
			m.Scales[i] = tlm.Number(scale + r.Uint32N(1<<22))
		}
		for i := range m.Weights {
			m.Weights[i] = int8(r.IntN(255) - 127)
		}
		f.Matrices = append(f.Matrices, m)
	}
	matrix(nn.Vocabulary, c.Dim)
	for range c.Layers {
		matrix(3*c.Dim, c.Dim)
		matrix(c.Dim, c.Dim)
		matrix(2*c.Hidden, c.Dim)
		matrix(c.Dim, c.Hidden)
	}
	for range 2*c.Layers + 1 {
		gains := make([]tlm.Number, c.Dim)
		for i := range gains {
			gains[i] = tlm.Number(0x3f000000 + r.Uint32N(1<<24)) // 0.5 to 2
		}
		f.Gains = append(f.Gains, gains)
	}
	return f
}

const (
	usual = 0x3b000000 // 2^-9, so that weights are up to a quarter
	wild  = 0x3f000000 // a half, so that everything hits its limit
)

func logitsOf(t testing.TB, f *tlm.File, text []byte) (rows [][]int32) {
	t.Helper()
	s := New(f).Session()
	for _, b := range text {
		logits, err := s.Feed(b)
		require.NoError(t, err)
		rows = append(rows, append([]int32(nil), logits...))
	}
	return rows
}

// These logits are the same on every machine, today and later: answers replayed by them must not change.
func TestPinned(t *testing.T) {
	for _, c := range []struct {
		name  string
		shape nn.Config
		scale uint32
		want  string
	}{
		{"usual", nn.Config{Dim: 40, Layers: 2, Heads: 4, Hidden: 70, Context: 24}, usual, "aab7519cd5f3707f7d2c903c48dca55ef4025959947cbcd9e00556ad7ba01fc6"},
		{"one head", nn.Config{Dim: 10, Layers: 3, Heads: 1, Hidden: 7, Context: 24}, usual, "2317a716cf4b407cdf3ca814e864f15d1e818675c7d26e8a46447b4235748741"},
		{"at its limits", nn.Config{Dim: 64, Layers: 3, Heads: 2, Hidden: 96, Context: 24}, wild, "e4139ea43853d300070120b24c6b81c25d28ecc3571d74f45ad575d80bd0317e"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := sha256.New()
			for _, row := range logitsOf(t, drawn(t, c.shape, 1, c.scale), []byte("Of the making of books..")) {
				require.NoError(t, binary.Write(h, binary.LittleEndian, row))
			}
			require.Equal(t, c.want, hex.EncodeToString(h.Sum(nil)))
		})
	}
}

func TestSession(t *testing.T) {
	f := drawn(t, nn.Config{Dim: 8, Layers: 1, Heads: 2, Hidden: 5, Context: 6}, 3, usual)
	s := New(f).Session()
	var first [][]int32
	for round := range 2 {
		for i := range 6 {
			logits, err := s.Feed(byte(7 * i))
			require.NoError(t, err)
			if round == 0 {
				first = append(first, append([]int32(nil), logits...))
			}
			require.Equal(t, first[i], logits)
			require.Equal(t, i+1, s.Len())
		}
		_, err := s.Feed(0)
		require.ErrorIs(t, err, nn.ErrFull)
		s.Reset()
	}
}

// On a trained model whole numbers lose next to nothing against floats.
func TestLoss(t *testing.T) {
	text := []byte(strings.Repeat("one for sorrow, two for joy, three for a girl and four for a boy; ", 30))
	m, err := nn.New(nn.Config{Dim: 32, Layers: 2, Heads: 2, Hidden: 64, Context: 32}, 1)
	require.NoError(t, err)
	tr, err := nn.NewTrainer(m, text, nn.Plan{Steps: 60, Peak: 0.01})
	require.NoError(t, err)
	require.NoError(t, tr.Run(context.Background(), nil))
	f, err := tlm.Quantize(m)
	require.NoError(t, err)
	heldOut := []byte("four for a girl and two for joy,")
	want, err := m.Evaluate(context.Background(), heldOut)
	require.NoError(t, err)
	fed := append([]byte{nn.First}, heldOut[:len(heldOut)-1]...)
	var bits float64
	for i, row := range logitsOf(t, f, fed) {
		bits += cost(row, heldOut[i]) / float64(len(heldOut))
	}
	t.Logf("float %.4f, canonical %.4f bits per byte", want.Bits, bits)
	require.InDelta(t, want.Bits, bits, 0.02)
}

func cost(logits []int32, b byte) float64 {
	var sum float64
	for _, v := range logits {
		sum += math.Exp(float64(v-logits[b]) / one)
	}
	return math.Log2(sum)
}

func TestPick(t *testing.T) {
	logits := make([]int32, 256)
	for i := range logits {
		logits[i] = -40 * one
	}
	logits[3], logits[200] = one, one // half and half
	require.Equal(t, byte(3), Pick(logits, 0, 99))
	require.Equal(t, byte(3), Pick(logits, one, 0))
	require.Equal(t, byte(200), Pick(logits, one, math.MaxUint64))
	require.Equal(t, byte(3), Pick(logits, one, 1<<62))
	require.Equal(t, byte(200), Pick(logits, 1, 3<<62))
	chances := Chances(logits)
	require.InDelta(t, 1<<29, chances[3], 1<<10)
	require.InDelta(t, certain, sum(chances), 256)
	counts, r := map[byte]int{}, rand.New(rand.NewPCG(1, 1))
	logits[200] = 0
	for range 4000 {
		counts[Pick(logits, one, r.Uint64())]++
	}
	require.InDelta(t, math.E, float64(counts[3])/float64(counts[200]), 0.3)
	_ = Pick(logits, math.MaxUint32, math.MaxUint64)
}

func sum(list []int64) (total int64) {
	for _, v := range list {
		total += v
	}
	return total
}

func TestArithmetic(t *testing.T) {
	for v := int64(0); v < 40<<point; v += 977 {
		x := float64(v) / one
		require.InDelta(t, math.Exp(-x), float64(decay(v))/certain, 3e-9+2e-6*math.Exp(-x))
		require.InDelta(t, 1/(1+math.Exp(-x)), float64(sigmoid(v))/certain, 2e-6)
		require.InDelta(t, 1/(1+math.Exp(x)), float64(sigmoid(-v))/certain, 2e-6)
	}
	r := rand.New(rand.NewPCG(5, 5))
	for range 5000 {
		v, by, down := r.Int64()>>r.IntN(63), r.Uint64()>>r.IntN(63), uint(1+r.IntN(127))
		if r.IntN(2) == 0 {
			v = -v
		}
		want := math.Round(math.Ldexp(float64(v)*float64(by), -int(down)))
		require.InDelta(t, math.Max(-limit, math.Min(limit, want)), scale(v, by, down), 1, "%d %d %d", v, by, down)
		x := r.Uint64() >> r.IntN(63)
		q := root(x)
		require.True(t, q*q <= x && (q+1 > math.MaxUint32 || (q+1)*(q+1) > x), "%d", x)
		n, d := r.Int64N(1<<40)-1<<39, 1+r.Int64N(1<<20)
		require.Equal(t, math.Round(float64(n)/float64(d)), float64(over(n, d)))
	}
	require.Zero(t, root(0))
}

// Whatever a file of the right form holds, and whatever is fed, the machine computes and never breaks.
func FuzzModel(f *testing.F) {
	c := nn.Config{Dim: 4, Layers: 1, Heads: 1, Hidden: 3, Context: 5}
	f.Add(drawn(f, c, 1, usual).Marshal(), []byte("abc"))
	f.Add(drawn(f, c, 2, wild).Marshal(), []byte{0, 255, 7, 8, 9, 10})
	f.Fuzz(func(t *testing.T, raw, text []byte) {
		file, err := tlm.Parse(raw)
		if err != nil || file.Config.Parameters() > 50_000 {
			return
		}
		s := New(file).Session()
		for _, b := range text[:min(len(text), file.Config.Context, 20)] {
			logits, err := s.Feed(b)
			require.NoError(t, err)
			for _, v := range logits {
				require.LessOrEqual(t, max(v, -v), int32(limit))
			}
			Pick(logits, 1+uint32(b), uint64(b)<<56)
		}
	})
}
