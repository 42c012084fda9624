package gateway

import (
	"encoding/json"
	"fmt"

	"github.com/dendra-net/dendra/gateway/requestlog"
)

// judgeWhole checks that body is a chat completion and counts its tokens into t.
func judgeWhole(body []byte, t *tally) (*requestlog.Claim, error) {
	if !json.Valid(body) || kindOf(body) != '{' {
		return nil, fmt.Errorf("%w: the body is no JSON object", errShape)
	}
	if e := find(body, "error"); isSet(e) {
		return nil, fmt.Errorf("%w: an error under status 200: %s", errShape, shorten(string(e)))
	}
	position := 0
	for choice := range elements(find(body, "choices")) {
		index, err := indexOf(choice, position)
		if err != nil {
			return nil, err
		}
		message := find(choice, "message")
		if kindOf(message) != '{' {
			return nil, fmt.Errorf("%w: choice %d has no message", errShape, position)
		}
		c, err := t.choice(index)
		if err == nil {
			err = c.message(message)
		}
		if err != nil {
			return nil, err
		}
		position++
	}
	if position == 0 {
		return nil, fmt.Errorf("%w: no choices", errShape)
	}
	return claimOf(find(body, "usage")), nil
}

// chunk is one event of a streamed answer.
type chunk struct {
	data      []byte
	choices   int
	usage     []byte // raw, nil when absent
	claimed   *requestlog.Claim
	progress  bool // a token came or a choice ended
	id, model []byte
	created   []byte
}

// judgeChunk checks that data is a chunk of a chat completion and counts its tokens into t.
func judgeChunk(data []byte, t *tally) (chunk, error) {
	c := chunk{data: data}
	if !json.Valid(data) || kindOf(data) != '{' {
		return c, fmt.Errorf("%w: an event is no JSON object", errShape)
	}
	var choices []byte
	for m := range members(data) {
		switch value := m.value(data); string(m.name) {
		case "choices":
			choices = value
		case "usage":
			c.usage = value
		case "error":
			if isSet(value) {
				return c, fmt.Errorf("%w: the miner reports %s", errShape, shorten(string(value)))
			}
		case "id":
			c.id = value
		case "model":
			c.model = value
		case "created":
			c.created = value
		}
	}
	if kindOf(choices) != '[' {
		return c, fmt.Errorf("%w: an event without choices", errShape)
	}
	if isSet(c.usage) {
		c.claimed = claimOf(c.usage)
	}
	for choice := range elements(choices) {
		if err := c.judgeChoice(choice, t); err != nil {
			return c, err
		}
	}
	return c, nil
}

func (c *chunk) judgeChoice(choice []byte, t *tally) error {
	index, err := indexOf(choice, c.choices)
	if err != nil {
		return err
	}
	c.choices++
	state, err := t.choice(index)
	if err != nil {
		return err
	}
	before := state.tokens()
	if delta := find(choice, "delta"); isSet(delta) {
		if kindOf(delta) != '{' {
			return fmt.Errorf("%w: delta is %s", errShape, describe(delta))
		}
		if err := state.message(delta); err != nil {
			return err
		}
	}
	if reason := find(choice, "finish_reason"); kindOf(reason) == '"' {
		state.finished = true
	}
	c.progress = c.progress || state.finished || state.tokens() > before
	return nil
}

// usageOnly reports whether the chunk exists for its usage alone.
func (c chunk) usageOnly() bool { return c.choices == 0 && isSet(c.usage) }

// withoutUsage returns the chunk as a client sees it that did not ask for usage.
func (c chunk) withoutUsage() []byte {
	if c.usage == nil {
		return c.data
	}
	return without(c.data, "usage")
}

// usageChunk makes the chunk a miner left out, from the gateway's own count, in the form of the stream's own chunks.
func (c chunk) usageChunk(prompt, completion uint64) []byte {
	return fmt.Appendf(nil, `{"id":%s,"object":"chat.completion.chunk","created":%s,"model":%s,"choices":[],`+
		`"usage":{"prompt_tokens":%d,"completion_tokens":%d,"total_tokens":%d}}`,
		orJSON(c.id, `""`), orJSON(c.created, "0"), orJSON(c.model, `""`), prompt, completion, prompt+completion)
}

func orJSON(value []byte, def string) string {
	if len(value) == 0 {
		return def
	}
	return string(value)
}
