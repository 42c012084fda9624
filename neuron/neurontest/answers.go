package neurontest

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// completion is the part of a chat completion, whole or in chunks, that a caller relies on.
type completion struct {
	ID      string `json:"id"`
	Object  string `json:"object"`
	Choices []struct {
		Message      piece   `json:"message"`
		Delta        piece   `json:"delta"`
		FinishReason *string `json:"finish_reason"`
	} `json:"choices"`
}

type piece struct {
	Role    string  `json:"role"`
	Content *string `json:"content"`
}

// answersWhole asks once without stream.
func (e *examiner) answersWhole(ctx context.Context) error {
	reply, err := e.ask(ctx, e.question(false))
	if err != nil {
		return err
	}
	defer reply.Body.Close()
	if reply.Stream {
		return errors.New("a stream came though stream was false")
	}
	body, err := io.ReadAll(reply.Body)
	if err != nil {
		return err
	}
	return checkWhole(body)
}

func checkWhole(body []byte) error {
	var c completion
	if err := json.Unmarshal(body, &c); err != nil {
		return fmt.Errorf("the answer is not JSON: %w: %.200q", err, body)
	}
	switch {
	case c.Object != "chat.completion":
		return fmt.Errorf(`object is %q, want "chat.completion"`, c.Object)
	case c.ID == "":
		return errors.New("the answer has no id")
	case len(c.Choices) == 0:
		return errors.New("the answer has no choices")
	case c.Choices[0].Message.Role != "assistant":
		return fmt.Errorf(`role is %q, want "assistant"`, c.Choices[0].Message.Role)
	case c.Choices[0].Message.Content == nil || *c.Choices[0].Message.Content == "":
		return errors.New("the answer has no content")
	case c.Choices[0].FinishReason == nil:
		return errors.New("the answer has no finish_reason")
	}
	return nil
}

// answersStream asks once with stream and reads to the verified end.
func (e *examiner) answersStream(ctx context.Context) error {
	reply, err := e.ask(ctx, e.question(true))
	if err != nil {
		return err
	}
	defer reply.Body.Close()
	if !reply.Stream {
		return fmt.Errorf("content type is %q, want text/event-stream", reply.Header.Get("Content-Type"))
	}
	return checkStream(reply.Body)
}

// checkStream reads server-sent events: chunks, one of them the finish, then [DONE] and nothing after.
func checkStream(r io.Reader) error {
	var text strings.Builder
	finished, done := false, false
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		data, isData := strings.CutPrefix(lines.Text(), "data:")
		switch data = strings.TrimSpace(data); {
		case !isData:
			continue // blank lines, comments, other fields
		case done:
			return fmt.Errorf("event after [DONE]: %.200q", data)
		case data == "[DONE]":
			done = true
			continue
		}
		last, err := readChunk(data, &text)
		if err != nil {
			return err
		}
		finished = finished || last
	}
	switch {
	case lines.Err() != nil:
		return lines.Err()
	case !done:
		return errors.New("the stream ended without data: [DONE]")
	case !finished:
		return errors.New("no chunk has a finish_reason")
	case text.Len() == 0:
		return errors.New("the stream has no content")
	}
	return nil
}

func readChunk(data string, text *strings.Builder) (last bool, err error) {
	var c completion
	if err := json.Unmarshal([]byte(data), &c); err != nil {
		return false, fmt.Errorf("event is not JSON: %w: %.200q", err, data)
	}
	if c.Object != "chat.completion.chunk" {
		return false, fmt.Errorf(`object is %q, want "chat.completion.chunk"`, c.Object)
	}
	for _, choice := range c.Choices {
		if choice.Delta.Content != nil {
			text.WriteString(*choice.Delta.Content)
		}
		last = last || choice.FinishReason != nil
	}
	return last, nil
}

// answersMany asks eight times at once.
func (e *examiner) answersMany(ctx context.Context) error {
	answers := make(chan error, 8)
	for range cap(answers) {
		go func() { answers <- e.answersWhole(ctx) }()
	}
	var all []error
	for range cap(answers) {
		all = append(all, <-answers)
	}
	return errors.Join(all...)
}

// survivesLeaver leaves a stream after its first bytes, and one before.
func (e *examiner) survivesLeaver(ctx context.Context) error {
	reply, err := e.ask(ctx, e.question(true))
	if err != nil {
		return err
	}
	if _, err := reply.Body.Read(make([]byte, 1)); err != nil {
		return errors.Join(err, reply.Body.Close())
	}
	_ = reply.Body.Close() // a connection that is dropped on purpose may well complain
	if reply, err = e.ask(ctx, e.question(true)); err != nil {
		return err
	}
	_ = reply.Body.Close() // as above
	return e.answersWhole(ctx)
}
