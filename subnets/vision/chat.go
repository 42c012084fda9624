package vision

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image"
	"net/http"
	"slices"
	"strings"

	"github.com/dendra-net/dendra/subnets/vision/eye"
	"github.com/dendra-net/dendra/subnets/vision/picture"
)

// Bounds of a request.
const (
	maxBody       = 4 << 20 // bytes
	maxImages     = eye.MaxCells
	maxTopNamed   = 20                // alternatives of a character, as OpenAI has it
	maxAllPixels  = 2 * eye.MaxPixels // of all images together
	maxTold       = 16 << 10          // bytes of an answer, by readers that know no chances
	patchPixels   = picture.Side * picture.Side
	bytesPerToken = 4 // of the text of a request
)

// chatRequest is the part of a chat completion request that the handler heeds.
type chatRequest struct {
	Model               string    `json:"model"`
	Messages            []message `json:"messages"`
	Stream              bool      `json:"stream"`
	Logprobs            *bool     `json:"logprobs"`
	TopLogprobs         *int      `json:"top_logprobs"`
	MaxTokens           *int      `json:"max_tokens"`
	MaxCompletionTokens *int      `json:"max_completion_tokens"`
	N                   *int      `json:"n"`
	StreamOptions       struct {
		IncludeUsage bool `json:"include_usage"`
	} `json:"stream_options"`
}

type message struct {
	Role    string  `json:"role"`
	Content content `json:"content"`
}

// content is the text of a message and the addresses of its images.
type content struct {
	text   int // bytes
	images []string
}

// UnmarshalJSON accepts a string, null, or an array of parts; parts of unknown kinds are passed over.
func (c *content) UnmarshalJSON(b []byte) error {
	switch b = bytes.TrimSpace(b); {
	case string(b) == "null":
		return nil
	case len(b) > 0 && b[0] == '"':
		var text string
		err := json.Unmarshal(b, &text)
		c.text = len(text)
		return err
	}
	var parts []struct {
		Type     string   `json:"type"`
		Text     string   `json:"text"`
		ImageURL imageURL `json:"image_url"`
	}
	if err := json.Unmarshal(b, &parts); err != nil {
		return fmt.Errorf("content must be a string or a list of parts: %w", err)
	}
	for _, p := range parts {
		switch p.Type {
		case "text", "input_text":
			c.text += len(p.Text)
		case "image_url", "input_image":
			c.images = append(c.images, string(p.ImageURL))
		}
	}
	return nil
}

// imageURL is {"url": "..."}, or the address alone.
type imageURL string

// UnmarshalJSON accepts both forms.
func (u *imageURL) UnmarshalJSON(b []byte) error {
	if b = bytes.TrimSpace(b); len(b) > 0 && b[0] == '"' {
		return json.Unmarshal(b, (*string)(u))
	}
	var object struct {
		URL string `json:"url"`
	}
	err := json.Unmarshal(b, &object)
	*u = imageURL(object.URL)
	return err
}

var roles = []string{"system", "developer", "user", "assistant", "tool", "function"}

func refuse(code, param, format string, args ...any) *apiError {
	return &apiError{http.StatusBadRequest, code, param, fmt.Sprintf(format, args...)}
}

func (r *chatRequest) check() *apiError {
	if r.Model == "" {
		return refuse("invalid_value", "model", "model is missing")
	}
	if len(r.Messages) == 0 {
		return refuse("invalid_value", "messages", "messages must have at least one message")
	}
	for i, m := range r.Messages {
		if !slices.Contains(roles, m.Role) {
			return refuse("invalid_value", fmt.Sprintf("messages[%d].role", i), "role %.40q is not one of %v", m.Role, roles)
		}
	}
	if r.N != nil && *r.N != 1 {
		return refuse("invalid_value", "n", "n is %d; only one choice is offered", *r.N)
	}
	if n := r.limit(); n != nil && *n < 1 {
		return refuse("invalid_value", "max_tokens", "max_tokens is %d; it must be at least 1", *n)
	}
	if n := r.TopLogprobs; n != nil && (*n < 0 || *n > maxTopNamed) {
		return refuse("invalid_value", "top_logprobs", "top_logprobs is %d; it must be 0 to %d", *n, maxTopNamed)
	}
	return nil
}

func (r *chatRequest) limit() *int {
	if r.MaxCompletionTokens != nil {
		return r.MaxCompletionTokens
	}
	return r.MaxTokens
}

// wantsLogprobs tells whether, and how many alternatives of each character.
func (r *chatRequest) wantsLogprobs() (top int, ok bool) {
	if r.Logprobs == nil || !*r.Logprobs {
		return 0, false
	}
	if r.TopLogprobs != nil {
		top = *r.TopLogprobs
	}
	return top, true
}

// images decodes those of the last message of a user that has any.
func (r *chatRequest) images() ([]*image.Gray, *apiError) {
	at := -1
	for i, m := range r.Messages {
		if m.Role == "user" && len(m.Content.images) > 0 {
			at = i
		}
	}
	if at < 0 {
		return nil, refuse("image_missing", "messages", "this model reads pictures of letters and digits, and no message of a user has one: "+
			`add a part {"type":"image_url","image_url":{"url":"data:image/png;base64,..."}}, or ask another model for words`)
	}
	urls := r.Messages[at].Content.images
	if len(urls) > maxImages {
		return nil, refuse("too_many_images", "messages", "the message has %d images; at most %d are read", len(urls), maxImages)
	}
	out, pixels := make([]*image.Gray, len(urls)), 0
	for i, u := range urls {
		g, err := openImage(u)
		if err != nil {
			err.param = fmt.Sprintf("messages[%d].content", at)
			err.message = fmt.Sprintf("image %d: %s", i+1, err.message)
			return nil, err
		}
		if pixels += len(g.Pix); pixels > maxAllPixels {
			return nil, refuse("image_too_large", "messages", "the first %d images have %d pixels; at most %d are read", i+1, pixels, maxAllPixels)
		}
		out[i] = g
	}
	return out, nil
}

// openImage decodes a data address. No other is ever fetched: whoever asks could make the server ask anybody.
func openImage(url string) (*image.Gray, *apiError) {
	rest, inline := strings.CutPrefix(url, "data:")
	if !inline {
		return nil, refuse("image_not_inline", "", "%.60q is not fetched; send the picture itself as data:image/png;base64,...", url)
	}
	head, data, ok := strings.Cut(rest, ",")
	if !ok || !strings.HasSuffix(head, ";base64") {
		return nil, refuse("invalid_image", "", "%.60q does not begin as data:image/png;base64, does", url)
	}
	file, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(data, "=")) // some leave the padding out
	if err != nil {
		return nil, refuse("invalid_image", "", "its base64 is broken: %v", err)
	}
	g, err := eye.Decode(file)
	if err != nil {
		return nil, imageError(err)
	}
	return g, nil
}
