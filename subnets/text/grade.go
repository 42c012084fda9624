package text

import (
	"encoding/json"
	"net/http"

	"github.com/dendra-net/dendra/neuron"
)

// maxBody is the largest response body, in bytes, that is graded.
const maxBody = 256 << 10

// Grade scores an answer in 0..1: exact comparison after normalising case, punctuation, articles and the form of
// numbers and dates; F1 over words where a few words are the answer. A missing, failed, late, oversized or malformed
// answer scores 0. Any bytes may come in.
func (t *Task) Grade(q neuron.Question, a neuron.Answer) float64 {
	text, ok := t.textOf(a)
	if !ok {
		return 0
	}
	want := parseTruth(q.Truth)
	return want.score(t.words, want.read(text))
}

// textOf returns the answer's text, and whether there is one that counts.
func (t *Task) textOf(a neuron.Answer) (string, bool) {
	if a.Err != nil || a.Status != http.StatusOK || a.Latency > t.opts.MaxLatency || len(a.Body) == 0 || len(a.Body) > maxBody {
		return "", false
	}
	var body struct {
		Choices []struct {
			Message struct {
				Content *string `json:"content"`
			} `json:"message"`
		} `json:"choices"`
	}
	if json.Unmarshal(a.Body, &body) != nil || len(body.Choices) == 0 || body.Choices[0].Message.Content == nil {
		return "", false
	}
	text := *body.Choices[0].Message.Content
	return text, text != "" && len(text) <= maxText
}
