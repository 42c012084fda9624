package audit_test

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/corpus/fresh"
	"github.com/dendra-net/dendra/evidence"
	"github.com/dendra-net/dendra/evidence/audit"
	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/neuron/neurontest"
	"github.com/dendra-net/dendra/validator"
)

const (
	chainID = "test-1"
	netuid  = 1
)

var (
	hotkey  = neurontest.Key("validator")
	factory atomic.Int64 // busy requests and exams: no block passes meanwhile
)

// cubes asks for the cube of a number, and calls a miner that never answers right half original.
type cubes struct{}

func (cubes) Name() string { return "cubes" }

func (cubes) Questions(seed [32]byte, n int) []neuron.Question {
	out := make([]neuron.Question, n)
	for i := range out {
		sum := sha256.Sum256(binary.LittleEndian.AppendUint32(seed[:], uint32(i)))
		x := int(binary.LittleEndian.Uint16(sum[:]))
		out[i] = neuron.Question{ID: strconv.Itoa(i), Path: "/cube", Body: []byte(strconv.Itoa(x)), Truth: strconv.Itoa(x * x * x), Difficulty: 1}
	}
	return out
}

func (cubes) Grade(q neuron.Question, a neuron.Answer) float64 {
	if string(a.Body) == q.Truth {
		return 1
	}
	return 0
}

func (cubes) Originality(history []neuron.Asked) map[neuron.Address]float64 {
	factors := map[neuron.Address]float64{}
	for _, a := range history {
		if _, seen := factors[a.Miner]; !seen {
			factors[a.Miner] = 0.5
		}
		if a.Score == 1 {
			factors[a.Miner] = 1
		}
	}
	return factors
}

// jury examines miners by the number each gives; it keeps their largest pieces on the shelf, reads them in the next
// exam, and takes their sizes into account, and the epoch's length.
type jury struct{ bias float64 }

func (jury) Name() string                 { return "jury" }
func (jury) Opens(begin, end int64) int64 { return begin + 2 }

func (j jury) Examine(ctx context.Context, x neuron.Exam) (neuron.Findings, error) {
	factory.Add(1)
	defer factory.Add(-1)
	f := neuron.Findings{Marks: map[neuron.Address]neuron.Mark{}}
	if len(x.Memory)%32 != 0 {
		f.Lost = "digests have 32 bytes"
	}
	for i := 0; i+32 <= len(x.Memory); i += 32 {
		if old, there := x.Shelf.Get([32]byte(x.Memory[i:])); there {
			f.Facts = append(f.Facts, neuron.Fact{Name: "old_bytes", Value: float64(len(old))})
		}
	}
	sum := 0.0
	for _, m := range x.Miners {
		a := x.Ask(ctx, m.Hotkey, http.MethodPost, "/piece", x.Seed[:])
		if a.Err != nil {
			f.Marks[m.Hotkey] = neuron.Mark{Reason: a.Err.Error()}
			continue
		}
		digest, err := x.Shelf.Put(a.Body)
		if err != nil {
			return f, err
		}
		f.Keep, f.Memory = append(f.Keep, digest), append(f.Memory, digest[:]...)
		worth := float64(len(a.Body))/1000 + float64(len(f.Facts))/10 + float64(x.Blocks)/100 + j.bias
		sum += worth
		f.Marks[m.Hotkey] = neuron.Mark{Share: worth, StdErr: 0.001, N: len(a.Body), Pruning: worth / 100}
	}
	for who, m := range f.Marks {
		m.Share /= max(sum, 1e-9)
		f.Marks[who] = m
	}
	return f, nil
}

// ticking makes a block after each look of the validator, unless something is under way.
type ticking struct {
	*neurontest.Chain
	until func() bool
	stop  context.CancelFunc
}

func (c ticking) Subnet(ctx context.Context, id uint16) (neuron.Subnet, error) {
	net, err := c.Chain.Subnet(ctx, id)
	switch {
	case c.until():
		c.stop()
	case factory.Load() == 0:
		c.Chain.Advance(1)
	}
	return net, err
}

type counted struct{ *neuron.Client }

func (c counted) Do(ctx context.Context, to neuron.Target, method, path string, header http.Header, body []byte) (*neuron.Reply, error) {
	factory.Add(1)
	defer factory.Add(-1)
	return c.Client.Do(ctx, to, method, path, header, body)
}

// market is what a run of a validator left: its directory, shown by a server, and the chain.
type market struct {
	chain  *neurontest.Chain
	server *httptest.Server
	fetch  evidence.Fetcher
	files  map[uint64][]byte
}

// play lets a validator measure miners for some epochs and returns what is left.
func play(t testing.TB, epochs uint64, change func(*validator.Config), miners map[string]http.HandlerFunc) *market {
	t.Helper()
	m := &market{chain: neurontest.NewChain(chainID), files: map[uint64][]byte{}}
	m.chain.AddSubnet(neuron.Subnet{Netuid: netuid, CommitReveal: true})
	m.chain.Register(netuid, hotkey.Address(), neuron.Neuron{Permit: true, StakeRao: 5e9})
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	var group sync.WaitGroup
	for _, name := range slices.Sorted(maps.Keys(miners)) {
		key := neurontest.Key(name)
		server := &neuron.Server{Key: key, ChainID: chainID, Netuid: netuid, Handler: miners[name], Peers: m.chain.Peers(netuid), Grace: 50 * time.Millisecond}
		group.Go(func() { require.NoError(t, server.Run(ctx)) })
		m.chain.Register(netuid, key.Address(), neuron.Neuron{Endpoint: server.URL()})
		require.NoError(t, m.chain.CommitData(ctx, key, netuid, []byte("digest of "+name)))
	}
	m.chain.Register(netuid, neurontest.Key("gone").Address(), neuron.Neuron{Endpoint: "http://127.0.0.1:1"})
	dir := t.TempDir()
	running, end := context.WithCancel(ctx)
	defer end()
	client := &neuron.Client{Key: hotkey, ChainID: chainID}
	defer client.CloseIdle()
	c := validator.Config{
		Chain: ticking{m.chain, func() bool { return m.epoch(t) >= epochs+2 }, end}, Key: hotkey, Netuid: netuid, Client: counted{client},
		Dir: dir, Timeout: 500 * time.Millisecond, Poll: time.Millisecond, EvidenceURL: "http://127.0.0.1",
	}
	change(&c)
	require.NoError(t, validator.Run(running, c))
	stop()
	group.Wait()
	m.server = httptest.NewServer(&evidence.Server{Dir: dir})
	t.Cleanup(m.server.Close)
	m.fetch = evidence.Fetcher{Base: m.server.URL, Netuid: netuid}
	for epoch := range epochs {
		packed, err := m.fetch.File(context.Background(), epoch)
		require.NoError(t, err)
		m.files[epoch] = packed
	}
	return m
}

func (m *market) epoch(t testing.TB) uint64 {
	net, err := m.chain.Subnet(context.Background(), netuid)
	require.NoError(t, err)
	return net.Epoch
}

// options are those of an honest audit of an epoch.
func (m *market) options(t testing.TB, epoch uint64) audit.Options {
	t.Helper()
	o := audit.Options{Blob: m.fetch.Blob, Known: audit.Known{ChainID: chainID, Netuid: netuid, Epoch: epoch, Validator: hotkey.Address()}}
	file := m.file(t, epoch)
	for _, note := range m.chain.Evidence(netuid, hotkey.Address()) {
		if note.Epoch == epoch {
			digest := evidence.Digest(note.Digest)
			o.Known.Digest = &digest
		}
	}
	net, err := m.chain.Subnet(context.Background(), netuid)
	require.NoError(t, err)
	net.Epoch, net.NextEpoch = epoch, 21+20*int64(epoch)
	o.Known.Subnet = &net
	if epoch > 0 {
		o.Previous = m.file(t, epoch-1)
	}
	if file.Exam == nil {
		o.Task = cubes{}
		return o
	}
	o.Examiner = jury{}
	beacon, err := m.chain.BlockHash(context.Background(), file.Exam.Opened)
	require.NoError(t, err)
	o.Known.Beacon = (*evidence.Digest)(&beacon)
	committed, err := m.chain.Committed(context.Background(), netuid, file.Exam.Opened-1)
	require.NoError(t, err)
	o.Known.Committed = &committed
	return o
}

func (m *market) file(t testing.TB, epoch uint64) *evidence.File {
	t.Helper()
	f, err := evidence.Decode(m.files[epoch])
	require.NoError(t, err)
	return f
}

// scribe is a jury that reads passages to its miners, of its own text when it has any: they are worth what they give back.
type scribe struct {
	jury
	text fresh.Source
}

const passages = 40 // of 128 bytes: more than fits into a file

func (s scribe) Examine(ctx context.Context, x neuron.Exam) (neuron.Findings, error) {
	factory.Add(1)
	defer factory.Add(-1)
	list, err := fresh.DrawOwn(x.Own, s.text, x.Seed, passages, 128)
	if err != nil {
		return neuron.Findings{}, err
	}
	if list == nil {
		list = []fresh.Passage{{Text: []byte("what everybody has")}}
	}
	f := neuron.Findings{Marks: map[neuron.Address]neuron.Mark{}}
	for _, m := range x.Miners {
		a := x.Ask(ctx, m.Hotkey, http.MethodPost, "/read", list[0].Text)
		if a.Err != nil {
			f.Marks[m.Hotkey] = neuron.Mark{Reason: a.Err.Error()}
			continue
		}
		worth := float64(len(a.Body))
		for _, p := range list[1:] {
			worth += float64(p.Text[0])
		}
		f.Marks[m.Hotkey] = neuron.Mark{Share: worth / 1e6, N: len(a.Body)}
	}
	return f, nil
}

// scribeMarket is one whose validator has text of its own.
func scribeMarket(t *testing.T) *market {
	dir := t.TempDir()
	text := make([]byte, 6000)
	for i := range text {
		text[i] = 'a' + byte(i*i/7%26)
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, "own.txt"), text, 0o600))
	source, err := fresh.Dir(dir, 0)
	require.NoError(t, err)
	echo := func(n int) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, strings.Repeat(body(r), n)) }
	}
	return play(t, 3, func(c *validator.Config) { c.Examiner = scribe{text: source} },
		map[string]http.HandlerFunc{"one": echo(1), "two": echo(2), "three": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusConflict) }})
}

func body(r *http.Request) string {
	b, err := io.ReadAll(r.Body)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// cubing answers right once in every `every` numbers.
func cubing(every int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		x, err := strconv.Atoi(body(r))
		if err != nil || x%every != 0 {
			fmt.Fprint(w, "no idea")
			return
		}
		fmt.Fprint(w, x*x*x)
	}
}

func taskMarket(t *testing.T) *market {
	return play(t, 3, func(c *validator.Config) { c.Task, c.Questions, c.Pads = cubes{}, 6, 2 },
		map[string]http.HandlerFunc{"one": cubing(1), "two": cubing(2), "three": cubing(1 << 20)})
}

func examMarket(t *testing.T) *market {
	piece := func(size int) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			sum := sha256.Sum256([]byte(body(r)))
			b := make([]byte, size)
			for i := range b {
				b[i] = sum[i%32] ^ byte(i>>5)
			}
			if _, err := w.Write(b); err != nil {
				panic(err)
			}
		}
	}
	return play(t, 3, func(c *validator.Config) { c.Examiner = jury{} },
		map[string]http.HandlerFunc{"one": piece(9000), "two": piece(500), "three": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusConflict) }})
}

// asJSON is for messages.
func asJSON(t testing.TB, v any) string {
	t.Helper()
	b, err := json.MarshalIndent(v, "", " ")
	require.NoError(t, err)
	return string(b)
}
