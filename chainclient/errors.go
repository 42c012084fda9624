package chainclient

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// TxError is a refusal by the chain: of a transaction, or of a query. Codespace and Code together name the cause for
// ever; Message has the numbers.
type TxError struct {
	Codespace string
	Code      uint32
	Message   string
	Hash      string // of the transaction, empty before one was sent
	Height    int64  // of the block that holds the failed transaction, 0 when none does
}

// Error returns the message with the code that names it.
func (e *TxError) Error() string {
	return fmt.Sprintf("%s (%s/%d)", strings.TrimSpace(e.Message), e.Codespace, e.Code)
}

// Is makes errors.Is compare by codespace and code.
func (e *TxError) Is(target error) bool {
	other, ok := target.(*TxError)
	return ok && other.Codespace == e.Codespace && other.Code == e.Code
}

// The engine's refusals that callers tell apart.
var (
	// ErrSequence says that another transaction of the account came first.
	ErrSequence = &TxError{Codespace: "sdk", Code: 32, Message: "account sequence mismatch"}
	// ErrFeeTooLow says that the chain wants a higher fee, or does not take this transaction free of charge.
	ErrFeeTooLow = &TxError{Codespace: "sdk", Code: 13, Message: "fee too low"}
	// ErrInsufficientFunds says that the account cannot pay.
	ErrInsufficientFunds = &TxError{Codespace: "sdk", Code: 5, Message: "insufficient funds"}
	// ErrNotFound says that what was asked for does not exist at that height.
	ErrNotFound = &TxError{Codespace: "sdk", Code: 38, Message: "not found"}
	// ErrUnknownAccount says that the chain has never seen the address.
	ErrUnknownAccount = &TxError{Codespace: "sdk", Code: 9, Message: "unknown account"}
)

// ErrUnknownOutcome says that a transaction was sent and neither its block nor its refusal was seen in time: it may
// still be carried out.
var ErrUnknownOutcome = errors.New("outcome unknown")

// decodeStatus turns a gRPC status into the error behind it.
func decodeStatus(err error) error {
	if err == nil {
		return nil
	}
	s, ok := status.FromError(err)
	if !ok {
		return err
	}
	if e := parseRegistered(s.Message()); e != nil {
		return e
	}
	switch s.Code() {
	case codes.NotFound:
		return &TxError{Codespace: ErrNotFound.Codespace, Code: ErrNotFound.Code, Message: s.Message()}
	case codes.Canceled:
		return context.Canceled
	}
	return fmt.Errorf("the node answered %s: %s", s.Code(), s.Message())
}

// parseRegistered reads "codespace C code N: text", as registered errors print over gRPC.
func parseRegistered(message string) *TxError {
	rest, ok := strings.CutPrefix(message, "codespace ")
	if !ok {
		return nil
	}
	codespace, rest, ok := strings.Cut(rest, " code ")
	if !ok {
		return nil
	}
	number, text, ok := strings.Cut(rest, ": ")
	code, err := strconv.ParseUint(number, 10, 32)
	if !ok || err != nil {
		return nil
	}
	return &TxError{Codespace: codespace, Code: uint32(code), Message: text}
}
