package miner

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// withModel returns body, a JSON object, with its top-level "model" set to model. Every other byte stays as it came:
// fields this program does not know, number forms, spaces and order.
func withModel(body []byte, model string) ([]byte, error) {
	name, err := json.Marshal(model)
	if err != nil {
		return nil, fmt.Errorf("model name: %w", err)
	}
	place, err := findModel(body)
	if err != nil {
		return nil, err
	}
	out := make([]byte, 0, len(body)+len(name)+len(`"model":,`))
	out = append(out, body[:place.from]...)
	out = append(out, place.before...)
	out = append(out, name...)
	out = append(out, place.after...)
	return append(out, body[place.to:]...), nil
}

// span is where the model's name goes: body[from:to] is replaced by before, name, after.
type span struct {
	from, to      int64
	before, after string
}

// findModel walks the top level of the object. Fields that differ from "model" in case alone are refused, because
// some servers would read them as the model.
func findModel(body []byte) (span, error) {
	d := json.NewDecoder(bytes.NewReader(body))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return span{}, errors.New("the body is not a JSON object")
	}
	place := span{from: d.InputOffset(), to: d.InputOffset(), before: `"model":`}
	empty, found := true, false
	for d.More() {
		key, value, err := member(d)
		if err != nil {
			return span{}, err
		}
		empty = false
		if !strings.EqualFold(key, "model") {
			continue
		}
		if key != "model" || found {
			return span{}, fmt.Errorf("field %q: the body must name its model once, as \"model\"", key)
		}
		found = true
		end := d.InputOffset()
		place = span{from: end - int64(len(value)), to: end}
	}
	if err := end(d); err != nil {
		return span{}, err
	}
	if !found && !empty {
		place.after = ","
	}
	return place, nil
}

// member reads one name and the raw bytes of its value.
func member(d *json.Decoder) (string, json.RawMessage, error) {
	key, err := d.Token()
	if err != nil {
		return "", nil, fmt.Errorf("the body is not JSON: %w", err)
	}
	var value json.RawMessage
	if err := d.Decode(&value); err != nil {
		return "", nil, fmt.Errorf("the body is not JSON: %w", err)
	}
	return key.(string), value, nil // inside an object every name is a string, or Token failed
}

// end demands the closing brace and nothing after it.
func end(d *json.Decoder) error {
	if _, err := d.Token(); err != nil {
		return fmt.Errorf("the body is not JSON: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows the JSON object")
	}
	return nil
}
