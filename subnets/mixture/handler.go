package mixture

import (
	"context"
	"errors"
	"io"
	"net/http"

	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/subnets/lm"
)

// Handler is a miner of this subnet: it answers for distributions at Path, and users at /v1/chat/completions by letting
// the model continue their text under the given name.
func Handler(model lm.Model, name string) http.Handler {
	return Serve(Of(model), lm.Chat(name, func() lm.Model { return model }))
}

// Serve is a miner made of whatever tells distributions and of whatever answers users. A batch that is asked again soon
// is answered from memory.
func Serve(ask Oracle, chat http.Handler) http.Handler {
	return &server{newMemo(ask), chat}
}

type server struct {
	memo *memo
	chat http.Handler
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != Path {
		s.chat.ServeHTTP(w, r)
		return
	}
	if refusal := s.distributions(w, r); refusal != nil {
		neuron.WriteError(w, refusal)
	}
}

func (s *server) distributions(w http.ResponseWriter, r *http.Request) *neuron.Refusal {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		return neuron.Refuse(http.StatusMethodNotAllowed, "method_not_allowed", "use POST for %s, not %s", Path, r.Method)
	}
	body, err := readBounded(r)
	if err != nil {
		return failed(err)
	}
	prefixes, err := DecodeRequest(body)
	if err != nil {
		return neuron.Refuse(http.StatusBadRequest, "invalid_prefixes", "%v", err)
	}
	dists, err := s.memo.answer(r.Context(), body, prefixes)
	if err != nil {
		return failed(err)
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.WriteHeader(http.StatusOK)
	w.Write(EncodeAnswer(dists)) // an error here means that the caller left: nobody to tell
	return nil
}

// failed words an oracle's failure. A refusal of its own stands.
func failed(err error) *neuron.Refusal {
	var refusal *neuron.Refusal
	switch {
	case errors.As(err, &refusal):
		return refusal
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return neuron.Refuse(http.StatusGatewayTimeout, "model_timeout", "the model did not answer in time")
	}
	return neuron.Refuse(http.StatusInternalServerError, "model_failed", "the model failed: %v", err)
}

// maxBody is the largest request, of any kind, that is read.
const maxBody = 1 << 20

func readBounded(r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil {
		return nil, neuron.Refuse(http.StatusBadRequest, "unreadable_body", "the request could not be read: %v", err)
	}
	if len(body) > maxBody {
		return nil, neuron.Refuse(http.StatusRequestEntityTooLarge, "body_too_large", "the request is larger than %d bytes", maxBody)
	}
	return body, nil
}
