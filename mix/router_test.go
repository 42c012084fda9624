package mix

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// passage is a context and the byte that came.
type passage struct {
	context []byte
	came    byte
}

// passages takes pieces of texts in turn: a pool's truth that no one expert knows all of.
func passages(n int, texts ...[]byte) []passage {
	r := rand.New(rand.NewPCG(9, 9))
	list := make([]passage, n)
	for i := range list {
		text := texts[i%len(texts)]
		at := 128 + r.IntN(len(text)-129)
		list[i] = passage{text[at-128 : at], text[at]}
	}
	return list
}

func pool(t testing.TB) []Predictor {
	return []Predictor{trained(t, NGramConfig{}, babble(1, 1, 40_000)), trained(t, NGramConfig{}, babble(2, 1, 40_000))}
}

func answers(experts []Predictor, context []byte) []Dist {
	list := make([]Dist, len(experts))
	for i, e := range experts {
		e.Predict(context, &list[i])
	}
	return list
}

// Two kinds of text, one expert each: the collective beats the better one by far more than chance.
func TestCollectiveBeatsItsBestMember(t *testing.T) {
	experts := pool(t)
	r, err := NewRouter(2, 0)
	require.NoError(t, err)
	c, err := NewCollective(experts, r)
	require.NoError(t, err)
	list := passages(3000, babble(1, 2, 20_000), babble(2, 2, 20_000))
	for _, p := range list[:2000] {
		_, err := c.Learn(p.context, p.came)
		require.NoError(t, err)
	}
	blend := losses(c, list[2000:])
	for i, e := range experts {
		gain, se, err := Gain(losses(e, list[2000:]), blend)
		require.NoError(t, err)
		require.Greater(t, gain, 10*se, "expert %d", i)
		require.Greater(t, gain, 0.5, "expert %d", i)
	}
}

func losses(p Predictor, list []passage) []float64 {
	out := make([]float64, len(list))
	for i, q := range list {
		var d Dist
		p.Predict(q.context, &d)
		out[i] = d.Bits(q.came)
	}
	return out
}

// The router believes the expert of a text's kind, and at first all alike.
func TestRouterTellsKindsApart(t *testing.T) {
	experts := pool(t)
	r, err := NewRouter(2, 0)
	require.NoError(t, err)
	texts := [][]byte{babble(1, 2, 20_000), babble(2, 2, 20_000)}
	require.Equal(t, []float64{0.5, 0.5}, r.Weights(texts[0][:100]))
	c, err := NewCollective(experts, r)
	require.NoError(t, err)
	for _, p := range passages(2000, texts...) {
		_, err := c.Learn(p.context, p.came)
		require.NoError(t, err)
	}
	for kind := range texts {
		require.Greater(t, r.Weights(babble(uint64(kind+1), 3, 128))[kind], 0.9)
	}
}

// A product of two experts of whom each knows one half of what matters becomes sharper than either, and than their
// geometric mean.
func TestProductLearns(t *testing.T) {
	p, err := NewProduct(2, 0)
	require.NoError(t, err)
	var learnt, mean, single []float64
	for i, q := range hints(3000) {
		bits, err := p.Learn([]byte("x"), q.experts[:], q.came)
		require.NoError(t, err)
		if i >= 1500 {
			var d Dist
			require.NoError(t, Geometric(q.experts[:], []float64{0.5, 0.5}, &d))
			learnt, mean, single = append(learnt, bits), append(mean, d.Bits(q.came)), append(single, q.experts[0].Bits(q.came))
		}
	}
	for _, other := range [][]float64{mean, single} {
		gain, se, err := Gain(other, learnt)
		require.NoError(t, err)
		require.Greater(t, gain, 5*se)
	}
}

type hint struct {
	experts [2]Dist
	came    byte
}

// hints are bytes of which one expert knows the upper four bits and the other the lower, nine times in ten.
func hints(n int) []hint {
	r := rand.New(rand.NewPCG(4, 4))
	list := make([]hint, n)
	for i := range list {
		came := byte(r.Uint32())
		list[i].came = came
		for e := range 2 {
			told := came
			if r.IntN(10) == 0 {
				told = byte(r.Uint32())
			}
			for b := range 256 {
				list[i].experts[e][b] = 0.1 / 240
				if byte(b)>>(4*e)&15 == told>>(4*e)&15 {
					list[i].experts[e][b] = 0.9 / 16
				}
			}
		}
	}
	return list
}

// slopesAgree compares derivatives with finite differences of the loss by every weight of the context's features.
func slopesAgree(t *testing.T, l *linear, f *features, slopes []float64, loss func() float64) {
	t.Helper()
	const step = 1e-5
	seen := map[uint16]float64{}
	for k := range f.count {
		seen[f.at[k]] += f.valueOf(k)
	}
	for at, value := range seen {
		for i, s := range slopes {
			w := &l.weights[int(at)*l.experts+i]
			kept := *w
			*w = kept + step
			up := loss()
			*w = kept - step
			down := loss()
			*w = kept
			require.InDelta(t, (up-down)/(2*step)*math.Ln2, s*value, 1e-6, "bucket %d, expert %d", at, i)
		}
	}
}

func scatter(l *linear) {
	r := rand.New(rand.NewPCG(5, 5))
	for i := range l.weights {
		l.weights[i] += 0.1 * r.NormFloat64()
	}
}

func TestRouterGradient(t *testing.T) {
	r, err := NewRouter(3, 0)
	require.NoError(t, err)
	scatter(&r.linear)
	f, likelihoods := featuresOf([]byte("a context of some bytes")), []float64{0.5, 0.01, 0.2}
	_, slopes := r.slopes(&f, likelihoods)
	slopesAgree(t, &r.linear, &f, slopes, func() float64 {
		bits, _ := r.slopes(&f, likelihoods)
		return bits
	})
}

func TestProductGradient(t *testing.T) {
	p, err := NewProduct(2, 0)
	require.NoError(t, err)
	scatter(&p.linear)
	f, q := featuresOf([]byte("a context of some bytes")), hints(1)[0]
	_, slopes, err := p.slopes(&f, q.experts[:], q.came)
	require.NoError(t, err)
	slopesAgree(t, &p.linear, &f, slopes, func() float64 {
		bits, _, err := p.slopes(&f, q.experts[:], q.came)
		require.NoError(t, err)
		return bits
	})
}

// Whatever is blended, the result is a distribution.
func TestBlendsAreProper(t *testing.T) {
	experts := answers(pool(t), []byte("where"))
	for _, weights := range [][]float64{{1, 0}, {0.5, 0.5}, {1e-300, 1e-300}, {3, 8}, {1e30, 1}} {
		var d Dist
		require.NoError(t, Linear(experts, weights, &d))
		require.NoError(t, d.Check())
		require.NoError(t, Geometric(experts, weights[:2], &d))
		require.NoError(t, d.Check())
	}
	var d Dist
	require.NoError(t, Geometric(experts, []float64{-3, 100}, &d))
	require.NoError(t, d.Check())
}

func TestStrangersAreChecked(t *testing.T) {
	r, err := NewRouter(2, 0)
	require.NoError(t, err)
	p, err := NewProduct(2, 0)
	require.NoError(t, err)
	nan := math.NaN()
	for _, bad := range [][]float64{nil, {1}, {1, 1, 1}, {nan, 0.1}, {-0.1, 0.1}, {1.1, 0.1}, {math.Inf(1), 0}} {
		_, err := r.Learn([]byte("x"), bad)
		require.Error(t, err, "%v", bad)
		_, err = r.Loss([]byte("x"), bad)
		require.Error(t, err, "%v", bad)
	}
	good, broken := Uniform(), Uniform()
	broken[0] = float32(nan)
	var d Dist
	require.ErrorIs(t, r.Blend(nil, []Dist{good}, &d), ErrExperts)
	require.ErrorIs(t, r.Blend(nil, []Dist{good, broken}, &d), ErrDist)
	require.ErrorIs(t, p.Blend(nil, []Dist{good}, &d), ErrExperts)
	require.ErrorIs(t, p.Blend(nil, []Dist{good, broken}, &d), ErrDist)
	_, err = p.Learn(nil, []Dist{good, broken}, 0)
	require.ErrorIs(t, err, ErrDist)
	require.Error(t, Linear([]Dist{good, good}, []float64{0, 0}, &d))
	require.Error(t, Linear([]Dist{good, good}, []float64{nan, 1}, &d))
	require.ErrorIs(t, Linear([]Dist{good, good}, []float64{1}, &d), ErrExperts)
	loud := good
	loud[3] = 900
	require.ErrorIs(t, Linear([]Dist{good, loud}, []float64{1, 1}, &d), ErrDist)
	require.ErrorIs(t, Geometric([]Dist{good, good}, []float64{nan, 1}, &d), ErrDist)
	require.ErrorIs(t, Geometric([]Dist{good}, []float64{1, 1}, &d), ErrExperts)
}

// An expert that breaks, in a pool, is one that knows nothing.
func TestBrokenExpertDoesNotBreakTheCollective(t *testing.T) {
	r, err := NewRouter(2, 0)
	require.NoError(t, err)
	c, err := NewCollective([]Predictor{broken{}, pool(t)[0]}, r)
	require.NoError(t, err)
	for _, p := range passages(300, babble(1, 2, 20_000)) {
		_, err := c.Learn(p.context, p.came)
		require.NoError(t, err)
		var d Dist
		c.Predict(p.context, &d)
		require.NoError(t, d.Check())
	}
	require.Greater(t, r.Weights(babble(1, 3, 100))[1], 0.9)
}

type broken struct{}

func (broken) Predict(_ []byte, d *Dist) { d[1] = float32(math.NaN()) }

func TestLearnersAreChecked(t *testing.T) {
	for _, experts := range []int{-1, 0, MaxExperts + 1} {
		_, err := NewRouter(experts, 0)
		require.ErrorIs(t, err, ErrExperts)
		_, err = NewProduct(experts, 0)
		require.ErrorIs(t, err, ErrExperts)
	}
	for _, rate := range []float64{-1, math.NaN(), 11} {
		_, err := NewRouter(1, rate)
		require.Error(t, err)
	}
	r, err := NewRouter(2, 0)
	require.NoError(t, err)
	_, err = NewCollective(nil, r)
	require.ErrorIs(t, err, ErrExperts)
}

func TestGain(t *testing.T) {
	mean, se, err := Gain([]float64{3, 4, 5}, []float64{2, 2, 2})
	require.NoError(t, err)
	require.InDelta(t, 2, mean, 1e-12)
	require.InDelta(t, 1/math.Sqrt(3), se, 1e-12)
	_, _, err = Gain([]float64{1}, []float64{1})
	require.Error(t, err)
	_, _, err = Gain([]float64{1, 2, 3}, []float64{1, 2})
	require.Error(t, err)
}
