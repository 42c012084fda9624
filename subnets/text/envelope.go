package text

import (
	"encoding/json"
	"strconv"
	"strings"
)

// openers are what people write before a question; most write nothing.
var openers = []string{"", "", "", "", "Hi! ", "Hello, ", "Quick question: ", "Please help me with this: "}

// systems are common system prompts; most requests have none.
var systems = []string{"", "", "", "You are a helpful assistant.", "You are a helpful, concise assistant."}

// entry is one member of a JSON object, its value already encoded.
type entry struct{ key, value string }

// envelope writes the request as one of several common clients would: optional fields, order and spacing vary with
// the draw, never with the family.
func envelope(d *draw, model string, it item) []byte {
	content := oneOf(d, openers...) + it.prompt
	if len(it.rules) > 0 {
		content += d.gap(it.prompt) + oneOf(d, it.rules...)
	}
	content = strings.TrimSpace(content)
	messages := []string{object(d, entry{"role", `"user"`}, entry{"content", encode(content)})}
	if system := oneOf(d, systems...); system != "" {
		messages = append([]string{object(d, entry{"role", `"system"`}, entry{"content", encode(system)})}, messages...)
	}
	body := []entry{{"model", encode(model)}, {"messages", "[" + strings.Join(messages, ",") + "]"}}
	options := []entry{
		{"temperature", oneOf(d, "0", "0.2", "0.7", "1")},
		{"max_tokens", strconv.Itoa(128 * d.between(2, 8))},
		{"top_p", oneOf(d, "0.9", "0.95", "1")},
		{"stream", "false"},
		{"user", encode("u" + strconv.Itoa(d.between(1000, 99999)))},
		{"seed", strconv.Itoa(d.intn(1 << 30))},
	}
	body = append(body, some(d, d.intn(4), options)...)
	if d.chance(30) {
		body[0], body[1] = body[1], body[0]
	}
	return []byte(object(d, body...))
}

// gap separates a question from what follows; only a finished sentence may be followed on the same line.
func (d *draw) gap(prompt string) string {
	if strings.ContainsAny(prompt[len(prompt)-1:], ".?!") && d.chance(50) {
		return " "
	}
	return oneOf(d, "\n", "\n\n")
}

func object(d *draw, entries ...entry) string {
	colon, comma := ":", ","
	if d.chance(40) {
		colon, comma = ": ", ", "
	}
	parts := make([]string, len(entries))
	for i, e := range entries {
		parts[i] = `"` + e.key + `"` + colon + e.value
	}
	return "{" + strings.Join(parts, comma) + "}"
}

// encode writes s as a JSON string.
func encode(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic("encode a string as JSON: " + err.Error()) // cannot happen: every string can be encoded
	}
	return string(b)
}
