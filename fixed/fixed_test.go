package fixed_test

import (
	"math"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/fixed"
)

// words is a small deterministic source of 64-bit words of every length.
type words uint64

func (w *words) next() uint64 {
	*w = *w*6364136223846793005 + 1442695040888963407
	x := uint64(*w) ^ uint64(*w)>>29
	return x >> (uint64(*w) >> 58)
}

func ratio(p, q uint64, bits uint) uint64 {
	n := new(big.Int).Lsh(new(big.Int).SetUint64(p), bits)
	return n.Div(n, new(big.Int).SetUint64(q)).Uint64()
}

func TestQArithmetic(t *testing.T) {
	half := fixed.Ratio(1, 2)
	require.Equal(t, fixed.One/2, half)
	require.Equal(t, fixed.One/4, half.Mul(half))
	require.Equal(t, fixed.One, half.Div(half))
	require.Equal(t, fixed.MaxQ, fixed.FromInt(65_535).Mul(fixed.FromInt(2)))
	require.Equal(t, fixed.MaxQ, fixed.FromInt(1<<16))
	require.Equal(t, fixed.MaxQ, fixed.Ratio(math.MaxUint64, 1))
	require.Equal(t, fixed.MaxQ, fixed.MaxQ.Add(1))
	require.Zero(t, fixed.One.Div(0))
	require.Zero(t, fixed.Ratio(1, 0))
	require.Zero(t, half.Sub(fixed.One))
	require.Equal(t, uint64(7), fixed.Ratio(15, 2).Floor())
	require.Equal(t, uint64(333), fixed.Ratio(1, 3).Of(1000))
	require.Equal(t, uint64(math.MaxUint64), fixed.FromInt(2).Of(math.MaxUint64))
	require.Equal(t, fixed.FracOne, fixed.FromInt(3).Frac())
	require.Equal(t, fixed.FracOne/2, half.Frac())
}

func TestFracIsTheFloorOfTheRatio(t *testing.T) {
	w := words(1)
	for range 50_000 {
		q := w.next() | 1
		p := w.next() % q
		want := fixed.Frac(ratio(p, q, fixed.FracBits))
		require.Equal(t, want, fixed.FracOf(p, q), "%d/%d", p, q)
		require.Equal(t, want, fixed.NewDivisor(q).Frac(p), "%d/%d", p, q)
		require.LessOrEqual(t, fixed.FracNear(p, q)-want, fixed.Frac(1))
		require.Equal(t, fixed.FracOne, fixed.NewDivisor(q).Frac(q))
	}
	require.Zero(t, fixed.FracOf(3, 0))
	require.Zero(t, fixed.NewDivisor(0).Frac(9))
	require.Equal(t, fixed.FracOne, fixed.FracOf(9, 3))
	require.Equal(t, fixed.FracOne, fixed.NewDivisor(3).Frac(9))
}

func TestDivisorAtTheEdges(t *testing.T) {
	edges := []uint64{1, 2, 3, 1<<31 - 1, 1 << 31, 1<<32 - 1, 1 << 32, 1<<63 - 1, 1 << 63, 1<<63 + 1, math.MaxUint64 - 1, math.MaxUint64}
	for _, d := range edges {
		for _, x := range edges {
			if x < d {
				require.Equal(t, fixed.Frac(ratio(x, d, fixed.FracBits)), fixed.NewDivisor(d).Frac(x), "%d/%d", x, d)
				require.Equal(t, fixed.Frac(ratio(x-1, d, fixed.FracBits)), fixed.NewDivisor(d).Frac(x-1))
			}
		}
	}
}

func TestWideFractionIsTheFloor(t *testing.T) {
	w := words(2)
	toBig := func(x fixed.Wide) *big.Int {
		b := new(big.Int).Lsh(new(big.Int).SetUint64(x.Hi), 64)
		return b.Or(b, new(big.Int).SetUint64(x.Lo))
	}
	for n := range 50_000 {
		p, q := fixed.Wide{Hi: w.next(), Lo: w.next()}, fixed.Wide{Hi: w.next(), Lo: w.next()}
		switch n % 4 {
		case 0:
			p.Hi = q.Hi // close to one: the estimate of the first digit saturates
		case 1:
			q.Hi = 0
			p.Hi = 0
		}
		if q.IsZero() {
			continue
		}
		want := new(big.Int).Lsh(toBig(p), fixed.FracBits)
		want.Div(want, toBig(q))
		if want.Cmp(new(big.Int).SetUint64(uint64(fixed.FracOne))) > 0 {
			want.SetUint64(uint64(fixed.FracOne))
		}
		require.Equal(t, want.Uint64(), uint64(fixed.FracOfWide(p, q)), "%v/%v", p, q)
	}
	require.Zero(t, fixed.FracOfWide(fixed.Wide{Lo: 1}, fixed.Wide{}))
}

func TestWideShiftAndLength(t *testing.T) {
	w := fixed.Product(math.MaxUint64, 1<<20)
	require.Equal(t, 84, w.Len())
	require.Equal(t, uint64(math.MaxUint64), w.Shift(20))
	require.Equal(t, uint64(1<<20-1), w.Shift(64))
	require.Equal(t, uint64(12), fixed.Wide{Lo: 3}.Shift(-2))
	require.Equal(t, fixed.Wide{Hi: 1<<20 - 1, Lo: 1<<64 - 1<<20}, w)
	require.Equal(t, fixed.Wide{Lo: math.MaxUint64}, w.Scale(20))
	require.Equal(t, fixed.Wide{Lo: 1<<20 - 1}, w.Scale(64))
	require.Equal(t, w, w.Scale(0))
	require.Equal(t, w.Add(w), w.Scale(-1))
	require.Equal(t, fixed.Wide{Hi: 3 << 6}, fixed.Wide{Lo: 3}.Scale(-70))
	require.Zero(t, w.Scale(128))
	require.Equal(t, w.Add(w), fixed.Wide{}.AddProduct(math.MaxUint64, 1<<21))
}

func TestU16RoundTrip(t *testing.T) {
	for v := range 65_536 {
		require.Equal(t, uint16(v), fixed.FracFromU16(uint16(v)).U16())
	}
	require.Equal(t, uint16(32_767), fixed.FracOf(1, 2).U16())
	require.Equal(t, uint16(21_845), fixed.FracOf(1, 3).U16(), "a third of 65535 is whole")
	require.Equal(t, []uint16{0, 65_535}, fixed.U16s([]fixed.Frac{0, fixed.FracOne}))
}

func TestPay(t *testing.T) {
	require.Equal(t, uint64(1_000), fixed.FracOf(1, 3).Pay(3_000), "the hair below a whole unit is forgiven")
	require.Equal(t, uint64(333), fixed.FracOf(1, 3).Pay(1_000))
	require.Equal(t, uint64(math.MaxUint64), fixed.FracOne.Pay(math.MaxUint64))
	require.Zero(t, fixed.Frac(0).Pay(math.MaxUint64))
	w := words(3)
	for range 2_000 {
		amount := w.next()
		weights := make([]uint64, 1+w.next()%200)
		for i := range weights {
			weights[i] = w.next() >> 8
		}
		left := amount
		for _, share := range fixed.Normalise(weights) {
			paid := share.Pay(amount)
			require.LessOrEqual(t, paid, left)
			left -= paid
		}
	}
}

func TestFracString(t *testing.T) {
	for _, c := range []struct {
		value fixed.Frac
		want  string
	}{
		{0, "0"}, {fixed.FracOne, "1"}, {fixed.FracOne / 2, "0.5"}, {fixed.FracOf(1, 3), "0.333333333333333333"},
		{fixed.FracOf(2, 3), "0.666666666666666667"}, {1, "0"}, {fixed.FracOne - 1, "1"}, {fixed.FracOf(1, 1000), "0.001"},
	} {
		require.Equal(t, c.want, c.value.String())
	}
}

func TestLargestRemainder(t *testing.T) {
	for _, c := range []struct {
		name    string
		weights []uint64
		total   uint64
		want    []uint64
	}{
		{"ties go to the lower index", []uint64{1, 1, 1}, 100, []uint64{34, 33, 33}},
		{"largest fraction first", []uint64{5, 3, 2}, 7, []uint64{4, 2, 1}},
		{"nobody", nil, 5, []uint64{}},
		{"nothing to weigh", []uint64{0, 0}, 5, []uint64{0, 0}},
		{"nothing to give", []uint64{1, 2}, 0, []uint64{0, 0}},
		{"zero weights get nothing", []uint64{0, 1, 0, 1}, 3, []uint64{0, 2, 0, 1}},
		{"sum beyond 64 bits", []uint64{math.MaxUint64, math.MaxUint64}, 9, []uint64{5, 4}},
	} {
		t.Run(c.name, func(t *testing.T) { require.Equal(t, c.want, fixed.LargestRemainder(c.weights, c.total)) })
	}
}

func FuzzLargestRemainder(f *testing.F) {
	f.Add(uint64(1), uint64(1000), uint8(7))
	f.Add(uint64(9), uint64(math.MaxUint64), uint8(255))
	f.Fuzz(func(t *testing.T, seed, total uint64, n uint8) {
		w := words(seed)
		weights, any := make([]uint64, n), false
		for i := range weights {
			weights[i] = w.next()
			any = any || weights[i] > uint64(n)
		}
		var sum uint64
		for _, part := range fixed.LargestRemainder(weights, total) {
			sum += part
		}
		if any {
			require.Equal(t, total, sum)
		}
	})
}

func TestMaxUpscale(t *testing.T) {
	require.Equal(t, []uint16{0, 1, 2, 3, 4, 65_533, 65_535}, fixed.MaxUpscale([]uint64{0, 1, 2, 3, 4, 65_533, 65_535}))
	require.Equal(t, []uint16{65_535}, fixed.MaxUpscale([]fixed.Frac{1}))
	require.Equal(t, []uint16{0, 0}, fixed.MaxUpscale([]uint64{0, 0}))
	require.Equal(t, []uint16{32_768, 65_535}, fixed.MaxUpscale([]uint64{1, 2}), "half up")
}
