package node

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/stretchr/testify/require"
)

// machine is a state machine that ends as it is told.
type machine struct {
	abci.BaseApplication
	err   error
	panic any
}

func (m machine) FinalizeBlock(context.Context, *abci.RequestFinalizeBlock) (*abci.ResponseFinalizeBlock, error) {
	if m.panic != nil {
		panic(m.panic)
	}
	return &abci.ResponseFinalizeBlock{TxResults: []*abci.ExecTxResult{{}, {Code: 5}}, AppHash: []byte{1, 2, 3, 4, 5}}, m.err
}

// A state machine that fails is noticed: consensus would stand still in silence.
func TestFailureIsNoticed(t *testing.T) {
	for _, m := range []machine{{err: errors.New("a law is broken")}, {panic: "a law is broken"}} {
		a := newNarrator(m, slog.New(slog.DiscardHandler))
		require.NoError(t, a.failure())
		for range 2 {
			func() {
				defer func() { require.Equal(t, m.panic, recover(), "consensus has to see the panic too") }()
				_, err := a.FinalizeBlock(t.Context(), &abci.RequestFinalizeBlock{Height: 7})
				require.ErrorIs(t, err, m.err)
			}()
		}
		<-a.failed
		require.EqualError(t, a.failure(), "block 7: a law is broken")
	}
}

func TestOneLineForEachBlock(t *testing.T) {
	var said strings.Builder
	a := newNarrator(machine{}, slog.New(slog.NewTextHandler(&said, nil)))
	_, err := a.FinalizeBlock(t.Context(), &abci.RequestFinalizeBlock{Height: 7, Txs: make([][]byte, 2)})
	require.NoError(t, err)
	require.Regexp(t, `msg=block height=7 txs=2 refused=1 app=01020304 ms=\d+\n$`, said.String())
}
