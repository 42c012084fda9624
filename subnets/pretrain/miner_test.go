package pretrain

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/neuron/neurontest"
)

const netuid = 2

// scripted is a trainer that publishes what it is told, and tells what courses it got.
type scripted struct {
	first   []byte
	next    func(Course) ([]byte, error)
	mu      sync.Mutex
	courses []Course
}

func (s *scripted) First(context.Context, Course) ([]byte, error) { return s.first, nil }

func (s *scripted) Train(_ context.Context, c Course) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.courses = append(s.courses, c)
	return s.next(c)
}

func (s *scripted) seen() []Course {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Course(nil), s.courses...)
}

// world is a chain with a subnet on which one miner is registered.
type world struct {
	*neurontest.Chain
	key neuron.Key
}

func newWorld() world {
	w := world{neurontest.NewChain("test-1"), neurontest.Key("mila")}
	w.AddSubnet(neuron.Subnet{Netuid: netuid, Tempo: 20})
	w.Register(netuid, w.key.Address(), neuron.Neuron{})
	return w
}

func (w world) config(t *testing.T, trainer Trainer) Config {
	return Config{Chain: w.Chain, Key: w.key, Netuid: netuid, Trainer: trainer, Dir: t.TempDir(), Poll: time.Millisecond, CPUShare: 1}
}

// start runs a miner until the test ends or stop is called.
func start(t *testing.T, m *Miner) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- m.Run(ctx) }()
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			require.NoError(t, <-done)
		})
	}
	t.Cleanup(stop)
	return stop
}

func (w world) committed(t *testing.T) (c neuron.Committed, ok bool) {
	t.Helper()
	list, err := w.Committed(context.Background(), netuid, 0)
	require.NoError(t, err)
	for _, c := range list {
		if c.Hotkey == w.key.Address() {
			return c, true
		}
	}
	return c, false
}

func (w world) eventually(t *testing.T, what func() bool) {
	t.Helper()
	require.Eventually(t, what, 20*time.Second, time.Millisecond)
}

// awaitCommit waits until the chain has a claim to a file.
func (w world) awaitCommit(t *testing.T, file []byte) neuron.Committed {
	t.Helper()
	w.eventually(t, func() bool {
		c, ok := w.committed(t)
		return ok && stands(c, digestOf(file))
	})
	c, _ := w.committed(t)
	return c
}

func TestMinerCommitsInTimeAndLearnsFromShards(t *testing.T) {
	players(t)
	w := newWorld()
	files := [][]byte{cast.tiny, cast.weak, cast.strong, cast.other}
	trainer := &scripted{first: files[0], next: func(c Course) ([]byte, error) { return files[min(c.Epoch+1, 3)], nil }}
	m, err := New(w.config(t, trainer))
	require.NoError(t, err)
	start(t, m)
	require.EqualValues(t, 1, w.awaitCommit(t, files[0]).Height, "there is something to measure at once")
	w.Advance(1)
	for epoch := range 3 {
		c := w.awaitCommit(t, files[epoch+1])
		net, err := w.Subnet(context.Background(), netuid)
		require.NoError(t, err)
		begin, end := span(net)
		require.GreaterOrEqual(t, c.Height, begin)
		require.Less(t, c.Height, Opens(begin, end)-1)
		w.AdvanceEpoch(netuid)
	}
	w.eventually(t, func() bool { return len(trainer.seen()) >= 4 })
	seen := trainer.seen()
	require.Empty(t, seen[0].Fresh)
	require.Len(t, seen[2].Fresh, 2)
	net, err := w.Subnet(context.Background(), netuid)
	require.NoError(t, err)
	begin, end := span(net)
	opened := Opens(begin, end) - 2*net.Tempo
	beacon, err := w.BlockHash(context.Background(), opened)
	require.NoError(t, err)
	shard, err := PublicShard(ShardSeed("test-1", netuid, 1, beacon))
	require.NoError(t, err)
	require.Equal(t, textsOf(shard), seen[3].Fresh[1].Texts, "a miner derives what validators measured on")
}

// The chain may be away, refuse, or forget old blocks: the miner goes on.
func TestMinerOutlivesTheChain(t *testing.T) {
	players(t)
	w := newWorld()
	w.AdvanceEpoch(netuid)
	w.AdvanceEpoch(netuid)
	away := errors.New("away")
	w.Fail("CommitData", away)
	w.Fail("BlockHash", away)
	trainer := &scripted{next: func(Course) ([]byte, error) { return cast.weak, nil }}
	m, err := New(w.config(t, trainer))
	require.NoError(t, err)
	start(t, m)
	w.awaitCommit(t, cast.weak)
	require.Empty(t, trainer.seen()[0].Fresh, "the blocks were not to be had")
}

func TestMinerGoesOnAfterARestart(t *testing.T) {
	players(t)
	w := newWorld()
	config := w.config(t, &scripted{first: cast.weak, next: func(Course) ([]byte, error) { return cast.strong, nil }})
	m, err := New(config)
	require.NoError(t, err)
	stop := start(t, m)
	w.awaitCommit(t, cast.weak)
	w.Advance(1)
	w.awaitCommit(t, cast.strong)
	stop()
	config.Quiet = true
	trainer := &scripted{first: cast.tiny, next: func(Course) ([]byte, error) { return nil, errors.New("a quiet miner does not train") }}
	config.Trainer = trainer
	m, err = New(config)
	require.NoError(t, err)
	start(t, m)
	require.Equal(t, "ngram", m.model().Kind())
	for _, file := range [][]byte{cast.weak, cast.strong} {
		got := ask(m, http.MethodGet, m.path(file))
		require.Equal(t, http.StatusOK, got.Code)
		require.Equal(t, file, got.Body.Bytes())
	}
	w.AdvanceEpoch(netuid)
	w.awaitCommit(t, cast.strong)
	require.Empty(t, trainer.seen())
}

// A trainer that fails, or brings what is no model, costs an epoch and not the miner.
func TestMinerOutlivesItsTrainer(t *testing.T) {
	players(t)
	w := newWorld()
	var tries int
	trainer := &scripted{next: func(Course) ([]byte, error) {
		if tries++; tries == 1 {
			return []byte("junk"), nil
		}
		return cast.weak, nil
	}}
	m, err := New(w.config(t, trainer))
	require.NoError(t, err)
	m.patience = time.Millisecond
	start(t, m)
	w.awaitCommit(t, cast.weak)
	require.Equal(t, http.StatusNotFound, ask(m, http.MethodGet, m.path([]byte("junk"))).Code)
}

func TestBadMiners(t *testing.T) {
	w := newWorld()
	for _, spoil := range []func(*Config){
		func(c *Config) { c.Chain = nil }, func(c *Config) { c.Key = neuron.Key{} }, func(c *Config) { c.Trainer = nil },
		func(c *Config) { c.Dir = "" }, func(c *Config) { c.CPUShare = 1.5 }, func(c *Config) { c.MarginBlocks = -1 },
	} {
		c := w.config(t, &scripted{})
		spoil(&c)
		_, err := New(c)
		require.ErrorIs(t, err, ErrConfig)
	}
}

func TestTerms(t *testing.T) {
	net := neuron.Subnet{Tempo: 20, NextEpoch: 60, Epoch: 3} // 40 to 59, the exam opens at 46
	for height, want := range map[int64]term{
		40: {"c", 3, 40, 46, 42, 20}, 42: {"c", 3, 40, 46, 42, 20}, 43: {"c", 4, 60, 66, 62, 20},
	} {
		require.Equal(t, want, nextTerm(neuron.Head{ChainID: "c", Height: height}, net, 3))
	}
	short := neuron.Subnet{Tempo: 5, NextEpoch: 10, Epoch: 1} // 5 to 9, opens at 6
	require.EqualValues(t, 9, nextTerm(neuron.Head{Height: 5}, short, 3).due, "there is no time left before the exam at 6")
}

func ask(m http.Handler, method, path string) *httptest.ResponseRecorder {
	got := httptest.NewRecorder()
	m.ServeHTTP(got, httptest.NewRequest(method, path, nil))
	return got
}
