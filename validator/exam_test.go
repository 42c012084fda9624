package validator_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/evidence"
	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/neuron/neurontest"
	"github.com/dendra-net/dendra/validator"
)

// guild examines miners by the strength each tells, and shares pay in proportion. It counts its exams in its memory,
// and keeps the work of everybody on the shelf until the next.
type guild struct {
	opens   func(begin, end int64) int64
	examine func(ctx context.Context, x neuron.Exam) (neuron.Findings, error) // instead of its own
	seen    func(x neuron.Exam)
}

func (guild) Name() string { return "guild" }

func (g guild) Opens(begin, end int64) int64 {
	if g.opens != nil {
		return g.opens(begin, end)
	}
	return begin + 3
}

// work is what a miner of the guild answers.
type work struct {
	Strength float64
	Piece    string // large
}

func (g guild) Examine(ctx context.Context, x neuron.Exam) (neuron.Findings, error) {
	if g.seen != nil {
		g.seen(x)
	}
	if g.examine != nil {
		return g.examine(ctx, x)
	}
	var count uint64
	lost := ""
	switch len(x.Memory) {
	case 0:
	case 8:
		count = binary.LittleEndian.Uint64(x.Memory)
	default:
		lost = fmt.Sprintf("%d bytes are no count; the count begins anew", len(x.Memory))
	}
	f := neuron.Findings{Lost: lost, Marks: map[neuron.Address]neuron.Mark{}, Memory: binary.LittleEndian.AppendUint64(nil, count+1)}
	sum := 0.0
	for _, m := range x.Miners {
		answer := x.Ask(ctx, m.Hotkey, http.MethodPost, "/work", []byte(hex.EncodeToString(x.Seed[:])))
		var w work
		if answer.Err != nil || json.Unmarshal(answer.Body, &w) != nil {
			f.Marks[m.Hotkey] = neuron.Mark{Reason: fmt.Sprintf("no work: %v", answer.Err)}
			continue
		}
		digest, err := x.Shelf.Put([]byte(w.Piece))
		if err != nil {
			return f, err
		}
		f.Keep = append(f.Keep, digest)
		sum += w.Strength
		f.Marks[m.Hotkey] = neuron.Mark{Share: w.Strength, StdErr: 0.001, N: 10, Pruning: w.Strength / 10,
			Facts: []neuron.Fact{{Name: "strength", Value: w.Strength}, {Name: "silly", Value: math.NaN()}}}
	}
	for who, m := range f.Marks {
		if sum > 0 {
			m.Share /= sum
			f.Marks[who] = m
		}
	}
	f.Facts = []neuron.Fact{{Name: "exams", Value: float64(count + 1)}}
	return f, nil
}

// strong answers an exam of the guild with a strength and a piece of some size.
func strong(strength float64, size int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		seed, err := io.ReadAll(r.Body)
		if err != nil || r.URL.Path != "/work" {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		piece := fmt.Sprintf("%s %g ", seed, strength)
		for len(piece) < size {
			piece += piece
		}
		if err := json.NewEncoder(w).Encode(work{strength, piece[:max(size, 1)]}); err != nil {
			panic(err)
		}
	}
}

// busy lets no block pass while an exam runs, unless told to.
type busy struct {
	neuron.Examiner
	p    *probe
	free bool
}

func (b busy) Examine(ctx context.Context, x neuron.Exam) (neuron.Findings, error) {
	if !b.free {
		b.p.asking.Add(1)
		defer b.p.asking.Add(-1)
	}
	return b.Examiner.Examine(ctx, x)
}

// examine validates by an examiner instead of a task.
func (m *market) examine(g guild, until func() bool, change func(*validator.Config, *probe)) error {
	return m.run(until, func(c *validator.Config, p *probe) {
		c.Task, c.Examiner = nil, busy{Examiner: g, p: p}
		if change != nil {
			change(c, p)
		}
	})
}

func TestExamSharesBecomeWeights(t *testing.T) {
	m := newMarket(t, neuron.Subnet{CommitReveal: true, WeightsRateLimit: 5})
	big := m.miner("big", strong(6, 9000))
	small := m.miner("small", strong(2, 10))
	m.register("dead", "http://127.0.0.1:1")
	m.register("idle", "")
	require.NoError(t, m.chain.CommitData(context.Background(), neurontest.Key("big"), netuid, []byte("model of big")))
	var reports []validator.Report
	var exams []neuron.Exam
	g := guild{seen: func(x neuron.Exam) { exams = append(exams, x) }}
	require.NoError(t, m.examine(g, func() bool { return m.epoch() >= 5 }, func(c *validator.Config, _ *probe) {
		c.OnEpoch = func(r validator.Report) { reports = append(reports, r) }
		c.EvidenceURL = "http://example.org/v1"
	}))
	require.NotContains(t, m.log.String(), "level=ERROR")
	require.Equal(t, map[uint16]uint16{big: 65535, small: 21845}, m.weights(), "linear in the share; %s", m.log)

	require.Len(t, exams, 5)
	x := exams[0]
	require.Equal(t, m.key.Address(), x.Validator)
	require.Len(t, x.Miners, 3, "whoever serves")
	require.True(t, slices.IsSortedFunc(x.Miners, func(a, b neuron.Candidate) int { return compare(a.Hotkey, b.Hotkey) }))
	for _, c := range x.Miners {
		require.Equal(t, c.Hotkey == neurontest.Key("big").Address(), string(c.Committed.Data) == "model of big")
	}
	beacon, err := m.chain.BlockHash(context.Background(), x.Opened)
	require.NoError(t, err)
	require.Equal(t, beacon, x.Beacon)
	require.Nil(t, x.Memory)
	require.Len(t, exams[1].Memory, 8)
	require.NotEqual(t, exams[0].Seed, exams[1].Seed)

	last := reports[4]
	require.Equal(t, []neuron.Fact{{Name: "exams", Value: 5}}, last.Facts, "the memory went from exam to exam")
	require.Equal(t, 3, last.Measured)
	require.Equal(t, 2, last.Answered)
	for _, s := range last.Standings {
		if s.Hotkey == neurontest.Key("big").Address() {
			require.InDelta(t, 0.75, s.Score(), 1e-12)
			require.InDelta(t, 0.6, s.Pruning(), 1e-12)
			require.Equal(t, []neuron.Fact{{Name: "strength", Value: 6}}, s.Last.Facts, "what is no number is dropped")
		}
	}
	shelf, err := os.ReadDir(filepath.Join(m.dir, "shelf", "1"))
	require.NoError(t, err)
	require.Len(t, shelf, 5+2, "five answers in the evidence, two pieces kept for the next exam")
}

func compare(a, b neuron.Address) int {
	if a < b {
		return -1
	}
	return 1
}

func TestCommitsOfTheOpeningBlockDoNotCount(t *testing.T) {
	m := newMarket(t, neuron.Subnet{Tempo: 40})
	m.miner("early", strong(1, 1))
	m.miner("late", strong(1, 1))
	net, err := m.chain.Subnet(context.Background(), netuid)
	require.NoError(t, err)
	opens := net.NextEpoch - net.Tempo + 3
	m.chain.Advance(int(opens - 1 - (net.NextEpoch - net.Tempo)))
	require.NoError(t, m.chain.CommitData(context.Background(), neurontest.Key("early"), netuid, []byte("below")))
	m.chain.Advance(1)
	require.NoError(t, m.chain.CommitData(context.Background(), neurontest.Key("early"), netuid, []byte("again")))
	require.NoError(t, m.chain.CommitData(context.Background(), neurontest.Key("late"), netuid, []byte("at")))
	heard := make(chan []string, 9)
	g := guild{seen: func(x neuron.Exam) {
		var said []string
		for _, c := range x.Miners {
			said = append(said, string(c.Committed.Data))
		}
		heard <- said
	}}
	require.NoError(t, m.examine(g, func() bool { return len(heard) > 0 }, nil))
	require.ElementsMatch(t, []string{"below", ""}, <-heard)
}

// What a kill leaves between exam and vote is enough to vote, and the exam is not held again.
func TestKilledBetweenExamAndVote(t *testing.T) {
	m := newMarket(t, neuron.Subnet{CommitReveal: true})
	m.miner("only", strong(1, 5000))
	var left []byte
	killed := errors.New("killed")
	path := validator.StatePath(m.dir, netuid)
	require.NoError(t, m.examine(guild{}, func() bool { return left != nil }, func(_ *validator.Config, p *probe) {
		p.onCommit = func() error {
			if left == nil {
				var err error
				left, err = os.ReadFile(path)
				require.NoError(t, err)
			}
			return killed
		}
	}))
	require.NoError(t, os.WriteFile(path, left, 0o600))
	memory, err := validator.ReadMemory(t.TempDir(), netuid)
	require.NoError(t, err)
	require.Nil(t, memory, "no validator has been there")
	memory, err = validator.ReadMemory(m.dir, netuid)
	require.NoError(t, err)
	state, err := validator.ReadState(m.dir, netuid)
	require.NoError(t, err)
	require.Equal(t, state.Memory, memory)
	require.Len(t, state.Memory, 8, "the memory is on disk before the vote is sent")
	memories := make(chan []byte, 9)
	g := guild{seen: func(x neuron.Exam) { memories <- x.Memory }}
	require.NoError(t, m.examine(g, func() bool { return m.voted() && len(memories) > 0 }, nil))
	require.Equal(t, state.Memory, <-memories, "the next exam is that of the next epoch, with the memory of the last")
	require.Equal(t, uint64(1), m.epoch())
}

// A memory that is damaged on the disk costs what it held and not the validator: that is said, and what was there is kept.
func TestDamagedMemoryIsPutAside(t *testing.T) {
	m := newMarket(t, neuron.Subnet{CommitReveal: true})
	m.miner("only", strong(1, 5000))
	path := validator.StatePath(m.dir, netuid)
	aside := validator.LostMemoryPath(m.dir, netuid)
	for round, damage := range []string{"bad1", "worse"} {
		require.NoError(t, m.examine(guild{}, func() bool { return m.epoch() >= uint64(3*round+2) }, nil))
		require.Equal(t, round, strings.Count(m.log.String(), "began anew"))
		raw, err := os.ReadFile(path)
		require.NoError(t, err)
		var state map[string]any
		require.NoError(t, json.Unmarshal(raw, &state))
		state["memory"] = []byte(damage)
		raw, err = json.Marshal(state)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(path, raw, 0o600))
		require.NoError(t, m.examine(guild{}, func() bool { return m.epoch() >= uint64(3*round+4) }, nil))
		kept, err := os.ReadFile(aside)
		require.NoError(t, err)
		require.Equal(t, damage, string(kept), "the last one, and no other")
	}
	said := m.log.String()
	require.Equal(t, 2, strings.Count(said, "began anew"))
	require.Contains(t, said, "put_aside="+aside)
	require.Contains(t, said, "state="+path)
	require.Contains(t, said, "4 bytes are no count")
	state, err := validator.ReadState(m.dir, netuid)
	require.NoError(t, err)
	require.Less(t, binary.LittleEndian.Uint64(state.Memory), m.epoch(), "the count began anew")
	require.NotEmpty(t, m.weights(), "it goes on voting")

	require.NoError(t, os.Remove(aside))
	require.NoError(t, os.Mkdir(aside, 0o700))
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, bytes.Replace(raw, fmt.Appendf(nil, `"memory":"%s"`, base64.StdEncoding.EncodeToString(state.Memory)), []byte(`"memory":"AAAA"`), 1), 0o600))
	until := m.epoch() + 2
	require.NoError(t, m.examine(guild{}, func() bool { return m.epoch() >= until }, nil))
	require.Contains(t, m.log.String(), "could not be put aside")
}

// A kill in the middle of an exam costs nothing but the time: it is held again, from the same seed.
func TestKilledDuringExam(t *testing.T) {
	m := newMarket(t, neuron.Subnet{})
	m.miner("only", strong(1, 5000))
	var seeds [][32]byte
	began := make(chan struct{}, 8)
	g := guild{seen: func(x neuron.Exam) { seeds = append(seeds, x.Seed); began <- struct{}{} }}
	stuck := g
	stuck.examine = func(ctx context.Context, x neuron.Exam) (neuron.Findings, error) {
		x.Ask(ctx, x.Miners[0].Hotkey, http.MethodPost, "/work", []byte("half way"))
		<-ctx.Done()
		return neuron.Findings{}, ctx.Err()
	}
	require.NoError(t, m.examine(stuck, func() bool { return len(began) > 0 }, nil))
	require.NoError(t, m.examine(g, m.voted, nil))
	require.Equal(t, seeds[0], seeds[1])
}

func TestExaminersThatFail(t *testing.T) {
	give := func(marks func(neuron.Exam) map[neuron.Address]neuron.Mark) func(context.Context, neuron.Exam) (neuron.Findings, error) {
		return func(_ context.Context, x neuron.Exam) (neuron.Findings, error) {
			return neuron.Findings{Marks: marks(x)}, nil
		}
	}
	one := func(m neuron.Mark) func(context.Context, neuron.Exam) (neuron.Findings, error) {
		return give(func(x neuron.Exam) map[neuron.Address]neuron.Mark {
			return map[neuron.Address]neuron.Mark{x.Miners[0].Hotkey: m}
		})
	}
	for name, c := range map[string]struct {
		examine func(context.Context, neuron.Exam) (neuron.Findings, error)
		says    string
	}{
		"panic": {func(context.Context, neuron.Exam) (neuron.Findings, error) { panic("a bug") }, "it panicked: a bug"},
		"error": {func(context.Context, neuron.Exam) (neuron.Findings, error) {
			return neuron.Findings{}, errors.New("no text")
		}, "no text"},
		"NaN share":         {one(neuron.Mark{Share: math.NaN()}), "has share NaN"},
		"infinite error":    {one(neuron.Mark{Share: 1, StdErr: math.Inf(1)}), "+Inf"},
		"negative share":    {one(neuron.Mark{Share: -0.1}), "share -0.1"},
		"infinite pruning":  {one(neuron.Mark{Share: 1, Pruning: math.Inf(-1)}), "-Inf"},
		"negative N":        {one(neuron.Mark{Share: 1, N: -1}), "of -1"},
		"more than a whole": {one(neuron.Mark{Share: 1.1}), "sum to 1.1"},
		"a stranger": {give(func(neuron.Exam) map[neuron.Address]neuron.Mark {
			return map[neuron.Address]neuron.Mark{neurontest.Key("x").Address(): {Share: 1}}
		}), "not examined"},
		"large memory": {func(context.Context, neuron.Exam) (neuron.Findings, error) {
			return neuron.Findings{Memory: make([]byte, 1<<20+1)}, nil
		}, "1048577"},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMarket(t, neuron.Subnet{})
			m.miner("only", strong(1, 1))
			require.NoError(t, m.examine(guild{examine: c.examine}, func() bool { return m.epoch() >= 2 }, nil))
			require.False(t, m.voted())
			require.Contains(t, m.log.String(), "the exam failed: no vote in this epoch")
			require.Contains(t, m.log.String(), c.says)
		})
	}
}

func TestOpeningsThatCannotBe(t *testing.T) {
	for name, opens := range map[string]func(begin, end int64) int64{
		"before": func(begin, _ int64) int64 { return begin - 1 },
		"after":  func(_, end int64) int64 { return end },
		"late":   func(_, end int64) int64 { return end - 2 },
		"panic":  func(int64, int64) int64 { panic("a bug") },
	} {
		t.Run(name, func(t *testing.T) {
			m := newMarket(t, neuron.Subnet{})
			m.miner("only", strong(1, 1))
			require.NoError(t, m.examine(guild{opens: opens}, func() bool { return m.epoch() >= 2 }, nil))
			require.False(t, m.voted())
			require.Contains(t, m.log.String(), "no exam in this epoch: the examiner cannot say when")
		})
	}
}

// An exam that is still at it at the deadline is told to end, and what it then says still makes the vote of its epoch.
func TestDeadlineEndsAnExam(t *testing.T) {
	m := newMarket(t, neuron.Subnet{Tempo: 50})
	m.miner("only", strong(1, 1))
	g := guild{examine: func(ctx context.Context, x neuron.Exam) (neuron.Findings, error) {
		<-ctx.Done()
		return neuron.Findings{Marks: map[neuron.Address]neuron.Mark{x.Miners[0].Hotkey: {Share: 1, N: 1}}}, nil
	}}
	require.NoError(t, m.examine(g, func() bool { return m.epoch() >= 1 }, func(c *validator.Config, p *probe) {
		c.Examiner = busy{Examiner: g, p: p, free: true}
		c.Poll = 3 * time.Millisecond
	}))
	require.True(t, m.voted(), m.log)
	require.Contains(t, m.log.String(), "the exam is ended by its deadline")
}

// An examiner that does not end when told to loses its epoch and the next ones, and holds up neither reveals nor Run.
func TestStuckExaminerStallsNothing(t *testing.T) {
	m := newMarket(t, neuron.Subnet{CommitReveal: true})
	only := m.miner("only", strong(1, 1))
	release := make(chan struct{})
	var exams atomic.Int64
	g := guild{}
	g.examine = func(ctx context.Context, x neuron.Exam) (neuron.Findings, error) {
		if exams.Add(1) == 2 {
			<-release
		}
		return guild{}.Examine(ctx, x)
	}
	var once sync.Once
	require.NoError(t, m.examine(g, func() bool {
		if m.epoch() == 4 {
			once.Do(func() { close(release) })
		}
		return m.epoch() >= 7
	}, func(c *validator.Config, p *probe) {
		c.Examiner = busy{Examiner: g, p: p, free: true}
		c.Poll = 2 * time.Millisecond
	}))
	require.Equal(t, map[uint16]uint16{only: 65535}, m.weights(), "the vote of the epoch before was revealed")
	require.Contains(t, m.log.String(), "its findings are dropped")
	require.GreaterOrEqual(t, exams.Load(), int64(3), "and once it ended, exams went on")
}

// Requests that an exam may not put are refused alike, whatever the miner does.
func TestAskIsBounded(t *testing.T) {
	m := newMarket(t, neuron.Subnet{})
	m.miner("only", strong(1, 1))
	m.miner("huge", says(make([]byte, 3<<20)))
	m.miner("hang", http.HandlerFunc(hang))
	m.miner("refuses", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }))
	got := map[string]neuron.Answer{}
	g := guild{examine: func(ctx context.Context, x neuron.Exam) (neuron.Findings, error) {
		ask := func(who, path string, body []byte) neuron.Answer {
			return x.Ask(ctx, neurontest.Key(who).Address(), http.MethodPost, path, body)
		}
		got["stranger"] = ask("stranger", "/work", nil)
		got["path"] = ask("only", "work", nil)
		got["large"] = ask("only", "/work", make([]byte, 5<<20))
		got["once"] = ask("only", "/work", []byte("a"))
		got["twice"] = ask("only", "/work", []byte("a"))
		got["huge"] = ask("huge", "/work", nil)
		got["hang"] = ask("hang", "/work", nil)
		got["refuses"] = ask("refuses", "/work", nil)
		ended, cancel := context.WithCancel(ctx)
		cancel()
		got["cancelled"] = x.Ask(ended, neurontest.Key("only").Address(), http.MethodPost, "/work", []byte("b"))
		return neuron.Findings{}, errors.New("enough")
	}}
	require.NoError(t, m.examine(g, func() bool { return m.epoch() >= 1 }, func(c *validator.Config, _ *probe) { c.MaxReply, c.Timeout = 2<<20, 2*time.Second }))
	for name, says := range map[string]string{
		"stranger": "not examined", "path": "does not begin with a slash", "large": "5242880", "twice": "before",
		"huge": "too large", "hang": "deadline", "refuses": "418", "cancelled": "canceled",
	} {
		require.ErrorContains(t, got[name].Err, says, name)
		require.Empty(t, got[name].Body, name)
	}
	require.NoError(t, got["once"].Err)
	require.Equal(t, http.StatusTeapot, got["refuses"].Status)
}

// paced asks each miner for itself alone.
type paced struct{ squares }

func (paced) Pace() neuron.Pace { return neuron.Pace{Rounds: 3, Shared: -1, Own: 5} }

func TestTasksSetTheirPace(t *testing.T) {
	m := newMarket(t, neuron.Subnet{})
	good := m.miner("good", skilled("good", 1))
	bad := m.miner("bad", skilled("bad", 0.5))
	var n []int
	require.NoError(t, m.run(m.voted, func(c *validator.Config, _ *probe) {
		c.Task = paced{m.task}
		c.OnEpoch = func(r validator.Report) {
			for _, s := range r.Standings {
				n = append(n, s.Last.N)
			}
		}
	}))
	require.Equal(t, []int{15, 15}, n)
	w := m.weights()
	require.Equal(t, uint16(65535), w[good])
	require.Less(t, w[bad], w[good])

	require.ErrorIs(t, m.run(func() bool { return true }, func(c *validator.Config, _ *probe) {
		c.Task, c.Pads = paced{m.task}, -1
	}), validator.ErrConfig, "nothing would be asked")
}

// Evidence is shown once its vote is open on the chain, and noted there then.
func TestEvidenceIsPublishedAfterTheReveal(t *testing.T) {
	m := newMarket(t, neuron.Subnet{CommitReveal: true, RevealEpochs: 2})
	m.miner("a", strong(3, 9000))
	m.miner("b", strong(1, 10))
	server := &evidence.Server{Dir: m.dir}
	status := func(epoch uint64) int { return get(t, server, evidence.Path(netuid, epoch)).Code }
	require.NoError(t, m.examine(guild{}, func() bool {
		if !m.voted() {
			require.NotEqual(t, http.StatusOK, status(0), "shown before the reveal")
		}
		return m.epoch() >= 4
	}, func(c *validator.Config, _ *probe) { c.EvidenceURL = "http://example.org/" }))
	require.Equal(t, http.StatusOK, status(0), m.log)
	require.Equal(t, http.StatusOK, status(1))
	require.Equal(t, http.StatusNotFound, status(3), "its vote is sealed")
	notes := m.chain.Evidence(netuid, m.key.Address())
	require.NotEmpty(t, notes, m.log)
	note := notes[len(notes)-1]
	require.Contains(t, []uint64{1, 2}, note.Epoch)
	require.NotContains(t, m.log.String(), "note failed")
	require.Equal(t, "http://example.org"+evidence.Path(netuid, note.Epoch), note.URL)
	packed := get(t, server, evidence.Path(netuid, note.Epoch)).Body.Bytes()
	require.Equal(t, [32]byte(evidence.DigestOf(packed)), note.Digest)
	require.Equal(t, []uint16{1, 2}, note.UIDs)
	require.Equal(t, []uint32{300_000, 100_000}, note.Pruning)

	file, err := evidence.Decode(packed)
	require.NoError(t, err)
	require.Equal(t, "guild", file.Kind)
	require.Len(t, file.Exchanges, 2)
	for _, x := range file.Exchanges {
		require.NoError(t, x.Proof.Verify())
	}
	blobs := file.Blobs()
	require.Len(t, blobs, 1)
	require.Equal(t, http.StatusOK, get(t, server, evidence.BlobPath(netuid, blobs[0])).Code)
	var curve evidence.Curve
	require.NoError(t, json.Unmarshal(get(t, server, "/evidence/1/curve.json").Body.Bytes(), &curve))
	require.Equal(t, uint64(0), curve.Points[0].Epoch)
	require.Equal(t, "exams", curve.Points[1].Facts[0].Name)
	for _, miner := range curve.Points[0].Miners {
		want := map[neuron.Address]float64{neurontest.Key("a").Address(): 0.75, neurontest.Key("b").Address(): 0.25}[miner.Hotkey]
		require.InDelta(t, want, miner.Share, 1e-12)
	}
}

func get(t *testing.T, server http.Handler, path string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	server.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w
}

// Without room for evidence there is still a vote, and the log says what is missing.
func TestVoteWithoutEvidence(t *testing.T) {
	m := newMarket(t, neuron.Subnet{})
	m.miner("only", strong(1, 1))
	require.NoError(t, m.examine(guild{seen: func(neuron.Exam) {
		require.NoError(t, os.RemoveAll(filepath.Join(m.dir, "evidence")))
	}}, m.voted, nil))
	require.Contains(t, m.log.String(), "the evidence of this epoch is not whole and not kept")
}

// A note that the chain refuses is sent again, later each time, and never instead of a vote.
func TestNotesAreRepeated(t *testing.T) {
	m := newMarket(t, neuron.Subnet{})
	only := m.miner("only", strong(1, 1))
	for range 3 {
		m.chain.Fail("PublishEvidence", errors.New("out of gas"))
	}
	require.NoError(t, m.examine(guild{}, func() bool { return len(m.chain.Evidence(netuid, m.key.Address())) > 0 }, func(c *validator.Config, _ *probe) {
		c.EvidenceURL = "http://example.org"
	}))
	require.Equal(t, 3, strings.Count(m.log.String(), "note failed"))
	require.Equal(t, map[uint16]uint16{only: 65535}, m.weights())
}

// What an exam puts on the shelf and names is there in the next one; what it does not name is not, nor are the answers
// of the exam itself.
func TestShelfOfAnExam(t *testing.T) {
	m := newMarket(t, neuron.Subnet{})
	m.miner("only", strong(1, 6000))
	piece := []byte("kept from exam to exam")
	digest := evidence.DigestOf(piece)
	exams, found := 0, []bool{}
	g := guild{examine: func(ctx context.Context, x neuron.Exam) (neuron.Findings, error) {
		exams++
		answer := x.Ask(ctx, x.Miners[0].Hotkey, http.MethodPost, "/work", x.Seed[:])
		_, early := x.Shelf.Get(evidence.DigestOf(answer.Body))
		require.False(t, early, "an answer that was not put there")
		_, there := x.Shelf.Get(digest)
		found = append(found, there)
		f := neuron.Findings{Marks: map[neuron.Address]neuron.Mark{x.Miners[0].Hotkey: {Share: 1, N: 1}}}
		if exams == 1 {
			kept, err := x.Shelf.Put(piece)
			require.NoError(t, err)
			_, own := x.Shelf.Get(kept)
			require.True(t, own)
		}
		if exams < 3 {
			f.Keep = append(f.Keep, digest)
		}
		return f, nil
	}}
	require.NoError(t, m.examine(g, func() bool { return m.epoch() >= 12 }, nil))
	require.Equal(t, []bool{false, true, true}, found[:3])
	require.False(t, found[len(found)-1], "dropped once neither exam nor evidence names it")
}
