package chainclient

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"sync"

	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	"github.com/dendra-net/dendra/neuron"
)

// accounts remembers the next sequence of every address that signed, so that transactions follow each other without
// waiting for blocks.
type accounts struct {
	mu   sync.Mutex
	byID map[neuron.Address]*sequencer
}

// sequencer hands out the sequences of one address. Its lock is held from before a transaction is signed until the
// node took or refused it.
type sequencer struct {
	sync.Mutex
	known bool
	next  account
}

func (a *accounts) of(address neuron.Address) *sequencer {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.byID == nil {
		a.byID = map[neuron.Address]*sequencer{}
	}
	s := a.byID[address]
	if s == nil {
		s = &sequencer{}
		a.byID[address] = s
	}
	return s
}

// load asks the chain for number and sequence unless both are known. The lock must be held.
func (s *sequencer) load(ctx context.Context, q Queries, address neuron.Address) (account, error) {
	if s.known {
		return s.next, nil
	}
	res, err := q.Auth().AccountInfo(ctx, &authtypes.QueryAccountInfoRequest{Address: string(address)})
	if errors.Is(err, ErrNotFound) || err == nil && res.Info == nil {
		return account{}, &TxError{Codespace: ErrUnknownAccount.Codespace, Code: ErrUnknownAccount.Code,
			Message: fmt.Sprintf("the chain has never seen %s: it was never paid nor registered", address)}
	}
	if err != nil {
		return account{}, fmt.Errorf("account %s: %w", address, err)
	}
	s.next = account{number: res.Info.AccountNumber, sequence: res.Info.Sequence}
	s.known = true
	return s.next, nil
}

// expectedSequence reads what the chain wanted out of its refusal.
var expectedSequence = regexp.MustCompile(`expected (\d+), got (\d+)`)

// recover takes the sequence that the chain expects from its refusal, or forgets what it knew.
func (s *sequencer) recover(refusal error) {
	found := expectedSequence.FindStringSubmatch(refusal.Error())
	if found == nil {
		s.known = false
		return
	}
	n, err := strconv.ParseUint(found[1], 10, 64)
	s.known = s.known && err == nil
	s.next.sequence = n
}

// forget makes the next transaction ask the chain again.
func (s *sequencer) forget() {
	s.Lock()
	defer s.Unlock()
	s.known = false
}
