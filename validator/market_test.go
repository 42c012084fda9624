package validator_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/neuron/neurontest"
	"github.com/dendra-net/dendra/validator"
)

const (
	chainID = "test-1"
	netuid  = 1
)

// squares asks for the square of a number and calls a miner a copy when, on the same questions, it makes the very
// mistakes of a neuron registered before it.
type squares struct{ rank map[neuron.Address]int }

func (squares) Name() string { return "squares" }

func (squares) Questions(seed [32]byte, n int) []neuron.Question {
	out := make([]neuron.Question, n)
	for i := range out {
		sum := sha256.Sum256(binary.LittleEndian.AppendUint32(seed[:], uint32(i)))
		x := int(binary.LittleEndian.Uint16(sum[:]))
		out[i] = neuron.Question{
			ID: strconv.Itoa(i), Family: "square", Path: "/v1/chat/completions", Body: fmt.Appendf(nil, `{"square":%d}`, x),
			Truth: strconv.Itoa(x * x), Difficulty: 1,
		}
	}
	return out
}

func (squares) Grade(q neuron.Question, a neuron.Answer) float64 {
	if string(a.Body) == "panic" {
		panic("the task trips over this answer")
	}
	if string(a.Body) == q.Truth {
		return 1
	}
	return 0
}

func (s squares) Originality(history []neuron.Asked) map[neuron.Address]float64 {
	mistakes := map[neuron.Address]map[string]string{}
	for _, a := range history {
		if mistakes[a.Miner] == nil {
			mistakes[a.Miner] = map[string]string{}
		}
		if a.Answer.Err == nil && a.Score < 1 {
			mistakes[a.Miner][a.Question.ID] = string(a.Answer.Body)
		}
	}
	factors := map[neuron.Address]float64{}
	for who, mine := range mistakes {
		for other, theirs := range mistakes {
			same := 0
			for id, body := range mine {
				if theirs[id] == body {
					same++
				}
			}
			if s.rank[other] < s.rank[who] && same >= 5 && 10*same > 9*len(mine) {
				factors[who] = 0.1
			}
		}
	}
	return factors
}

// skilled answers rightly with the given chance. The same voice makes the same mistakes.
func skilled(voice string, chance float64) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		var q struct{ Square int }
		if err != nil || json.Unmarshal(body, &q) != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		sum := sha256.Sum256(append([]byte(voice), body...))
		answer := q.Square * q.Square
		if float64(binary.LittleEndian.Uint16(sum[:])) > chance*65536 {
			answer = -int(binary.LittleEndian.Uint32(sum[4:]))
		}
		fmt.Fprint(w, answer)
	}
}

func hang(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

func says(answer []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.Write(answer) }
}

// market is a chain in memory with real miners on loopback and one validator.
type market struct {
	t     *testing.T
	chain *neurontest.Chain
	task  squares
	key   neuron.Key
	dir   string
	ctx   context.Context
	group sync.WaitGroup
	log   *lines
}

func newMarket(t *testing.T, net neuron.Subnet) *market {
	t.Helper()
	net.Netuid = netuid
	m := &market{
		t: t, chain: neurontest.NewChain(chainID), key: neurontest.Key("validator"), dir: t.TempDir(),
		task: squares{map[neuron.Address]int{}}, log: &lines{},
	}
	m.chain.AddSubnet(net)
	m.chain.Register(netuid, m.key.Address(), neuron.Neuron{Permit: true, StakeRao: 5e9})
	var stop context.CancelFunc
	m.ctx, stop = context.WithCancel(context.Background())
	t.Cleanup(func() {
		stop()
		m.group.Wait()
	})
	return m
}

// serve runs a miner's server that signs with key and returns its URL.
func (m *market) serve(key neuron.Key, handler http.Handler) string {
	server := &neuron.Server{Key: key, ChainID: chainID, Netuid: netuid, Handler: handler, Peers: m.chain.Peers(netuid), Grace: 50 * time.Millisecond}
	m.group.Go(func() {
		if err := server.Run(m.ctx); err != nil {
			m.t.Errorf("server: %v", err)
		}
	})
	return server.URL()
}

// miner registers a neuron that answers by handler.
func (m *market) miner(name string, handler http.Handler) uint16 {
	return m.register(name, m.serve(neurontest.Key(name), handler))
}

func (m *market) register(name, endpoint string) uint16 {
	key := neurontest.Key(name)
	m.task.rank[key.Address()] = len(m.task.rank)
	return m.chain.Register(netuid, key.Address(), neuron.Neuron{Endpoint: endpoint})
}

// probe stands between the validator and the chain. It makes a block after each look, unless requests are under way,
// so that time passes as fast as the validator follows. It ends the run when until holds.
type probe struct {
	*neurontest.Chain
	m        *market
	until    func() bool
	stop     context.CancelFunc
	asking   atomic.Int64
	asked    atomic.Int64
	blocks   int
	onCommit func() error // before the commit takes effect
	afterAny func(method string) error
}

func (p *probe) Subnet(ctx context.Context, id uint16) (neuron.Subnet, error) {
	net, err := p.Chain.Subnet(ctx, id)
	if p.until() {
		p.stop()
		return net, err
	}
	if p.asking.Load() == 0 {
		p.blocks++
		p.Chain.Advance(1)
	}
	if p.blocks > 600 {
		p.m.t.Errorf("not reached in 600 blocks; the validator said:\n%s", p.m.log)
		p.stop()
	}
	return net, err
}

func (p *probe) CommitWeights(ctx context.Context, key neuron.Key, id uint16, hash [32]byte) error {
	if p.onCommit != nil {
		if err := p.onCommit(); err != nil {
			return err
		}
	}
	return p.done("commit", p.Chain.CommitWeights(ctx, key, id, hash))
}

func (p *probe) RevealWeights(ctx context.Context, key neuron.Key, id uint16, v neuron.Vote, salt [16]byte) error {
	return p.done("reveal", p.Chain.RevealWeights(ctx, key, id, v, salt))
}

func (p *probe) done(method string, err error) error {
	if err == nil && p.afterAny != nil {
		return p.afterAny(method)
	}
	return err
}

// counted counts the requests under way.
type counted struct {
	*neuron.Client
	p *probe
}

func (c counted) Do(ctx context.Context, to neuron.Target, method, path string, header http.Header, body []byte) (*neuron.Reply, error) {
	c.p.asking.Add(1)
	c.p.asked.Add(1)
	defer c.p.asking.Add(-1)
	return c.Client.Do(ctx, to, method, path, header, body)
}

// run validates until the condition holds, which is tried at every block, and returns what Run returned.
func (m *market) run(until func() bool, change func(*validator.Config, *probe)) error {
	m.t.Helper()
	ctx, stop := context.WithCancel(m.ctx)
	defer stop()
	p := &probe{Chain: m.chain, m: m, until: until, stop: stop}
	client := &neuron.Client{Key: m.key, ChainID: chainID}
	defer client.CloseIdle()
	c := validator.Config{
		Chain: p, Key: m.key, Netuid: netuid, Task: m.task, Client: counted{client, p}, Dir: m.dir,
		Timeout: 300 * time.Millisecond, Poll: time.Millisecond, Log: slog.New(slog.NewTextHandler(m.log, nil)),
	}
	if change != nil {
		change(&c, p)
	}
	return validator.Run(ctx, c)
}

// epochs waits for the chain to reach an epoch.
func (m *market) epoch() uint64 {
	net, err := m.chain.Subnet(context.Background(), netuid)
	require.NoError(m.t, err)
	return net.Epoch
}

// weights returns the vote in force by uid.
func (m *market) weights() map[uint16]uint16 {
	v, _ := m.chain.Weights(netuid, m.key.Address())
	out := map[uint16]uint16{}
	for i, uid := range v.UIDs {
		out[uid] = v.Weights[i]
	}
	return out
}

func (m *market) voted() bool {
	_, ok := m.chain.Weights(netuid, m.key.Address())
	return ok
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
