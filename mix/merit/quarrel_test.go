package merit

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// paidOf are members of an exam of 40 passages with these shares, who were paid 0.2 ± 0.02 in a panel before.
func paidOf(shares ...float64) (*exam, []*entrant) {
	e := &exam{pools: &pools{passages: make([][]int32, 40)}}
	var members []*entrant
	for k, share := range shares {
		n := &entrant{standing: &Standing{Share: share, ShareSE: share / 10}}
		n.version.ID, n.version.Paid = string(rune('a'+k)), sample{0.2, 0.0004, 40}
		members = append(members, n)
	}
	return e, members
}

// Who may have turned into another is paid no more than before, but for chance, or a quarter; the others have the rest.
func TestSuspectsAreHeld(t *testing.T) {
	chance := 2 * math.Sqrt(0.0008)
	for name, c := range map[string]struct {
		suspects   []suspicion
		share, due []float64
	}{
		"nobody":     {[]suspicion{0, 0, 0}, []float64{0.5, 0.3, 0.2}, []float64{0.5, 0.3, 0.2}},
		"one":        {[]suspicion{suspected, 0, 0}, []float64{0.5, 0.3, 0.2}, []float64{0.2 + chance, 0.3 * (0.8 - chance) / 0.5, 0.2 * (0.8 - chance) / 0.5}},
		"likelier":   {[]suspicion{likelier, 0, 0}, []float64{0.5, 0.3, 0.2}, []float64{0.05, 0.3 * 0.95 / 0.5, 0.2 * 0.95 / 0.5}},
		"earns less": {[]suspicion{0, 0, suspected}, []float64{0.6, 0.3, 0.1}, []float64{0.6, 0.3, 0.1}},
		"all":        {[]suspicion{likelier, likelier, likelier}, []float64{0.4, 0.3, 0.3}, []float64{1.0 / 3, 1.0 / 3, 1.0 / 3}},
	} {
		t.Run(name, func(t *testing.T) {
			e, members := paidOf(c.share...)
			for k, n := range members {
				if c.suspects[k] > unsuspected {
					n.version.Quarrel = quarrel{"z", 100, c.suspects[k]}
				}
			}
			e.hold(members)
			sum := 0.0
			for k, n := range members {
				require.InDelta(t, c.due[k], n.standing.Share, 1e-9)
				require.Equal(t, c.suspects[k] > unsuspected, n.standing.Reason != "")
				require.Equal(t, c.suspects[k] == unsuspected, n.version.Paid.N > 40, "the shares of quarrels are no yardstick")
				sum += n.standing.Share
			}
			require.InDelta(t, 1, sum, 1e-9)
		})
	}
}

func TestNobodyIsPaid(t *testing.T) {
	e, members := paidOf(0, 0)
	members[0].version.Quarrel = quarrel{"b", 100, suspected}
	e.hold(members)
	require.Zero(t, members[0].standing.Share)
	require.Zero(t, members[1].standing.Share)
}

func TestQuarrelIsSane(t *testing.T) {
	require.True(t, quarrel{}.valid())
	for _, q := range []quarrel{{Suspect: -1}, {Suspect: nearlySure + 1}, {With: string(make([]byte, maxName+1))}} {
		require.False(t, q.valid())
		s := State{Layout: layout, Versions: []version{{ID: "x", Quarrel: q}}}
		require.ErrorIs(t, s.check(), ErrState)
	}
}

// Nobody loses its seat by what may be chance, or by less than is clear; four panels decide between two who are in.
func TestJudgeTurns(t *testing.T) {
	for _, c := range []struct {
		a, b          float64
		beside, heard bool
		verdict       verdict
		suspect       suspicion
	}{
		{a: 3.1, b: 2, verdict: turncoat},
		{a: 3.1, b: 2, beside: true, verdict: turncoat},
		{a: 2, b: 3.1, verdict: honest},
		{a: 2.9, b: 1, verdict: undecided, suspect: nearlySure},
		{a: 2.9, b: 1, beside: true, verdict: undecided, suspect: aping},
		{a: 2.9, b: 2.8, beside: true, verdict: undecided, suspect: suspected},
		{a: 1.4, b: 0.5, verdict: undecided, suspect: nearlySure},
		{a: 1.4, b: 0.5, beside: true, verdict: undecided, suspect: aping},
		{a: 5, b: 4, verdict: undecided, suspect: likelier},
		{a: 4, b: 5, verdict: undecided, suspect: suspected},
		{a: 1, b: 1.1, verdict: undecided},
		{a: 1.2, b: 1.1, beside: true, verdict: undecided},
		{a: 1.2, b: 1.1, heard: true, verdict: turncoat},
		{a: 1.2, b: 1.1, heard: true, beside: true, verdict: honest},
		{a: 1.2, b: 0.7, heard: true, beside: true, verdict: turncoat},
		{a: 1.1, b: 1.2, heard: true, verdict: honest},
	} {
		v, s := judgeTurns(c.a, c.b, c.beside, c.heard)
		require.Equal(t, c.verdict, v, c)
		require.Equal(t, c.suspect, s, c)
	}
}
