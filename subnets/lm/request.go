package lm

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"

	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/nn"
)

const (
	maxBody         = 1 << 20
	maxStops        = 16
	maxStopBytes    = 256
	defaultBytes    = 256
	defaultWarmth   = 0.7
	maxWarmth       = 2
	maxReplyBytes   = 4096
	promptTailBytes = 4096 // no model looks further back
)

// request is the part of a chat completion request that a language model heeds.
type request struct {
	Messages            []message `json:"messages"`
	Stream              bool      `json:"stream"`
	MaxTokens           *int      `json:"max_tokens"`
	MaxCompletionTokens *int      `json:"max_completion_tokens"`
	Temperature         *float32  `json:"temperature"`
	TopP                *float32  `json:"top_p"`
	Seed                *int64    `json:"seed"`
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

func (c *content) UnmarshalJSON(b []byte) error {
	switch b = bytes.TrimSpace(b); {
	case string(b) == "null":
		return nil
	case len(b) > 0 && b[0] == '"':
		return json.Unmarshal(b, (*string)(c))
	}
	var parts []struct{ Type, Text string }
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

// stops are the texts before which an answer ends: one string or several.
type stops []string

func (s *stops) UnmarshalJSON(b []byte) error {
	var one string
	if json.Unmarshal(b, &one) == nil {
		*s = stops{one}
		return nil
	}
	return json.Unmarshal(b, (*[]string)(s))
}

// read takes a request apart, or says what is wrong with it.
func read(r *http.Request) (*request, *neuron.Refusal) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil {
		return nil, neuron.Refuse(http.StatusBadRequest, "unreadable_body", "the request could not be read: %v", err)
	}
	if len(body) > maxBody {
		return nil, neuron.Refuse(http.StatusRequestEntityTooLarge, "body_too_large", "the request is larger than %d bytes", maxBody)
	}
	q := new(request)
	if err := json.Unmarshal(body, q); err != nil {
		return nil, neuron.Refuse(http.StatusBadRequest, "invalid_json", "the body is no chat completion request: %v", err)
	}
	return q, q.check()
}

func (q *request) check() *neuron.Refusal {
	switch n := q.limit(); {
	case len(q.Messages) == 0:
		return invalid("messages", "messages must have at least one message")
	case q.N != nil && *q.N != 1:
		return invalid("n", "n is %d; one choice is offered", *q.N)
	case n < 1:
		return invalid("max_tokens", "max_tokens is %d; it must be at least 1", n)
	case q.Temperature != nil && !(*q.Temperature >= 0 && *q.Temperature <= maxWarmth):
		return invalid("temperature", "temperature is %v, want 0 to %d", *q.Temperature, maxWarmth)
	case q.TopP != nil && !(*q.TopP > 0 && *q.TopP <= 1):
		return invalid("top_p", "top_p is %v, want more than 0 and at most 1", *q.TopP)
	case len(q.Stop) > maxStops:
		return invalid("stop", "stop has %d texts, at most %d are heeded", len(q.Stop), maxStops)
	}
	for _, s := range q.Stop {
		if len(s) > maxStopBytes {
			return invalid("stop", "a stop text has %d bytes, at most %d are heeded", len(s), maxStopBytes)
		}
	}
	return nil
}

func invalid(param, format string, args ...any) *neuron.Refusal {
	r := neuron.Refuse(http.StatusBadRequest, "invalid_value", format, args...)
	r.Param = param
	return r
}

// limit is how many bytes are asked for.
func (q *request) limit() int {
	switch {
	case q.MaxCompletionTokens != nil:
		return *q.MaxCompletionTokens
	case q.MaxTokens != nil:
		return *q.MaxTokens
	}
	return defaultBytes
}

// prompt is the text to continue: the last message of the user, or the last of all where there is none.
func (q *request) prompt() string {
	for i := len(q.Messages) - 1; i >= 0; i-- {
		if q.Messages[i].Role == "user" {
			return string(q.Messages[i].Content)
		}
	}
	return string(q.Messages[len(q.Messages)-1].Content)
}

// sampler draws as the request wants it.
func (q *request) sampler() nn.Sampler {
	s := nn.Sampler{Temperature: defaultWarmth, Draw: rand.Float64}
	if q.Temperature != nil {
		s.Temperature = *q.Temperature
	}
	if q.TopP != nil && *q.TopP < 1 {
		s.TopP = *q.TopP
	}
	if q.Seed != nil {
		s.Draw = rand.New(rand.NewPCG(uint64(*q.Seed), 0)).Float64
	}
	return s
}
