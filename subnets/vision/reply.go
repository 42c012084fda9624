package vision

import (
	"image"
	"math"
	"sort"
	"strings"
	"unicode"

	"github.com/dendra-net/dendra/subnets/vision/eye"
	"github.com/dendra-net/dendra/subnets/vision/picture"
)

// token is a character of an answer, with the white space before it.
type token struct {
	text    string
	chances []float32 // of every class; nil when not known
}

// reply is an answer with all that goes around it.
type reply struct {
	id, model string
	created   int64
	tokens    []token
	finish    string
	prompt    int // tokens
	top       int // alternatives of each token
	logprobs  bool
}

// nothing stands for a picture in which nothing is read, so that the others keep their places.
const nothing = "?"

// tokens joins what several pictures say: pictures of one character each make one word, others stand on lines of their
// own.
func tokens(readings []eye.Reading) (out []token) {
	between := ""
	for _, r := range readings {
		if len([]rune(r.Text)) != 1 {
			between = "\n"
		}
	}
	for _, r := range readings {
		before, n := "", 0
		if len(out) > 0 {
			before = between
		}
		text := strings.TrimSpace(r.Text)
		if text == "" {
			text = nothing
		}
		for _, c := range text {
			before += string(c)
			if unicode.IsSpace(c) {
				continue
			}
			t := token{text: before}
			if n < len(r.Chances) {
				t.chances = r.Chances[n]
			}
			out, before, n = append(out, t), "", n+1
		}
	}
	return out
}

func (r *chatRequest) reply(readings []eye.Reading, pictures []*image.Gray) *reply {
	c := &reply{tokens: tokens(readings), finish: "stop"}
	c.top, c.logprobs = r.wantsLogprobs()
	if n := r.limit(); n != nil && *n < len(c.tokens) {
		c.tokens, c.finish = c.tokens[:*n], "length"
	}
	for _, m := range r.Messages {
		c.prompt += (m.Content.text + bytesPerToken - 1) / bytesPerToken
	}
	for _, g := range pictures {
		c.prompt += (len(g.Pix) + patchPixels - 1) / patchPixels // as many as a picture has room for characters
	}
	return c
}

type usage struct {
	Prompt     int `json:"prompt_tokens"`
	Completion int `json:"completion_tokens"`
	Total      int `json:"total_tokens"`
}

func (c *reply) usage() usage { return usage{c.prompt, len(c.tokens), c.prompt + len(c.tokens)} }

func textOf(list []token) string {
	var b strings.Builder
	for _, t := range list {
		b.WriteString(t.text)
	}
	return b.String()
}

// alternative is a token with the logarithm of its chance, as OpenAI's servers write it.
type alternative struct {
	Token   string  `json:"token"`
	Logprob float64 `json:"logprob"`
	Bytes   []int   `json:"bytes"`
}

type entryOf struct {
	alternative
	Top []alternative `json:"top_logprobs"`
}

// leastLogprob stands for a chance of nothing, as OpenAI's servers have it.
const leastLogprob = -9999

func newAlternative(text string, chance float32) alternative {
	a := alternative{Token: text, Logprob: leastLogprob}
	if chance > 0 {
		a.Logprob = math.Round(min(math.Log(float64(chance)), 0)*1e6) / 1e6
	}
	for i := range len(text) {
		a.Bytes = append(a.Bytes, int(text[i]))
	}
	return a
}

// logprobsOf describes tokens; it is null when nobody asked or the chances are not known.
func (c *reply) logprobsOf(list []token) any {
	if !c.logprobs {
		return nil
	}
	out := make([]entryOf, 0, len(list))
	for _, t := range list {
		if t.chances == nil {
			return nil
		}
		out = append(out, t.entry(c.top))
	}
	return map[string]any{"content": out, "refusal": nil}
}

func (t token) entry(top int) entryOf {
	order := make([]int, len(t.chances))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(a, b int) bool { return t.chances[order[a]] > t.chances[order[b]] })
	space := t.text[:len(t.text)-1]
	e := entryOf{newAlternative(t.text, t.chances[order[0]]), []alternative{}}
	for _, i := range order[:min(top, len(order))] {
		e.Top = append(e.Top, newAlternative(space+picture.Classes[i:i+1], t.chances[i]))
	}
	return e
}

const fingerprint = "vision-1"

func (c *reply) whole() map[string]any {
	return map[string]any{
		"id": c.id, "object": "chat.completion", "created": c.created, "model": c.model, "system_fingerprint": fingerprint,
		"choices": []any{map[string]any{
			"index": 0, "logprobs": c.logprobsOf(c.tokens), "finish_reason": c.finish,
			"message": map[string]any{"role": "assistant", "content": textOf(c.tokens), "refusal": nil},
		}},
		"usage": c.usage(),
	}
}

// events returns the chunks of the streamed form, a character in each. With usage every chunk has the field, null but in
// the last.
func (c *reply) events(withUsage bool) []map[string]any {
	chunk := func(choices []any, u any) map[string]any {
		m := map[string]any{"id": c.id, "object": "chat.completion.chunk", "created": c.created, "model": c.model,
			"system_fingerprint": fingerprint, "choices": choices}
		if withUsage {
			m["usage"] = u
		}
		return m
	}
	delta := func(d map[string]any, logprobs, finish any) map[string]any {
		return chunk([]any{map[string]any{"index": 0, "delta": d, "logprobs": logprobs, "finish_reason": finish}}, nil)
	}
	out := []map[string]any{delta(map[string]any{"role": "assistant", "content": ""}, nil, nil)}
	for i := range c.tokens {
		now := c.tokens[i : i+1]
		out = append(out, delta(map[string]any{"content": textOf(now)}, c.logprobsOf(now), nil))
	}
	out = append(out, delta(map[string]any{}, nil, c.finish))
	if withUsage {
		out = append(out, chunk([]any{}, c.usage()))
	}
	return out
}
