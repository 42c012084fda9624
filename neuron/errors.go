package neuron

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// What can be wrong with a message. Compare with errors.Is.
var (
	// ErrUnsigned marks a message without a nauth/1 signature: from a stranger, or from no Dendra neuron at all.
	ErrUnsigned = errors.New("unsigned")
	// ErrMalformed marks a message that does not follow nauth/1.
	ErrMalformed = errors.New("malformed")
	// ErrBadSignature marks bytes that the claimed hotkey did not sign: forged, altered or meant for someone else.
	ErrBadSignature = errors.New("bad signature")
	// ErrReplayed marks a request that has been served before.
	ErrReplayed = errors.New("replayed")
	// ErrStale marks a request signed too long ago or in the future; clocks may differ.
	ErrStale = errors.New("stale")
	// ErrTruncated marks a reply that ended before its signature.
	ErrTruncated = errors.New("truncated")
	// ErrTooLarge marks a body above its limit.
	ErrTooLarge = errors.New("too large")
	// ErrRefused marks a reply, signed by the miner, with a status outside 200..299; errors.As to *Refusal tells more.
	ErrRefused = errors.New("refused")
)

// Codes of the server's own refusals; a handler has its own.
const (
	codeReplayed = "replayed"
	codeStale    = "stale"
)

// Refusal is an answer that is no answer. A server's Admit returns one to choose status and code; a client gets one
// from Do. On the wire it is {"error":{"message","type","param","code"}}.
type Refusal struct {
	Status     int           // HTTP status
	Type       string        // class of error, by the status when empty
	Code       string        // stable name, "not_registered" for one
	Param      string        // field of the request at fault, if any
	Message    string        // for people
	RetryAfter time.Duration // when to try again, zero if unsaid; not signed
	Signed     Proof         // on the client: what the miner signed
}

// Refuse makes a refusal whose message is formatted.
func Refuse(status int, code, format string, args ...any) *Refusal {
	return &Refusal{Status: status, Code: code, Message: fmt.Sprintf(format, args...)}
}

// Error describes the refusal.
func (r *Refusal) Error() string {
	return fmt.Sprintf("refused with status %d, code %q: %s", r.Status, r.Code, r.Message)
}

// Is makes every Refusal an ErrRefused, and those for staleness and replay ErrStale and ErrReplayed.
func (r *Refusal) Is(target error) bool {
	switch target {
	case ErrRefused:
		return true
	case ErrStale:
		return r.Code == codeStale
	case ErrReplayed:
		return r.Code == codeReplayed
	}
	return false
}

// after returns r with advice when to come back.
func (r *Refusal) after(d time.Duration) *Refusal {
	r.RetryAfter = d
	return r
}

// asRefusal makes any error of a policy a refusal.
func asRefusal(err error) *Refusal {
	var r *Refusal
	if errors.As(err, &r) && r.Status >= 300 && r.Status <= 599 {
		return r
	}
	return Refuse(http.StatusForbidden, "not_admitted", "%v", err)
}

type wireError struct {
	Error wireErrorBody `json:"error"`
}

type wireErrorBody struct {
	Message string  `json:"message"`
	Type    string  `json:"type"`
	Param   *string `json:"param"`
	Code    string  `json:"code"`
}

// encode returns the JSON body and headers of r.
func (r *Refusal) encode() ([]byte, http.Header) {
	e := wireErrorBody{Message: r.Message, Type: r.Type, Code: r.Code}
	if e.Type == "" {
		e.Type = errorType(r.Status)
	}
	if r.Param != "" {
		e.Param = &r.Param
	}
	body, err := json.Marshal(wireError{e})
	if err != nil {
		panic(fmt.Sprintf("encode error: %v", err)) // cannot happen: four strings
	}
	h := http.Header{"Content-Type": {"application/json"}}
	if r.RetryAfter > 0 {
		seconds := (r.RetryAfter + time.Second - 1) / time.Second
		h.Set("Retry-After", strconv.FormatInt(int64(seconds), 10))
	}
	return append(body, '\n'), h
}

// WriteError answers with r in the form every Dendra error has. Handlers may use it for their own errors.
func WriteError(w http.ResponseWriter, r *Refusal) {
	body, header := r.encode()
	for name, values := range header {
		w.Header()[name] = values
	}
	w.WriteHeader(r.Status)
	w.Write(body) // an error here means that the caller left: nobody to tell
}

func errorType(status int) string {
	switch {
	case status == http.StatusUnauthorized:
		return "authentication_error"
	case status == http.StatusForbidden:
		return "permission_error"
	case status == http.StatusNotFound:
		return "not_found_error"
	case status == http.StatusTooManyRequests:
		return "rate_limit_error"
	case status >= 500:
		return "server_error"
	}
	return "invalid_request_error"
}

// decodeRefusal reads what a miner said; a body that is not in the agreed form gives a refusal of the status alone.
func decodeRefusal(status int, h http.Header, body []byte) *Refusal {
	r := &Refusal{Status: status, Type: errorType(status), Code: "status_" + strconv.Itoa(status), Message: http.StatusText(status)}
	if s, err := strconv.ParseUint(h.Get("Retry-After"), 10, 16); err == nil {
		r.RetryAfter = time.Duration(s) * time.Second
	}
	var w struct {
		Error struct {
			Message, Type string
			Param         *string
			Code          any
		}
	}
	if json.Unmarshal(body, &w) != nil || w.Error.Message == "" {
		return r
	}
	r.Message = printable(w.Error.Message, 1024)
	if w.Error.Type != "" {
		r.Type = printable(w.Error.Type, 64)
	}
	if w.Error.Param != nil {
		r.Param = printable(*w.Error.Param, 256)
	}
	if w.Error.Code != nil && w.Error.Code != "" {
		r.Code = printable(fmt.Sprint(w.Error.Code), 64)
	}
	return r
}

// printable makes a stranger's words fit for logs and terminals: at most limit characters, none that controls.
func printable(s string, limit int) string {
	clean := []rune(strings.Map(func(c rune) rune {
		if !unicode.IsPrint(c) {
			return ' '
		}
		return c
	}, s))
	return string(clean[:min(len(clean), limit)])
}
