package merit_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/mix/merit"
)

// trained is what a copy says that was trained on: what it was, and more bits at some of the text than it had there.
func (w *world) trained(answers []float64, sort int, bits float64) []float64 {
	list := w.perturbed(answers)
	for i := range list {
		if w.sort[i] == sort && i%3 == 0 {
			list[i] = min(1, list[i]*math.Exp2(bits*(1+w.r.NormFloat64())))
		}
	}
	return list
}

// market is two who know different sorts of text, and from the second panel on a copy of one that was trained on.
func market(t *testing.T, bits float64) []merit.Result {
	return season(t, 4, func(epoch int, w *world) {
		left := w.answers(1.5, 0.3)
		w.add("left", 10, left)
		w.add("right", 20, w.answers(0, 1.5))
		if epoch >= 1 && bits > 0 {
			w.add("child", 150, w.trained(left, 0, bits))
		}
	})
}

// A copy that learnt a little is not let in; one that learnt much is, by its second panel, and is paid for what is beyond
// what is asked. What it began from keeps its pay.
func TestCopyTrainedOn(t *testing.T) {
	without, little, much := market(t, 0), market(t, 0.1), market(t, 2)
	for e := 1; e < 4; e++ {
		require.False(t, little[e].Miners[2].Admitted)
		require.Equal(t, without[e].Miners[0].Pruning, much[e].Miners[0].Pruning)
		child := much[e].Miners[2]
		require.Equal(t, e >= 2, child.Admitted, "epoch %d: %+v", e, child)
		if child.Admitted {
			require.Positive(t, child.Share)
			require.LessOrEqual(t, child.Pruning, child.Marginal-merit.KinBar(child.MarginalSE)+1e-12)
			require.Greater(t, much[e].Miners[0].Share, without[e].Miners[0].Share*(1-child.Share/0.8), "it is diluted and no more")
		}
	}
	require.Contains(t, much[1].Miners[2].Reason, "near another")
}

// One that is in and turns into a newcomer that may yet be let in does not keep it out.
func TestRelayOfNewcomer(t *testing.T) {
	for name, honest := range map[string]bool{"without": true, "with": false} {
		t.Run(name, func(t *testing.T) {
			results := season(t, 4, func(epoch int, w *world) {
				left := w.answers(1.5, 0.3)
				child := w.trained(left, 0, 2)
				weak := w.answers(0.4, 0.4)
				if epoch >= 2 && !honest {
					weak = w.perturbed(child)
				}
				w.add("weak", 5, weak)
				w.add("left", 10, left)
				w.add("right", 20, w.answers(0, 1.5))
				if epoch >= 1 {
					w.add("child", 150, child)
				}
			})
			require.True(t, results[1].Miners[0].Admitted)
			require.False(t, results[1].Miners[3].Admitted)
			require.True(t, results[3].Miners[3].Admitted)
			require.Equal(t, honest, results[3].Miners[0].Admitted)
		})
	}
}

// What KinBar's comment says.
func TestKinPower(t *testing.T) {
	require.Greater(t, merit.KinPower(0.02, 0.006, 4), 0.95)
	require.Greater(t, merit.KinPower(0.02, 0.003, 2), 0.96)
	require.Less(t, merit.KinPower(0.01, 0.003, 4), 0.02)
	require.Less(t, merit.KinPower(0.005, 0.006, 4), 0.02)
}

// An owner's skill is paid once, however many hotkeys have it: nobody else loses by the second.
func TestSecondHotkeyTakesNothing(t *testing.T) {
	play := func(both bool) merit.Result {
		w := newWorld(9, 100)
		whole := w.answers(1.5, 1)
		twin := w.perturbed(whole)
		w.add("first", 5, whole)
		w.add("other", 7, w.answers(0, 1.5))
		w.p.Miners[0].Owner = "olga"
		if both {
			w.add("second", 6, twin)
			w.p.Miners[2].Owner = "olga"
		}
		return judge(t, &merit.State{}, w.p)
	}
	one, two := play(false), play(true)
	require.True(t, two.Miners[2].Admitted)
	require.GreaterOrEqual(t, two.Miners[1].Share, one.Miners[1].Share)
	require.Less(t, two.Miners[0].Share+two.Miners[2].Share, one.Miners[0].Share)
}

// One that is in and turns into a newcomer in the very panel in which that is first heard is paid no more for it, and loses
// its seat to it in the next; one whose answers a newcomer copies keeps it.
func TestRelayOfNewcomerAtOnce(t *testing.T) {
	for name, cheats := range map[string]bool{"a turncoat": true, "a clone": false} {
		t.Run(name, func(t *testing.T) {
			results := season(t, 5, func(epoch int, w *world) {
				left, right, weak, strong := w.answers(1.5, 0.3), w.answers(0, 0.8), w.answers(0.8, 0), w.answers(0, 0.9)
				first, newcomer := weak, w.perturbed(weak)
				if cheats && epoch >= 2 {
					first, newcomer = w.perturbed(strong), strong
				}
				w.add("first", 5, first)
				w.add("left", 10, left)
				w.add("right", 20, right)
				if epoch >= 2 {
					w.add("newcomer", 250, newcomer)
				}
			})
			require.True(t, results[1].Miners[0].Admitted)
			last := results[4].Miners
			require.Equal(t, !cheats, last[0].Admitted)
			require.Equal(t, cheats, last[3].Admitted)
			if cheats {
				require.Contains(t, results[2].Miners[0].Reason, "who has turned into whom")
				require.LessOrEqual(t, results[2].Miners[0].Share, results[0].Miners[0].Share+4*results[0].Miners[0].ShareSE)
				for e := 3; e < 5; e++ {
					require.Zero(t, results[e].Miners[0].Share)
					require.Equal(t, e >= 3, results[e].Miners[3].Admitted)
				}
			}
		})
	}
}
