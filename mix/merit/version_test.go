package merit_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/mix/merit"
)

// season judges a market for some epochs; act fills each epoch's panel.
func season(t *testing.T, epochs int, act func(epoch int, w *world)) []merit.Result {
	t.Helper()
	state := &merit.State{}
	var results []merit.Result
	for e := range epochs {
		w := newWorld(7, int64(100*(e+1)))
		act(e, w)
		results = append(results, judge(t, state, w.p))
		raw, err := state.Bytes()
		require.NoError(t, err)
		require.LessOrEqual(t, len(raw), 600<<10)
		state, err = merit.Parse(raw)
		require.NoError(t, err)
	}
	return results
}

// One that was let in for little, and then passes questions on to a stronger one that came later, is as young as the
// change: it is out, and the stronger one is paid as before.
func TestRelayLosesItsSeat(t *testing.T) {
	results := season(t, 4, func(epoch int, w *world) {
		strong := w.answers(1.5, 1.5)
		weak := w.answers(0.5, 0)
		if epoch >= 2 {
			weak = w.perturbed(strong)
		}
		w.add("weak", 1, weak)
		w.add("other", 5, w.answers(0, 1.5))
		w.add("strong", 10, strong)
	})
	require.True(t, results[1].Miners[0].Admitted)
	require.True(t, results[1].Miners[2].Admitted)
	last := results[3]
	require.False(t, last.Miners[0].Admitted)
	require.Equal(t, int64(300), last.Miners[0].Begun)
	require.Zero(t, last.Miners[0].Share)
	require.True(t, last.Miners[2].Admitted)
	require.Equal(t, int64(10), last.Miners[2].Begun)
	require.Greater(t, last.Miners[2].Share, 0.95*results[1].Miners[2].Share)
}

// A copy of what a miner was is not let in when the miner has become better.
func TestStaleCopyStaysOut(t *testing.T) {
	results := season(t, 4, func(epoch int, w *world) {
		old := w.answers(1, 1)
		now := old
		if epoch >= 2 {
			now = w.answers(2, 2)
		}
		w.add("other", 5, w.answers(0, 1.5))
		w.add("victim", 10, now)
		if epoch >= 1 {
			w.add("thief", 150, w.perturbed(old))
		}
	})
	require.False(t, results[1].Miners[2].Admitted)
	require.Equal(t, int64(300), results[2].Miners[1].Begun, "the victim has become another")
	require.True(t, results[3].Miners[1].Admitted)
}

// While one that was there before is away, its copy has to wait; one that stays away keeps nobody out.
func TestNobodyIsLetInBehindABack(t *testing.T) {
	results := season(t, 5, func(epoch int, w *world) {
		strong := w.answers(1.5, 1.5)
		w.add("other", 5, w.answers(0, 1.5))
		w.add("strong", 10, strong)
		if epoch >= 1 {
			w.p.Miners[1].Likelihoods = nil
			w.add("thief", 150, w.perturbed(strong))
		}
	})
	for _, r := range results[1:3] {
		require.False(t, r.Miners[1].Answered)
		require.False(t, r.Miners[2].Admitted)
		require.Contains(t, r.Miners[2].Reason, "waits for strong")
	}
	require.True(t, results[4].Miners[2].Admitted)
}

// Another model, or another registration, is another version: as young as its commit.
func TestModelBeginsAVersion(t *testing.T) {
	results := season(t, 3, func(epoch int, w *world) {
		w.add("early", 5, w.answers(1, 1))
		if epoch == 2 {
			w.p.Miners[0].Model, w.p.Miners[0].Since = "second", 250
		}
	})
	require.Equal(t, int64(5), results[1].Miners[0].Begun)
	require.Equal(t, int64(250), results[2].Miners[0].Begun)
	require.True(t, results[2].Miners[0].Admitted)
}

// An owner's hotkeys are no prior art to each other, and what one knows is paid once.
func TestOwnerDoesNotStandInItsOwnWay(t *testing.T) {
	w := newWorld(3, 100)
	whole := w.answers(1.5, 1.5)
	w.add("first", 5, whole)
	w.add("second", 6, w.perturbed(whole))
	w.add("other", 7, w.answers(0, 1.5))
	w.p.Miners[0].Owner, w.p.Miners[1].Owner = "olga", "olga"
	r := judge(t, &merit.State{}, w.p)
	require.True(t, r.Miners[1].Admitted)
	alone := newWorld(3, 100)
	alone.add("first", 5, whole)
	alone.add("other", 7, w.p.Miners[2].Likelihoods)
	require.Less(t, r.Miners[0].Share+r.Miners[1].Share, judge(t, &merit.State{}, alone.p).Miners[0].Share)
}

// Of published artifacts, older ones of others are prior art, one's own are not.
func TestOnceKnowsWhatWasPublished(t *testing.T) {
	w := newWorld(4, 1000)
	old := w.answers(1.5, 1.5)
	w.p.Prior = []merit.Artifact{{Owner: "victim", Since: 500, Likelihoods: old}}
	w.add("thief", 900, w.perturbed(old))
	w.add("victim", 910, w.perturbed(old))
	w.add("other", 920, w.answers(0, 2.5))
	r, err := merit.Once(w.p)
	require.NoError(t, err)
	require.False(t, r.Miners[0].Admitted)
	require.True(t, r.Miners[1].Admitted)
	require.True(t, r.Miners[2].Admitted)
}

// Whose answers no longer follow from the others' as they did has turned, and nobody else has.
func TestTurn(t *testing.T) {
	for name, turns := range map[string]bool{"it turns": true, "nobody does": false} {
		t.Run(name, func(t *testing.T) {
			results := season(t, 3, func(epoch int, w *world) {
				first, second := w.answers(1.5, 0), w.answers(0, 1.5)
				one := first
				if epoch == 2 && turns {
					one = w.perturbed(second)
				}
				w.add("one", 5, one)
				w.add("second", 10, second)
				w.add("third", 20, w.answers(0.7, 0.7))
			})
			for _, m := range results[0].Miners {
				require.Zero(t, m.Turn, "there is nothing to tell it by")
			}
			last := results[2].Miners
			require.Equal(t, turns, last[0].Turn > merit.Turned)
			require.Less(t, last[1].Turn, merit.Turned)
			require.Less(t, last[2].Turn, merit.Turned)
			require.Equal(t, !turns, last[0].Admitted)
			require.True(t, last[1].Admitted)
		})
	}
}
