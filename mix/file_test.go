package mix

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"testing"

	"github.com/stretchr/testify/require"
)

func fileOf(t testing.TB, m *NGram) []byte {
	t.Helper()
	var b bytes.Buffer
	n, err := m.WriteTo(&b)
	require.NoError(t, err)
	require.Equal(t, int64(b.Len()), n)
	return b.Bytes()
}

// A model that went through its file predicts the same to the last bit, writes the same, and learns on the same.
func TestFileRoundTrip(t *testing.T) {
	for order := 1; order <= MaxOrder; order++ {
		m := trained(t, NGramConfig{Order: order}, babble(1, 1, 20_000))
		file := fileOf(t, m)
		back, err := Parse(file, 0)
		require.NoError(t, err)
		require.Equal(t, file, fileOf(t, back))
		m.Train([]byte("more of it"))
		back.Train([]byte("more of it"))
		for _, context := range []string{"", "a", "of ", "never seen \x00\xff"} {
			var a, b Dist
			m.Predict([]byte(context), &a)
			back.Predict([]byte(context), &b)
			require.Equal(t, a, b)
		}
		require.Equal(t, fileOf(t, m), fileOf(t, back))
	}
}

func TestEmptyModelHasAFile(t *testing.T) {
	back, err := Parse(fileOf(t, trained(t, NGramConfig{}, nil)), 0)
	require.NoError(t, err)
	require.Zero(t, back.Contexts())
}

// A file cut anywhere is refused, and so is one with a byte more.
func TestTruncatedFilesAreRefused(t *testing.T) {
	file := fileOf(t, trained(t, NGramConfig{Order: 2}, []byte("some text, not very long, to cut anywhere")))
	for n := range file {
		_, err := Parse(file[:n], 0)
		require.ErrorIs(t, err, ErrFile, "cut to %d bytes", n)
	}
	_, err := Parse(append(file, 0), 0)
	require.ErrorContains(t, err, "1 bytes after the end")
}

// head is a file's beginning up to the number of contexts, with generous tallies.
func head(order byte) []byte {
	b := append([]byte(magic), order)
	b = append(b, make([]byte, 256)...)
	for range 4 * (int(order) + 1) {
		b = append(b, 9)
	}
	return b
}

func TestLyingFilesAreRefused(t *testing.T) {
	key := func(length int, bytes uint64) []byte {
		return binary.AppendUvarint(nil, uint64(length)<<lengthShift|bytes)
	}
	rec := func(parts ...[]byte) []byte { return append(head(2), bytes.Join(parts, nil)...) }
	a, one := key(1, 'a'), []byte{0, 'x', 1}
	for _, c := range []struct {
		name, want string
		file       []byte
	}{
		{"magic", "does not begin", []byte("GGUF\x03\x00\x00\x00")},
		{"order zero", "order 0", head(0)},
		{"order eight", "order 8", append([]byte(magic), 8)},
		{"claims contexts it has no bytes for", "makes sense", rec(binary.AppendUvarint(nil, 1<<60))},
		{"claims one context too many", "cut short", rec([]byte{2}, a, one)},
		{"overlong number", "shortest form", rec([]byte{0x81, 0x00}, a, one)},
		{"overflowing number", "shortest form", rec(bytes.Repeat([]byte{0xff}, 11))},
		{"same context twice", "do not rise", rec([]byte{2}, a, one, []byte{0}, one)},
		{"key overflows", "do not rise", rec([]byte{2}, a, one, binary.AppendUvarint(nil, 1<<64-1), one)},
		{"context without bytes", "no context", rec([]byte{1}, []byte{5}, one)},
		{"context too long", "no context", rec([]byte{1}, key(3, 'a'), one)},
		{"bits above the bytes", "no context", rec([]byte{1}, key(1, 0x161), one)},
		{"symbols fall", "symbols do not rise", rec([]byte{1}, a, []byte{1, 'y', 1, 'x', 1})},
		{"symbol twice", "symbols do not rise", rec([]byte{1}, a, []byte{1, 'x', 1, 'x', 1})},
		{"count of zero", "count of zero", rec([]byte{1}, a, []byte{0, 'x', 0})},
		{"count too large", "makes sense", rec([]byte{1}, a, []byte{0, 'x'}, binary.AppendUvarint(nil, countMax))},
		{"tallies too small", "claims 0 counts of 1", bytes.Replace(rec([]byte{1}, a, one), bytes.Repeat([]byte{9}, 12), make([]byte, 12), 1)},
		{"file too large", "at most", make([]byte, MaxFileBytes+1)},
	} {
		_, err := Parse(c.file, 0)
		require.ErrorIs(t, err, ErrFile, c.name)
		require.ErrorContains(t, err, c.want, c.name)
	}
	_, err := Parse(rec([]byte{1}, a, one), 0)
	require.NoError(t, err, "the file they are made from is good")
}

// Reading is bounded by the memory that was allowed, and by the file's own size.
func TestParseIsBounded(t *testing.T) {
	m := trained(t, NGramConfig{Order: 6}, babble(1, 1, 60_000))
	file := fileOf(t, m)
	_, err := Parse(file, 64<<10)
	require.ErrorContains(t, err, "memory hold")
	_, err = Parse(file, 100)
	require.Error(t, err)
	back, err := Parse(file, 0)
	require.NoError(t, err)
	require.LessOrEqual(t, back.Bytes(), 24*len(file))
}

func TestFitKeepsTheSizeAndMostOfTheSense(t *testing.T) {
	text, held := babble(1, 1, 60_000), babble(1, 2, 3_000)
	m := trained(t, NGramConfig{}, text)
	whole, full := fileOf(t, m), Bits(m, held)
	same, err := m.Fit(len(whole))
	require.NoError(t, err)
	require.Equal(t, whole, same)
	for _, size := range []int{len(whole) / 2, len(whole) / 4, 1000} {
		file, err := m.Fit(size)
		require.NoError(t, err)
		require.LessOrEqual(t, len(file), size)
		require.Greater(t, len(file), size*7/10, "the room is used")
		small, err := Parse(file, 0)
		require.NoError(t, err)
		bits := Bits(small, held)
		require.Greater(t, bits, full-0.01)
		require.Less(t, bits, 5.0)
	}
	half, err := m.Fit(len(whole) / 2)
	require.NoError(t, err)
	small, err := Parse(half, 0)
	require.NoError(t, err)
	require.Less(t, Bits(small, held), full+0.3)
	_, err = m.Fit(100)
	require.Error(t, err)
}

func TestWriteFails(t *testing.T) {
	_, err := trained(t, NGramConfig{}, nil).WriteTo(closed{})
	require.ErrorIs(t, err, io.ErrClosedPipe)
}

type closed struct{}

func (closed) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

// Whatever Parse takes is a model that predicts distributions and is written back as the same bytes.
func FuzzParse(f *testing.F) {
	for order := 1; order <= MaxOrder; order++ {
		f.Add(fileOf(f, trained(f, NGramConfig{Order: order}, []byte("a text, a text and another text"))))
	}
	f.Add(append(head(2), 0))
	f.Fuzz(func(t *testing.T, file []byte) {
		m, err := Parse(file, 1<<20)
		if err != nil {
			require.True(t, errors.Is(err, ErrFile))
			return
		}
		require.Equal(t, file, fileOf(t, m))
		for _, context := range []string{"", "a text", "\x00\x00\x00"} {
			var d Dist
			m.Predict([]byte(context), &d)
			require.NoError(t, d.Check())
		}
		m.Train([]byte("a text and more"))
	})
}
