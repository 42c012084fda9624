package gateway

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/dendra-net/dendra/gateway/requestlog"
)

const (
	maxChoices = 128  // OpenAI's bound on n
	maxParts   = 1024 // texts of one choice: tool calls have two each
)

var errShape = errors.New("not of OpenAI's form")

// tally counts the tokens of an answer that comes whole or in chunks. Each text of a choice is counted on its own, so
// that the sum does not depend on how chunks interleave them.
type tally struct{ choices []choiceTally }

type choiceTally struct {
	index    uint64
	finished bool
	parts    []partTally
}

type partTally struct {
	kind string
	call uint64
	tokenCounter
}

// choice returns the tally of the choice with that index.
func (t *tally) choice(index uint64) (*choiceTally, error) {
	for i := range t.choices {
		if t.choices[i].index == index {
			return &t.choices[i], nil
		}
	}
	if len(t.choices) == maxChoices {
		return nil, fmt.Errorf("%w: more than %d choices", errShape, maxChoices)
	}
	t.choices = append(t.choices, choiceTally{index: index})
	return &t.choices[len(t.choices)-1], nil
}

// tokens sums the choices, each counted to at most limit; longest is the longest of them, uncapped.
func (t *tally) tokens(limit uint64) (sum, longest uint64) {
	for i := range t.choices {
		n := t.choices[i].tokens()
		sum += min(n, limit)
		longest = max(longest, n)
	}
	return sum, longest
}

// finished reports whether there was a choice and all said why they ended.
func (t *tally) finished() bool {
	for i := range t.choices {
		if !t.choices[i].finished {
			return false
		}
	}
	return len(t.choices) > 0
}

func (c *choiceTally) tokens() uint64 {
	var sum uint64
	for i := range c.parts {
		sum += c.parts[i].total
	}
	return sum
}

// message adds the texts of a message or of a delta: content, refusal, reasoning, and the names and arguments of
// calls. Other members are not text for the reader and do not count.
func (c *choiceTally) message(m []byte) error {
	for f := range members(m) {
		value := f.value(m)
		var err error
		switch name := string(f.name); name {
		case "content":
			err = c.content(value)
		case "refusal", "reasoning_content", "reasoning":
			err = c.add(name, 0, value)
		case "tool_calls":
			err = c.calls(value)
		case "function_call":
			err = c.function("function", 0, value)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// content is a string or, in requests, an array of parts some of which have text.
func (c *choiceTally) content(value []byte) error {
	if kindOf(value) != '[' {
		return c.add("content", 0, value)
	}
	for part := range elements(value) {
		if err := c.add("content", 0, find(part, "text")); err != nil {
			return err
		}
	}
	return nil
}

func (c *choiceTally) calls(value []byte) error {
	at := uint64(0)
	for call := range elements(value) {
		index, err := strconv.ParseUint(string(find(call, "index")), 10, 16)
		if err != nil {
			index = at // whole messages have no index
		}
		if err := c.function("tool", index, find(call, "function")); err != nil {
			return err
		}
		at++
	}
	return nil
}

func (c *choiceTally) function(kind string, call uint64, value []byte) error {
	if err := c.add(kind+" name", call, find(value, "name")); err != nil {
		return err
	}
	return c.add(kind+" arguments", call, find(value, "arguments"))
}

// add counts value as the next piece of one text. Null and absent count nothing, a value that is no string counts by
// its JSON.
func (c *choiceTally) add(kind string, call uint64, value []byte) error {
	if !isSet(value) {
		return nil
	}
	piece := value
	if kindOf(value) == '"' {
		piece = text(value)
	}
	for i := range c.parts {
		if p := &c.parts[i]; p.kind == kind && p.call == call {
			p.add(piece)
			return nil
		}
	}
	if len(c.parts) == maxParts {
		return fmt.Errorf("%w: more than %d texts in one choice", errShape, maxParts)
	}
	p := partTally{kind: kind, call: call}
	p.add(piece)
	c.parts = append(c.parts, p)
	return nil
}

// imageTokens is what a picture in a prompt counts, whatever its size.
const imageTokens = 64

// messageTokens counts one message of a prompt: its texts, and its pictures.
func messageTokens(m []byte) (uint64, error) {
	var c choiceTally
	err := c.message(m)
	sum := c.tokens()
	if content := find(m, "content"); kindOf(content) == '[' {
		for part := range elements(content) {
			if isSet(find(part, "image_url")) {
				sum += imageTokens
			}
		}
	}
	return sum, err
}

// indexOf reads the index of a choice, its position when it has none.
func indexOf(choice []byte, position int) (uint64, error) {
	given := find(choice, "index")
	if !isSet(given) {
		return uint64(position), nil
	}
	n, err := strconv.ParseUint(string(given), 10, 16)
	if err != nil {
		return 0, fmt.Errorf("%w: choice with index %s", errShape, shorten(string(given)))
	}
	return n, nil
}

// claimOf reads the usage a miner states; nil when it is absent or not of OpenAI's form.
func claimOf(usage []byte) *requestlog.Claim {
	prompt, err := strconv.ParseUint(string(find(usage, "prompt_tokens")), 10, 63)
	if err != nil {
		return nil
	}
	completion, err := strconv.ParseUint(string(find(usage, "completion_tokens")), 10, 63)
	if err != nil {
		return nil
	}
	return &requestlog.Claim{PromptTokens: prompt, CompletionTokens: completion}
}
