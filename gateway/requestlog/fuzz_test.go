package requestlog

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func line(t testing.TB, kind byte, value any) []byte {
	t.Helper()
	raw, err := encode(kind, value)
	require.NoError(t, err)
	return raw
}

// A line that is longer than any that is written is damage like any other: it is skipped, and takes no memory.
func TestLongLinesAreSkipped(t *testing.T) {
	dir := t.TempDir()
	var file []byte
	file = append(file, line(t, headKind, head{Segment: 1})...)
	file = append(file, strings.Repeat("x", 3*maxLineBytes)+"\n"...)
	file = append(file, line(t, recordKind, Record{ID: "after", Key: "k"})...)
	require.NoError(t, os.WriteFile(segmentPath(dir, 1), file, 0o600))
	l, found, err := Open(Options{Dir: dir})
	require.NoError(t, err)
	defer func() { require.NoError(t, l.Close()) }()
	require.Equal(t, Recovery{Records: 1, Damaged: 1}, found)
	got, err := l.Get("after")
	require.NoError(t, err)
	require.Equal(t, "k", got.Key)
}

// Whatever a line holds that has the right checksum, a segment with it is read to its end: what is sound is counted, can be
// read again from its place, and what is torn is not taken for a line.
func FuzzSegment(f *testing.F) {
	f.Add([]byte(`{"id":"one","key":"k","attempts":[{"uid":1}],"cost_rao":"5"}`), true, []byte("x\n"))
	f.Add([]byte(`{"segment":1,"totals":{"k":{"requests":1,"cost_rao":"18446744073709551615"}}}`), false, []byte("R 00000000 {}\ntorn"))
	f.Add([]byte(`{"id":1}`), true, []byte{})
	f.Add([]byte("{}\n{}"), true, []byte("\n\n"))
	sound := line(f, recordKind, Record{ID: "sound", Key: "s"})
	f.Fuzz(func(t *testing.T, body []byte, isRecord bool, rest []byte) {
		kind := byte(headKind)
		if isRecord {
			kind = recordKind
		}
		framed, err := encode(kind, json.RawMessage(body))
		if err != nil {
			framed = append(append([]byte{}, body...), '\n')
		}
		file := bytes.Join([][]byte{framed, sound, rest}, nil)
		file = append(file, '\n')
		file = append(file, sound...)
		s := openSegment(t, file)
		l := &Log{opts: Options{}.withDefaults(), totals: map[string]Totals{}, segments: []*segment{s}}
		var found Recovery
		require.NoError(t, l.scan(s, &found))
		require.Equal(t, int64(len(file)), s.size)
		require.GreaterOrEqual(t, found.Records, 1)
		require.GreaterOrEqual(t, l.totals["s"].Requests, uint64(1))
		require.Len(t, l.entries, found.Records)
		for _, e := range l.entries {
			r, err := e.read()
			require.NoError(t, err)
			require.Equal(t, e.id, r.ID)
		}
	})
}

// openSegment is a segment with this content.
func openSegment(t *testing.T, content []byte) *segment {
	t.Helper()
	file, err := os.CreateTemp(t.TempDir(), "segment")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, file.Close()) })
	_, err = file.Write(content)
	require.NoError(t, err)
	_, err = file.Seek(0, 0)
	require.NoError(t, err)
	return &segment{number: 1, path: file.Name(), file: file}
}
