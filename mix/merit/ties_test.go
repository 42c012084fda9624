package merit

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// panelOf is text of two sorts at which one answers that knows the first, or the second.
func panelOf(first bool) Panel {
	p := Panel{Height: 100}
	var answers []float64
	for i := range 400 {
		text := "it was a quiet morning in the old town"
		if i/10%2 == 1 {
			text = "if (a[i] != b[i]) { return f(x, 0); }"
		}
		p.Positions = append(p.Positions, Position{Context: []byte(text), Passage: i / 10})
		p.Base = append(p.Base, 0.1)
		known := 0.1
		if (i/10%2 == 0) == first {
			known = 0.4
		}
		answers = append(answers, known)
	}
	p.Miners = []Miner{{ID: "one", Likelihoods: answers}}
	return p
}

// To be surer than another is no distance; to be right where it is wrong is.
func TestUnmasked(t *testing.T) {
	p := panelOf(true)
	surer, opposite := make([]float64, 400), make([]float64, 400)
	for i, q := range p.Miners[0].Likelihoods {
		surer[i] = q * q
		opposite[i] = 0.04 / q
	}
	p.Miners = append(p.Miners, Miner{ID: "surer", Likelihoods: surer}, Miner{ID: "opposite", Likelihoods: opposite})
	e := newExam(&p)
	require.Greater(t, e.distance(1, 2), 2.0)
	require.Less(t, e.unmasked(2, 1), 0.1)
	require.Equal(t, e.distance(1, 3), e.unmasked(3, 1))
	require.Greater(t, e.unmasked(3, 1), 1.0)
}

func TestTiesAreSane(t *testing.T) {
	here := panelOf(true)
	e := newExam(&here)
	e.entrants[0].version.Admitted, e.entrants[0].version.ID = true, "one"
	now := e.tiesNow()
	require.True(t, now.valid())
	require.Equal(t, []tied{{"one", 0}}, now.Who)
	require.Positive(t, now.at(1, 1))
	require.Equal(t, now.at(0, 1), now.at(1, 0))
	require.Positive(t, now.at(1, 2), "it is strong where there are vowels")
	twice := pooled([]ties{now, now}, now.Who)
	require.InDelta(t, now.at(1, 1), twice[1][1], 1e-12)
	require.InDelta(t, now.at(2, 3), twice[3][2], 1e-12)
	long, nan := now, now
	long.Who = []tied{{ID: strings.Repeat("x", maxName+1)}}
	nan.Covariances = append([]float64{math.NaN()}, now.Covariances[1:]...)
	for name, bad := range map[string]ties{
		"short": {Who: now.Who, Covariances: now.Covariances[:2]}, "NaN": nan, "long": long,
		"nameless": {Who: []tied{{}}, Covariances: now.Covariances},
		"many":     {Who: make([]tied, mostMembers+mostPending+1), Covariances: make([]float64, 35*36/2)},
	} {
		require.False(t, bad.valid(), name)
		s := State{Layout: layout, Ties: []ties{bad}}
		require.ErrorIs(t, s.check(), ErrState, name)
	}
	s := State{Layout: layout, Ties: make([]ties, remembered+1)}
	require.ErrorIs(t, s.check(), ErrState)
}

// inverted and follow solve what they say.
func TestLeastSquares(t *testing.T) {
	m := [][]float64{{2, 1, 0.5}, {1, 3, -1}, {0.5, -1, 4}}
	inverse := inverted([][]float64{{2, 1, 0.5}, {1, 3, -1}, {0.5, -1, 4}})
	for i := range m {
		for j := range m {
			sum := 0.0
			for k := range m {
				sum += m[i][k] * inverse[k][j]
			}
			want := 0.0
			if i == j {
				want = 1
			}
			require.InDelta(t, want, sum, 1e-12)
		}
	}
	parts := follow(m, []int{0, 2})
	require.InDelta(t, 1, (2+slack)*parts[0]+0.5*parts[1], 1e-12)
	require.InDelta(t, -1, 0.5*parts[0]+(4+slack)*parts[1], 1e-12)
	require.Less(t, left(m, []int{0, 2}, parts), left(m, []int{0, 2}, []float64{0, 0}))
	// What rows before it tell in full, and more than in full by rounding, does no harm.
	for _, v := range follow([][]float64{{1, 1, 1}, {1, 1, 1}, {1, 1, 0.9}}, []int{0, 2}) {
		require.Less(t, math.Abs(v), 10.0)
	}
}
