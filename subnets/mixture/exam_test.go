package mixture_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/corpus/fresh"
	"github.com/dendra-net/dendra/mix"
	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/subnets/lm"
	"github.com/dendra-net/dendra/subnets/mixture"
)

// tiny is as short an exam as there is.
var tiny = mixture.Options{Positions: 128, BatchTime: 200 * time.Millisecond}

// modest is a miner that is a little better than nothing, made in no time.
func modest(t testing.TB) http.Handler {
	t.Helper()
	m, err := mixture.Base()
	require.NoError(t, err)
	return mixture.Handler(lm.FromNGram(m), "modest")
}

func answering(status int, body []byte) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		w.Write(body)
	})
}

// after answers well n times and then not at all.
func after(n int, h http.Handler) http.Handler {
	var mu sync.Mutex
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		n--
		tired := n < 0
		mu.Unlock()
		if tired {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		h.ServeHTTP(w, r)
	})
}

func TestHostileMinersGetNothingAndStopNobody(t *testing.T) {
	f := newFleet()
	f.recruit(t, 1, "dictionary")
	stuck := make(chan struct{})
	defer close(stuck)
	nonsense := bytes.Repeat([]byte{0}, 64*256)
	for name, h := range map[string]http.Handler{
		"silent":    answering(200, nil),
		"refusing":  answering(500, []byte("no")),
		"short":     answering(200, make([]byte, 100)),
		"endless":   answering(200, make([]byte, 1<<20)),
		"not-one":   answering(200, nonsense),
		"late":      http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-stuck }),
		"panicking": answering(200, []byte(strings.Repeat("x", 64*256))),
	} {
		f.join(name, 2, h)
	}
	f.join("tired", 2, after(1, modest(t)))
	e := examiner(t, tiny)
	start := time.Now()
	got, err := e.Examine(t.Context(), f.exam(1, nil))
	require.NoError(t, err)
	require.Less(t, time.Since(start), 20*time.Second)
	require.Len(t, got.Marks, len(f.miners))
	for _, m := range f.miners {
		k := got.Marks[m.Hotkey]
		switch m.Hotkey {
		case "hot-dictionary":
			require.Positive(t, k.Share)
			require.Equal(t, 128, k.N)
		case "hot-tired":
			require.Equal(t, 64, k.N)
			require.Zero(t, k.Share)
			require.NotEmpty(t, k.Reason)
		default:
			require.Zero(t, k.Share, m.Hotkey)
			require.Zero(t, k.N, m.Hotkey)
			require.Contains(t, k.Reason, "answered 0 of 128", m.Hotkey)
		}
	}
}

func TestAnotherAnswersWhatWasRecorded(t *testing.T) {
	f := newFleet()
	f.recruit(t, 1, "dictionary", "code")
	f.join("modest", 1, modest(t))
	f.join("broken", 1, answering(200, nil))
	e := examiner(t, tiny)
	var memory []byte
	for epoch := uint64(1); epoch <= 3; epoch++ {
		x := f.exam(epoch, memory)
		got, err := e.Examine(t.Context(), x)
		require.NoError(t, err)
		again, err := e.Examine(t.Context(), f.replayed(x))
		require.NoError(t, err)
		require.Equal(t, got, again, "epoch %d", epoch)
		memory = got.Memory
	}
}

func TestMinersAreNeverShownWhatTheyMustSay(t *testing.T) {
	f := newFleet()
	var mu sync.Mutex
	seen := map[string][][]byte{}
	spy := func(name string) http.Handler {
		return mixture.Serve(func(_ context.Context, prefixes [][]byte, out []mix.Dist) error {
			mu.Lock()
			defer mu.Unlock()
			seen[name] = append(seen[name], prefixes...)
			for i := range out {
				out[i] = mix.Uniform()
			}
			return nil
		}, http.NotFoundHandler())
	}
	f.join("a", 1, spy("a"))
	f.join("b", 1, spy("b"))
	_, err := examiner(t, tiny).Examine(t.Context(), f.exam(1, nil))
	require.NoError(t, err)
	require.Equal(t, seen["a"], seen["b"], "all are asked the same in the same order")
	require.Len(t, seen["a"], 128)
	for i, p := range seen["a"] {
		require.Len(t, p, 64)
		for k, q := range seen["a"] {
			require.False(t, k != i && bytes.Contains(q, p[32:]), "a prefix shows what follows another")
		}
	}
}

func TestAnExamDependsOnItsSecretAndItsBlock(t *testing.T) {
	ask := func(change func(*neuron.Exam)) []byte {
		f := newFleet()
		var body []byte
		f.join("a", 1, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			b := new(bytes.Buffer)
			_, _ = b.ReadFrom(r.Body)
			body = append(body, b.Bytes()...)
		}))
		x := f.exam(1, nil)
		change(&x)
		_, err := examiner(t, tiny).Examine(t.Context(), x)
		require.NoError(t, err)
		return body
	}
	plain := ask(func(*neuron.Exam) {})
	require.Equal(t, plain, ask(func(*neuron.Exam) {}))
	for name, change := range map[string]func(*neuron.Exam){
		"seed":      func(x *neuron.Exam) { x.Seed[0]++ },
		"beacon":    func(x *neuron.Exam) { x.Beacon[31]++ },
		"validator": func(x *neuron.Exam) { x.Validator = "other" },
		"epoch":     func(x *neuron.Exam) { x.Epoch++ },
	} {
		require.NotEqual(t, plain, ask(change), name)
	}
}

func TestExamsWithoutMinersOrWithDamagedMemory(t *testing.T) {
	e := examiner(t, tiny)
	f := newFleet()
	got, err := e.Examine(t.Context(), f.exam(1, nil))
	require.NoError(t, err)
	require.Empty(t, got.Marks)
	f.join("modest", 1, modest(t))
	got, err = e.Examine(t.Context(), f.exam(1, []byte("damaged")))
	require.NoError(t, err)
	require.Contains(t, got.Marks, neuron.Address("hot-modest"))
	require.Contains(t, got.Lost, "it does not begin with")
	require.Contains(t, got.Lost, "all miners must be admitted again")
	require.Equal(t, 1.0, fact(got.Facts, "memory_lost").Value)
	late := f.exam(9, got.Memory)
	got, err = e.Examine(t.Context(), late)
	require.NoError(t, err)
	require.Empty(t, got.Lost)
	require.Zero(t, fact(got.Facts, "memory_lost"))
	early := f.exam(2, got.Memory) // the chain began anew
	got, err = e.Examine(t.Context(), early)
	require.NoError(t, err)
	require.Contains(t, got.Lost, "it is of height 280, the exam of 140")
}

func TestExamsEndWithTheirContext(t *testing.T) {
	f := newFleet()
	stuck := make(chan struct{})
	defer close(stuck)
	f.join("late", 1, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-stuck }))
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := examiner(t, mixture.Options{Positions: 128, BatchTime: time.Hour}).Examine(ctx, f.exam(1, nil))
	require.ErrorIs(t, err, context.DeadlineExceeded)
}

func TestAnExamOpensWithinItsEpoch(t *testing.T) {
	e := examiner(t, tiny)
	require.Equal(t, "mixture", e.Name())
	for _, c := range [][3]int64{{100, 120, 102}, {100, 101, 100}, {0, 360, 36}, {5, 5, 5}} {
		require.Equal(t, c[2], e.Opens(c[0], c[1]))
	}
}

type source func() ([]fresh.Passage, error)

func (s source) Draw([32]byte, int, int) ([]fresh.Passage, error) { return s() }

func TestSourcesThatDoNotSuffice(t *testing.T) {
	f := newFleet()
	f.join("modest", 1, modest(t))
	broken := errors.New("the disk lies")
	for name, c := range map[string]struct {
		draw source
		says string
	}{
		"failing": {func() ([]fresh.Passage, error) { return nil, broken }, "the disk lies"},
		"nothing new": {func() ([]fresh.Passage, error) {
			return slices.Repeat([]fresh.Passage{{Text: make([]byte, 160)}}, 200), nil
		}, "0 of 200"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := examiner(t, mixture.Options{Source: c.draw, Positions: 128}).Examine(t.Context(), f.exam(1, nil))
			require.ErrorContains(t, err, c.says)
		})
	}
}

// An auditor, who has no text but what was kept, finds the same from the recorded answers.
func TestOwnTextIsKept(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "own.txt"), []byte(strings.Repeat("Nobody has read of the brown fox yet. ", 700)), 0o600))
	text, err := fresh.Dir(dir, 0)
	require.NoError(t, err)
	f := newFleet()
	f.join("modest", 1, modest(t))
	o := tiny
	o.Source = text
	x := f.exam(1, nil)
	var kept []byte
	x.Own = func(draw func() ([]byte, error)) ([]byte, error) {
		var err error
		kept, err = draw()
		return kept, err
	}
	found, err := examiner(t, o).Examine(t.Context(), x)
	require.NoError(t, err)
	require.Positive(t, found.Marks["hot-modest"].N)

	auditor := examiner(t, tiny)
	x = f.replayed(x)
	audited := func(kept []byte) (neuron.Findings, error) {
		x.Own = func(draw func() ([]byte, error)) ([]byte, error) {
			require.Nil(t, draw)
			return kept, nil
		}
		return auditor.Examine(t.Context(), x)
	}
	again, err := audited(kept)
	require.NoError(t, err)
	require.Equal(t, found, again)
	again, err = audited(nil)
	require.NoError(t, err)
	require.Contains(t, again.Marks["hot-modest"].Reason, "was not asked that", "shipped text")
	_, err = audited(kept[:len(kept)-1])
	require.ErrorIs(t, err, fresh.ErrEncoded)
}

func TestOptionsAreBounded(t *testing.T) {
	for _, o := range []mixture.Options{{Positions: 63}, {Positions: 1 << 17}, {PrefixBytes: 15}, {PrefixBytes: 129}, {BatchTime: -1}} {
		_, err := mixture.New(o)
		require.Error(t, err, "%+v", o)
	}
}
