package evidence

import (
	"errors"
	"fmt"
	"strings"
)

// Limits of one exam's requests.
const (
	maxRequests     = 1 << 14
	maxRequestBytes = 4 << 20
)

// CheckRequest says why an exam may not put a request: the miner is not examined, the same was asked before, too many
// were, or it is malformed. It is part of the format: an auditor refuses what the validator refused, in the same words.
func CheckRequest(examined, repeated bool, before int, path string, body []byte) error {
	switch {
	case !examined:
		return errors.New("the miner is not examined")
	case repeated:
		return errors.New("the same request was put to the same miner before")
	case before >= maxRequests:
		return fmt.Errorf("an exam puts at most %d requests", maxRequests)
	case !strings.HasPrefix(path, "/") || strings.Contains(path, "#"):
		return fmt.Errorf("path %.128q does not begin with a slash or has a fragment", path)
	case len(body) > maxRequestBytes:
		return fmt.Errorf("a request of %d bytes, at most %d are put", len(body), maxRequestBytes)
	}
	return nil
}

// maxOwnBytes bounds what an exam keeps of things that only its validator has.
const maxOwnBytes = 1 << 20

// CheckOwn says why an exam may not ask for what only its validator has, before it is drawn: it did already.
func CheckOwn(repeated bool) error {
	if repeated {
		return errors.New("the exam asked for the validator's own before")
	}
	return nil
}

// CheckOwnBytes says why bytes cannot be kept as the validator's own: there are none, or too many.
func CheckOwnBytes(n int) error {
	if n < 1 || n > maxOwnBytes {
		return fmt.Errorf("%d bytes of the validator's own, 1 to %d are kept", n, maxOwnBytes)
	}
	return nil
}
