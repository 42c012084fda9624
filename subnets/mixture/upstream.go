package mixture

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dendra-net/dendra/mix"
	"github.com/dendra-net/dendra/neuron"
)

// Upstream is a miner whose model runs in a server of OpenAI's form: vLLM, llama.cpp, Ollama, or a stranger's own. It asks
// the server for the likeliest next tokens and makes distributions of bytes of them; see tokens.next for how. URL and
// Model must be set. It is safe for concurrent use and must not be copied or changed after the first request.
type Upstream struct {
	URL    string // of the server, with or without its /v1
	Model  string // name the server knows the model by
	APIKey string // sent as a bearer token when set; never logged, never passed on

	Chat http.Handler // answers users, miner.Upstream for one; nil refuses them

	Timeout   time.Duration     // for a whole batch; 2.5 s, so that an exam's 3 s suffice
	Parallel  int               // requests at once; 8
	Likeliest int               // tokens asked for; 20, which is what most servers allow
	HTTP      http.RoundTripper // nil: a pool of its own

	once  sync.Once
	err   error // why URL is of no use
	base  string
	http  *http.Client
	serve http.Handler
	form  atomic.Int32 // number of the form of request that the server last understood
}

// ErrUpstream marks a model server that cannot be used, or an answer of it that cannot.
var ErrUpstream = errors.New("bad model server")

const (
	upstreamTime     = 2500 * time.Millisecond
	upstreamParallel = 8
	upstreamTokens   = 20
)

// ServeHTTP answers for distributions, and lets Chat answer everything else.
func (u *Upstream) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	u.once.Do(u.open)
	u.serve.ServeHTTP(w, r)
}

func (u *Upstream) open() {
	u.base, u.err = serverURL(u.URL)
	if u.err == nil && u.Model == "" {
		u.err = fmt.Errorf("%w: the model's name is missing", ErrUpstream)
	}
	transport := u.HTTP
	if transport == nil {
		transport = &http.Transport{
			Proxy: http.ProxyFromEnvironment, DisableCompression: true, MaxIdleConnsPerHost: or(u.Parallel, upstreamParallel),
			IdleConnTimeout: 90 * time.Second, TLSHandshakeTimeout: 5 * time.Second, MaxResponseHeaderBytes: 64 << 10,
		}
	}
	u.http = &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	chat := u.Chat
	if chat == nil {
		chat = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			neuron.WriteError(w, neuron.Refuse(http.StatusNotFound, "not_found", "this miner serves POST %s only", Path))
		})
	}
	u.serve = Serve(u.Predict, chat)
}

// serverURL checks the address of a server and gives it the form scheme://host/path/v1.
func serverURL(s string) (string, error) {
	at, err := url.Parse(strings.TrimSpace(s))
	if err != nil || (at.Scheme != "http" && at.Scheme != "https") || at.Host == "" || at.User != nil || at.RawQuery != "" || at.Fragment != "" {
		return "", fmt.Errorf("%w: its URL must be http(s)://HOST[:PORT][/PATH] without user, query or fragment, http://127.0.0.1:11434 for one", ErrUpstream)
	}
	base := strings.TrimRight(at.String(), "/")
	if !strings.HasSuffix(base, "/v1") {
		base += "/v1"
	}
	return base, nil
}

// Predict is an Oracle. Where the server fails at some prefixes, the small model of shipped text answers instead; when
// it fails at all of them there is no answer.
func (u *Upstream) Predict(ctx context.Context, prefixes [][]byte, out []mix.Dist) error {
	if u.once.Do(u.open); u.err != nil {
		return neuron.Refuse(http.StatusInternalServerError, "upstream_misconfigured", "the miner's model server is not set up: %v", u.err)
	}
	if len(prefixes) != len(out) {
		return fmt.Errorf("%d prefixes, and room for %d distributions", len(prefixes), len(out))
	}
	background, err := Background()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, or(u.Timeout, upstreamTime))
	defer cancel()
	errs := make([]error, len(prefixes))
	slots := make(chan struct{}, or(u.Parallel, upstreamParallel))
	var wait sync.WaitGroup
	for i := range prefixes {
		slots <- struct{}{}
		wait.Go(func() {
			defer func() { <-slots }()
			errs[i] = u.one(ctx, background, prefixes[i], &out[i])
		})
	}
	wait.Wait()
	return u.settle(background, prefixes, out, errs)
}

// settle fills the gaps, unless everything is one.
func (u *Upstream) settle(background *mix.NGram, prefixes [][]byte, out []mix.Dist, errs []error) error {
	failures := 0
	var last error
	for i, err := range errs {
		if err != nil {
			failures, last = failures+1, err
			background.Predict(prefixes[i], &out[i])
		}
	}
	switch {
	case failures < len(prefixes):
		return nil
	case errors.Is(last, context.DeadlineExceeded):
		return neuron.Refuse(http.StatusGatewayTimeout, "upstream_timeout", "the miner's model server did not answer within %s", or(u.Timeout, upstreamTime))
	case errors.Is(last, ErrUpstream):
		return neuron.Refuse(http.StatusBadGateway, "upstream_failed", "%v", last)
	}
	return neuron.Refuse(http.StatusBadGateway, "upstream_unreachable", "the miner's model server cannot be reached")
}

// one makes the distribution after one prefix. The server is asked what follows the last whole word, and when the
// tokens it names mostly end within the word that has begun, also what follows the prefix as it is.
func (u *Upstream) one(ctx context.Context, background *mix.NGram, prefix []byte, d *mix.Dist) error {
	head, begun := lastWord(prefix)
	list, err := u.likeliest(ctx, head, len(begun) > 0)
	if err != nil {
		return err
	}
	g := guesser{background, head, begun}
	sums, within, elsewhere := g.sort(list)
	if len(begun) > 0 && within > total(&sums) {
		if list, err = u.likeliest(ctx, prefix, false); err != nil {
			return err
		}
		inner, _, rest := guesser{background, prefix, nil}.sort(list)
		g.spread(&inner, rest)
		for b, v := range inner {
			sums[b] += within * v
		}
		within = 0
	}
	g.spread(&sums, within+elsewhere)
	for b, v := range sums {
		d[b] = float32(mix.Floor + v*(1-256*mix.Floor))
	}
	return nil
}
