package pretrain

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/nn"
	"github.com/dendra-net/dendra/nn/tlm"
)

func TestWorkFollowsTheEpoch(t *testing.T) {
	for blocks, want := range map[int64]int{-1: shortWork, 0: shortWork, 20: shortWork, 40: usualWork / 2, 80: usualWork, 360: usualWork, 1 << 62: usualWork} {
		require.Equal(t, want, workOf(blocks), "%d blocks", blocks)
	}
	require.LessOrEqual(t, MaxWork, shortWork/4, "whoever comes first is measured")
}

// netOf is a net with random weights.
func netOf(t *testing.T, c nn.Config, seed uint64) []byte {
	t.Helper()
	m, err := nn.New(c, seed)
	require.NoError(t, err)
	f, err := tlm.Quantize(m)
	require.NoError(t, err)
	return f.Marshal()
}

// unit is what a small net counts for. Exams that suffice for so many of these are as those of the shortest epochs are for as
// many of the largest nets, and quicker.
func unit(t *testing.T) int {
	t.Helper()
	cost, err := price(netOf(t, small, 0))
	require.NoError(t, err)
	return cost
}

// Eight nets that are remembered do not keep anybody who is there from being measured, in an exam that suffices for eight.
func TestWhatIsRememberedStallsNobody(t *testing.T) {
	s := newStage(t)
	s.examiner.work = 8*unit(t) + unit(t)/2
	shipped, err := price(netOf(t, medium, 0))
	require.NoError(t, err)
	require.LessOrEqual(t, 8*shipped+shipped/2, shortWork)
	var m memory
	for i := range uint64(8) {
		net := netOf(t, small, i)
		d, err := s.shelf.Put(net)
		require.NoError(t, err)
		m.Records = append(m.Records, record{Digest: d, Owner: address(fmt.Sprint("old-", i/2)), Height: int64(1 + i), Bits: 5, Root: i%2 == 0})
	}
	s.memory, _, err = m.write()
	require.NoError(t, err)
	x := s.exam(entry{"old-0", netOf(t, small, 100), 1}, entry{"young", netOf(t, small, 101), 2}, entry{"counts", cast.weak, 3})
	found := s.examine(x)
	for _, who := range []string{"old-0", "young", "counts"} {
		_, measured := factOf(found.Marks[address(who)].Facts, "bits_per_byte")
		require.True(t, measured, "%s: %s", who, found.Marks[address(who)].Reason)
	}
	require.InDelta(t, 1, found.Marks[address("counts")].Share, 1e-9)
	left, err := recall(found.Memory)
	require.NoError(t, err)
	require.Len(t, left.Records, 9, "what there was no time for is remembered all the same")
	for _, r := range left.Records {
		require.Equal(t, r.Owner != address("counts"), r.Idle == 1)
	}
}

// Ten artifacts that compute as much as one may do not keep a newcomer out, if they have one owner.
func TestManyArtifactsOfOneOwner(t *testing.T) {
	s := newStage(t)
	s.examiner.work = 4 * unit(t)
	entries := []entry{{"newcomer", cast.weak, 30 - 1}}
	for i := range uint64(10) {
		entries = append(entries, entry{fmt.Sprint("sybil-", i), netOf(t, small, i), int64(i)})
	}
	x := s.exam(entries...)
	for i := range x.Miners {
		if x.Miners[i].Hotkey != address("newcomer") {
			x.Miners[i].Coldkey = "one"
		}
	}
	marks := s.examine(x).Marks
	require.InDelta(t, 1, marks[address("newcomer")].Share, 1e-9, marks[address("newcomer")].Reason)
	var refused int
	for _, e := range entries[1:] {
		if _, measured := factOf(marks[address(e.name)].Facts, "bits_per_byte"); !measured {
			require.Contains(t, marks[address(e.name)].Reason, errSpent.Error())
			refused++
		}
	}
	require.GreaterOrEqual(t, refused, 6, "four of the dearest are what an exam suffices for")
}

// rounds is a row of exams in which nothing is run.
type rounds struct {
	memory
	epoch byte
}

// next holds one and tells who was measured.
func (r *rounds) next(work int, pieces ...*piece) map[neuron.Address]bool {
	r.epoch++
	x := &exam{Exam: neuron.Exam{Beacon: [32]byte{r.epoch}}, lost: map[digest]bool{}}
	f := x.field(pieces, r.memory)
	newcomer := map[*piece]bool{}
	for _, p := range f.newcomers {
		newcomer[p] = true
	}
	measured := map[neuron.Address]bool{}
	var took []*piece
	for _, p := range f.plan(work) {
		measured[p.Owner] = true
		if newcomer[p] {
			took = append(took, p)
		}
	}
	r.Spent = charge(r.Spent, took)
	return measured
}

func sybils(n int, coldkey func(i int) string) (list []*piece) {
	for i := range n {
		owner := neuron.Address(fmt.Sprint("sybil-", i))
		list = append(list, &piece{record: record{Owner: owner, Coldkey: coldkey(i), Digest: digest{1, byte(i)}}, cost: MaxWork})
	}
	return list
}

// Those who are let in fill the rest of the work: newcomers have their quarter and no more.
func busy(n int) (list []*piece, records []record) {
	for i := range n {
		r := record{Owner: neuron.Address(fmt.Sprint("known-", i)), Digest: digest{2, byte(i)}, Bits: 3}
		records = append(records, r)
		list = append(list, &piece{record: r, cost: MaxWork / 2})
	}
	return list, records
}

func TestNewcomersHaveTheirTurn(t *testing.T) {
	known, records := busy(16)
	for name, c := range map[string]struct {
		coldkey func(i int) string
		settled int // exams that the others have been there for
		within  int // exams from when the newcomer comes
	}{
		"all of one owner":                  {func(int) string { return "one" }, 0, 2},
		"of many owners, there for a while": {func(i int) string { return fmt.Sprint(i) }, 24, 1},
		"of many owners, just as new":       {func(i int) string { return fmt.Sprint(i) }, 0, 21},
	} {
		for _, cost := range []int{leastWork, MaxWork} {
			t.Run(fmt.Sprint(name, cost), func(t *testing.T) {
				r := rounds{memory: memory{Records: records}}
				others := append(sybils(20, c.coldkey), known...)
				for range c.settled {
					r.next(shortWork, others...)
				}
				all := append(others, &piece{record: record{Owner: "newcomer", Digest: digest{3}}, cost: cost})
				first, often := 0, 0
				for i := 1; i <= 40; i++ {
					if !r.next(shortWork, all...)["newcomer"] {
						continue
					}
					if often++; often == 1 {
						first = i
					}
				}
				require.Positive(t, often)
				require.LessOrEqual(t, first, c.within)
				if cost == leastWork {
					require.Greater(t, often, 9, "who costs little comes often")
				}
			})
		}
	}
}

// Newcomers cannot keep out those who are let in, and of those the owner of many does not keep out the others.
func TestWhoIsKnownComesFirst(t *testing.T) {
	known, records := busy(4)
	r := rounds{memory: memory{Records: records}}
	for range 10 {
		measured := r.next(shortWork, append(sybils(40, func(i int) string { return fmt.Sprint(i) }), known...)...)
		for _, p := range known {
			require.True(t, measured[p.Owner])
		}
	}
	known, records = busy(16)
	for i := range known[:15] {
		known[i].Coldkey, records[i].Coldkey = "many", "many"
	}
	records[15].Bits = 4 // the worst of all
	r = rounds{memory: memory{Records: records}}
	require.True(t, r.next(shortWork, known...)[known[15].Owner])
}

// What is left over goes to whoever can use it, and never more is spent than there is.
func TestWorkIsSpent(t *testing.T) {
	of := func(n, cost int) (list []*piece) {
		for range n {
			list = append(list, &piece{cost: cost})
		}
		return list
	}
	for name, c := range map[string]struct {
		f    field
		want int
	}{
		"known alone":         {field{known: of(9, 10)}, 8},
		"newcomers alone":     {field{newcomers: of(9, 10)}, 8},
		"remembered alone":    {field{prior: of(9, 10)}, 4},
		"all":                 {field{of(9, 10), of(9, 10), of(9, 10)}, 8},
		"one that is too big": {field{known: append(of(1, 81), of(2, 10)...)}, 2},
		"nothing":             {field{}, 0},
	} {
		chosen := c.f.plan(80)
		spent := 0
		for _, p := range chosen {
			spent += p.cost
		}
		require.Len(t, chosen, c.want, name)
		require.LessOrEqual(t, spent, 80, name)
	}
}

// Of what is remembered, the roots of those who are there come first, then what was let in most lately, then the best.
func TestWhatIsMeasuredAgain(t *testing.T) {
	s := newStage(t)
	var old []record
	for i, r := range []record{
		{Owner: "gone", Idle: 3, Bits: 1, Root: true}, {Owner: "here", Idle: 9, Bits: 9, Root: true}, {Owner: "here", Bits: 4}, {Owner: "gone", Bits: 3},
	} {
		d, err := s.shelf.Put(append([]byte("DNGRAM"), byte(i)))
		require.NoError(t, err)
		r.Digest = d
		old = append(old, r)
	}
	old = append(old, record{Owner: "here", Root: true, Digest: digest{9}}) // not on the shelf
	x := &exam{Exam: neuron.Exam{Shelf: s.shelf}, lost: map[digest]bool{}}
	var got []record
	for _, p := range x.recalled([]*piece{{record: record{Owner: "here"}}}, old) {
		got = append(got, p.record)
	}
	require.Equal(t, []record{old[1], old[3], old[2], old[0]}, got)
	require.Equal(t, map[digest]bool{{9}: true}, x.lost)
	for i := range uint64(priorArt) {
		d, err := s.shelf.Put(append([]byte("DNGRAM more"), byte(i)))
		require.NoError(t, err)
		old = append(old, record{Owner: "gone", Digest: d})
	}
	require.Len(t, x.recalled(nil, old), priorArt)
}

// What was let in is remembered as long as its owner is let in, and for a while after.
func TestRecordsExpire(t *testing.T) {
	root := record{Owner: "ada", Digest: digest{1}, Height: 1, Root: true}
	latest := record{Owner: "ada", Digest: digest{2}, Height: 5}
	x := &exam{Exam: neuron.Exam{Miners: []neuron.Candidate{{Neuron: neuron.Neuron{Hotkey: "ada"}}}}}
	old := []record{root, latest}
	for i := range maxIdle {
		old = x.known(old, nil, nil)
		require.Len(t, old, 2, "after %d exams", i+1)
	}
	require.Empty(t, x.known(old, nil, nil))

	now := &piece{record: record{Owner: "ada", Digest: digest{3}, Height: 9}, since: 1}
	kept := x.known(old, []*piece{{record: root}}, map[neuron.Address]*piece{"ada": now})
	require.Equal(t, []record{now.record, root}, kept, "let in again: idle no more, and the root stays")

	now = &piece{record: record{Owner: "ada", Digest: digest{3}, Height: 9}, since: 9}
	kept = x.known(old, nil, map[neuron.Address]*piece{"ada": now})
	require.Equal(t, []record{now.record, root}, kept, "nor is it lost when there was no work left for it")

	kept = x.known(old, []*piece{{record: root}}, map[neuron.Address]*piece{"ada": now})
	require.Equal(t, []record{{Owner: "ada", Digest: digest{3}, Height: 9, Root: true}}, kept, "a line of its own begins")

	x.lost = map[digest]bool{root.Digest: true, latest.Digest: true}
	require.Empty(t, x.known(old, nil, nil), "what is not on the shelf any more is of no use")
}
