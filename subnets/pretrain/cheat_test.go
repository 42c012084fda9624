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
	for seed, victim := range []string{"strong", "strong", "strong", "weak"} {
		t.Run(fmt.Sprint(victim, seed), func(t *testing.T) {
			s := newStage(t)
			before := map[string][]byte{"strong": cast.strong, "weak": cast.weak}
			s.hold(entry{"weak", before["weak"], 3}, entry{"strong", before["strong"], 4})
			honest := []entry{
				{"weak", taughtMore(t, before["weak"], uint64(100+seed)), 3}, {"strong", taughtMore(t, before["strong"], uint64(200+seed)), 4},
			}
			peace := s.examine(s.exam(honest...)).Marks
			marks := s.hold(append(honest, entry{"exact", before[victim], 1}, entry{"changed", taughtMore(t, before[victim], uint64(seed)), 2})...)
			require.Zero(t, marks[address("exact")].Share)
			require.Zero(t, marks[address("changed")].Share, marks[address("changed")])
			require.GreaterOrEqual(t, marks[address(victim)].Share, 0.95*peace[address(victim)].Share)
		})
	}
}

// Whoever has been there for long does not become another's elder by publishing what the other has just published.
func TestAgeIsNotForSale(t *testing.T) {
	for seed := range uint64(2) {
		s := newStage(t)
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
	first := told(s.hold(entry{"active", cast.strong, 1}, entry{"still", cast.other, 2}))
	for epoch := range uint64(3) {
		marks := s.hold(entry{"active", taughtMore(t, cast.strong, epoch), 5}, entry{"still", cast.other, 2})
		require.InEpsilon(t, first, told(marks), 0.2)
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
