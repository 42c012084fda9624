package miner_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/miner"
	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/neuron/neurontest"
)

const (
	chainID = "test-1"
	netuid  = 1
)

// market is a chain with one registered miner that runs, and a validator that may ask it.
type market struct {
	t         *testing.T
	chain     *neurontest.Chain
	key       neuron.Key
	validator neuron.Key
	log       *lines
	endpoint  string
	stop      context.CancelFunc
	ended     chan error
}

func newMarket(t *testing.T) *market {
	m := &market{
		t: t, chain: neurontest.NewChain(chainID), key: neurontest.Key("miner"), validator: neurontest.Key("validator"),
		log: &lines{}, ended: make(chan error, 1),
	}
	m.chain.AddSubnet(neuron.Subnet{Netuid: netuid})
	m.chain.Register(netuid, m.key.Address(), neuron.Neuron{Incentive: 0.25})
	m.chain.Register(netuid, m.validator.Address(), neuron.Neuron{Permit: true, StakeRao: 1})
	return m
}

func echo(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	io.Copy(w, r.Body)
}

func (m *market) config() miner.Config {
	return miner.Config{
		Chain: m.chain, Key: m.key, Netuid: netuid, Handler: http.HandlerFunc(echo), Poll: time.Millisecond,
		Log: slog.New(slog.NewTextHandler(m.log, nil)),
	}
}

// start runs the miner in the background until the test ends, and waits until it answers.
func (m *market) start(change func(*miner.Config)) {
	m.t.Helper()
	ready := make(chan string, 1)
	c := m.config()
	c.Ready = func(endpoint string) { ready <- endpoint }
	if change != nil {
		change(&c)
	}
	var ctx context.Context
	ctx, m.stop = context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		m.ended <- miner.Run(ctx, c)
	}()
	m.t.Cleanup(func() {
		m.stop()
		<-done
	})
	select {
	case m.endpoint = <-ready:
	case err := <-m.ended:
		m.t.Fatalf("ended early: %v", err)
	}
}

// eventually waits for what the miner does in its own time.
func (m *market) eventually(what string, holds func() bool) {
	m.t.Helper()
	for end := time.Now().Add(20 * time.Second); !holds(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			m.t.Fatalf("never: %s; the miner said:\n%s", what, m.log)
		}
	}
}

func (m *market) published() string {
	net, err := m.chain.Subnet(context.Background(), netuid)
	require.NoError(m.t, err)
	return net.Neurons[0].Endpoint
}

// ask puts one request as the given hotkey.
func (m *market) ask(key neuron.Key) (string, error) { return m.askFor(key, `{"a":1}`) }

func (m *market) askFor(key neuron.Key, question string) (string, error) {
	client := &neuron.Client{Key: key, ChainID: chainID}
	defer client.CloseIdle()
	to := neuron.Target{Netuid: netuid, Hotkey: m.key.Address(), Endpoint: m.endpoint}
	reply, err := client.Do(context.Background(), to, http.MethodPost, "/v1/chat/completions", nil, []byte(question))
	if err != nil {
		return "", err
	}
	defer reply.Body.Close()
	body, err := io.ReadAll(reply.Body)
	return string(body), err
}

func TestRunPublishesAndAnswers(t *testing.T) {
	m := newMarket(t)
	m.start(nil)
	m.eventually("published", func() bool { return m.published() == m.endpoint })
	body, err := m.ask(m.validator)
	require.NoError(t, err)
	require.Equal(t, `{"a":1}`, body)
	_, err = m.ask(neurontest.Key("stranger"))
	require.ErrorIs(t, err, neuron.ErrRefused)
	m.stop()
	require.NoError(t, <-m.ended)
}

func TestRunLearnsOfNewPermits(t *testing.T) {
	m := newMarket(t)
	m.start(nil)
	late := neurontest.Key("late")
	m.chain.Register(netuid, late.Address(), neuron.Neuron{Permit: true})
	m.eventually("the newcomer is served", func() bool {
		m.chain.Advance(1)
		_, err := m.ask(late)
		return err == nil
	})
}

func TestRunReportsEpochs(t *testing.T) {
	m := newMarket(t)
	m.start(nil)
	_, err := m.ask(m.validator)
	require.NoError(t, err)
	m.chain.Update(netuid, func(s *neuron.Subnet) { s.Neurons[0].EmissionRao, s.Neurons[0].Incentive = 1234, 0.5 })
	m.chain.AdvanceEpoch(netuid)
	m.eventually("an epoch's line", func() bool { return strings.Contains(m.log.String(), "epoch closed") })
	m.chain.Advance(5)
	require.Contains(t, m.log.String(), "incentive=0.5")
	require.Contains(t, m.log.String(), "emission_rao=1234")
	require.Contains(t, m.log.String(), "requests=1")
	require.Equal(t, 1, strings.Count(m.log.String(), "epoch closed"))
}

func TestRunNoticesItsReplacement(t *testing.T) {
	m := newMarket(t)
	m.start(nil)
	winner := neurontest.Key("winner").Address()
	m.chain.Replace(netuid, 0, winner, neuron.Neuron{})
	m.chain.Advance(3)
	err := <-m.ended
	require.ErrorIs(t, err, miner.ErrReplaced)
	require.ErrorContains(t, err, string(winner))
	require.ErrorContains(t, err, "dendra neuron register --subnet 1")
	require.ErrorContains(t, err, "0.25")
}

func TestRunNeedsARegistration(t *testing.T) {
	m := newMarket(t)
	c := m.config()
	c.Key = neurontest.Key("stranger")
	err := miner.Run(context.Background(), c)
	require.ErrorIs(t, err, miner.ErrNotRegistered)
	require.ErrorContains(t, err, "dendra neuron register --subnet 1")
}

func TestRunOutlastsTheChain(t *testing.T) {
	m := newMarket(t)
	down := errors.New("connection refused")
	for range 3 {
		m.chain.Fail("Head", down) // at the start
	}
	m.start(nil)
	m.eventually("published", func() bool { return m.published() != "" })
	for range 4 {
		m.chain.Fail("Head", down)
	}
	m.eventually("outage noticed", func() bool { return strings.Count(m.log.String(), "chain does not answer") == 2 })
	body, err := m.ask(m.validator)
	require.NoError(t, err, "known validators are served while the chain is away")
	require.Equal(t, `{"a":1}`, body)
	m.eventually("outage over", func() bool { return strings.Count(m.log.String(), "chain answers again") == 2 })
}

func TestRunWaitsForAChainAndStopsWhileWaiting(t *testing.T) {
	m := newMarket(t)
	for range 10_000 {
		m.chain.Fail("Head", errors.New("connection refused"))
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- miner.Run(ctx, m.config()) }()
	m.eventually("outage noticed", func() bool { return strings.Contains(m.log.String(), "chain does not answer") })
	cancel()
	require.NoError(t, <-done)
}

func TestRunRetriesPublishing(t *testing.T) {
	m := newMarket(t)
	for range 3 {
		m.chain.Fail("Serve", errors.New("rate limit: wait until height 7"))
	}
	m.start(nil)
	m.eventually("published", func() bool { return m.published() == m.endpoint })
	require.Equal(t, 3, strings.Count(m.log.String(), "endpoint not published"))
	require.Contains(t, m.log.String(), "wait until height 7")
}

func TestRunPublishesTheExternalAddress(t *testing.T) {
	m := newMarket(t)
	m.start(func(c *miner.Config) { c.Listen, c.External = "0.0.0.0:0", "https://miner.example:8443" })
	m.eventually("published", func() bool { return m.published() == "https://miner.example:8443" })
}

func TestRunDoesNotPublishAgain(t *testing.T) {
	m := newMarket(t)
	m.chain.Update(netuid, func(s *neuron.Subnet) { s.Neurons[0].Endpoint = "https://miner.example" })
	m.start(func(c *miner.Config) { c.External = "https://miner.example" })
	m.chain.AdvanceEpoch(netuid)
	m.eventually("an epoch's line", func() bool { return strings.Contains(m.log.String(), "epoch closed") })
	require.NotContains(t, m.log.String(), "endpoint published")
}

func TestBadConfigurations(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	for name, c := range map[string]struct {
		change func(*miner.Config)
		want   error
		says   string
	}{
		"no chain":         {func(c *miner.Config) { c.Chain = nil }, miner.ErrConfig, "chain"},
		"no handler":       {func(c *miner.Config) { c.Handler = nil }, miner.ErrConfig, "handler"},
		"no key":           {func(c *miner.Config) { c.Key = neuron.Key{} }, miner.ErrConfig, "hotkey"},
		"no port":          {func(c *miner.Config) { c.Listen = "localhost" }, miner.ErrConfig, "HOST:PORT"},
		"every interface":  {func(c *miner.Config) { c.Listen = ":8091" }, miner.ErrNoExternal, "external URL"},
		"every IPv6 one":   {func(c *miner.Config) { c.Listen = "[::]:8091" }, miner.ErrNoExternal, "external URL"},
		"external, no URL": {func(c *miner.Config) { c.External = "miner.example:80" }, miner.ErrConfig, "http://"},
		"external query":   {func(c *miner.Config) { c.External = "http://miner.example/?a=1" }, miner.ErrConfig, "http://"},
		"port in use":      {func(c *miner.Config) { c.Listen = taken.Addr().String() }, nil, "choose another address"},
	} {
		t.Run(name, func(t *testing.T) {
			config := newMarket(t).config()
			c.change(&config)
			err := miner.Run(context.Background(), config)
			require.ErrorContains(t, err, c.says)
			if c.want != nil {
				require.ErrorIs(t, err, c.want)
			}
		})
	}
}

// A stranger's model server behind Upstream: what it says reaches a validator signed, whole or as a stream, and a
// stream it breaks off never looks whole.
func TestUpstreamBehindSignatures(t *testing.T) {
	up, _ := upstream(t, func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || !strings.Contains(string(body), `"model":"good-model"`) {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		if strings.Contains(string(body), "stream") {
			w.Header().Set("Content-Type", "text/event-stream")
			io.WriteString(w, "data: one\n\n")
			w.(http.Flusher).Flush()
		}
		if strings.Contains(string(body), "die") {
			panic(http.ErrAbortHandler)
		}
		io.WriteString(w, "data: [DONE]\n\n")
	})
	m := newMarket(t)
	m.start(func(c *miner.Config) { c.Handler = up })
	for question, c := range map[string]struct {
		want string
		err  error
	}{
		`{"a":1}`:          {"data: [DONE]\n\n", nil},
		`{"stream":true}`:  {"data: one\n\ndata: [DONE]\n\n", nil},
		`{"stream":"die"}`: {"data: one\n\n", neuron.ErrTruncated},
		`{"die":1}`:        {"", neuron.ErrRefused},
		`no JSON`:          {"", neuron.ErrRefused},
	} {
		body, err := m.askFor(m.validator, question)
		require.Equal(t, c.want, body, question)
		require.ErrorIs(t, err, c.err, question)
	}
}

// lines is a log that a test can read while it is written.
type lines struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}
