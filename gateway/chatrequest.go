package gateway

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// chatRequest is what the gateway understands of a chat completion; the body holds everything else too.
type chatRequest struct {
	model     string
	stream    bool
	usage     bool   // the client asked for the usage of a stream
	maxTokens uint64 // of each choice, zero when not given
	prompt    uint64 // tokens, by CountTokens
	pin       pin
	body      []byte // as the miner receives it
}

func (r chatRequest) mode() mode {
	if r.stream {
		return streamMode
	}
	return wholeMode
}

// pin is the member "dendra" of a request: the client's wishes about routing.
type pin struct {
	netuid      *uint16
	uids        []uint16
	maxAttempts int // zero when not given
}

// known are the members the gateway reads. Twice the same one is refused: the miner might read the other.
var known = map[string]bool{"model": true, "messages": true, "stream": true, "stream_options": true, "max_tokens": true,
	"max_completion_tokens": true, "tools": true, "functions": true, "dendra": true}

// parseChat checks body as far as the gateway needs and prepares what the miner receives.
func parseChat(body []byte) (chatRequest, error) {
	var req chatRequest
	if err := checkJSON(body); err != nil {
		return req, err
	}
	fields := map[string][]byte{}
	for m := range members(body) {
		name := string(m.name)
		if !known[name] {
			continue
		}
		if _, twice := fields[name]; twice {
			return req, invalid("duplicate_field", name, "the field %q is there twice: send it once", name)
		}
		fields[name] = m.value(body)
	}
	req.body = body
	for _, read := range []func(map[string][]byte) error{req.readModel, req.readMessages, req.readStream, req.readLimits, req.readPin} {
		if err := read(fields); err != nil {
			return req, err
		}
	}
	return req, nil
}

// checkJSON says where body stops being one JSON object.
func checkJSON(body []byte) error {
	if len(bytes.TrimSpace(body)) == 0 {
		return invalid("empty_body", "", `the body is empty: send a JSON object such as {"model":"text","messages":[{"role":"user","content":"Hello"}]}`)
	}
	if !json.Valid(body) {
		var raw json.RawMessage
		err := json.Unmarshal(body, &raw)
		var syntax *json.SyntaxError
		if !errors.As(err, &syntax) {
			return invalid("invalid_json", "", "the body is not JSON: %v", err)
		}
		line, column := position(body, int(syntax.Offset))
		return invalid("invalid_json", "", "the body is not JSON: %v at line %d, column %d (byte %d of %d)",
			syntax, line, column, syntax.Offset, len(body))
	}
	if kindOf(body) != '{' {
		return invalid("invalid_json", "", "the body is %s: a JSON object is needed", describe(body))
	}
	return nil
}

// position turns a count of bytes read into the line and column of the last one.
func position(body []byte, offset int) (line, column int) {
	head := body[:max(0, min(offset, len(body))-1)]
	return 1 + bytes.Count(head, []byte{'\n'}), len(head) - bytes.LastIndexByte(head, '\n')
}

// describe names the kind of a JSON value.
func describe(value []byte) string {
	switch kindOf(value) {
	case '{':
		return "an object"
	case '[':
		return "an array"
	case '"':
		return "a string"
	case 't', 'f':
		return "a boolean"
	case 'n':
		return "null"
	case 0:
		return "missing"
	}
	return "a number"
}

func wrongType(param string, value []byte, want string) error {
	return invalid("invalid_type", param, "%s is %s: %s is needed", param, describe(value), want)
}

func (r *chatRequest) readModel(f map[string][]byte) error {
	if !isSet(f["model"]) {
		return invalid("missing_field", "model", "model is missing: GET /v1/models lists what there is")
	}
	if kindOf(f["model"]) != '"' {
		return wrongType("model", f["model"], "a string")
	}
	r.model = string(text(f["model"]))
	return nil
}

func (r *chatRequest) readMessages(f map[string][]byte) error {
	messages := f["messages"]
	if !isSet(messages) {
		return invalid("missing_field", "messages", `messages is missing: send an array such as [{"role":"user","content":"Hello"}]`)
	}
	if kindOf(messages) != '[' {
		return wrongType("messages", messages, "an array")
	}
	i := 0
	for m := range elements(messages) {
		param := fmt.Sprintf("messages[%d]", i)
		if kindOf(m) != '{' {
			return wrongType(param, m, "an object")
		}
		if role := find(m, "role"); kindOf(role) != '"' {
			return wrongType(param+".role", role, "a string")
		}
		if content := find(m, "content"); isSet(content) && kindOf(content) != '"' && kindOf(content) != '[' {
			return wrongType(param+".content", content, "a string or an array of parts")
		}
		n, err := messageTokens(m)
		if err != nil {
			return invalid("invalid_value", param, "%s: %v", param, err)
		}
		r.prompt += n
		i++
	}
	if i == 0 {
		return invalid("invalid_value", "messages", "messages is empty: at least one message is needed")
	}
	for _, name := range []string{"tools", "functions"} {
		if isSet(f[name]) {
			r.prompt += CountTokens(string(f[name]))
		}
	}
	return nil
}

// readStream makes a streamed request ask for usage and remembers whether the client had.
func (r *chatRequest) readStream(f map[string][]byte) error {
	var err error
	if r.stream, err = boolean(f["stream"], "stream"); err != nil {
		return err
	}
	options := f["stream_options"]
	if isSet(options) && kindOf(options) != '{' {
		return wrongType("stream_options", options, "an object")
	}
	if r.usage, err = boolean(find(options, "include_usage"), "stream_options.include_usage"); err != nil {
		return err
	}
	switch {
	case !r.stream || r.usage:
	case isSet(options):
		r.body = with(r.body, "stream_options", string(with(options, "include_usage", "true")))
	default:
		r.body = with(r.body, "stream_options", `{"include_usage":true}`)
	}
	return nil
}

func boolean(value []byte, param string) (bool, error) {
	if !isSet(value) {
		return false, nil
	}
	if k := kindOf(value); k != 't' && k != 'f' {
		return false, wrongType(param, value, "true or false")
	}
	return kindOf(value) == 't', nil
}

// readLimits takes the smaller of the two names the limit has. Zero sets no limit; what it means beyond that is the
// miner's business.
func (r *chatRequest) readLimits(f map[string][]byte) error {
	for _, name := range []string{"max_tokens", "max_completion_tokens"} {
		if !isSet(f[name]) {
			continue
		}
		n, err := strconv.ParseUint(string(f[name]), 10, 31)
		if err != nil {
			return invalid("invalid_value", name, "%s is %s: a whole number from 0 to 2147483647 is needed", name, shorten(string(f[name])))
		}
		if r.maxTokens == 0 || 0 < n && n < r.maxTokens {
			r.maxTokens = n
		}
	}
	return nil
}

func (r *chatRequest) readPin(f map[string][]byte) error {
	value, there := f["dendra"]
	if !there {
		return nil
	}
	r.body = without(r.body, "dendra")
	if !isSet(value) {
		return nil
	}
	if kindOf(value) != '{' {
		return wrongType("dendra", value, "an object")
	}
	for m := range members(value) {
		var err error
		switch name := string(m.name); name {
		case "netuid":
			err = decodePin(name, m.value(value), "a number from 0 to 65535", &r.pin.netuid)
		case "uids":
			err = decodePin(name, m.value(value), "an array of numbers from 0 to 65535", &r.pin.uids)
		case "max_attempts":
			err = decodePin(name, m.value(value), "a whole number", &r.pin.maxAttempts)
			if err == nil && r.pin.maxAttempts < 1 {
				err = invalid("invalid_value", "dendra.max_attempts", "dendra.max_attempts is %d: at least 1 is needed", r.pin.maxAttempts)
			}
		default:
			err = invalid("unknown_field", "dendra", "dendra has no field %q: netuid, uids and max_attempts are known", shorten(name))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func decodePin(name string, value []byte, want string, into any) error {
	if !isSet(value) {
		return nil
	}
	if err := json.Unmarshal(value, into); err != nil {
		return invalid("invalid_type", "dendra."+name, "dendra.%s is %s: %s is needed", name, shorten(string(value)), want)
	}
	return nil
}

// shorten makes text from outside fit for a message.
func shorten(s string) string {
	const most = 64
	s = strings.ToValidUTF8(s, "?")
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "..."
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
