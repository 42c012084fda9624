package evidence

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// ErrFetch says that evidence could not be had from where it should be.
var ErrFetch = errors.New("evidence cannot be fetched")

// Fetcher gets evidence and blobs from a validator's server, which may be anyone's: it follows no redirect, and reads
// no more than a file or blob may have.
type Fetcher struct {
	Base    string        // address of the server, without "/evidence/..."
	Netuid  uint16        // whose blobs are wanted
	HTTP    *http.Client  // nil: a client of its own
	Timeout time.Duration // for one file; 1 min
}

// BaseOf returns the address of the server that a note's URL points to; it must end in the path of that epoch.
func BaseOf(note string, netuid uint16, epoch uint64) (string, error) {
	base, ok := strings.CutSuffix(note, Path(netuid, epoch))
	if !ok {
		return "", fmt.Errorf("%w: the note's address %.300q does not end in %s", ErrFetch, note, Path(netuid, epoch))
	}
	return base, nil
}

// File fetches the packed evidence of an epoch.
func (f Fetcher) File(ctx context.Context, epoch uint64) ([]byte, error) {
	return f.get(ctx, Path(f.Netuid, epoch), MaxFileBytes)
}

// Blob fetches what has that digest.
func (f Fetcher) Blob(ctx context.Context, d Digest) ([]byte, error) {
	content, err := f.get(ctx, BlobPath(f.Netuid, d), MaxBlobBytes)
	if err != nil {
		return nil, err
	}
	if have := DigestOf(content); have != d {
		return nil, fmt.Errorf("%w: %s gave content of digest %s for blob %s", ErrFetch, f.Base, have, d)
	}
	return content, nil
}

func (f Fetcher) get(ctx context.Context, path string, limit int64) ([]byte, error) {
	timeout := f.Timeout
	if timeout == 0 {
		timeout = time.Minute
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	address := strings.TrimRight(f.Base, "/") + path
	if u, err := url.Parse(address); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil {
		return nil, fmt.Errorf("%w: %.300q is not http(s)://host[:port][/path]", ErrFetch, address)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFetch, err)
	}
	request.Header.Set("Accept-Encoding", "identity") // what is packed must come as it is
	client := http.Client{}
	if f.HTTP != nil {
		client = *f.HTTP
	}
	client.Jar = nil
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	response, err := client.Do(request)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFetch, err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%w: %s answers with status %d; it is no longer kept, or its vote is not revealed yet", ErrFetch, address, response.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, limit+1))
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrFetch, address, err)
	}
	if int64(len(body)) > limit {
		return nil, fmt.Errorf("%w: %s sends more than %d bytes", ErrFetch, address, limit)
	}
	return body, nil
}
