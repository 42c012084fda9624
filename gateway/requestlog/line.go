package requestlog

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"strconv"
)

// Kinds of line.
const (
	headKind   = 'S'
	recordKind = 'R'
)

const (
	prefixBytes  = len("K CCCCCCCC ")
	maxLineBytes = 1 << 20
)

var errBadLine = errors.New("bad line")

// head opens a segment: its number and the totals of all records before it.
type head struct {
	Segment uint32            `json:"segment"`
	Totals  map[string]Totals `json:"totals"`
}

// encode frames value as one line of kind.
func encode(kind byte, value any) ([]byte, error) {
	body, err := json.Marshal(value)
	if err != nil {
		return nil, fmt.Errorf("encode log line: %w", err)
	}
	if prefixBytes+len(body)+1 > maxLineBytes {
		return nil, fmt.Errorf("encode log line: %d bytes, at most %d are allowed", len(body), maxLineBytes-prefixBytes-1)
	}
	line := make([]byte, 0, prefixBytes+len(body)+1)
	line = fmt.Appendf(line, "%c %08x ", kind, checksum(body))
	return append(append(line, body...), '\n'), nil
}

// decode checks the frame of line, which ends in its line break, and returns its kind and JSON.
func decode(line []byte) (kind byte, body []byte, err error) {
	if len(line) <= prefixBytes || line[len(line)-1] != '\n' || line[1] != ' ' || line[prefixBytes-1] != ' ' {
		return 0, nil, errBadLine
	}
	sum, err := strconv.ParseUint(string(line[2:prefixBytes-1]), 16, 32)
	if err != nil {
		return 0, nil, errBadLine
	}
	body = bytes.TrimSuffix(line[prefixBytes:], []byte{'\n'})
	if uint32(sum) != checksum(body) {
		return 0, nil, errBadLine
	}
	return line[0], body, nil
}

func checksum(b []byte) uint32 { return crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)) }
