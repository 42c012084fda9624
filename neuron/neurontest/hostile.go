package neurontest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/dendra-net/dendra/neuron"
)

// refusals are requests that no miner may serve.
func refusals() []testCase {
	other := Key("conformance stranger").Address()
	var all []testCase
	for _, c := range []struct {
		name   string
		claim  func(*neuron.RequestClaim) // spoils what is signed
		change func(*http.Request)        // spoils what was signed
	}{
		{"refuses unsigned", nil, func(r *http.Request) { r.Header = http.Header{"Content-Type": {"application/json"}} }},
		{"refuses a removed signature", nil, func(r *http.Request) { r.Header.Del(neuron.HeaderSignature) }},
		{"refuses a forged signature", nil, func(r *http.Request) { r.Header.Set(neuron.HeaderSignature, strings.Repeat("0", 128)) }},
		{"refuses a changed body", nil, func(r *http.Request) { setBody(r, `{"messages":[{"role":"user","content":"other"}]}`) }},
		{"refuses a changed body and digest", nil, func(r *http.Request) {
			setBody(r, "{}")
			r.Header.Set(neuron.HeaderDigest, neuron.Digest([]byte("{}")))
		}},
		{"refuses a changed method", nil, func(r *http.Request) { r.Method = http.MethodPut }},
		{"refuses a changed path", nil, func(r *http.Request) { r.URL.RawQuery = "x=1" }},
		{"refuses a changed nonce", nil, func(r *http.Request) {
			nonce := []byte(r.Header.Get(neuron.HeaderNonce))
			nonce[len(nonce)-1] ^= 1
			r.Header.Set(neuron.HeaderNonce, string(nonce))
		}},
		{"refuses another's name", func(c *neuron.RequestClaim) { c.Sender = other }, nil},
		{"refuses what is meant for another miner", func(c *neuron.RequestClaim) { c.Receiver = other }, nil},
		{"refuses another subnet", func(c *neuron.RequestClaim) { c.Netuid++ }, nil},
		{"refuses another chain", func(c *neuron.RequestClaim) { c.ChainID += "0" }, nil},
		{"refuses the stale", func(c *neuron.RequestClaim) { c.Nonce = nonceAt(-time.Minute) }, nil},
		{"refuses the future", func(c *neuron.RequestClaim) { c.Nonce = nonceAt(time.Minute) }, nil},
	} {
		all = append(all, testCase{c.name, func(e *examiner, ctx context.Context) error {
			r, err := e.signed(ctx, c.claim)
			if err != nil {
				return err
			}
			if c.change != nil {
				c.change(r)
			}
			return e.mustRefuse(r)
		}})
	}
	return append(all, testCase{"refuses a replay", (*examiner).refusesReplay})
}

// signed builds a good request by hand; spoil may change what is signed.
func (e *examiner) signed(ctx context.Context, spoil func(*neuron.RequestClaim)) (*http.Request, error) {
	body := e.question(false)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimRight(e.Endpoint, "/")+chatPath, nil)
	if err != nil {
		return nil, err
	}
	setBody(r, body)
	claim := neuron.RequestClaim{
		ChainID: e.ChainID, Netuid: e.Netuid, Method: r.Method, Path: r.URL.RequestURI(), Digest: neuron.Digest([]byte(body)),
		Nonce: nonceAt(0), Sender: e.Caller.Address(), Receiver: e.Hotkey,
	}
	if spoil != nil {
		spoil(&claim)
	}
	r.Header = neuron.SignRequest(e.Caller, claim)
	r.Header.Set("Content-Type", "application/json")
	return r, nil
}

func setBody(r *http.Request, body string) {
	r.Body, r.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
	r.GetBody = nil
}

// nonceAt is a nonce of now and d.
func nonceAt(d time.Duration) string {
	nonce, err := neuron.NewNonce(time.Now().Add(d), rand.Reader)
	if err != nil {
		panic(fmt.Sprintf("neurontest: %v", err)) // cannot happen: the system's randomness does not fail
	}
	return nonce
}

func (e *examiner) send(r *http.Request) (int, error) {
	response, err := e.raw.RoundTrip(r)
	if err != nil {
		return 0, err
	}
	_, err = io.Copy(io.Discard, io.LimitReader(response.Body, 1<<20))
	return response.StatusCode, errors.Join(err, response.Body.Close())
}

func (e *examiner) mustRefuse(r *http.Request) error {
	status, err := e.send(r)
	if err != nil {
		return err
	}
	if status < 400 || status > 499 {
		return fmt.Errorf("status is %d, want a refusal, 400 to 499", status)
	}
	return nil
}

// refusesReplay sends a good request, and then the same bytes again.
func (e *examiner) refusesReplay(ctx context.Context) error {
	r, err := e.signed(ctx, nil)
	if err != nil {
		return err
	}
	again := r.Clone(ctx)
	setBody(again, e.question(false))
	if status, err := e.send(r); err != nil || status != http.StatusOK {
		return errors.Join(err, fmt.Errorf("the first time: status %d, want 200", status))
	}
	return e.mustRefuse(again)
}

// garbage are well-signed requests without sense. A miner may make something of the odd ones; it may not break.
func garbage() []testCase {
	var all []testCase
	for _, c := range []struct {
		name, body string
		odd        bool // an answer is fine, too
	}{
		{"nothing", "", false},
		{"half an object", `{"messages":[`, false},
		{"no UTF-8", "\xff\xfe\x00{", false},
		{"a list", "[]", false},
		{"null", "null", false},
		{"messages of the wrong type", `{"model":"m","messages":"hello"}`, false},
		{"no messages", `{"model":"m","messages":[]}`, true},
		{"content of the wrong type", `{"model":"m","messages":[{"role":"user","content":17}]}`, true},
		{"an endless nesting", strings.Repeat("[", 100_000), false},
		{"numbers out of range", `{"messages":[{"role":"user","content":"hi"}],"temperature":1e999,"max_tokens":-1}`, true},
		{"broken text", `{"messages":[{"role":"user","content":"\ud800 \u0000"}],"max_tokens":4}`, true},
		{"unknown fields", `{"messages":[{"role":"user","content":"hi","x":{}}],"y":[1],"max_tokens":4}`, true},
	} {
		all = append(all, testCase{"survives garbage: " + c.name, func(e *examiner, ctx context.Context) error {
			return e.survives(ctx, http.MethodPost, chatPath, c.body, c.odd)
		}})
	}
	return append(all,
		testCase{"survives garbage: another path", func(e *examiner, ctx context.Context) error {
			return e.survives(ctx, http.MethodPost, "/../..//%00?%zz", "{}", false)
		}},
		testCase{"survives garbage: another method", func(e *examiner, ctx context.Context) error {
			return e.survives(ctx, "BREW", chatPath, "", false)
		}})
}

// survives wants a signed refusal with a status of 400 to 499, or an answer where that is fine, too.
func (e *examiner) survives(ctx context.Context, method, path, body string, odd bool) error {
	reply, err := e.client.Do(ctx, e.target(), method, path, nil, []byte(body))
	var refusal *neuron.Refusal
	switch {
	case errors.As(err, &refusal) && refusal.Status >= 400 && refusal.Status <= 499:
		return nil
	case err != nil:
		return fmt.Errorf("want a refusal with status 400 to 499: %w", err)
	}
	defer reply.Body.Close()
	if _, err := io.Copy(io.Discard, reply.Body); err != nil {
		return err
	}
	if !odd {
		return fmt.Errorf("status is %d, want a refusal, 400 to 499", reply.Status)
	}
	return nil
}
