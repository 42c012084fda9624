package fixed_test

import (
	"math"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/fixed"
)

func TestDecayFactor(t *testing.T) {
	for halfLife, want := range map[uint16]uint32{
		0: 0, 1: 1 << 31, 10: 4_007_346_185, 360: 4_286_705_684, 36_100: 4_294_884_830,
	} {
		require.Equal(t, want, fixed.DecayFactor(halfLife), "half-life %d", halfLife)
	}
}

func TestDecayStepByStep(t *testing.T) {
	f := fixed.DecayFactor(360)
	require.Equal(t, uint64(499_038), fixed.DecayStep(500_000, f))
	price := uint64(1_000_000_000)
	for range 360 {
		price = fixed.DecayStep(price, f)
	}
	require.Equal(t, uint64(499_999_865), price)
}

func TestLazyDecayStaysWithinAUnitABlockOfTheSteps(t *testing.T) {
	for _, halfLife := range []uint16{1, 10, 360, 36_100, math.MaxUint16} {
		f := fixed.DecayFactor(halfLife)
		const start = uint64(100_000_000_000)
		stepped := start
		for block := uint64(0); block < 3_000; block++ {
			lazy := fixed.Decay(start, f, block)
			require.GreaterOrEqual(t, lazy, stepped, "half-life %d block %d", halfLife, block)
			require.LessOrEqual(t, lazy-stepped, block, "half-life %d block %d", halfLife, block)
			stepped = fixed.DecayStep(stepped, f)
		}
	}
}

func TestDecayNeverRises(t *testing.T) {
	f := fixed.DecayFactor(math.MaxUint16)
	last := uint64(math.MaxUint64)
	for block := uint64(0); block < 2_000_000; block += 37 {
		now := fixed.Decay(math.MaxUint64, f, block)
		require.LessOrEqual(t, now, last, "block %d", block)
		last = now
	}
	require.Zero(t, fixed.Decay(math.MaxUint64, f, math.MaxUint64))
	require.Equal(t, uint64(5), fixed.Decay(5, f, 0))
	require.Zero(t, fixed.Decay(5, 0, 1))
}

// exact returns e^-x to 90 bits or so, by its series at x/2^64 squared back.
func exact(x *big.Float) *big.Float {
	const precision, halvings = 400, 64
	z := new(big.Float).SetPrec(precision).SetMantExp(x, -halvings)
	z.Neg(z)
	sum, term := big.NewFloat(1).SetPrec(precision), big.NewFloat(1).SetPrec(precision)
	for k := 1; k < 20; k++ {
		term.Mul(term, z)
		term.Quo(term, big.NewFloat(float64(k)))
		sum.Add(sum, term)
	}
	for range halvings {
		sum.Mul(sum, sum)
	}
	return sum
}

func TestExponentialAndLogisticErrors(t *testing.T) {
	w := words(4)
	unit := new(big.Float).SetPrec(200).SetMantExp(big.NewFloat(1), -fixed.FracBits)
	var worstExp, worstLogistic float64
	for n := range 3_000 {
		x := fixed.Q(w.next())
		if n < 200 {
			x = fixed.Q(n) << (fixed.QBits - 5)
		}
		x %= 200 * fixed.One
		real := new(big.Float).SetPrec(200).SetMantExp(new(big.Float).SetUint64(uint64(x)), -fixed.QBits)
		e := exact(real)
		worstExp = max(worstExp, distance(e, uint64(fixed.ExpNeg(x)), unit))
		one := big.NewFloat(1).SetPrec(200)
		logistic := new(big.Float).Quo(one, new(big.Float).Add(one, e))
		worstLogistic = max(worstLogistic, distance(logistic, uint64(fixed.Logistic(x)), unit))
	}
	t.Logf("worst errors 2^%.1f and 2^%.1f", math.Log2(worstExp), math.Log2(worstLogistic))
	require.Less(t, worstExp, math.Exp2(-54))
	require.Less(t, worstLogistic, math.Exp2(-55))
	require.Equal(t, fixed.FracOne, fixed.ExpNeg(0))
	require.Equal(t, fixed.FracOne/2, fixed.Logistic(0))
	require.Zero(t, fixed.ExpNeg(fixed.MaxQ))
	require.Equal(t, fixed.FracOne, fixed.Logistic(fixed.MaxQ))
}

func distance(want *big.Float, got uint64, unit *big.Float) float64 {
	d := new(big.Float).SetPrec(200).SetUint64(got)
	d.Mul(d, unit)
	d.Sub(d, want)
	f, _ := d.Abs(d).Float64()
	return f
}
