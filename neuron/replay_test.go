package neuron

import (
	"crypto/sha256"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var epoch = time.Unix(1_700_000_000, 0)

func hotkey(i int) Address {
	return KeyFromSeed(sha256.Sum256(fmt.Append(nil, i))).Address()
}

func at(d time.Duration, random int) nonce { return nonce{epoch.Add(d).UnixNano(), uint64(random)} }

func TestFreshness(t *testing.T) { // R-WIRE-5
	r := newReplays(func() time.Time { return epoch })
	for d, fresh := range map[time.Duration]bool{
		-MaxPast: true, -MaxPast - 1: false, MaxFuture: true, MaxFuture + 1: false, 0: true,
		-24 * time.Hour: false, 200 * 365 * 24 * time.Hour: false,
	} {
		err := r.check(hotkey(1), at(d, 1))
		if fresh {
			require.NoError(t, err, d)
		} else {
			require.ErrorIs(t, err, ErrStale, d)
		}
	}
}

func TestNoncesArePerHotkey(t *testing.T) { // R-WIRE-6
	r := newReplays(func() time.Time { return epoch })
	require.NoError(t, r.record(hotkey(1), at(0, 1)))
	require.ErrorIs(t, r.record(hotkey(1), at(0, 1)), ErrReplayed)
	require.ErrorIs(t, r.check(hotkey(1), at(0, 1)), ErrReplayed)
	require.NoError(t, r.record(hotkey(2), at(0, 1)))
	require.NoError(t, r.record(hotkey(1), at(0, 2)))
	require.NoError(t, r.record(hotkey(1), at(1, 1)))
}

// The window is bounded for one hotkey and for all, and empties as time goes on.
func TestReplayBounds(t *testing.T) { // R-WIRE-7
	now := epoch
	r := newReplays(func() time.Time { return now })
	r.perHotkey, r.total = 3, 5
	codes := func(err error) string {
		var refusal *Refusal
		if err == nil {
			return ""
		}
		require.ErrorAs(t, err, &refusal)
		require.Positive(t, refusal.RetryAfter)
		return refusal.Code
	}
	for i := range 3 {
		require.NoError(t, r.record(hotkey(1), at(0, i)))
	}
	require.Equal(t, "too_many_requests", codes(r.record(hotkey(1), at(0, 9))))
	require.NoError(t, r.record(hotkey(2), at(0, 1)))
	require.NoError(t, r.record(hotkey(3), at(0, 1)))
	require.Equal(t, "replay_window_full", codes(r.record(hotkey(4), at(0, 1))))
	now = now.Add(MaxPast + time.Second)
	require.NoError(t, r.record(hotkey(4), at(MaxPast, 1)))
	require.Len(t, r.seen, 1)
	require.Len(t, r.count, 1)
	require.Len(t, r.order[r.head:], 1)
}

func open(t *testing.T, path string, now time.Time) *replays {
	t.Helper()
	r, err := openReplays(path, func() time.Time { return now }, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, r.close()) })
	return r
}

func TestReplayFileIsCompacted(t *testing.T) {
	path := filepath.Join(t.TempDir(), "replays")
	now := epoch
	r := open(t, path, now)
	r.now = func() time.Time { return now }
	for i := range 5000 {
		now = epoch.Add(time.Duration(i) * 100 * time.Millisecond) // a hundred in the window
		require.NoError(t, r.record(hotkey(i%3), nonce{now.UnixNano(), uint64(i)}))
	}
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Less(t, info.Size(), int64(120<<10))
	again := open(t, path, now)
	require.Len(t, again.seen, 101)
	require.Positive(t, again.floor)
	left, err := filepath.Glob(path + ".*")
	require.NoError(t, err)
	require.Empty(t, left, "no temporary files stay")
}

// Whatever became of the file, no nonce that was let in before is let in again.
func TestDamagedReplayFile(t *testing.T) { // R-WIRE-6
	for name, c := range map[string]struct {
		damage func(string) string
		closed bool // requests signed before the restart are refused, known or not
	}{
		"untouched":         {func(s string) string { return s }, false},
		"torn tail":         {func(s string) string { return s + "17000000000" }, false},
		"empty":             {func(string) string { return "" }, true},
		"cut header":        {func(s string) string { return s[:5] }, true},
		"other header":      {func(s string) string { return strings.Replace(s, " 1\n", " 2\n", 1) }, true},
		"flipped byte":      {func(s string) string { return s[:90] + "\x00" + s[91:] }, true},
		"line in the midst": {func(s string) string { return strings.Replace(s, "\n", "\nxyz\n", 2) }, true},
		"bad floor":         {func(s string) string { return strings.Replace(s, "floor 0", "floor x", 1) }, true},
		"zeros at the end":  {func(s string) string { return s + strings.Repeat("\x00", 100) + "\n" }, true},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "replays")
			r := open(t, path, epoch)
			for i := range 10 {
				require.NoError(t, r.record(hotkey(1), at(0, i)))
			}
			data, err := os.ReadFile(path)
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(path, []byte(c.damage(string(data))), 0o600))
			later := open(t, path, epoch.Add(time.Second))
			for i := range 10 {
				require.ErrorIs(t, later.record(hotkey(1), at(0, i)), ErrRefused)
			}
			if c.closed {
				require.ErrorIs(t, later.record(hotkey(1), at(time.Second, 99)), ErrStale)
			} else {
				require.NoError(t, later.record(hotkey(1), at(time.Second, 99)))
			}
			later.now = func() time.Time { return epoch.Add(10 * time.Second) }
			require.NoError(t, later.record(hotkey(1), at(10*time.Second, 99)), "it opens again by itself")
		})
	}
}

// What cannot be remembered is not served.
func TestReplayFileThatCannotBeWritten(t *testing.T) { // R-WIRE-6
	r := open(t, filepath.Join(t.TempDir(), "replays"), epoch)
	require.NoError(t, r.close())
	var refusal *Refusal
	require.ErrorAs(t, r.record(hotkey(1), at(0, 1)), &refusal)
	require.Equal(t, "replay_file", refusal.Code)
	require.NoError(t, r.check(hotkey(1), at(0, 1)), "and not remembered either")
	_, err := openReplays(t.TempDir(), time.Now, slog.New(slog.DiscardHandler))
	require.ErrorContains(t, err, "replay file")
}

func FuzzReplayFile(f *testing.F) {
	f.Add(replayHeader + "floor 5\n" + seenKey{hotkey(1), at(0, 1)}.line())
	f.Add("dendra")
	f.Fuzz(func(t *testing.T, data string) {
		r := newReplays(func() time.Time { return epoch })
		r.load(data)
		require.Equal(t, len(r.seen), len(r.order))
	})
}

func FuzzNonce(f *testing.F) { // R-WIRE-2
	f.Add("1700000000000000000-00112233445566ff")
	f.Add("+700000000000000000-00112233445566FF")
	f.Fuzz(func(t *testing.T, s string) {
		if n, ok := parseNonce(s); ok {
			require.Equal(t, s, n.String(), "one spelling only")
		}
	})
}
