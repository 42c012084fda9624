package node

import (
	"context"
	"errors"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/stretchr/testify/require"
)

// block is a state machine whose blocks go as the test wants.
type block struct {
	abci.BaseApplication
	err error
}

func (b block) FinalizeBlock(context.Context, *abci.RequestFinalizeBlock) (*abci.ResponseFinalizeBlock, error) {
	return &abci.ResponseFinalizeBlock{}, b.err
}

// A simulation that begins while a block is written waits for its commit.
func TestGateKeepsSimulationsOutOfHalfABlock(t *testing.T) {
	g := newGate(block{}, nil)
	_, err := g.FinalizeBlock(t.Context(), &abci.RequestFinalizeBlock{})
	require.NoError(t, err)
	in := make(chan struct{})
	go func() { g.state.RLock(); close(in); g.state.RUnlock() }()
	select {
	case <-in:
		t.Fatal("a simulation ran between execution and commit")
	case <-time.After(20 * time.Millisecond):
	}
	_, err = g.Commit(t.Context(), &abci.RequestCommit{})
	require.NoError(t, err)
	<-in
}

// A block that fails is never committed: simulations must not wait for ever.
func TestGateOpensWhenABlockFails(t *testing.T) {
	g := newGate(block{err: errors.New("law broken")}, nil)
	_, err := g.FinalizeBlock(t.Context(), &abci.RequestFinalizeBlock{})
	require.Error(t, err)
	require.True(t, g.state.TryRLock())
	g.state.RUnlock()
	g.open()
	g.open()
}
