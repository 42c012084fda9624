package pretrain

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/mix"
	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/neuron/neurontest"
	"github.com/dendra-net/dendra/nn"
	"github.com/dendra-net/dendra/nn/tlm"
)

// counted is an n-gram of a part of the base, in 64ths from one to below another.
func counted(t testing.TB, order, from, to int) []byte {
	t.Helper()
	base, err := Base()
	require.NoError(t, err)
	m, err := mix.NewNGram(mix.NGramConfig{Order: order})
	require.NoError(t, err)
	const stripes = 64
	for i := 0; i < len(base); i += stripes << 10 { // a KiB each, so that every kind of text is in every part
		at := i + from<<10
		m.Train(base[min(at, len(base)):min(at+(to-from)<<10, len(base))])
	}
	file, err := m.Fit(MaxArtifact)
	require.NoError(t, err)
	return file
}

// The cast of the stage.
var cast struct {
	once                sync.Once
	weak, strong, other []byte // n-grams that know different things
	net, tiny           []byte // nets that know nothing
	tinyShape           nn.Config
}

func players(t testing.TB) {
	cast.once.Do(func() {
		cast.weak = counted(t, 3, 0, 8)
		cast.strong = counted(t, 4, 8, 24)
		cast.other = counted(t, 4, 24, 40)
		cast.tinyShape = nn.Config{Dim: 16, Layers: 1, Heads: 2, Hidden: 16, Context: 32}
		cast.tiny = tlmOf(t, cast.tinyShape)
		cast.net = tlmOf(t, small)
	})
}

func tlmOf(t testing.TB, c nn.Config) []byte {
	t.Helper()
	m, err := nn.New(c, 1)
	require.NoError(t, err)
	f, err := tlm.Quantize(m)
	require.NoError(t, err)
	return f.Marshal()
}

// stage is a subnet whose exams a test makes by hand.
type stage struct {
	t        testing.TB
	examiner *Examiner
	epoch    uint64
	memory   []byte
	shelf    shelf
	files    map[string][]byte  // what is answered at a path
	since    map[[32]byte]int64 // by commitment, when it was made first
	answer   map[neuron.Address]func() neuron.Answer
	asked    map[neuron.Address]int
	mu       sync.Mutex
}

func newStage(t testing.TB) *stage {
	players(t)
	return &stage{t: t, examiner: &Examiner{}, epoch: 1, shelf: shelf{}, files: map[string][]byte{}, since: map[[32]byte]int64{},
		answer: map[neuron.Address]func() neuron.Answer{}, asked: map[neuron.Address]int{}}
}

// entry is a miner with what it commits and when, counted from the epoch's first block.
type entry struct {
	name     string
	artifact []byte
	at       int64
}

func address(name string) neuron.Address { return neurontest.Key(name).Address() }

func (s *stage) commit(e entry) neuron.Candidate {
	c := neuron.Candidate{Neuron: neuron.Neuron{Hotkey: address(e.name), Endpoint: "x"}}
	if e.artifact == nil {
		return c
	}
	bound := Commitment(c.Hotkey, digestOf(e.artifact))
	com := neuron.Committed{Hotkey: c.Hotkey, Data: bound[:], Height: int64(s.epoch)*raceTempo + e.at, First: c.Hotkey}
	if _, had := s.since[bound]; !had {
		s.since[bound] = com.Height
	}
	com.FirstHeight = s.since[bound]
	s.files[Path(bound)] = e.artifact
	c.Committed = com
	return c
}

func (s *stage) exam(entries ...entry) neuron.Exam {
	begin := int64(s.epoch) * raceTempo
	x := neuron.Exam{ChainID: "stage", Netuid: 2, Epoch: s.epoch, Blocks: raceTempo, Opened: Opens(begin, begin+raceTempo),
		Beacon: digestOf(fmt.Append(nil, "beacon", s.epoch)), Memory: s.memory, Shelf: s.shelf, Ask: s.ask}
	for _, e := range entries {
		x.Miners = append(x.Miners, s.commit(e))
	}
	return x
}

func (s *stage) ask(_ context.Context, miner neuron.Address, method, path string, _ []byte) neuron.Answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	require.Equal(s.t, "GET", method)
	s.asked[miner]++
	if answer := s.answer[miner]; answer != nil {
		return answer()
	}
	if content, ok := s.files[path]; ok {
		return neuron.Answer{Status: 200, Body: content}
	}
	return neuron.Answer{Status: 404}
}

// hold holds the epoch's exam and goes on to the next.
func (s *stage) hold(entries ...entry) map[neuron.Address]neuron.Mark {
	found := s.examine(s.exam(entries...))
	s.epoch++
	s.memory = found.Memory
	s.shelf.keep(found.Keep)
	return found.Marks
}

func (s *stage) examine(x neuron.Exam) neuron.Findings {
	s.t.Helper()
	found, err := s.examiner.Examine(context.Background(), x)
	require.NoError(s.t, err)
	return found
}
