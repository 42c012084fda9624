package neurontest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/neuron/neurontest"
	"github.com/dendra-net/dendra/seal"
)

// model is a small honest miner.
func model(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost || r.URL.Path != "/v1/chat/completions" {
		neuron.WriteError(w, neuron.Refuse(http.StatusNotFound, "not_found", "POST /v1/chat/completions"))
		return
	}
	var q struct {
		Messages []struct{ Content string }
		Stream   bool
	}
	if err := json.NewDecoder(r.Body).Decode(&q); err != nil || len(q.Messages) == 0 {
		neuron.WriteError(w, neuron.Refuse(http.StatusBadRequest, "bad_json", "not a chat request"))
		return
	}
	if !q.Stream {
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, `{"id":"1","object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":"4"},"finish_reason":"stop"}]}`)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	io.WriteString(w, `data: {"id":"1","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"role":"assistant","content":"4"}}]}`+"\n\n")
	io.WriteString(w, `data: {"id":"1","object":"chat.completion.chunk","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}`+"\n\n")
	io.WriteString(w, "data: [DONE]\n\n")
}

func TestConformanceOfAnHonestMiner(t *testing.T) {
	neurontest.Conformance(t, neurontest.Miner{Handler: http.HandlerFunc(model), Model: "m"})
}

// failures returns the names of the cases that a miner failed.
func failures(t *testing.T, m neurontest.Miner) []string {
	t.Helper()
	m.Timeout = 5 * time.Second
	results, err := neurontest.Check(t.Context(), m)
	require.NoError(t, err)
	var names []string
	for _, r := range results {
		if r.Err != nil {
			names = append(names, r.Name)
		}
	}
	return names
}

func TestConformanceFindsFaults(t *testing.T) {
	replace := func(stream bool, kind, body string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if isStream := r.ContentLength > 0 && peek(r); isStream != stream {
				model(w, r)
				return
			}
			w.Header().Set("Content-Type", kind)
			io.WriteString(w, body)
		})
	}
	chunk := `data: {"object":"chat.completion.chunk","choices":[{"delta":{"content":"4"},"finish_reason":"stop"}]}` + "\n\n"
	for name, c := range map[string]struct {
		handler http.Handler
		fails   string
	}{
		"answers garbage":        {http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "ok") }), "survives garbage: half an object"},
		"breaks on garbage":      {http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("boom") }), "survives garbage: null"},
		"no JSON":                {replace(false, "text/plain", "4"), "answers whole"},
		"no content":             {replace(false, "application/json", `{"id":"1","object":"chat.completion","choices":[{"message":{"role":"assistant"},"finish_reason":"stop"}]}`), "answers whole"},
		"no finish":              {replace(false, "application/json", `{"id":"1","object":"chat.completion","choices":[{"message":{"role":"assistant","content":"4"}}]}`), "answers whole"},
		"no stream":              {replace(true, "application/json", "{}"), "answers as a stream"},
		"stream without end":     {replace(true, "text/event-stream", chunk), "answers as a stream"},
		"stream beyond its end":  {replace(true, "text/event-stream", chunk+"data: [DONE]\n\n"+chunk), "answers as a stream"},
		"stream of no JSON":      {replace(true, "text/event-stream", "data: 4\n\ndata: [DONE]\n\n"), "answers as a stream"},
		"stream without content": {replace(true, "text/event-stream", "data: [DONE]\n\n"), "answers as a stream"},
	} {
		t.Run(name, func(t *testing.T) {
			require.Contains(t, failures(t, neurontest.Miner{Handler: c.handler}), c.fails)
		})
	}
}

// peek tells whether a request asks for a stream, and leaves its body as it was.
func peek(r *http.Request) bool {
	var q struct{ Stream bool }
	body, _ := io.ReadAll(r.Body) // from memory
	r.Body = io.NopCloser(bytes.NewReader(body))
	return json.Unmarshal(body, &q) == nil && q.Stream
}

// A miner without the signed wire in front of it fails every refusal.
func TestConformanceFindsAnOpenDoor(t *testing.T) {
	bare := httptest.NewServer(http.HandlerFunc(model))
	defer bare.Close()
	endpoint := bare.URL
	failed := failures(t, neurontest.Miner{
		Endpoint: endpoint, Hotkey: neurontest.Key("m").Address(), ChainID: "c", Netuid: 1, Caller: neurontest.Key("v"),
	})
	require.Subset(t, failed, []string{"answers whole", "refuses unsigned", "refuses a forged signature", "refuses a replay", "refuses the stale", "refuses a changed path"})
	_, err := neurontest.Check(t.Context(), neurontest.Miner{Endpoint: endpoint})
	require.ErrorContains(t, err, "Hotkey")
}

func TestKeysAndClock(t *testing.T) {
	require.Equal(t, neurontest.Key("a").Address(), neurontest.Key("a").Address())
	require.NotEqual(t, neurontest.Key("a").Address(), neurontest.Key("b").Address())
	c := neurontest.NewClock()
	start := c.Now()
	require.Equal(t, start, c.Now())
	c.Advance(time.Second)
	require.Equal(t, start.Add(time.Second), c.Now())
	c.Set(start)
	require.Equal(t, start, c.Now())
}

var (
	bg  = context.Background()
	val = neurontest.Key("val")
)

// newChain has subnet 1 with a validator, uid 0, and two miners.
func newChain(s neuron.Subnet) *neurontest.Chain {
	c := neurontest.NewChain("c-1")
	s.Netuid, s.Tempo = 1, 10
	c.AddSubnet(s)
	c.Register(1, val.Address(), neuron.Neuron{Permit: true, StakeRao: 5})
	c.Register(1, neurontest.Key("m1").Address(), neuron.Neuron{})
	c.Register(1, neurontest.Key("m2").Address(), neuron.Neuron{})
	return c
}

func vote() neuron.Vote {
	return neuron.Vote{UIDs: []uint16{1, 2}, Generations: []uint32{0, 0}, Weights: []uint16{65535, 7}, Version: 3}
}

func hash(t *testing.T, chainID string, key neuron.Key, v neuron.Vote, salt byte) [32]byte {
	t.Helper()
	raw, err := key.Address().Bytes()
	require.NoError(t, err)
	return seal.Commit(chainID, 1, raw, seal.Vote(v), [16]byte{salt})
}

func TestChainCommitReveal(t *testing.T) {
	c := newChain(neuron.Subnet{CommitReveal: true, WeightsRateLimit: 3})
	v := vote()
	require.ErrorIs(t, c.SetWeights(bg, val, 1, v), neurontest.ErrCommitReveal)
	require.NoError(t, c.CommitWeights(bg, val, 1, hash(t, "c-1", val, v, 1)))
	require.ErrorIs(t, c.CommitWeights(bg, val, 1, hash(t, "c-1", val, v, 2)), neurontest.ErrRateLimited)
	require.ErrorIs(t, c.RevealWeights(bg, val, 1, v, [16]byte{1}), neurontest.ErrTooEarly)
	c.Advance(3)
	require.NoError(t, c.CommitWeights(bg, val, 1, hash(t, "c-1", val, v, 2)))
	c.Advance(3)
	require.NoError(t, c.CommitWeights(bg, val, 1, hash(t, "another chain", val, v, 3)))
	c.AdvanceEpoch(1)
	require.ErrorIs(t, c.RevealWeights(bg, val, 1, v, [16]byte{9}), neurontest.ErrNoCommit)
	require.ErrorIs(t, c.RevealWeights(bg, val, 1, v, [16]byte{3}), neurontest.ErrNoCommit)
	require.Equal(t, 3, c.Commits(1, val.Address()))
	require.NoError(t, c.RevealWeights(bg, val, 1, v, [16]byte{2}))
	require.Equal(t, 1, c.Commits(1, val.Address()), "older commits are void")
	got, ok := c.Weights(1, val.Address())
	require.True(t, ok)
	require.Equal(t, v, got)

	require.NoError(t, c.CommitWeights(bg, val, 1, hash(t, "c-1", val, v, 4)))
	c.AdvanceEpoch(1)
	c.AdvanceEpoch(1)
	require.ErrorIs(t, c.RevealWeights(bg, val, 1, v, [16]byte{4}), neurontest.ErrExpired)
	require.NoError(t, c.CommitWeights(bg, val, 1, hash(t, "c-1", val, v, 5)))
	require.Equal(t, 1, c.Commits(1, val.Address()), "expired ones are gone")
}

func TestChainBoundsCommits(t *testing.T) {
	c := newChain(neuron.Subnet{CommitReveal: true, RevealEpochs: 5})
	for i := range 10 {
		require.NoError(t, c.CommitWeights(bg, val, 1, hash(t, "c-1", val, vote(), byte(i))))
		c.Advance(1)
	}
	require.ErrorIs(t, c.CommitWeights(bg, val, 1, [32]byte{}), neurontest.ErrTooMany)
}

func TestChainOpenWeights(t *testing.T) {
	c := newChain(neuron.Subnet{WeightsRateLimit: 2, VersionKey: 3, MinWeights: 2})
	require.ErrorIs(t, c.CommitWeights(bg, val, 1, [32]byte{}), neurontest.ErrOpenWeights)
	require.ErrorIs(t, c.RevealWeights(bg, val, 1, vote(), [16]byte{}), neurontest.ErrOpenWeights)
	for name, spoil := range map[string]func(*neuron.Vote){
		"lengths":     func(v *neuron.Vote) { v.Generations = v.Generations[:1] },
		"order":       func(v *neuron.Vote) { v.UIDs = []uint16{2, 1} },
		"twice":       func(v *neuron.Vote) { v.UIDs = []uint16{1, 1} },
		"unknown uid": func(v *neuron.Vote) { v.UIDs = []uint16{1, 3} },
		"not scaled":  func(v *neuron.Vote) { v.Weights = []uint16{1, 2} },
		"old version": func(v *neuron.Vote) { v.Version = 2 },
		"too few": func(v *neuron.Vote) {
			*v = neuron.Vote{UIDs: v.UIDs[:1], Generations: v.Generations[:1], Weights: v.Weights[:1], Version: 3}
		},
		"empty":        func(v *neuron.Vote) { *v = neuron.Vote{Version: 3} },
		"nothing said": func(v *neuron.Vote) { v.Weights = []uint16{0, 0} },
	} {
		v := vote()
		spoil(&v)
		require.ErrorIs(t, c.SetWeights(bg, val, 1, v), neurontest.ErrBadVote, name)
	}
	require.NoError(t, c.SetWeights(bg, val, 1, vote()))
	require.ErrorIs(t, c.SetWeights(bg, val, 1, vote()), neurontest.ErrRateLimited)
	c.Advance(2)
	require.NoError(t, c.SetWeights(bg, val, 1, vote()))
	m1 := neurontest.Key("m1")
	require.ErrorIs(t, c.SetWeights(bg, m1, 1, vote()), neurontest.ErrNoPermit)
	require.ErrorIs(t, c.SetWeights(bg, neurontest.Key("x"), 1, vote()), neurontest.ErrNotRegistered)
	require.ErrorIs(t, c.SetWeights(bg, neuron.Key{}, 1, vote()), neurontest.ErrNotRegistered)
	require.ErrorIs(t, c.SetWeights(bg, val, 9, vote()), neurontest.ErrNoSubnet)
}

func TestChainViews(t *testing.T) {
	c := newChain(neuron.Subnet{})
	c.AddSubnet(neuron.Subnet{Netuid: 0})
	head, err := c.Head(bg)
	require.NoError(t, err)
	require.Equal(t, neuron.Head{ChainID: "c-1", Height: 1}, head)
	all, err := c.Subnets(bg)
	require.NoError(t, err)
	require.Len(t, all, 2)
	require.EqualValues(t, 0, all[0].Netuid)
	require.Nil(t, all[1].Neurons)
	c.Advance(10)
	s, err := c.Subnet(bg, 1)
	require.NoError(t, err)
	require.EqualValues(t, 1, s.Epoch)
	require.EqualValues(t, 21, s.NextEpoch)
	require.Len(t, s.Neurons, 3)
	s.Neurons[0].StakeRao = 99
	n, ok := c.Peers(1)(val.Address())
	require.True(t, ok)
	require.EqualValues(t, 5, n.StakeRao, "what is handed out is a copy")
	_, err = c.Subnet(bg, 9)
	require.ErrorIs(t, err, neurontest.ErrNoSubnet)
}

func TestChainServeAndReplace(t *testing.T) {
	c := newChain(neuron.Subnet{})
	m1 := neurontest.Key("m1")
	require.NoError(t, c.Serve(bg, m1, 1, "http://127.0.0.1:9"))
	for _, endpoint := range []string{"", "127.0.0.1:9", "ftp://a", "http://"} {
		require.ErrorIs(t, c.Serve(bg, m1, 1, endpoint), neurontest.ErrBadEndpoint)
	}
	require.NoError(t, c.SetWeights(bg, val, 1, vote()))
	c.Replace(1, 0, neurontest.Key("new").Address(), neuron.Neuron{})
	_, ok := c.Weights(1, val.Address())
	require.False(t, ok)
	s, err := c.Subnet(bg, 1)
	require.NoError(t, err)
	require.EqualValues(t, 1, s.Neurons[0].Generation)
	require.Equal(t, "http://127.0.0.1:9", s.Neurons[1].Endpoint)
	c.Update(1, func(s *neuron.Subnet) { s.Neurons[1].Incentive = 0.5 })
	n, _ := c.Peers(1)(m1.Address())
	require.Equal(t, 0.5, n.Incentive)
}

func TestChainFaultsAndContext(t *testing.T) {
	c := newChain(neuron.Subnet{})
	boom := errors.New("boom")
	c.Fail("SetWeights", boom)
	require.ErrorIs(t, c.SetWeights(bg, val, 1, vote()), boom)
	require.NoError(t, c.SetWeights(bg, val, 1, vote()))
	gone, cancel := context.WithCancel(bg)
	cancel()
	_, err := c.Head(gone)
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorIs(t, c.Serve(gone, val, 1, "http://a"), context.Canceled)
}
