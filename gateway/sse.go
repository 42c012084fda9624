package gateway

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/http"
	"sync"
	"time"
)

var (
	errEventTooLong = errors.New("an event of the stream is too long")
	errEndless      = errors.New("the answer is longer than allowed")
	errCarriage     = errors.New("a carriage return inside an event")
)

// eventReader takes server-sent events apart. Comments and fields other than data are dropped.
type eventReader struct {
	in       *bufio.Reader
	maxEvent int   // bytes of one event
	left     int64 // bytes the stream may still have
	data     []byte
	long     []byte
}

func newEventReader(body io.Reader, maxEvent int, maxStream int64) *eventReader {
	return &eventReader{in: bufio.NewReaderSize(body, 8<<10), maxEvent: maxEvent, left: maxStream}
}

// next returns the data of the next event, its lines joined by line feeds; it is good until the next call. At the
// clean end of the stream it returns io.EOF.
func (e *eventReader) next() ([]byte, error) {
	e.data = e.data[:0]
	lines := 0
	for {
		line, err := e.line()
		if err != nil && !(err == io.EOF && len(line) > 0) {
			if err == io.EOF && lines > 0 {
				return e.data, nil // the last event needs no blank line behind it
			}
			return nil, err
		}
		if len(line) == 0 {
			if lines > 0 {
				return e.data, nil
			}
			continue
		}
		value, isData := bytes.CutPrefix(line, []byte("data:"))
		if !isData {
			continue
		}
		if lines > 0 {
			e.data = append(e.data, '\n')
		}
		e.data = append(e.data, bytes.TrimPrefix(value, []byte(" "))...)
		lines++
		if len(e.data) > e.maxEvent {
			return nil, fmt.Errorf("%w: more than %d bytes", errEventTooLong, e.maxEvent)
		}
	}
}

// line returns the next line without its break.
func (e *eventReader) line() ([]byte, error) {
	line, err := e.in.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		e.long = e.long[:0]
		for errors.Is(err, bufio.ErrBufferFull) && len(e.long) <= e.maxEvent {
			e.long = append(e.long, line...)
			line, err = e.in.ReadSlice('\n')
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			return nil, fmt.Errorf("%w: more than %d bytes", errEventTooLong, e.maxEvent)
		}
		e.long = append(e.long, line...)
		line = e.long
	}
	if e.left -= int64(len(line)); e.left < 0 {
		return nil, errEndless
	}
	line = bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
	if bytes.IndexByte(line, '\r') >= 0 {
		return nil, errCarriage // some clients take it for a line break
	}
	return line, err
}

// eventWriter sends events to the client, each at once, and a comment when it has been silent for long.
type eventWriter struct {
	w       http.ResponseWriter
	control *http.ResponseController
	silence time.Duration
	limit   time.Duration // for the client to take one write
	digest  hash.Hash
	size    int64

	mu     sync.Mutex // the keep-alive writes too
	buf    []byte
	timer  *time.Timer
	closed bool
	err    error // first failed write
}

func newEventWriter(w http.ResponseWriter, l Limits) *eventWriter {
	return &eventWriter{w: w, control: http.NewResponseController(w), digest: sha256.New(), silence: l.KeepAlive, limit: l.ClientIO}
}

// begin sends the head of the answer and starts the keep-alive.
func (s *eventWriter) begin() {
	h := s.w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-cache")
	h.Set("X-Accel-Buffering", "no")
	h.Set("Trailer", headerCost)
	s.w.WriteHeader(http.StatusOK)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.timer = time.AfterFunc(s.silence, s.keepAlive)
}

func (s *eventWriter) keepAlive() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.send(append(s.buf[:0], ": keep-alive\n\n"...))
	}
}

// event sends payload as one event that counts as part of the answer.
func (s *eventWriter) event(payload []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.digest.Write(payload)
	s.digest.Write([]byte{'\n'})
	s.size += int64(len(payload)) + 1
	return s.send(frame(s.buf[:0], payload))
}

// finish sends what ends the stream, in one write, and stops the keep-alive. The writer is of no use afterwards.
func (s *eventWriter) finish(raw []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	err := s.send(append(s.buf[:0], raw...))
	s.closed = true
	s.timer.Stop()
	return err
}

// broken reports whether the client takes no more.
func (s *eventWriter) broken() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err != nil
}

// abandon stops the keep-alive of a stream whose client has gone.
func (s *eventWriter) abandon() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	s.timer.Stop()
}

// send writes and flushes b, which becomes the buffer of the next write. The lock is held.
func (s *eventWriter) send(b []byte) error {
	s.buf = b
	if s.err != nil {
		return s.err
	}
	deadline(s.control.SetWriteDeadline, s.limit)
	if _, s.err = s.w.Write(b); s.err == nil {
		s.err = s.control.Flush()
	}
	s.timer.Reset(s.silence)
	return s.err
}

// frame appends payload as an event to b.
func frame(b, payload []byte) []byte {
	for line := range bytes.SplitSeq(payload, []byte{'\n'}) {
		b = append(append(append(b, "data: "...), line...), '\n')
	}
	return append(b, '\n')
}
