package neuron

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/http"
	"sync"
)

// streamBody passes an event stream on as it comes and ends in io.EOF only if the trailer's signature over all of it
// held. Read is for one goroutine; Close may come from another.
type streamBody struct {
	exchange *exchange
	response *http.Response
	reply    *Reply
	sum      hash.Hash
	size     int64
	err      error // how the stream ended; kept
	close    sync.Once
}

func newStreamBody(x *exchange, r *http.Response, reply *Reply) *streamBody {
	return &streamBody{exchange: x, response: r, reply: reply, sum: sha256.New()}
}

// Read returns the next bytes of the stream.
func (b *streamBody) Read(p []byte) (int, error) {
	if b.err != nil {
		return 0, b.err
	}
	n, err := b.response.Body.Read(p)
	b.sum.Write(p[:n])
	if b.size += int64(n); b.size > b.exchange.maxReply {
		err = fmt.Errorf("%w: stream is above %d bytes", ErrTooLarge, b.exchange.maxReply)
	}
	if err == nil {
		return n, nil
	}
	b.err = b.end(err)
	_ = b.shut() // nothing more is wanted from the connection
	return n, b.err
}

// end decides how the stream ends when reading it gave err.
func (b *streamBody) end(err error) error {
	switch {
	case errors.Is(err, ErrTooLarge):
		return err
	case err != io.EOF:
		return fmt.Errorf("read stream: %w: %w", ErrTruncated, err)
	}
	signatures := b.response.Trailer[HeaderSignature]
	if len(signatures) == 0 {
		return fmt.Errorf("read stream: %w: it ended without a signature", ErrTruncated)
	}
	if b.reply.Signed, err = b.exchange.conclude(signatures, hex.EncodeToString(b.sum.Sum(nil))); err != nil {
		return fmt.Errorf("read stream: %w", err)
	}
	return io.EOF
}

// Close ends the exchange; a miner that still works learns that its caller left.
func (b *streamBody) Close() error { return b.shut() }

func (b *streamBody) shut() (err error) {
	b.close.Do(func() {
		b.exchange.cancel()
		err = b.response.Body.Close()
	})
	return err
}
