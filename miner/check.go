package miner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

// ErrUpstreamUnhealthy marks a model server that would not answer requests as configured.
var ErrUpstreamUnhealthy = errors.New("upstream not healthy")

const checkTime = 20 * time.Second

// Check asks the server whether it is there and knows the model: by its list of models, and where that does not
// settle it by a completion of one token. The error says what to do. It takes at most 20 s.
func (u *Upstream) Check(ctx context.Context) error {
	if u.Model == "" {
		return fmt.Errorf("%w: no model is named; say which one the server at %s shall use", ErrUpstreamUnhealthy, u.URL)
	}
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	models, err := u.models(ctx)
	if err != nil {
		return err
	}
	if slices.Contains(models, u.Model) || slices.Contains(models, u.Model+":latest") {
		return nil
	}
	err = u.tinyCompletion(ctx)
	if err != nil && len(models) > 0 {
		return fmt.Errorf("%w; it offers %s", err, strings.Join(models[:min(len(models), 8)], ", "))
	}
	return err
}

// models lists what the server offers; empty, without error, when it keeps no list.
func (u *Upstream) models(ctx context.Context) ([]string, error) {
	reply, err := u.do(ctx, http.MethodGet, "/models", nil)
	if err != nil {
		return nil, u.noAnswer(err)
	}
	defer reply.Body.Close()
	if err := u.keyAccepted(reply); err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(reply.Body, 4<<20))
	if err != nil {
		return nil, u.noAnswer(err)
	}
	var list struct {
		Data []struct {
			ID string `json:"id"`
		} `json:"data"`
	}
	if reply.StatusCode != http.StatusOK || json.Unmarshal(text, &list) != nil {
		return nil, nil // not every server has this list; the completion decides
	}
	var names []string
	for _, m := range list.Data {
		names = append(names, m.ID)
	}
	return names, nil
}

func (u *Upstream) tinyCompletion(ctx context.Context) error {
	body, err := withModel([]byte(`{"messages":[{"role":"user","content":"Say yes."}],"max_tokens":1}`), u.Model)
	if err != nil {
		return err
	}
	reply, err := u.post(ctx, body)
	if err != nil {
		return u.noAnswer(err)
	}
	defer reply.Body.Close()
	if err := u.keyAccepted(reply); err != nil {
		return err
	}
	text, err := io.ReadAll(io.LimitReader(reply.Body, maxErrorBytes))
	if err != nil {
		return u.noAnswer(err)
	}
	if reply.StatusCode != http.StatusOK {
		return fmt.Errorf("%w: asked for one token of model %q, %s answered with status %d: %s", ErrUpstreamUnhealthy, u.Model, u.URL, reply.StatusCode, errorText(text))
	}
	if !json.Valid(text) {
		return fmt.Errorf("%w: %s does not speak OpenAI's chat protocol under /v1/chat/completions", ErrUpstreamUnhealthy, u.URL)
	}
	return nil
}

func (u *Upstream) keyAccepted(reply *http.Response) error {
	if reply.StatusCode == http.StatusUnauthorized || reply.StatusCode == http.StatusForbidden {
		return fmt.Errorf("%w: %s answered with status %d: give the right API key", ErrUpstreamUnhealthy, u.URL, reply.StatusCode)
	}
	if reply.StatusCode/100 == 3 {
		return fmt.Errorf("%w: %s redirects to %q; give that address itself, redirects are never followed", ErrUpstreamUnhealthy, u.URL, reply.Header.Get("Location"))
	}
	return nil
}

func (u *Upstream) noAnswer(err error) error {
	if errors.Is(err, ErrBadUpstream) {
		return err
	}
	return fmt.Errorf("%w: no answer from %s (%w); start the model server or correct the address", ErrUpstreamUnhealthy, u.URL, err)
}

// errorText finds the message in an error body of OpenAI's or Ollama's form, cut to a line of 300 bytes.
func errorText(body []byte) string {
	var form struct {
		Error   json.RawMessage `json:"error"`
		Message string          `json:"message"`
	}
	if json.Unmarshal(body, &form) != nil {
		return ""
	}
	var inner struct {
		Message string `json:"message"`
	}
	text := form.Message
	if json.Unmarshal(form.Error, &inner) == nil && inner.Message != "" {
		text = inner.Message
	} else if s := plainString(form.Error); s != "" {
		text = s
	}
	text = strings.Join(strings.Fields(text), " ")
	return strings.ToValidUTF8(text[:min(len(text), 300)], "")
}

func plainString(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return s
}
