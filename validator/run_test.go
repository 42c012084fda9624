package validator_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/neuron/neurontest"
	"github.com/dendra-net/dendra/validator"
)

func TestWeightsFollowQuality(t *testing.T) {
	m := newMarket(t, neuron.Subnet{CommitReveal: true, WeightsRateLimit: 5})
	good := m.miner("good", skilled("good", 1))
	middling := m.miner("middling", skilled("middling", 0.7))
	bad := m.miner("bad", skilled("bad", 0.4))
	lazy := m.miner("lazy", says([]byte("0")))
	copying := m.miner("copying", skilled("middling", 0.7))
	silent := m.register("silent", "http://127.0.0.1:1")
	var last validator.Report
	require.NoError(t, m.run(func() bool { return m.epoch() >= 6 }, func(c *validator.Config, _ *probe) {
		c.OnEpoch = func(r validator.Report) { last = r }
	}))
	w := m.weights()
	require.Equal(t, uint16(65535), w[good], m.log)
	require.Less(t, w[middling], w[good])
	require.Greater(t, w[middling], w[bad])
	require.Greater(t, w[bad], w[copying], "a copy of a better miner earns less than a worse original")
	require.Zero(t, w[lazy])
	require.Zero(t, w[silent])
	require.NotContains(t, w, uint16(0), "no vote for itself")
	require.InDelta(t, 0.36, float64(w[middling])/65535, 0.2, "((0.7-0.1)/0.9)² is 0.44; noise and latency may cost some")

	require.Equal(t, 6, last.Measured)
	require.Equal(t, 5, last.Answered)
	require.True(t, last.Voting)
	require.Len(t, last.Standings, 6)
	for _, s := range last.Standings {
		require.Positive(t, s.Last.N)
		require.Positive(t, s.Last.StdErr)
	}
	require.Contains(t, m.log.String(), "reveal accepted")
	require.NotContains(t, m.log.String(), "level=ERROR")
}

func TestHostileMinersNeitherStallNorEarn(t *testing.T) {
	m := newMarket(t, neuron.Subnet{CommitReveal: true})
	good := m.miner("good", skilled("good", 0.9))
	m.miner("hang", http.HandlerFunc(hang))
	m.miner("huge", says(bytes.Repeat([]byte("x"), 10<<20)))
	m.miner("garbage", says([]byte("\xff\x00<html>{]")))
	m.miner("tripwire", says([]byte("panic")))
	m.miner("dies", http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("bug") }))
	m.miner("refuses", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTooManyRequests) }))
	m.register("impostor", m.serve(neurontest.Key("somebody else"), skilled("good", 1)))
	m.register("unsigned", httpServer(t, skilled("good", 1)))
	m.register("redirects", httpServer(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://127.0.0.1:1/", http.StatusTemporaryRedirect)
	}))
	m.register("mute socket", muteSocket(t))
	m.register("no URL", "::not a url::")
	m.register("closed port", "http://127.0.0.1:1")
	epochs := map[uint64]int{}
	require.NoError(t, m.run(func() bool { return m.epoch() >= 2 }, func(c *validator.Config, _ *probe) {
		c.Rounds, c.OnEpoch = 1, func(r validator.Report) { epochs[r.Epoch] = r.Measured }
	}))
	require.Equal(t, map[uint16]uint16{good: 65535}, m.weights(), m.log)
	require.Equal(t, map[uint64]int{0: 13, 1: 13}, epochs, "every epoch was measured in full")
	require.Contains(t, m.log.String(), "the task panicked while grading")
}

func httpServer(t *testing.T, f http.HandlerFunc) string {
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	return server.URL
}

// muteSocket accepts connections and never says a word.
func muteSocket(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			defer conn.Close()
		}
	}()
	t.Cleanup(func() {
		l.Close()
		<-done
	})
	return "http://" + l.Addr().String()
}

func TestNoVoteWhenNothingWasMeasured(t *testing.T) {
	m := newMarket(t, neuron.Subnet{CommitReveal: true, MinWeights: 2})
	m.register("dead", "http://127.0.0.1:1")
	m.register("deaf", "http://127.0.0.1:1")
	require.NoError(t, m.run(func() bool { return m.epoch() >= 3 }, nil))
	require.Zero(t, m.chain.Commits(netuid, m.key.Address()))
	require.False(t, m.voted())
	require.Contains(t, m.log.String(), "nothing was measured: no vote in this epoch")
}

func TestNoVoteWhenNobodyServes(t *testing.T) {
	m := newMarket(t, neuron.Subnet{})
	m.register("idle", "")
	require.NoError(t, m.run(func() bool { return m.epoch() >= 2 }, nil))
	require.False(t, m.voted())
	require.Contains(t, m.log.String(), "no miner serves")
}

func TestNobodyIsAskedWithoutPermit(t *testing.T) {
	m := newMarket(t, neuron.Subnet{})
	m.miner("good", skilled("good", 1))
	permit := func(on bool) {
		m.chain.Update(netuid, func(s *neuron.Subnet) { s.Neurons[0].Permit = on })
	}
	permit(false)
	var p *probe
	granted := false
	require.NoError(t, m.run(func() bool {
		if m.epoch() == 2 && !granted {
			require.Zero(t, p.asked.Load())
			permit(true)
			granted = true
		}
		return m.voted()
	}, func(_ *validator.Config, mine *probe) { p = mine }))
	require.Contains(t, m.log.String(), "dendra stake add")
	require.Contains(t, m.log.String(), "permit received")
}

func TestOpenWeightsAndMinimum(t *testing.T) {
	m := newMarket(t, neuron.Subnet{MinWeights: 8, VersionKey: 4})
	good := m.miner("good", skilled("good", 1))
	m.register("a", "")
	m.register("b", "")
	require.NoError(t, m.run(m.voted, nil))
	v, _ := m.chain.Weights(netuid, m.key.Address())
	require.Equal(t, []uint16{0, 1, 2, 3}, v.UIDs)
	require.Equal(t, []uint16{0, 65535, 0, 0}, v.Weights)
	require.Equal(t, uint16(1), good)
	require.Equal(t, uint64(4), v.Version)
}

func TestRateLimitLongerThanAnEpoch(t *testing.T) {
	m := newMarket(t, neuron.Subnet{CommitReveal: true, WeightsRateLimit: 50})
	m.miner("good", skilled("good", 1))
	commits := 0
	require.NoError(t, m.run(func() bool { return m.epoch() >= 9 }, func(_ *validator.Config, p *probe) {
		p.onCommit = func() error { commits++; return nil }
	}))
	require.True(t, m.voted())
	require.Equal(t, 3, commits, "every third epoch of 20 blocks, never refused by the chain")
	require.Contains(t, m.log.String(), "next_allowed=")
	require.NotContains(t, m.log.String(), "commit failed")
}

// The state as it lies on disk at the very moment of sending a commit is enough to reveal it: what a kill -9 leaves.
func TestKilledValidatorStillReveals(t *testing.T) {
	for _, landed := range []bool{true, false} {
		m := newMarket(t, neuron.Subnet{CommitReveal: true, WeightsRateLimit: 5})
		m.miner("good", skilled("good", 1))
		var left []byte
		killed := errors.New("killed")
		path := validator.StatePath(m.dir, netuid)
		snapshot := func() error {
			if left == nil {
				var err error
				left, err = os.ReadFile(path)
				require.NoError(t, err)
			}
			return killed
		}
		require.NoError(t, m.run(func() bool { return left != nil }, func(_ *validator.Config, p *probe) {
			if landed {
				p.afterAny = func(string) error { return snapshot() }
			} else {
				p.onCommit = snapshot
			}
		}))
		require.False(t, m.voted())
		require.NoError(t, os.WriteFile(path, left, 0o600))
		again := 0
		require.NoError(t, m.run(m.voted, func(c *validator.Config, p *probe) {
			p.onCommit = func() error { again++; return nil }
			c.OnEpoch = func(r validator.Report) { require.NotZero(t, r.Epoch, "epoch 0 was measured twice") }
		}), "landed: %v", landed)
		if landed {
			require.Zero(t, again, "what had landed was committed again")
		} else {
			require.Equal(t, 1, again)
		}
		require.NotContains(t, m.log.String(), "never reached the chain")
		require.Equal(t, uint64(1), m.epoch(), "revealed in the next epoch; landed: %v", landed)
	}
}

// A reveal whose acknowledgement is lost is tried again within its epoch, and never blocks later votes.
func TestFaultsOfTheChainAreWaitedOut(t *testing.T) {
	m := newMarket(t, neuron.Subnet{CommitReveal: true})
	m.miner("good", skilled("good", 1))
	down := errors.New("connection refused")
	for range 5 {
		m.chain.Fail("Head", down)
		m.chain.Fail("Subnet", down)
	}
	m.chain.Fail("CommitWeights", down)
	m.chain.Fail("RevealWeights", down)
	require.NoError(t, m.run(m.voted, nil))
	require.Equal(t, uint64(1), m.epoch())
	log := m.log.String()
	require.Equal(t, 1, strings.Count(log, "chain cannot be used; waiting"), "an outage is one line")
	require.Contains(t, log, "chain can be used again")
	require.Contains(t, log, "commit failed")
	require.Contains(t, log, "reveal failed")
	require.NotContains(t, log, "level=ERROR")
}

func TestVotesThatCannotLandAreReported(t *testing.T) {
	m := newMarket(t, neuron.Subnet{})
	m.miner("good", skilled("good", 1))
	for range 100 {
		m.chain.Fail("SetWeights", errors.New("out of gas"))
	}
	require.NoError(t, m.run(func() bool { return m.epoch() >= 2 }, nil))
	require.Contains(t, m.log.String(), "the weights of epoch 0 did not get on the chain")
	require.LessOrEqual(t, strings.Count(m.log.String(), "set failed"), 8, "attempts grow apart")
}

// A newcomer is paid for its first epoch in full; the next owner of a slot inherits nothing.
func TestNewcomersAndReplacements(t *testing.T) {
	m := newMarket(t, neuron.Subnet{})
	m.miner("steady", skilled("steady", 1))
	slot := m.miner("old", skilled("old", 1))
	require.NoError(t, m.run(func() bool { return m.epoch() >= 2 }, nil))
	require.Equal(t, uint16(65535), m.weights()[slot])

	weak := neurontest.Key("weak")
	m.chain.Replace(netuid, slot, weak.Address(), neuron.Neuron{Endpoint: m.serve(weak, says([]byte("0")))})
	strong := m.miner("strong", skilled("strong", 1))
	require.NoError(t, m.run(func() bool { return m.epoch() >= 4 }, nil))
	require.Zero(t, m.weights()[slot], "the slot's former quality is forgotten")
	require.Greater(t, m.weights()[strong], uint16(50_000), "one epoch counts in full")
	v, _ := m.chain.Weights(netuid, m.key.Address())
	require.NotContains(t, v.UIDs, slot)
}

func TestLostSlots(t *testing.T) {
	m := newMarket(t, neuron.Subnet{})
	m.miner("good", skilled("good", 1))
	stranger := neurontest.Key("stranger")
	err := m.run(func() bool { return false }, func(c *validator.Config, _ *probe) { c.Key = stranger })
	require.ErrorIs(t, err, validator.ErrNotRegistered)
	require.ErrorContains(t, err, "dendra neuron register --subnet 1")

	err = m.run(func() bool {
		if m.epoch() == 1 {
			m.chain.Replace(netuid, 0, stranger.Address(), neuron.Neuron{})
		}
		return false
	}, func(c *validator.Config, _ *probe) { c.Dir = t.TempDir() })
	require.ErrorIs(t, err, validator.ErrReplaced)
	require.ErrorContains(t, err, "uid 0")
}

func TestStateOfAnother(t *testing.T) {
	m := newMarket(t, neuron.Subnet{})
	m.miner("good", skilled("good", 1))
	require.NoError(t, m.run(m.voted, nil))
	path := validator.StatePath(m.dir, netuid)
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	state, err := validator.ReadState(m.dir, netuid)
	require.NoError(t, err)
	require.Len(t, state.Standings, 1)

	for name, text := range map[string]string{
		"empty":         "",
		"cut":           string(whole[:len(whole)/2]),
		"other hotkey":  strings.Replace(string(whole), string(m.key.Address()), string(neurontest.Key("x").Address()), 1),
		"other chain":   strings.Replace(string(whole), chainID, "test-2", 1),
		"later version": strings.Replace(string(whole), `"version":1`, `"version":2`, 1),
		"uneven vote":   strings.Replace(string(whole), `"ledger":{`, `"ledger":{"commits":[{"vote":{"UIDs":[1]}}],`, 1),
	} {
		require.NotEqual(t, string(whole), text, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		err := m.run(func() bool { return false }, nil)
		require.ErrorIs(t, err, validator.ErrState, name)
		require.ErrorContains(t, err, path)
	}

	require.NoError(t, os.WriteFile(path, whole, 0o600))
	start := m.epoch()
	err = m.run(func() bool {
		if m.epoch() == start+1 {
			require.NoError(t, os.WriteFile(path, bytes.Replace(whole, []byte(`"height"`), []byte(`"next_fold":0,"height"`), 1), 0o600))
		}
		return false
	}, nil)
	require.ErrorIs(t, err, validator.ErrState)
	require.ErrorContains(t, err, "second validator")
}

// A chain that begins anew under the same name must not be taken for the old one.
func TestChainBehindTheState(t *testing.T) {
	m := newMarket(t, neuron.Subnet{})
	m.miner("good", skilled("good", 1))
	require.NoError(t, m.run(m.voted, nil))
	fresh := newMarket(t, neuron.Subnet{})
	fresh.dir = m.dir
	looks := 0
	require.NoError(t, fresh.run(func() bool { looks++; return looks > 3 }, nil))
	require.Contains(t, fresh.log.String(), "if the chain was begun anew, remove "+validator.StatePath(m.dir, netuid))
}

// The questions of a round are the same for all its miners, and the requests tell nothing that the truth is known.
func TestMinersSeeTheSameQuestionsAndNoTruth(t *testing.T) {
	m := newMarket(t, neuron.Subnet{})
	seen := map[string]map[string]int{"a": {}, "b": {}}
	mu := make(chan struct{}, 1)
	record := func(name string) http.HandlerFunc {
		inner := skilled(name, 1)
		return func(w http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				return
			}
			mu <- struct{}{}
			seen[name][string(body)]++
			<-mu
			r.Body = io.NopCloser(bytes.NewReader(body))
			inner(w, r)
		}
	}
	m.miner("a", record("a"))
	m.miner("b", record("b"))
	require.NoError(t, m.run(m.voted, func(c *validator.Config, _ *probe) { c.Questions, c.Pads, c.Rounds = 10, 3, 2 }))
	require.Len(t, seen["a"], 26)
	require.Len(t, seen["b"], 26)
	shared := 0
	for q := range seen["a"] {
		if _, also := seen["b"][q]; also {
			shared++
		}
	}
	require.Equal(t, 20, shared)
	require.Equal(t, 1, slices.Max(slices.Collect(maps.Values(seen["a"]))), "no question comes twice")
}

func TestConfigIsChecked(t *testing.T) {
	m := newMarket(t, neuron.Subnet{})
	for name, change := range map[string]func(*validator.Config, *probe){
		"no chain":   func(c *validator.Config, _ *probe) { c.Chain = nil },
		"no task":    func(c *validator.Config, _ *probe) { c.Task = nil },
		"both kinds": func(c *validator.Config, _ *probe) { c.Examiner = guild{} },
		"no client":  func(c *validator.Config, _ *probe) { c.Client = nil },
		"no key":     func(c *validator.Config, _ *probe) { c.Key = neuron.Key{} },
		"no dir":     func(c *validator.Config, _ *probe) { c.Dir = "" },
		"alpha of 2": func(c *validator.Config, _ *probe) { c.Alpha = 2 },
		"floor of 1": func(c *validator.Config, _ *probe) { c.Floor = 1 },
		"minus one":  func(c *validator.Config, _ *probe) { c.Sample = -1 },
	} {
		require.ErrorIs(t, m.run(func() bool { return true }, change), validator.ErrConfig, name)
	}
}

func TestCancelledRunEndsAtOnce(t *testing.T) {
	m := newMarket(t, neuron.Subnet{})
	m.miner("hang", http.HandlerFunc(hang))
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	c := validator.Config{Chain: m.chain, Key: m.key, Netuid: netuid, Task: m.task, Client: &neuron.Client{Key: m.key, ChainID: chainID}, Dir: m.dir}
	require.NoError(t, validator.Run(ctx, c))
}
