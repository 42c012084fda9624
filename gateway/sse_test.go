package gateway

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
)

func readEvents(r io.Reader, maxEvent int, maxStream int64) ([]string, error) {
	events := newEventReader(r, maxEvent, maxStream)
	var got []string
	for {
		data, err := events.next()
		if err != nil {
			return got, err
		}
		got = append(got, string(data))
	}
}

func TestEventReader(t *testing.T) {
	long := strings.Repeat("x", 20_000)
	for _, c := range []struct {
		name, in string
		want     []string
		err      error
	}{
		{"plain", "data: a\n\ndata: b\n\n", []string{"a", "b"}, io.EOF},
		{"no space", "data:{\"a\":1}\n\n", []string{`{"a":1}`}, io.EOF},
		{"crlf", "data: a\r\n\r\ndata: b\r\n\r\n", []string{"a", "b"}, io.EOF},
		{"comments and other fields", ": hi\n\nevent: x\nid: 1\ndata: a\n: dendra cost=0\nretry: 5\n\n", []string{"a"}, io.EOF},
		{"several lines", "data: a\ndata: b\n\n", []string{"a\nb"}, io.EOF},
		{"no end", "data: a\n\ndata: [DONE]", []string{"a", "[DONE]"}, io.EOF},
		{"no blank line", "data: [DONE]\n", []string{"[DONE]"}, io.EOF},
		{"empty", "", nil, io.EOF},
		{"longer than the buffer", "data: " + long + "\n\n", []string{long}, io.EOF},
		{"carriage return", "data: a\rb\n\n", nil, errCarriage},
		{"event too long", "data: " + strings.Repeat("x", 40_000) + "\n\n", nil, errEventTooLong},
		{"event of too many lines", strings.Repeat("data: "+strings.Repeat("x", 1000)+"\n", 40), nil, errEventTooLong},
		{"line without end", strings.Repeat("x", 90_000), nil, errEventTooLong},
		{"endless comments", strings.Repeat(": x\n\n", 50_000), nil, errEndless},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, r := range []io.Reader{strings.NewReader(c.in), iotest.OneByteReader(strings.NewReader(c.in))} {
				got, err := readEvents(r, 30_000, 100_000)
				require.ErrorIs(t, err, c.err)
				require.Equal(t, c.want, got)
			}
		})
	}
}

func TestEventReaderPassesErrorsOn(t *testing.T) {
	broken := errors.New("broken")
	got, err := readEvents(io.MultiReader(strings.NewReader("data: a\n\ndata: b\n"), iotest.ErrReader(broken)), 100, 100)
	require.ErrorIs(t, err, broken)
	require.Equal(t, []string{"a"}, got, "half an event is none")
}

func TestFrameKeepsLinesApart(t *testing.T) {
	require.Equal(t, "data: {\"a\":\ndata: 1}\n\n", string(frame(nil, []byte("{\"a\":\n1}"))))
}

// Whatever a miner streams, in pieces of whatever size, the reader ends, and gives the same events within its limits; what
// it gives is the same again after it was sent on.
func FuzzSSE(f *testing.F) {
	f.Add([]byte("data: {\"a\":1}\n\n: comment\nid: 1\ndata: a\ndata:b\r\n\r\ndata: [DONE]"))
	f.Add([]byte("data: a\rb\n\n"))
	f.Add([]byte("data:\n\ndata\n\n\n\ndata:  \n"))
	f.Add([]byte("data: " + strings.Repeat("x", 300) + "\n" + strings.Repeat(": \n", 200)))
	f.Fuzz(func(t *testing.T, stream []byte) {
		const maxEvent, maxStream = 256, 1024
		events, err := readEvents(bytes.NewReader(stream), maxEvent, maxStream)
		require.Error(t, err)
		slowly, slowErr := readEvents(iotest.OneByteReader(bytes.NewReader(stream)), maxEvent, maxStream)
		require.Equal(t, err, slowErr)
		require.Equal(t, events, slowly)
		var sent []byte
		for _, e := range events {
			require.LessOrEqual(t, len(e), maxEvent)
			sent = frame(sent, []byte(e))
		}
		again, err := readEvents(bytes.NewReader(sent), maxEvent, int64(len(sent)))
		require.ErrorIs(t, err, io.EOF)
		require.Equal(t, events, again)
	})
}
