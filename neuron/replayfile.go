package neuron

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// The replay file is text, appended to and now and then rewritten whole:
//
//	dendra replays 1
//	floor 1700000000000000000
//	1700000000000000000-00112233445566ff tao1…
//
// A record is written before its request is served and not synced: a killed process loses nothing, and a machine that
// lost its power comes back after the ten seconds the window lasts. A last line that is cut short is dropped; any
// other damage closes the window: every nonce made before the start is refused.
const (
	replayHeader  = "dendra replays 1\n"
	replayMaxFile = 128 << 20
)

type replayFile struct {
	path  string
	file  *os.File
	size  int64 // the good part; a failed write beyond it is overwritten by the next
	lines int
}

// openReplays loads the window from path and keeps it there.
func openReplays(path string, now func() time.Time, log *slog.Logger) (*replays, error) {
	r := newReplays(now)
	data, err := readReplayFile(path)
	if err != nil {
		return nil, err
	}
	if data != "" && !r.load(data) {
		r.floor = now().Add(MaxFuture).UnixNano()
		log.Warn("replay file is damaged: requests signed before now are refused", "path", path, "kept", len(r.order))
	}
	r.expire()
	r.file = &replayFile{path: path}
	if err := r.file.rewrite(r.floor, r.order[r.head:]); err != nil {
		return nil, err
	}
	return r, nil
}

// readReplayFile returns the content, empty when there is no file. An existing but empty file counts as damaged.
func readReplayFile(path string) (string, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("open replay file: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, replayMaxFile+1))
	if err != nil {
		return "", fmt.Errorf("read replay file: %w", err)
	}
	if len(data) > replayMaxFile {
		return "", fmt.Errorf("read replay file %s: %w: above %d bytes, move it away", path, ErrTooLarge, replayMaxFile)
	}
	if len(data) == 0 {
		return "\n", nil
	}
	return string(data), nil
}

// load takes in what the file remembers and reports whether all of it but a cut last line was good.
func (r *replays) load(data string) bool {
	body, good := strings.CutPrefix(data, replayHeader)
	for len(body) > 0 {
		line, rest, whole := strings.Cut(body, "\n")
		if !whole {
			break
		}
		if !r.loadLine(line) {
			good = false
		}
		body = rest
	}
	return good
}

func (r *replays) loadLine(line string) bool {
	first, second, _ := strings.Cut(line, " ")
	if first == "floor" {
		floor, err := strconv.ParseInt(second, 10, 64)
		r.floor = max(r.floor, floor)
		return err == nil
	}
	n, ok := parseNonce(first)
	hotkey, err := ParseAddress(second)
	if !ok || err != nil {
		return false
	}
	key := seenKey{hotkey, n}
	if _, twice := r.seen[key]; !twice {
		r.add(key)
	}
	return true
}

func (key seenKey) line() string { return key.nonce.String() + " " + string(key.hotkey) + "\n" }

func (f *replayFile) append(key seenKey) error {
	line := key.line()
	if _, err := f.file.WriteAt([]byte(line), f.size); err != nil {
		return err
	}
	f.size += int64(len(line))
	f.lines++
	return nil
}

// rewrite replaces the file by one that holds only live records.
func (f *replayFile) rewrite(floor int64, live []seenKey) error {
	var b strings.Builder
	b.WriteString(replayHeader)
	fmt.Fprintf(&b, "floor %d\n", floor)
	for _, key := range live {
		b.WriteString(key.line())
	}
	fresh, err := os.CreateTemp(filepath.Dir(f.path), filepath.Base(f.path)+".*.tmp")
	if err != nil {
		return fmt.Errorf("rewrite replay file: %w", err)
	}
	_, err = fresh.WriteString(b.String())
	if err == nil {
		err = os.Rename(fresh.Name(), f.path)
	}
	if err != nil {
		return fmt.Errorf("rewrite replay file: %w", errors.Join(err, fresh.Close(), os.Remove(fresh.Name())))
	}
	old := f.file
	f.file, f.size, f.lines = fresh, int64(b.Len()), len(live)
	if old != nil {
		return old.Close()
	}
	return nil
}

func (f *replayFile) close() error {
	if f.file == nil {
		return nil
	}
	err := f.file.Close()
	f.file = nil
	return err
}
