package lexi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// chatRequest is the part of a chat completion request that lexi heeds.
type chatRequest struct {
	Model               string    `json:"model"`
	Messages            []message `json:"messages"`
	Stream              bool      `json:"stream"`
	MaxTokens           *int      `json:"max_tokens"`
	MaxCompletionTokens *int      `json:"max_completion_tokens"`
	N                   *int      `json:"n"`
	Stop                stops     `json:"stop"`
	StreamOptions       struct {
		IncludeUsage bool `json:"include_usage"`
	} `json:"stream_options"`
}

type message struct {
	Role    string  `json:"role"`
	Content content `json:"content"`
}

// content is a text, or the texts of a list of parts; parts of other kinds are passed over.
type content string

// UnmarshalJSON accepts a string, null, or an array of parts.
func (c *content) UnmarshalJSON(b []byte) error {
	switch b = bytes.TrimSpace(b); {
	case string(b) == "null":
		return nil
	case len(b) > 0 && b[0] == '"':
		return json.Unmarshal(b, (*string)(c))
	}
	var parts []struct {
		Type string `json:"type"`
		Text string `json:"text"`
	}
	if err := json.Unmarshal(b, &parts); err != nil {
		return fmt.Errorf("content must be a string or a list of parts: %w", err)
	}
	var texts []string
	for _, p := range parts {
		if p.Type == "text" || p.Type == "input_text" {
			texts = append(texts, p.Text)
		}
	}
	*c = content(strings.Join(texts, "\n"))
	return nil
}

// stops are the texts before which an answer ends.
type stops []string

// UnmarshalJSON accepts a string, null, or an array of strings.
func (s *stops) UnmarshalJSON(b []byte) error {
	var one string
	if json.Unmarshal(b, &one) == nil {
		if one != "" {
			*s = stops{one}
		}
		return nil
	}
	return json.Unmarshal(b, (*[]string)(s))
}

var roles = []string{"system", "developer", "user", "assistant", "tool", "function"}

func (r *chatRequest) check() error {
	bad := func(param, format string, args ...any) error {
		return &apiError{http.StatusBadRequest, "invalid_value", param, fmt.Sprintf(format, args...)}
	}
	if r.Model == "" {
		return bad("model", "model is missing")
	}
	if len(r.Messages) == 0 {
		return bad("messages", "messages must have at least one message")
	}
	for i, m := range r.Messages {
		if !slices.Contains(roles, m.Role) {
			return bad(fmt.Sprintf("messages[%d].role", i), "role %.40q is not one of %v", m.Role, roles)
		}
	}
	if r.N != nil && *r.N != 1 {
		return bad("n", "n is %d; only one choice is offered", *r.N)
	}
	if n := r.limit(); n != nil && *n < 1 {
		return bad("max_tokens", "max_tokens is %d; it must be at least 1", *n)
	}
	return nil
}

func (r *chatRequest) limit() *int {
	if r.MaxCompletionTokens != nil {
		return r.MaxCompletionTokens
	}
	return r.MaxTokens
}

// conversation returns the last user message, what the system says, and the user messages before the last. Without
// a user message the last message of any role stands in.
func (r *chatRequest) conversation() (last, system, before string) {
	var users, rules []string
	for _, m := range r.Messages {
		switch m.Role {
		case "user":
			users = append(users, string(m.Content))
		case "system", "developer":
			rules = append(rules, string(m.Content))
		}
	}
	if len(users) == 0 {
		users = []string{string(r.Messages[len(r.Messages)-1].Content)}
	}
	n := len(users) - 1
	return users[n], strings.Join(rules, "\n"), strings.Join(users[:n], "\n")
}

var tokenPiece = lazy(`\s*[\pL\pN]{1,8}|\s*[^\pL\pN\s]|\s+`)

// Tokens cuts text into the units that usage counts: up to eight letters or digits, or one other character, together
// with the white space before it; white space at the end is one more. Joined again they give text.
func Tokens(text string) []string { return tokenPiece.FindAllString(text, -1) }

// completion is an answer with all that goes around it.
type completion struct {
	id, model string
	created   int64
	tokens    []string
	finish    string
	prompt    int // tokens
}

func (r *chatRequest) complete(text string) *completion {
	for _, s := range r.Stop {
		if s != "" {
			text, _, _ = strings.Cut(text, s)
		}
	}
	c := &completion{tokens: Tokens(text), finish: "stop"}
	if n := r.limit(); n != nil && *n < len(c.tokens) {
		c.tokens, c.finish = c.tokens[:*n], "length"
	}
	for _, m := range r.Messages {
		c.prompt += len(Tokens(string(m.Content)))
	}
	return c
}

type usage struct {
	Prompt     int `json:"prompt_tokens"`
	Completion int `json:"completion_tokens"`
	Total      int `json:"total_tokens"`
}

func (c *completion) usage() usage {
	return usage{c.prompt, len(c.tokens), c.prompt + len(c.tokens)}
}

const fingerprint = "lexi-1"

func (c *completion) whole() map[string]any {
	return map[string]any{
		"id": c.id, "object": "chat.completion", "created": c.created, "model": c.model, "system_fingerprint": fingerprint,
		"choices": []any{map[string]any{
			"index": 0, "logprobs": nil, "finish_reason": c.finish,
			"message": map[string]any{"role": "assistant", "content": strings.Join(c.tokens, ""), "refusal": nil},
		}},
		"usage": c.usage(),
	}
}

// chunkTokens is how many tokens one streamed event carries.
const chunkTokens = 3

// events returns the chunks of the streamed form in order. With usage every chunk has the field, null but in the last.
func (c *completion) events(withUsage bool) []map[string]any {
	chunk := func(choices []any, u any) map[string]any {
		m := map[string]any{"id": c.id, "object": "chat.completion.chunk", "created": c.created, "model": c.model,
			"system_fingerprint": fingerprint, "choices": choices}
		if withUsage {
			m["usage"] = u
		}
		return m
	}
	delta := func(d map[string]any, finish any) map[string]any {
		return chunk([]any{map[string]any{"index": 0, "delta": d, "logprobs": nil, "finish_reason": finish}}, nil)
	}
	out := []map[string]any{delta(map[string]any{"role": "assistant", "content": ""}, nil)}
	for part := range slices.Chunk(c.tokens, chunkTokens) {
		out = append(out, delta(map[string]any{"content": strings.Join(part, "")}, nil))
	}
	out = append(out, delta(map[string]any{}, c.finish))
	if withUsage {
		out = append(out, chunk([]any{}, c.usage()))
	}
	return out
}
