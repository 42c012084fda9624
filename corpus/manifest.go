package corpus

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A line of the manifest is a document: kind, name, bytes, SHA-256, with a space between.

func (d Document) line() string {
	return fmt.Sprintf("%s %s %d %x\n", d.Kind, d.Name, d.Bytes, d.Sum)
}

func parse(manifest []byte) ([]Document, error) {
	var list []Document
	ends := map[Kind]int{}
	for n, line := range bytes.Split(bytes.TrimSuffix(manifest, []byte("\n")), []byte("\n")) {
		d, err := parseLine(string(line))
		if err != nil {
			return nil, fmt.Errorf("%w: line %d of the manifest: %w", ErrDamaged, n+1, err)
		}
		d.at = ends[d.Kind]
		ends[d.Kind] += d.Bytes
		list = append(list, d)
	}
	return list, nil
}

func parseLine(line string) (d Document, err error) {
	fields := strings.Split(line, " ")
	if len(fields) != 4 {
		return d, fmt.Errorf("%d fields, want 4", len(fields))
	}
	d.Kind, d.Name = Kind(fields[0]), fields[1]
	if !slices.Contains(Kinds(), d.Kind) {
		return d, fmt.Errorf("kind %q", d.Kind)
	}
	if d.Bytes, err = strconv.Atoi(fields[2]); err != nil {
		return d, err
	}
	if d.Bytes < 1 || d.Bytes > DocumentBytes {
		return d, fmt.Errorf("%d bytes, want 1 to %d", d.Bytes, DocumentBytes)
	}
	sum, err := hex.DecodeString(fields[3])
	if err != nil {
		return d, err
	}
	if len(sum) != len(d.Sum) {
		return d, fmt.Errorf("a hash of %d bytes, want %d", len(sum), len(d.Sum))
	}
	copy(d.Sum[:], sum)
	return d, nil
}
