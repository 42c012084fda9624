package localnet

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"time"
)

// ErrNoLog means that no part of the market has a log of that name.
var ErrNoLog = errors.New("no such log")

// PrintLogs writes the last lines of the logs in dir, of one part or of all in turn, and with follow whatever comes
// until ctx ends.
func PrintLogs(ctx context.Context, w io.Writer, dir, part string, lines int, follow bool) error {
	names, err := logNames(dir, part)
	if err != nil {
		return err
	}
	offsets := map[string]int64{}
	for _, name := range names {
		if offsets[name], err = printTail(w, dir, name, lines, len(names) > 1); err != nil {
			return err
		}
	}
	for follow {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(200 * time.Millisecond):
		}
		for _, name := range names {
			if offsets[name], err = printNew(w, dir, name, offsets[name], len(names) > 1); err != nil {
				return err
			}
		}
	}
	return nil
}

func logNames(dir, part string) ([]string, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.log"))
	if err != nil {
		return nil, err
	}
	var names []string
	for _, f := range files {
		names = append(names, strings.TrimSuffix(filepath.Base(f), ".log"))
	}
	sort.Strings(names)
	if len(names) == 0 {
		return nil, fmt.Errorf("%w: %s is empty; `dendra up` starts a market", ErrNoLog, dir)
	}
	if part == "" {
		return names, nil
	}
	for _, name := range names {
		if name == part {
			return []string{name}, nil
		}
	}
	return nil, fmt.Errorf("%w: %q; there are %s", ErrNoLog, part, strings.Join(names, ", "))
}

// tailBytes is how far back the last lines are looked for.
const tailBytes = 256 << 10

func printTail(w io.Writer, dir, name string, lines int, label bool) (int64, error) {
	f, err := os.Open(filepath.Join(dir, name+".log"))
	if err != nil {
		return 0, err
	}
	defer f.Close()
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return 0, err
	}
	from := max(0, size-tailBytes)
	raw := make([]byte, size-from)
	if _, err := f.ReadAt(raw, from); err != nil && !errors.Is(err, io.EOF) {
		return 0, err
	}
	all := strings.Split(strings.TrimSuffix(string(raw), "\n"), "\n")
	for _, line := range all[max(0, len(all)-max(lines, 0)):] {
		if line != "" {
			if err := printLine(w, name, line, label); err != nil {
				return 0, err
			}
		}
	}
	return size, nil
}

func printNew(w io.Writer, dir, name string, from int64, label bool) (int64, error) {
	f, err := os.Open(filepath.Join(dir, name+".log"))
	if errors.Is(err, fs.ErrNotExist) {
		return from, nil
	}
	if err != nil {
		return from, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return from, err
	}
	if info.Size() < from {
		from = 0 // the log has been started anew
	}
	if _, err := f.Seek(from, io.SeekStart); err != nil {
		return from, err
	}
	r := bufio.NewReader(f)
	for {
		line, err := r.ReadString('\n')
		if errors.Is(err, io.EOF) {
			return from, nil // half a line waits for its end
		}
		if err != nil {
			return from, err
		}
		from += int64(len(line))
		if err := printLine(w, name, strings.TrimSuffix(line, "\n"), label); err != nil {
			return from, err
		}
	}
}

func printLine(w io.Writer, name, line string, label bool) error {
	if label {
		line = fmt.Sprintf("%-12s %s", name, line)
	}
	_, err := fmt.Fprintln(w, line)
	return err
}
