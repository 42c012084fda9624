package pretrain

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/corpus/fresh"
	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/nn"
	"github.com/dendra-net/dendra/nn/gguf"
)

func sum(marks map[neuron.Address]neuron.Mark) (shares float64) {
	for _, m := range marks {
		shares += m.Share
	}
	return shares
}

func TestPayFollowsWhatIsTold(t *testing.T) {
	s := newStage(t)
	marks := s.hold(entry{"weak", cast.weak, 1}, entry{"strong", cast.strong, 2}, entry{"net", cast.net, 3})
	weak, strong, net := marks[address("weak")], marks[address("strong")], marks[address("net")]
	require.Greater(t, strong.Share, weak.Share)
	require.Greater(t, weak.Share, 0.0)
	require.Zero(t, net.Share, "a net that has learned nothing tells nothing")
	require.NotEmpty(t, net.Reason)
	require.InDelta(t, 1, sum(marks), 1e-9)
	require.Greater(t, strong.N, 4000)
	require.Greater(t, strong.StdErr, 0.0)
	require.Greater(t, strong.Pruning, 0.0)
	bits, ok := factOf(strong.Facts, "bits_per_byte")
	require.True(t, ok)
	require.Less(t, bits.Value, 3.5)
	require.Greater(t, bits.Value, 2.0)
}

// Anyone who holds the seed, the memory and the answers finds the same, whatever was computed before.
func TestAnExamCanBeRepeated(t *testing.T) {
	s := newStage(t)
	s.hold(entry{"weak", cast.weak, 1}, entry{"strong", cast.strong, 2})
	x := s.exam(entry{"strong", cast.other, 1}, entry{"weak", cast.weak, 2}, entry{"net", cast.net, 3})
	first := s.examine(x)
	s.examiner = &Examiner{}
	require.Equal(t, first, s.examine(x))
	require.LessOrEqual(t, len(first.Memory), maxMemory)
}

// notFinite is a tlm file in which a scale is no number.
func notFinite(file []byte) []byte {
	bad := append([]byte(nil), file...)
	binary.LittleEndian.PutUint32(bad[8+5*4:], math.Float32bits(float32(math.NaN())))
	return bad
}

// attentive is a small file that asks for a great deal of attention.
func attentive(t *testing.T) []byte {
	return tlmOf(t, nn.Config{Dim: 64, Layers: 40, Heads: 32, Hidden: 1, Context: nn.MaxContext})
}

func TestHostileArtifacts(t *testing.T) {
	s := newStage(t)
	m, err := nn.New(cast.tinyShape, 1)
	require.NoError(t, err)
	llama := gguf.Marshal(m, "x")
	lying := append([]byte(nil), llama...)
	binary.LittleEndian.PutUint64(lying[8:], 1<<60) // tensors
	for name, c := range map[string]struct {
		artifact []byte
		reason   string
	}{
		"cut short":        {cast.strong[:len(cast.strong)/2], "makes sense"},
		"cut net":          {cast.net[:len(cast.net)-1], "not a model"},
		"too long":         {append(append([]byte(nil), cast.net...), 0), "not a model"},
		"not finite":       {notFinite(cast.net), "not a model"},
		"empty":            {[]byte{}, "not a model"},
		"a gzip file":      {[]byte("\x1f\x8b\x08\x00\x00\x00\x00\x00"), "begin with"},
		"a zip file":       {[]byte("PK\x03\x04"), "begin with"},
		"lies about parts": {lying, "not a model"},
		"attentive":        {attentive(t), "computes too much"},
		"huge":             {make([]byte, MaxArtifact+1), "the most is 1048576"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			marks := s.hold(entry{"honest", cast.weak, 1}, entry{"hostile", c.artifact, 2})
			require.Contains(t, marks[address("hostile")].Reason, c.reason)
			require.Zero(t, marks[address("hostile")].Share)
			require.InDelta(t, 1, marks[address("honest")].Share, 1e-9)
		})
	}
	marks := s.hold(entry{"llama", llama, 1})
	require.NotContains(t, marks[address("llama")].Reason, "cannot be run", "an honest GGUF file can be run")
}

func TestHostileMiners(t *testing.T) {
	for name, c := range map[string]struct {
		answer neuron.Answer
		reason string
	}{
		"silent":     {neuron.Answer{Err: errors.New("connection refused")}, "connection refused"},
		"slow":       {neuron.Answer{Err: context.DeadlineExceeded}, "deadline exceeded"},
		"gone":       {neuron.Answer{Status: 404, Body: []byte("{}")}, "answered 404"},
		"other file": {neuron.Answer{Status: 200, Body: []byte("something else")}, "it committed"},
		"endless":    {neuron.Answer{Status: 200, Body: make([]byte, MaxArtifact+1)}, "the most is 1048576"},
		"nothing":    {neuron.Answer{Status: 200}, "it committed"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			s.answer[address("hostile")] = func() neuron.Answer { return c.answer }
			marks := s.hold(entry{"honest", cast.weak, 1}, entry{"hostile", cast.strong, 2})
			require.Contains(t, marks[address("hostile")].Reason, c.reason)
			require.Zero(t, marks[address("hostile")].Share)
			require.InDelta(t, 1, marks[address("honest")].Share, 1e-9)
		})
	}
}

// Miners that hang cost an exam one wait, however many they are.
func TestMinersThatHangHoldNobodyUp(t *testing.T) {
	s := newStage(t)
	s.examiner.FetchTime = 300 * time.Millisecond
	entries := []entry{{"honest", cast.weak, 1}}
	for i := range 40 {
		entries = append(entries, entry{fmt.Sprintf("hangs-%d", i), fmt.Append(nil, "artifact ", i), int64(2 + i%20)})
	}
	x := s.exam(entries...)
	x.Ask = func(ctx context.Context, miner neuron.Address, method, path string, body []byte) neuron.Answer {
		if miner == address("honest") {
			return s.ask(ctx, miner, method, path, body)
		}
		<-ctx.Done()
		return neuron.Answer{Err: ctx.Err()}
	}
	began := time.Now()
	marks := s.examine(x).Marks
	require.Less(t, time.Since(began), 10*time.Second, "one after the other they would take twelve")
	require.InDelta(t, 1, marks[address("honest")].Share, 1e-9)
	require.Contains(t, marks[address("hangs-7")].Reason, "deadline exceeded")
}

func TestWhatCannotCountIsNotEvenAskedFor(t *testing.T) {
	s := newStage(t)
	x := s.exam(entry{"honest", cast.weak, 1}, entry{"none", nil, 0}, entry{"late", cast.strong, 60}, entry{"odd", cast.net, 3})
	for i := range x.Miners {
		if x.Miners[i].Hotkey == address("odd") {
			x.Miners[i].Committed.Data = []byte("../../etc/passwd")
		}
	}
	marks := s.examine(x).Marks
	for name, reason := range map[string]string{
		"none": "has committed no artifact",
		"late": "committed in block 160; the exam opened in block 130",
		"odd":  "committed 16 bytes; a commitment has 32",
	} {
		require.Equal(t, reason, marks[address(name)].Reason)
		require.Zero(t, marks[address(name)].Share)
		require.Zero(t, s.asked[address(name)])
	}
	require.Equal(t, 1, s.asked[address("honest")])
}

func TestAnUnchangedArtifactIsNotFetchedAgain(t *testing.T) {
	s := newStage(t)
	s.hold(entry{"weak", cast.weak, 1}, entry{"strong", cast.strong, 2})
	s.answer[address("strong")] = func() neuron.Answer { return neuron.Answer{Err: errors.New("gone")} }
	marks := s.hold(entry{"weak", cast.weak, 1}, entry{"strong", cast.strong, 2})
	require.Greater(t, marks[address("strong")].Share, 0.5)
	require.Equal(t, 1, s.asked[address("strong")])
}

// However much all miners together ask for, an exam has an end, and those who were let in before are measured first.
func TestWorkIsBounded(t *testing.T) {
	s := newStage(t)
	s.hold(entry{"zoe", cast.weak, 1})
	s.examiner.work = leastWork
	marks := s.examine(s.exam(entry{"new", cast.strong, 1}, entry{"zoe", cast.weak, 2})).Marks
	require.InDelta(t, 1, marks[address("zoe")].Share, 1e-9)
	require.Contains(t, marks[address("new")].Reason, "spent on others before it: 65536 of 65536 multiplications a byte")
}

func TestAnExamEndsWithItsContext(t *testing.T) {
	s := newStage(t)
	ctx, stop := context.WithCancel(context.Background())
	x := s.exam(entry{"weak", cast.weak, 1})
	s.answer[address("weak")] = func() neuron.Answer { stop(); return neuron.Answer{Status: 200, Body: cast.weak} }
	_, err := s.examiner.Examine(ctx, x)
	require.ErrorIs(t, err, context.Canceled)
}

// A memory that cannot be read is lost, which is said, and the exam is held.
func TestMemoryThatIsNone(t *testing.T) {
	s := newStage(t)
	found := s.examine(s.exam(entry{"weak", cast.weak, 1}))
	require.Zero(t, figure(found.Facts, "memory_lost").Value)
	require.Empty(t, found.Lost)
	s.memory = []byte(`{"version":9}`)
	found = s.examine(s.exam(entry{"weak", cast.weak, 1}))
	require.Equal(t, 1.0, figure(found.Facts, "memory_lost").Value)
	require.Contains(t, found.Lost, "version 9 with 0 records")
	require.Contains(t, found.Lost, "no longer stand against")
	require.InDelta(t, 1, found.Marks[address("weak")].Share, 1e-9)
	_, err := recall(found.Memory)
	require.NoError(t, err)
}

// full is a shelf on a disk that is full.
type full struct{ shelf }

func (full) Put([]byte) ([32]byte, error) { return [32]byte{}, errors.New("disk full") }

// A miner is not to blame for the validator's disk.
func TestFullDisk(t *testing.T) {
	s := newStage(t)
	x := s.exam(entry{"weak", cast.weak, 1})
	x.Shelf = full{}
	_, err := s.examiner.Examine(context.Background(), x)
	require.ErrorContains(t, err, "disk full")
}

func TestNobodyServes(t *testing.T) {
	s := newStage(t)
	found := s.examine(s.exam())
	require.Empty(t, found.Marks)
	found = s.examine(s.exam(entry{"none", nil, 0}))
	require.Zero(t, sum(found.Marks))
}

// A validator's own text depends on its secret alone.
func TestOwnText(t *testing.T) {
	s := newStage(t)
	own := &recorder{}
	s.examiner.Source = own
	x := s.exam(entry{"weak", cast.weak, 1})
	x.Seed = [32]byte{1}
	s.examine(x)
	x.Beacon = [32]byte{2}
	s.examine(x)
	x.Seed = [32]byte{3}
	s.examine(x)
	require.Equal(t, own.seeds[0], own.seeds[1])
	require.NotEqual(t, own.seeds[1], own.seeds[2])
	own.err = errors.New("disk gone")
	_, err := s.examiner.Examine(context.Background(), x)
	require.ErrorIs(t, err, own.err)
}

// An auditor, who has no text but what was kept, finds the same.
func TestOwnTextIsKept(t *testing.T) {
	s := newStage(t)
	s.examiner.Source = &recorder{}
	x := s.exam(entry{"weak", cast.weak, 1}, entry{"strong", cast.strong, 2})
	var kept []byte
	x.Own = func(draw func() ([]byte, error)) ([]byte, error) {
		var err error
		kept, err = draw()
		return kept, err
	}
	found := s.examine(x)
	require.Less(t, len(kept), 1<<20)

	auditor := &Examiner{}
	audited := func(kept []byte) (neuron.Findings, error) {
		x.Own = func(draw func() ([]byte, error)) ([]byte, error) {
			require.Nil(t, draw)
			return kept, nil
		}
		return auditor.Examine(context.Background(), x)
	}
	again, err := audited(kept)
	require.NoError(t, err)
	require.Equal(t, found, again)

	again, err = audited(nil)
	require.NoError(t, err)
	require.NotEqual(t, found.Facts, again.Facts, "shipped text")

	shard, err := fresh.Decode(kept)
	require.NoError(t, err)
	few := slices.Clone(shard)
	few[0].New = []fresh.Span{{Begin: 0, End: 9}}
	encoded, err := fresh.Encode(few)
	require.NoError(t, err)
	again, err = audited(encoded)
	require.NoError(t, err)
	require.NotEqual(t, found.Facts, again.Facts, "the same text with other new bytes")
	for i := range few {
		few[i].New = nil
	}
	encoded, err = fresh.Encode(few)
	require.NoError(t, err)
	_, err = audited(encoded)
	require.Error(t, err, "nothing is new")
	_, err = audited(kept[1:])
	require.ErrorIs(t, err, fresh.ErrEncoded)
}
