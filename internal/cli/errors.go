package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/dendra-net/dendra/chainclient"
	"github.com/dendra-net/dendra/internal/term"
)

// Error is what a person is told when a command fails.
type Error struct {
	Code    string // stable, lower case with underscores
	Message string // a sentence with the numbers
	Fix     string // what to do next, a command where there is one
	Usage   bool   // the command line itself is wrong: exit code 2
	cause   error
}

func (e *Error) Error() string { return e.Code + ": " + e.Message }
func (e *Error) Unwrap() error { return e.cause }

func (e *Error) withFix(format string, args ...any) *Error {
	e.Fix = fmt.Sprintf(format, args...)
	return e
}

// failf makes an error of a command that was understood.
func failf(code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...), Fix: fixes[code]}
}

// usagef makes an error of the command line.
func usagef(code, format string, args ...any) *Error {
	e := failf(code, format, args...)
	e.Usage = true
	return e
}

// faultOf finds what to tell a person about any error.
func faultOf(err error) *Error {
	var own *Error
	if errors.As(err, &own) {
		return own
	}
	var refused *chainclient.TxError
	if errors.As(err, &refused) {
		return explainRefusal(refused, err)
	}
	for _, known := range sentinels {
		if errors.Is(err, known.is) {
			return &Error{Code: known.code, Message: err.Error(), Fix: known.fix, Usage: slices.Contains(misuse, known.code), cause: err}
		}
	}
	return &Error{Code: "failed", Message: err.Error(), Fix: fixes["failed"], cause: err}
}

func explainRefusal(refused *chainclient.TxError, err error) *Error {
	message := strings.ReplaceAll(err.Error(), refused.Error(), strings.TrimSpace(refused.Message))
	known, ok := chainErrors[chainKey{refused.Codespace, refused.Code}]
	if !ok {
		known = entry{fmt.Sprintf("%s_%d", refused.Codespace, refused.Code), "look the code up in the chain's source, or try a newer dendra"}
	}
	if refused.Hash != "" && refused.Height > 0 {
		message += fmt.Sprintf("; transaction %s failed at height %d", shortHash(refused.Hash), refused.Height)
	}
	return &Error{Code: known.code, Message: message, Fix: known.fix, cause: err}
}

// render writes an error the one way all errors look, and returns the exit code.
func render(w io.Writer, err error, asJSON bool) int {
	e := faultOf(err)
	code := 1
	if e.Usage {
		code = 2
	}
	if errors.Is(err, context.Canceled) && e.Code == "cancelled" {
		code = 130
	}
	if asJSON {
		body, encodeErr := json.Marshal(map[string]any{"error": map[string]string{"code": e.Code, "message": e.Message, "fix": e.Fix}})
		if encodeErr == nil {
			fmt.Fprintln(w, string(body))
			return code
		}
	}
	fmt.Fprintf(w, "error %s: %s\n", e.Code, lines(e.Message))
	if e.Fix != "" {
		fmt.Fprintf(w, "  fix: %s\n", lines(e.Fix))
	}
	if causes[e.Code] != "" && !e.Usage {
		fmt.Fprintf(w, "  docs: dendra explain %s\n", e.Code)
	}
	return code
}

// lines disarms control codes but keeps the line breaks of a message, indented.
func lines(s string) string {
	parts := strings.Split(strings.TrimSpace(s), "\n")
	for i, p := range parts {
		parts[i] = term.Clean(p)
	}
	return strings.Join(parts, "\n  ")
}

// shortHash names a transaction as people read it: its first and last digits.
func shortHash(hash string) string {
	if len(hash) < 16 {
		return hash
	}
	return hash[:8] + ".." + hash[len(hash)-4:]
}
