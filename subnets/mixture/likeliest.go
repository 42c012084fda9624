package mixture

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"strings"
	"unicode/utf8"
)

// errForm says that a server does not understand a form of request, or answers it without log-probabilities.
var errForm = errors.New("no log-probabilities")

// forms are how a server may be asked for the likeliest next tokens, the best first: completions continue a text as it
// is; a chat has to be told to.
var forms = []struct {
	path string
	body func(u *Upstream, text string) map[string]any
	chat bool
}{
	{"/completions", func(u *Upstream, text string) map[string]any {
		return map[string]any{"model": u.Model, "prompt": text, "max_tokens": 1, "temperature": 0, "logprobs": or(u.Likeliest, upstreamTokens)}
	}, false},
	{"/completions", func(u *Upstream, text string) map[string]any { // the most that OpenAI's own allows
		return map[string]any{"model": u.Model, "prompt": text, "max_tokens": 1, "temperature": 0, "logprobs": 5}
	}, false},
	{"/chat/completions", func(u *Upstream, text string) map[string]any {
		return map[string]any{"model": u.Model, "max_tokens": 1, "temperature": 0, "logprobs": true, "top_logprobs": or(u.Likeliest, upstreamTokens),
			"messages": []any{
				map[string]string{"role": "system", "content": "Continue the user's text exactly where it ends. Write nothing but the continuation."},
				map[string]string{"role": "user", "content": text},
			}}
	}, true},
}

// likeliest asks the server what follows text, which ends with a word or in one.
func (u *Upstream) likeliest(ctx context.Context, text []byte, wordEnds bool) ([]token, error) {
	for {
		n := u.form.Load()
		list, err := u.inForm(ctx, int(n), readable(text))
		if !errors.Is(err, errForm) {
			if forms[n].chat && wordEnds {
				spaced(list)
			}
			return list, err
		}
		if int(n)+1 == len(forms) {
			u.form.CompareAndSwap(n, 0) // the server may be another by the next request
			return nil, err
		}
		u.form.CompareAndSwap(n, n+1)
	}
}

// readable is text as JSON can carry it: without the rest of a character at its start.
func readable(text []byte) string {
	for i := 0; i < utf8.UTFMax-1 && len(text) > 0 && !utf8.RuneStart(text[0]); i++ {
		text = text[1:]
	}
	return strings.ToValidUTF8(string(text), "\uFFFD")
}

func (u *Upstream) inForm(ctx context.Context, n int, text string) ([]token, error) {
	f := forms[n]
	body, err := json.Marshal(f.body(u, text))
	if err != nil {
		return nil, err
	}
	raw, err := u.post(ctx, f.path, body)
	if err != nil {
		return nil, err
	}
	return parseLikeliest(raw)
}

// spaced gives words the space in front that a text would go on with, and an answer begins without.
func spaced(list []token) {
	for i, t := range list {
		if t.text != "" && !strings.ContainsRune(" \n\t", rune(t.text[0])) {
			list[i].text = " " + t.text
		}
	}
}

const maxUpstreamReply = 256 << 10

func (u *Upstream) post(ctx context.Context, path string, body []byte) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, u.base+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	if u.APIKey != "" {
		r.Header.Set("Authorization", "Bearer "+u.APIKey)
	}
	reply, err := u.http.Do(r)
	if err != nil {
		return nil, err
	}
	defer reply.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(reply.Body, maxUpstreamReply+1))
	switch {
	case err != nil:
		return nil, err
	case len(raw) > maxUpstreamReply:
		return nil, fmt.Errorf("%w: its answer is larger than %d bytes", ErrUpstream, maxUpstreamReply)
	}
	switch reply.StatusCode {
	case http.StatusOK:
		return raw, nil
	case http.StatusBadRequest, http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusUnprocessableEntity, http.StatusNotImplemented:
		return nil, fmt.Errorf("%w: %w for %s: status %d", ErrUpstream, errForm, path, reply.StatusCode)
	}
	return nil, fmt.Errorf("%w: status %d", ErrUpstream, reply.StatusCode)
}

// named is a token as a server names it in the newer form.
type named struct {
	Token   string   `json:"token"`
	Logprob *float64 `json:"logprob"`
	Bytes   []int    `json:"bytes"`
}

// mostTokens is how many tokens a server may name.
const mostTokens = 1024

// parseLikeliest reads the log-probabilities of the first token of an answer, in the form of completions (a map by token)
// or of chats and llama.cpp (a list).
func parseLikeliest(raw []byte) ([]token, error) {
	var reply struct {
		Choices []struct {
			Logprobs *struct {
				Top     []map[string]float64 `json:"top_logprobs"`
				Content []struct {
					Top []named `json:"top_logprobs"`
				} `json:"content"`
			} `json:"logprobs"`
		} `json:"choices"`
	}
	if err := json.Unmarshal(raw, &reply); err != nil {
		return nil, fmt.Errorf("%w: its answer is no completion: %w", ErrUpstream, err)
	}
	if len(reply.Choices) == 0 || reply.Choices[0].Logprobs == nil {
		return nil, fmt.Errorf("%w: %w in its answer", ErrUpstream, errForm)
	}
	switch l := reply.Choices[0].Logprobs; {
	case len(l.Top) > 0 && len(l.Top[0]) > 0:
		list := make([]named, 0, len(l.Top[0]))
		for name, v := range l.Top[0] {
			list = append(list, named{Token: name, Logprob: &v})
		}
		return tokensOf(list)
	case len(l.Content) > 0 && len(l.Content[0].Top) > 0:
		return tokensOf(l.Content[0].Top)
	}
	return nil, fmt.Errorf("%w: %w in its answer", ErrUpstream, errForm)
}

// tokensOf checks what a server names: chances that could be some of one distribution.
func tokensOf(list []named) ([]token, error) {
	if len(list) > mostTokens {
		return nil, fmt.Errorf("%w: it names %d tokens, at most %d are read", ErrUpstream, len(list), mostTokens)
	}
	tokens := make([]token, 0, len(list))
	sum := 0.0
	for _, n := range list {
		t, err := n.token()
		if err != nil {
			return nil, err
		}
		tokens = append(tokens, t)
		sum += t.chance
	}
	if sum > 1.01 {
		return nil, fmt.Errorf("%w: its chances sum to %.3f, want 1 at most", ErrUpstream, sum)
	}
	return tokens, nil
}

func (n named) token() (token, error) {
	if n.Logprob == nil || !(*n.Logprob <= 0.01) {
		return token{}, fmt.Errorf("%w: token %.40q has no log-probability below zero", ErrUpstream, n.Token)
	}
	t := token{textOf(n.Token), math.Exp(min(0, *n.Logprob))}
	if len(n.Bytes) > 0 && t.text != "" {
		raw := make([]byte, len(n.Bytes))
		for i, b := range n.Bytes {
			if b < 0 || b > 255 {
				return token{}, fmt.Errorf("%w: token %.40q has a byte %d", ErrUpstream, n.Token, b)
			}
			raw[i] = byte(b)
		}
		t.text = string(raw)
	}
	return t, nil
}
