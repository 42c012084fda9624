package requestlog_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/gateway/requestlog"
)

// crashDir makes the test binary write records until it is killed, instead of running tests.
const crashDir = "REQUESTLOG_CRASH_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(crashDir); dir != "" {
		writeForever(dir)
	}
	os.Exit(m.Run())
}

func record(i int) requestlog.Record {
	uid := uint16(i % 7)
	return requestlog.Record{
		ID: fmt.Sprintf("%08x", i*2654435761%(1<<32)), Time: time.Unix(1_700_000_000+int64(i), 0).UTC(),
		Key: fmt.Sprintf("key-%d", i%2), Model: "text", Netuid: 1, Status: 200, Outcome: requestlog.Answered,
		Neuron: &uid, PromptTokens: uint64(i), CompletionTokens: 2, CostRao: 1000 + uint64(i),
		Attempts: []requestlog.Attempt{{UID: uid, Hotkey: "tao1x", Outcome: requestlog.Answered, Status: 200, Signature: true}},
	}
}

func open(t *testing.T, opts requestlog.Options) (*requestlog.Log, requestlog.Recovery) {
	t.Helper()
	l, found, err := requestlog.Open(opts)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, l.Close()) })
	return l, found
}

func appendAll(t *testing.T, l *requestlog.Log, from, to int) {
	t.Helper()
	for i := from; i < to; i++ {
		require.NoError(t, l.Append(record(i)))
	}
}

func TestReadsBackWhatItWrote(t *testing.T) {
	dir := t.TempDir()
	l, _ := open(t, requestlog.Options{Dir: dir})
	appendAll(t, l, 0, 20)

	got, err := l.Get(record(7).ID)
	require.NoError(t, err)
	require.Equal(t, record(7), got)
	got, err = l.Get(record(7).ID[:6])
	require.NoError(t, err)
	require.Equal(t, record(7), got)
	require.NoError(t, l.Close())

	l, found := open(t, requestlog.Options{Dir: dir})
	require.Equal(t, requestlog.Recovery{Records: 20}, found)
	got, err = l.Get(record(19).ID)
	require.NoError(t, err)
	require.Equal(t, record(19), got)
}

func TestListsNewestFirstByKeyAndPage(t *testing.T) {
	l, _ := open(t, requestlog.Options{Dir: t.TempDir()})
	appendAll(t, l, 0, 10)

	page, more, err := l.List(requestlog.Filter{Limit: 3})
	require.NoError(t, err)
	require.True(t, more)
	require.Equal(t, []requestlog.Record{record(9), record(8), record(7)}, page)

	page, more, err = l.List(requestlog.Filter{Key: "key-1", Before: record(4).ID, Limit: 5})
	require.NoError(t, err)
	require.False(t, more)
	require.Equal(t, []requestlog.Record{record(3), record(1)}, page)

	_, _, err = l.List(requestlog.Filter{Before: "nothing"})
	require.ErrorIs(t, err, requestlog.ErrNotFound)
}

func TestUnknownAndAmbiguousIDs(t *testing.T) {
	l, _ := open(t, requestlog.Options{Dir: t.TempDir()})
	for _, id := range []string{"aaaa1111", "aaaa2222"} {
		r := record(0)
		r.ID = id
		require.NoError(t, l.Append(r))
	}
	for id, want := range map[string]error{
		"aaaa": requestlog.ErrAmbiguous, "aaa": requestlog.ErrNotFound, "bbbb": requestlog.ErrNotFound, "": requestlog.ErrNotFound,
	} {
		_, err := l.Get(id)
		require.ErrorIs(t, err, want, id)
	}
}

// Every cut of the last record's bytes costs that record alone, and appending goes on behind it.
func TestTornTailCostsOnlyTheTornRecord(t *testing.T) {
	whole := t.TempDir()
	l, _ := open(t, requestlog.Options{Dir: whole})
	appendAll(t, l, 0, 2)
	name := filepath.Join(whole, "requests-00000001.log")
	before, err := os.ReadFile(name)
	require.NoError(t, err)
	appendAll(t, l, 2, 3)
	after, err := os.ReadFile(name)
	require.NoError(t, err)
	require.NoError(t, l.Close())

	for size := len(before); size < len(after); size++ {
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, "requests-00000001.log"), after[:size], 0o600))
		l, found, err := requestlog.Open(requestlog.Options{Dir: dir})
		require.NoError(t, err)
		require.Equal(t, requestlog.Recovery{Records: 2, TornBytes: int64(size - len(before))}, found)
		require.NoError(t, l.Append(record(3)))
		page, _, err := l.List(requestlog.Filter{})
		require.NoError(t, err)
		require.Equal(t, []requestlog.Record{record(3), record(1), record(0)}, page)
		require.NoError(t, l.Close())
	}
}

func TestDamagedLineIsSkippedAndCounted(t *testing.T) {
	dir := t.TempDir()
	l, _ := open(t, requestlog.Options{Dir: dir})
	appendAll(t, l, 0, 3)
	require.NoError(t, l.Close())
	name := filepath.Join(dir, "requests-00000001.log")
	data, err := os.ReadFile(name)
	require.NoError(t, err)
	at := strings.Index(string(data), record(1).ID)
	data[at] ^= 1
	require.NoError(t, os.WriteFile(name, data, 0o600))

	l, found := open(t, requestlog.Options{Dir: dir})
	require.Equal(t, requestlog.Recovery{Records: 2, Damaged: 1}, found)
	page, _, err := l.List(requestlog.Filter{})
	require.NoError(t, err)
	require.Equal(t, []requestlog.Record{record(2), record(0)}, page)
}

// Totals count every record ever written, whatever has been dropped, and the folder stays within its bound.
func TestRotationDropsDetailAndNoCount(t *testing.T) {
	dir := t.TempDir()
	opts := requestlog.Options{Dir: dir, SegmentBytes: 4 << 10, Segments: 3}
	l, _ := open(t, opts)
	const n = 100
	appendAll(t, l, 0, n)
	want := map[string]requestlog.Totals{}
	for i := range n {
		r := record(i)
		sum := want[r.Key]
		sum.Requests++
		sum.Answered++
		sum.PromptTokens += r.PromptTokens
		sum.CompletionTokens += r.CompletionTokens
		sum.CostRao += r.CostRao
		want[r.Key] = sum
	}
	require.Equal(t, want, l.Totals())
	_, err := l.Get(record(0).ID)
	require.ErrorIs(t, err, requestlog.ErrNotFound)
	require.NoError(t, l.Close())

	files, err := filepath.Glob(filepath.Join(dir, "requests-*"))
	require.NoError(t, err)
	require.Len(t, files, 3)
	for _, f := range files {
		info, err := os.Stat(f)
		require.NoError(t, err)
		require.LessOrEqual(t, info.Size(), int64(4<<10))
	}

	l, found := open(t, opts)
	require.Equal(t, want, l.Totals())
	require.Less(t, found.Records, n)
	page, _, err := l.List(requestlog.Filter{Limit: 1})
	require.NoError(t, err)
	require.Equal(t, []requestlog.Record{record(n - 1)}, page)
}

func TestIndexIsBounded(t *testing.T) {
	l, _ := open(t, requestlog.Options{Dir: t.TempDir(), Index: 4})
	appendAll(t, l, 0, 30)
	page, more, err := l.List(requestlog.Filter{Limit: 100})
	require.NoError(t, err)
	require.False(t, more)
	require.Len(t, page, 4)
	_, err = l.Get(record(25).ID)
	require.ErrorIs(t, err, requestlog.ErrNotFound)
}

func TestOneProcessAtATime(t *testing.T) {
	dir := t.TempDir()
	open(t, requestlog.Options{Dir: dir})
	_, _, err := requestlog.Open(requestlog.Options{Dir: dir})
	require.ErrorIs(t, err, requestlog.ErrInUse)
}

func TestClosedLogRefuses(t *testing.T) {
	l, _ := open(t, requestlog.Options{Dir: t.TempDir()})
	require.NoError(t, l.Close())
	require.ErrorIs(t, l.Append(record(0)), requestlog.ErrClosed)
	require.ErrorIs(t, l.Err(), requestlog.ErrClosed)
}

func TestHugeRecordIsRefusedAndHarmsNothing(t *testing.T) {
	l, _ := open(t, requestlog.Options{Dir: t.TempDir()})
	huge := record(0)
	huge.Error = strings.Repeat("x", 2<<20)
	require.ErrorContains(t, l.Append(huge), "at most")
	appendAll(t, l, 1, 2)
	_, err := l.Get(record(1).ID)
	require.NoError(t, err)
}

func TestRunSyncsUntilStopped(t *testing.T) {
	l, _ := open(t, requestlog.Options{Dir: t.TempDir(), SyncEvery: time.Millisecond})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- l.Run(ctx) }()
	appendAll(t, l, 0, 5)
	cancel()
	require.NoError(t, <-done)
}

// Whatever Append had accepted when the process was killed is there afterwards, unharmed.
func TestKillLosesNothingAccepted(t *testing.T) {
	for round := range 3 {
		dir := t.TempDir()
		child := exec.Command(os.Args[0])
		child.Env = append(os.Environ(), crashDir+"="+dir)
		out, err := child.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, child.Start())
		accepted := 0
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			require.Equal(t, fmt.Sprint(accepted), lines.Text())
			accepted++
			if accepted == 200*(round+1) {
				require.NoError(t, child.Process.Kill())
			}
		}
		require.Error(t, child.Wait(), "the child must have been killed")
		require.GreaterOrEqual(t, accepted, 200*(round+1))

		l, found := open(t, crashOptions(dir))
		require.Zero(t, found.Damaged)
		total := uint64(0)
		for _, sum := range l.Totals() {
			total += sum.Requests
		}
		require.GreaterOrEqual(t, total, uint64(accepted))
		for i := accepted - 20; i < accepted; i++ {
			got, err := l.Get(record(i).ID)
			require.NoError(t, err)
			require.Equal(t, record(i), got)
		}
	}
}

func crashOptions(dir string) requestlog.Options {
	return requestlog.Options{Dir: dir, SegmentBytes: 32 << 10, Segments: 4}
}

func writeForever(dir string) {
	l, _, err := requestlog.Open(crashOptions(dir))
	for i := 0; err == nil; i++ {
		if err = l.Append(record(i)); err == nil {
			_, err = fmt.Println(i)
		}
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func BenchmarkAppend(b *testing.B) {
	l, _, err := requestlog.Open(requestlog.Options{Dir: b.TempDir()})
	require.NoError(b, err)
	for i := 0; b.Loop(); i++ {
		if err := l.Append(record(i)); err != nil {
			b.Fatal(err)
		}
	}
	require.NoError(b, l.Close())
}
