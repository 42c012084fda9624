package gateway

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// Types of error in OpenAI's form.
const (
	typeInvalid   = "invalid_request_error"
	typeRateLimit = "rate_limit_error"
	typeServer    = "server_error"
)

// apiError is an answer that is no answer, in OpenAI's form.
type apiError struct {
	status     int
	kind       string
	code       string // empty is null on the wire
	param      string // empty is null on the wire
	message    string
	retryAfter time.Duration // zero sends none
	retry      bool          // tell clients to try again
}

func (e *apiError) Error() string { return fmt.Sprintf("%d %s: %s", e.status, e.code, e.message) }

// invalid makes a 400 that blames param.
func invalid(code, param, format string, args ...any) *apiError {
	return &apiError{status: http.StatusBadRequest, kind: typeInvalid, code: code, param: param, message: fmt.Sprintf(format, args...)}
}

// unavailable makes a 5xx that asks the client to come back.
func unavailable(status int, code, format string, args ...any) *apiError {
	return &apiError{status: status, kind: typeServer, code: code, message: fmt.Sprintf(format, args...), retry: true, retryAfter: time.Second}
}

// body returns {"error":{...}} with all four members that clients expect.
func (e *apiError) body() []byte {
	type wire struct {
		Message string  `json:"message"`
		Type    string  `json:"type"`
		Param   *string `json:"param"`
		Code    *string `json:"code"`
	}
	b, err := json.Marshal(map[string]wire{"error": {e.message, e.kind, orNull(e.param), orNull(e.code)}})
	if err != nil {
		panic(fmt.Sprintf("encode error: %v", err)) // cannot happen: strings only
	}
	return b
}

func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// write answers with e. Nothing may have been written before.
func (e *apiError) write(w http.ResponseWriter) error {
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set(headerCost, "0")
	if e.retryAfter > 0 {
		h.Set("Retry-After", strconv.FormatInt(int64((e.retryAfter+time.Second-1)/time.Second), 10))
	}
	if e.retry {
		h.Set("X-Should-Retry", "true")
	}
	w.WriteHeader(e.status)
	_, err := w.Write(e.body())
	return err
}

// asAPIError returns err when it is one, and an internal error for all else.
func asAPIError(err error) *apiError {
	var e *apiError
	if errors.As(err, &e) {
		return e
	}
	return &apiError{status: http.StatusInternalServerError, kind: typeServer, code: "internal_error",
		message: "the gateway failed; its operator finds the cause in the gateway's log under this request id"}
}
