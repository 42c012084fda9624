package requestlog

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
)

// Recovery says what Open found.
type Recovery struct {
	Records   int   // sound records read
	Damaged   int   // lines skipped because their checksum failed
	TornBytes int64 // bytes of an unfinished last line that were cut off
}

// Open reads the log in opts.Dir, mends its tail and makes it ready to append. One process at a time may hold it.
func Open(opts Options) (*Log, Recovery, error) {
	var found Recovery
	opts = opts.withDefaults()
	if err := os.MkdirAll(opts.Dir, 0o700); err != nil {
		return nil, found, fmt.Errorf("open request log: %w", err)
	}
	lock, err := acquire(filepath.Join(opts.Dir, "LOCK"))
	if err != nil {
		return nil, found, err
	}
	l := &Log{opts: opts, lock: lock, totals: map[string]Totals{}, wake: make(chan struct{}, 1)}
	if err := l.load(&found); err != nil {
		return nil, found, errors.Join(fmt.Errorf("open request log: %w", err), l.Close())
	}
	return l, found, nil
}

// load reads every segment and starts the first one of an empty folder.
func (l *Log) load(found *Recovery) error {
	numbers, err := l.listSegments()
	if err != nil {
		return err
	}
	if len(numbers) == 0 {
		return l.begin(1)
	}
	for i, number := range numbers {
		if err := l.loadSegment(number, i == len(numbers)-1, found); err != nil {
			return err
		}
	}
	return l.dropOldest()
}

func (l *Log) listSegments() ([]uint32, error) {
	names, err := filepath.Glob(filepath.Join(l.opts.Dir, "requests-*.log"))
	if err != nil {
		return nil, err
	}
	var numbers []uint32
	for _, name := range names {
		var number uint32
		_, err := fmt.Sscanf(filepath.Base(name), "requests-%d.log", &number)
		if err == nil && segmentPath(l.opts.Dir, number) == name {
			numbers = append(numbers, number)
		}
	}
	slices.Sort(numbers)
	return numbers, nil
}

func (l *Log) loadSegment(number uint32, last bool, found *Recovery) error {
	path := segmentPath(l.opts.Dir, number)
	file, err := os.OpenFile(path, os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	s := &segment{number: number, path: path, file: file}
	l.segments = append(l.segments, s)
	if err := l.scan(s, found); err != nil {
		return fmt.Errorf("read %s: %w", path, err)
	}
	info, err := file.Stat()
	if err != nil {
		return err
	}
	torn := info.Size() - s.size
	if torn == 0 {
		return nil
	}
	if !last {
		found.Damaged++
		return nil
	}
	found.TornBytes += torn
	return file.Truncate(s.size)
}

// scan indexes the sound lines of s and leaves s.size at the end of the last whole line.
func (l *Log) scan(s *segment, found *Recovery) error {
	in := bufio.NewReaderSize(s.file, 64<<10)
	for {
		line, length, err := readLine(in)
		if err == io.EOF {
			return nil // what follows the last line break is torn
		}
		if err != nil {
			return err
		}
		if !l.absorb(s, line) {
			found.Damaged++
		} else if line[0] == recordKind {
			found.Records++
		}
		s.size += length
	}
}

// absorb takes one line into the totals and the index; false when it is damaged.
func (l *Log) absorb(s *segment, line []byte) bool {
	kind, body, err := decode(line)
	if err != nil {
		return false
	}
	switch kind {
	case headKind:
		var h head
		if json.Unmarshal(body, &h) != nil {
			return false
		}
		if h.Totals != nil {
			l.totals = h.Totals
		}
		return true
	case recordKind:
		var r Record
		if json.Unmarshal(body, &r) != nil {
			return false
		}
		l.note(r, s, s.size, len(line))
		return true
	}
	return false
}

// readLine returns the next line with its break, and its length, or io.EOF when only a part of one is left. Of a line longer
// than any that is written it keeps a part, which is no sound line.
func readLine(in *bufio.Reader) (line []byte, length int64, err error) {
	line, err = in.ReadSlice('\n')
	length = int64(len(line))
	if !errors.Is(err, bufio.ErrBufferFull) {
		return line, length, err
	}
	long := append([]byte(nil), line...)
	for errors.Is(err, bufio.ErrBufferFull) {
		line, err = in.ReadSlice('\n')
		length += int64(len(line))
		if length <= maxLineBytes {
			long = append(long, line...)
		}
	}
	if length > maxLineBytes {
		return nil, length, err
	}
	return long, length, err
}
