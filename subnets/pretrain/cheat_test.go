package pretrain

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/neuron"
)

// taughtMore is an artifact that learned a little more, as an honest trainer's next is.
func taughtMore(t *testing.T, artifact []byte, seed uint64) []byte {
	t.Helper()
	base, err := Base()
	require.NoError(t, err)
	next, err := Perturb(artifact, base, seed)
	require.NoError(t, err)
	return next
}

// A thief takes what the victim published an epoch ago, changes it a little, and is the quickest to commit.
func TestCopiesEarnNothingAndTakeNothing(t *testing.T) {
	for seed := range uint64(3) {
		for _, victim := range []string{"strong", "weak"} {
			t.Run(fmt.Sprint(victim, seed), func(t *testing.T) {
				s, alone := newStage(t), newStage(t)
				artifacts := map[string][]byte{"strong": cast.strong, "weak": cast.weak}
				for epoch := range uint64(3) {
					loot := artifacts[victim]
					if epoch > 0 {
						for name := range artifacts {
							artifacts[name] = taughtMore(t, artifacts[name], 100*seed+epoch)
						}
					}
					honest := []entry{{"weak", artifacts["weak"], 3}, {"strong", artifacts["strong"], 4}}
					thieves := honest
					if epoch > 0 {
						base, err := Base()
						require.NoError(t, err)
						changed, err := Perturb(loot, base, 1000*seed+epoch)
						require.NoError(t, err)
						thieves = append(thieves, entry{"exact", loot, 1}, entry{"changed", changed, 2})
					}
					s.examiner, alone.examiner = &Examiner{}, &Examiner{}
					marks, peace := s.hold(thieves...), alone.hold(honest...)
					require.Zero(t, marks[address("exact")].Share)
					require.Zero(t, marks[address("changed")].Share, marks[address("changed")])
					require.GreaterOrEqual(t, marks[address(victim)].Share, 0.95*peace[address(victim)].Share, "epoch %d", epoch)
				}
			})
		}
	}
}

// Whoever has been there for long does not become another's elder by publishing what the other has just published.
func TestAgeIsNotForSale(t *testing.T) {
	for seed := range uint64(3) {
		s := newStage(t)
		s.hold(entry{"elder", cast.weak, 1})
		s.hold(entry{"elder", cast.weak, 1})
		stolen := taughtMore(t, cast.strong, seed)
		marks := s.hold(entry{"young", cast.strong, 1}, entry{"elder", stolen, 2})
		require.InDelta(t, 1, marks[address("young")].Share, 1e-9)
		require.Zero(t, marks[address("elder")].Share)
		marks = s.hold(entry{"young", cast.strong, 1}, entry{"elder", taughtMore(t, stolen, seed+7), 2})
		require.InDelta(t, 1, marks[address("young")].Share, 1e-9, "nor by doing it twice")
	}
}

// Whoever trains on and publishes anew keeps the place of its first artifact, and is not made the pupil of who stands still.
func TestTrainingOnKeepsOnesPlace(t *testing.T) {
	s := newStage(t)
	told := func(marks map[neuron.Address]neuron.Mark) float64 {
		f, ok := factOf(marks[address("active")].Facts, "marginal")
		require.True(t, ok)
		return f.Value
	}
	first := told(s.hold(entry{"active", cast.strong, 1}, entry{"still", cast.otherQuarters, 2}))
	for epoch := range uint64(4) {
		marks := s.hold(entry{"active", taughtMore(t, cast.strong, epoch), 5}, entry{"still", cast.otherQuarters, 2})
		require.InEpsilon(t, first, told(marks), 0.2)
		require.Greater(t, marks[address("active")].Share, marks[address("still")].Share)
	}
}

// What was let in is remembered with its root; what was refused is not.
func TestWhatIsRemembered(t *testing.T) {
	s := newStage(t)
	s.hold(entry{"strong", cast.strong, 1}, entry{"copy", taughtMore(t, cast.strong, 1), 2})
	next := taughtMore(t, cast.strong, 2)
	s.hold(entry{"strong", next, 1})
	records, err := recall(s.memory)
	require.NoError(t, err)
	require.Len(t, records, 2)
	roots := map[digest]bool{}
	for _, r := range records {
		require.Equal(t, address("strong"), r.Owner)
		roots[r.Digest] = r.Root
		_, kept := s.shelf.Get(r.Digest)
		require.True(t, kept)
	}
	require.Equal(t, map[digest]bool{digestOf(cast.strong): true, digestOf(next): false}, roots)
	s.hold(entry{"strong", cast.strong, 1}) // back to its root
	records, err = recall(s.memory)
	require.NoError(t, err)
	require.Len(t, records, 1)
	require.True(t, records[0].Root)
}

// What learns by heart the very text that shards are made of knows that text, and no more of a shard than what learned as much
// of other text.
func TestHeartIsNotEnough(t *testing.T) {
	s := newStage(t)
	held, honest := byHeart(t)
	marks := s.hold(entry{"heart", held, 1})
	known, ok := factOf(marks[address("heart")].Facts, "bits_per_byte")
	require.True(t, ok)
	marks = newStage(t).hold(entry{"honest", honest, 1})
	other, ok := factOf(marks[address("honest")].Facts, "bits_per_byte")
	require.True(t, ok)
	require.Greater(t, known.Value, other.Value-0.05)
	heartOnText, honestOnText := onHeldOut(t, held), onHeldOut(t, honest)
	require.Less(t, heartOnText, honestOnText-0.5, "it does know the text itself")
}
