package node

import (
	"context"
	"sync"

	abci "github.com/cometbft/cometbft/abci/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/dendra-net/dendra/chain"
)

// gate keeps simulations out while a block is being written. Simulations run on the newest state; between the end of
// a block's execution and its commit that state is half of one block and half of the next.
type gate struct {
	abci.Application
	app *chain.App

	state sync.RWMutex // held for writing from FinalizeBlock to Commit
	mu    sync.Mutex   // guards shut
	shut  bool
}

func newGate(wrapped abci.Application, app *chain.App) *gate {
	return &gate{Application: wrapped, app: app}
}

func (g *gate) FinalizeBlock(ctx context.Context, req *abci.RequestFinalizeBlock) (*abci.ResponseFinalizeBlock, error) {
	g.close()
	done := false
	defer func() {
		if !done { // no commit will follow
			g.open()
		}
	}()
	res, err := g.Application.FinalizeBlock(ctx, req)
	done = err == nil
	return res, err
}

func (g *gate) Commit(ctx context.Context, req *abci.RequestCommit) (*abci.ResponseCommit, error) {
	defer g.open()
	return g.Application.Commit(ctx, req)
}

func (g *gate) close() {
	g.state.Lock()
	g.mu.Lock()
	defer g.mu.Unlock()
	g.shut = true
}

// open lets simulations in; opening an open gate does nothing.
func (g *gate) open() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.shut {
		g.shut = false
		g.state.Unlock()
	}
}

// simulate is the application's Simulate between blocks.
func (g *gate) simulate(tx []byte) (sdk.GasInfo, *sdk.Result, error) {
	g.state.RLock()
	defer g.state.RUnlock()
	return g.app.Simulate(tx)
}

// query is the application's Query; the one path that reads uncommitted state waits for the block's end.
func (g *gate) query(ctx context.Context, req *abci.RequestQuery) (*abci.ResponseQuery, error) {
	if req.Path == "/app/simulate" {
		g.state.RLock()
		defer g.state.RUnlock()
	}
	return g.app.Query(ctx, req)
}
