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

func TestProfileSaysWhereOneIsStrong(t *testing.T) {
	here := panelOf(true)
	e := newExam(&here)
	p := e.profileOf(e.entrants[0].column)
	prose, code := traitsOf(here.Positions[0].Context), traitsOf(here.Positions[10].Context)
	require.InDelta(t, 2, p.at(&prose), 0.3)
	require.InDelta(t, 0, p.at(&code), 0.3)
	require.Zero(t, e.strayed(e.entrants[0]), "there is nothing to compare with")
	e.entrants[0].version.Profile = p
	require.Zero(t, e.strayed(e.entrants[0]))
	there := panelOf(false)
	other := newExam(&there)
	other.entrants[0].version.Profile = p
	require.InDelta(t, 2, other.strayed(other.entrants[0]), 0.4)
}

func TestProfileIsSane(t *testing.T) {
	for name, p := range map[string]profile{"short": {1}, "NaN": append(make(profile, traits-1), math.NaN()), "huge": append(make(profile, traits-1), 1e7)} {
		require.False(t, p.valid(), name)
	}
	require.True(t, profile(nil).valid())
	require.True(t, make(profile, traits).valid())
	empty := traitsOf(nil)
	require.Equal(t, 1.0, empty[0])
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
	require.Equal(t, []tied{{}, {"one", 0}}, now.Who)
	require.Positive(t, now.at(1, 1))
	require.Equal(t, now.at(0, 1), now.at(1, 0))
	require.Equal(t, now, now.renewed(now, now.Who))
	later := ties{Who: now.Who, Covariances: []float64{0, 0, 0}}
	require.Equal(t, now.at(1, 1)/2, later.renewed(now, nil).Covariances[2])
	later.Covariances = []float64{0, 0, 0}
	require.Equal(t, now.Covariances, later.renewed(now, now.Who).Covariances, "what is in doubt stays")
	for name, bad := range map[string]ties{
		"short": {Who: now.Who, Covariances: now.Covariances[:2]}, "NaN": {Who: now.Who[:1], Covariances: []float64{math.NaN()}},
		"many": {Who: make([]tied, mostMembers+2), Covariances: make([]float64, (mostMembers+2)*(mostMembers+3)/2)},
		"long": {Who: []tied{{ID: strings.Repeat("x", maxName+1)}}, Covariances: []float64{1}},
	} {
		require.False(t, bad.valid(), name)
		s := State{Layout: layout, Ties: bad}
		require.ErrorIs(t, s.check(), ErrState, name)
	}
	require.False(t, e.turned(e.entrants[0]), "there is nothing to compare with")
}
