package merit_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/mix/merit"
)

// world makes panels of 40 passages in which miners know this or that. Text is of two sorts, told apart by its contexts.
type world struct {
	r    *rand.Rand
	hard []float64 // by position, how hard it is, in bits
	sort []int
	p    merit.Panel
}

func newWorld(seed uint64, height int64) *world {
	w := &world{r: rand.New(rand.NewPCG(seed, uint64(height)))}
	w.p.Height = height
	for passage := range 40 {
		sort := passage % 2
		context := []byte("it was a quiet morning in the old town")
		if sort == 1 {
			context = []byte("if (a[i] != b[i]) { return f(x, 0); }\n\t")
		}
		ease := w.r.NormFloat64() / 2
		for range 20 {
			w.p.Positions = append(w.p.Positions, merit.Position{Context: context, Passage: passage})
			w.hard = append(w.hard, max(0.2, 3+ease+w.r.NormFloat64()))
			w.sort = append(w.sort, sort)
		}
	}
	w.p.Base = w.answers(0, 0)
	return w
}

// answers are those of one who saves so many bits at each sort of text, with luck of its own.
func (w *world) answers(gains ...float64) []float64 {
	list := make([]float64, len(w.hard))
	for i, bits := range w.hard {
		list[i] = math.Exp2(-max(0.05, bits-gains[w.sort[i]]+w.r.NormFloat64()))
	}
	return list
}

func (w *world) add(id string, since int64, answers []float64) {
	w.p.Miners = append(w.p.Miners, merit.Miner{ID: id, Since: since, Likelihoods: answers})
}

// perturbed is what a copy says that does not want to look like one: wobbled by a tenth, and a little less sure.
func (w *world) perturbed(answers []float64) []float64 {
	list := slices.Clone(answers)
	for i, p := range list {
		list[i] = min(1, 0.97*p*math.Exp(0.1*w.r.NormFloat64()))
	}
	return list
}

func judge(t *testing.T, s *merit.State, p merit.Panel) merit.Result {
	t.Helper()
	result, err := s.Judge(p)
	require.NoError(t, err)
	sum := 0.0
	for _, m := range result.Miners {
		require.GreaterOrEqual(t, m.Share, 0.0)
		sum += m.Share
	}
	require.True(t, sum == 0 || math.Abs(sum-1) < 1e-9, "shares sum to %v", sum)
	return result
}

func TestCopyIsNotLetIn(t *testing.T) {
	w := newWorld(1, 100)
	left := w.answers(2, 0)
	w.add("left", 10, left)
	w.add("right", 20, w.answers(0, 2))
	w.add("clone", 30, left)
	w.add("disguised", 40, w.perturbed(left))
	r := judge(t, &merit.State{}, w.p)
	require.True(t, r.Miners[0].Admitted && r.Miners[1].Admitted)
	require.False(t, r.Miners[2].Admitted || r.Miners[3].Admitted)
	require.Greater(t, r.Miners[0].Share, 0.3)
	require.Zero(t, r.Miners[2].Share+r.Miners[3].Share)
	require.Greater(t, r.Gain, 2*r.GainSE)
}

func TestStateSurvivesItsBytes(t *testing.T) {
	s, err := merit.Parse(nil)
	require.NoError(t, err)
	for height := int64(100); height < 400; height += 100 {
		w := newWorld(2, height)
		w.add("left", 10, w.answers(2, 0))
		w.add("right", 20, w.answers(0, 2))
		raw, err := s.Bytes()
		require.NoError(t, err)
		restored, err := merit.Parse(raw)
		require.NoError(t, err)
		require.Equal(t, judge(t, s, w.p), judge(t, restored, w.p))
		require.Equal(t, s, restored)
	}
}

// What Bar's comment says.
func TestPower(t *testing.T) {
	for _, c := range []struct {
		name         string
		truth, error float64
		panels       int
		least, most  float64
	}{
		{"improver at once", 0.02, 0.006, 1, 0.89, 0.95},
		{"improver on probation", 0.02, 0.006, 4, 0.99, 1},
		{"improver measured well", 0.02, 0.003, 1, 0.99, 1},
		{"derived copy", 0.0035, 0.003, 4, 0, 0.02},
		{"pure copy", 0, 0.001, 4, 0, 0.0001},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := merit.Power(c.truth, c.error, c.panels)
			require.GreaterOrEqual(t, p, c.least)
			require.LessOrEqual(t, p, c.most)
		})
	}
}
