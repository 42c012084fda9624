package pretrain

import (
	"errors"
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

// Who sees a commitment before it is in a block, and has it taken first under its own hotkey, has nothing, and its owner loses
// nothing: neither when the thief serves nothing, nor when it fetches the file and serves that.
func TestStolenCommitments(t *testing.T) {
	for name, serves := range map[string]bool{"serves nothing": false, "serves the file": true} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			x := s.exam(entry{"owner", cast.strong, 4}, entry{"other", cast.weak, 5}, entry{"thief", cast.net, 3})
			owner, thief := &x.Miners[0].Committed, &x.Miners[2].Committed
			thief.Data = owner.Data
			owner.First, owner.FirstHeight = thief.Hotkey, thief.Height // as the chain tells it
			if serves {
				s.answer[address("thief")] = func() neuron.Answer { return neuron.Answer{Status: 200, Body: cast.strong} }
			} else {
				s.answer[address("thief")] = func() neuron.Answer { return neuron.Answer{Status: 404} }
			}
			peace := newStage(t)
			honest := peace.hold(entry{"owner", cast.strong, 4}, entry{"other", cast.weak, 5})
			found := s.examine(x)
			require.Zero(t, found.Marks[address("thief")].Share)
			require.NotEmpty(t, found.Marks[address("thief")].Reason)
			if serves {
				require.Contains(t, found.Marks[address("thief")].Reason, "made for another hotkey is worth nothing")
			}
			for _, who := range []neuron.Address{address("owner"), address("other")} {
				require.Equal(t, honest[who], found.Marks[who])
			}
			memory, err := recall(found.Memory)
			require.NoError(t, err)
			for _, r := range memory.Records {
				require.NotEqual(t, address("thief"), r.Owner)
				if r.Owner == address("owner") {
					require.EqualValues(t, 104, r.Height, "counted from its own commit")
				}
			}
		})
	}
}

// Who commits a file that another has handed out commits later, and earns nothing: also while the first cannot be reached,
// after it has gone on to another file, and when it had committed something else in between.
func TestLaterCommitsOfTheSameFile(t *testing.T) {
	s := newStage(t)
	first := string(address("owner")) + " committed this artifact first, in block "
	marks := s.hold(entry{"owner", cast.strong, 1}, entry{"thief", cast.strong, 2})
	require.InDelta(t, 1, marks[address("owner")].Share, 1e-9)
	require.Equal(t, first+"101", marks[address("thief")].Reason)

	x := s.exam(entry{"owner", cast.other, 1}, entry{"thief", cast.strong, 2}, entry{"young", cast.other, 3})
	s.answer[address("owner")] = func() neuron.Answer { return neuron.Answer{Err: errors.New("connection refused")} }
	found := s.examine(x)
	require.Equal(t, first+"101", found.Marks[address("thief")].Reason, "it is remembered")
	require.Equal(t, first+"201", found.Marks[address("young")].Reason, "it had committed, though it does not answer")
	delete(s.answer, address("owner"))

	x = s.exam(entry{"owner", cast.strong, 9}, entry{"thief", cast.strong, 2})
	x.Miners[0].Committed.First, x.Miners[0].Committed.FirstHeight = address("thief"), 150 // of the commitment: front-run when it came back
	found = s.examine(x)
	require.InDelta(t, 1, found.Marks[address("owner")].Share, 1e-9)
	require.Equal(t, first+"101", found.Marks[address("thief")].Reason)
}

// Two who have the same file from the same training, and commit it in one block, are told apart by their uids.
func TestCommitsOfOneBlock(t *testing.T) {
	s := newStage(t)
	x := s.exam(entry{"one", cast.strong, 5}, entry{"two", cast.strong, 5})
	x.Miners[0].UID, x.Miners[1].UID = 7, 3
	found := s.examine(x)
	require.InDelta(t, 1, found.Marks[address("two")].Share, 1e-9)
	require.Contains(t, found.Marks[address("one")].Reason, string(address("two"))+" committed this artifact first")
}

// Whoever writes a miner in another language needs no more than sha256sum.
func TestCommitmentsAreWhatTheDocsSay(t *testing.T) {
	digest := digestOf([]byte("test"))
	want := digestOf([]byte("dendra/pretrain/artifact/v1\ntao1abc\n9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\n"))
	require.Equal(t, want, Commitment("tao1abc", digest))
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
	m, err := recall(s.memory)
	require.NoError(t, err)
	require.Len(t, m.Records, 2)
	roots := map[digest]bool{}
	for _, r := range m.Records {
		require.Equal(t, address("strong"), r.Owner)
		roots[r.Digest] = r.Root
		_, kept := s.shelf.Get(r.Digest)
		require.True(t, kept)
	}
	require.Equal(t, map[digest]bool{digestOf(cast.strong): true, digestOf(next): false}, roots)
	s.hold(entry{"strong", cast.strong, 1}) // back to its root
	m, err = recall(s.memory)
	require.NoError(t, err)
	require.Len(t, m.Records, 1)
	require.True(t, m.Records[0].Root)
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
