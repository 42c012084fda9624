// Package node runs the application as a node: consensus, state machine, and the gRPC and REST doors, in this process.
//
// Its one invariant: a node never signs with keys whose signing state it has lost.
package node

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	logslog "cosmossdk.io/log/v2/slog"
	cmtnode "github.com/cometbft/cometbft/node"
	"github.com/cometbft/cometbft/privval"
	"github.com/cometbft/cometbft/proxy"
	"github.com/cometbft/cometbft/rpc/client/local"
	cmttypes "github.com/cometbft/cometbft/types"
	"github.com/cosmos/cosmos-sdk/baseapp"
	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/server"
	pruningtypes "github.com/cosmos/cosmos-sdk/store/v2/pruning/types"

	"github.com/dendra-net/dendra/chain"
)

// Node is a running node: consensus, state machine and the servers that answer for it.
type Node struct {
	App *chain.App

	comet     *cmtnode.Node
	databases *databases
	servers   servers
	narrator  *narrator
	gate      *gate
	from      int64 // height the state was loaded at
	closed    sync.Once
	err       error
}

// Start runs a node from its home. It returns once the node listens; blocks come later. Stop it with Close. Errors:
// ErrCorruptHome, ErrPortInUse, and that of ctx when it ends first; after any of them nothing is left open.
func Start(ctx context.Context, o Options) (*Node, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	doc, err := ReadGenesis(o.Home)
	if err != nil {
		return nil, err
	}
	if _, err := InitHome(o.Home); err != nil {
		return nil, err
	}
	if err := o.checkDoors(ctx); err != nil {
		return nil, err
	}
	n := &Node{databases: &databases{}, servers: servers{log: o.Log}}
	if err := n.start(ctx, o, doc); err != nil {
		return nil, errors.Join(err, n.Close())
	}
	return n, nil
}

// start opens everything in the order of need; what it opened, Close closes.
func (n *Node) start(ctx context.Context, o Options, doc *cmttypes.GenesisDoc) error {
	if err := n.openApp(o, doc); err != nil {
		return err
	}
	if err := n.openComet(ctx, o, doc); err != nil {
		return err
	}
	// The doors' queries are registered before anything can ask for them.
	c := client.Context{}.WithCodec(n.App.Encoding.Codec).WithInterfaceRegistry(n.App.Encoding.Registry).
		WithLegacyAmino(n.App.Encoding.Amino).WithTxConfig(n.App.Encoding.Tx).WithChainID(doc.ChainID).
		WithHomeDir(o.Home).WithClient(local.New(n.comet))
	registerServices(n.App, n.gate, c)
	// CometBFT sleeps until the hour of the genesis and hears nobody meanwhile.
	if err := sleepUntil(ctx, doc.GenesisTime); err != nil {
		return err
	}
	if err := n.comet.Start(); err != nil {
		return fmt.Errorf("start consensus: %w", err)
	}
	return n.servers.open(ctx, o, n.App, c)
}

func (n *Node) openApp(o Options, doc *cmttypes.GenesisDoc) error {
	db, err := n.databases.open("application", filepath.Join(o.Home, "data"))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrCorruptHome, err)
	}
	n.App, err = chain.New(chain.Options{
		DB: db, Log: logslog.NewCustomLogger(quiet(o.Log)), CheckLaws: o.CheckLaws, Base: baseOptions(o, doc.ChainID),
	})
	if err != nil {
		return fmt.Errorf("%w: %w", ErrCorruptHome, err)
	}
	n.from = n.App.LastBlockHeight()
	return nil
}

func baseOptions(o Options, chainID string) []func(*baseapp.BaseApp) {
	pruning := pruningtypes.NewPruningOptions(pruningtypes.PruningNothing)
	if o.KeepBlocks > 0 {
		pruning = pruningtypes.NewCustomPruningOptions(max(o.KeepBlocks, 2), 10)
	}
	return []func(*baseapp.BaseApp){
		baseapp.SetChainID(chainID), baseapp.SetPruning(pruning), baseapp.SetIAVLCacheSize(50_000),
	}
}

// openComet reads the chain and brings the state up to it; it listens nowhere yet.
func (n *Node) openComet(ctx context.Context, o Options, doc *cmttypes.GenesisDoc) error {
	cfg := cometConfig(o)
	nodeKey, err := peerKey(cfg.NodeKeyFile())
	if err != nil {
		return err
	}
	pv := privval.LoadFilePV(cfg.PrivValidatorKeyFile(), cfg.PrivValidatorStateFile()) // InitHome has checked both
	genesis := func() (*cmttypes.GenesisDoc, error) { return doc, nil }
	n.gate = newGate(server.NewCometABCIWrapper(n.App), n.App)
	n.narrator = newNarrator(n.gate, o.Log)
	n.comet, err = guarded(func() (*cmtnode.Node, error) {
		return cmtnode.NewNodeWithContext(ctx, cfg, pv, nodeKey, proxy.NewLocalClientCreator(n.narrator), genesis,
			n.databases.openComet, cmtnode.DefaultMetricsProvider(cfg.Instrumentation), cometLog(o.Log))
	})
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return fmt.Errorf("%w: consensus: %w", ErrCorruptHome, err)
	}
	if began := n.comet.GenesisDoc(); !sameGenesis(began, doc) {
		return fmt.Errorf("%w: genesis: the chain in this home, %s, began with another one", ErrCorruptHome, began.ChainID)
	}
	return nil
}

// guarded turns a panic into an error: CometBFT panics on files it cannot make sense of.
func guarded[T any](f func() (T, error)) (out T, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%v", r)
		}
	}()
	return f()
}

func sleepUntil(ctx context.Context, at time.Time) error {
	wait := time.NewTimer(time.Until(at))
	defer wait.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-wait.C:
		return nil
	}
}

// Height is the newest committed block.
func (n *Node) Height() int64 { return n.App.LastBlockHeight() }

// Ready reports whether a block has been committed since the node started. Before that, transactions are judged by the
// state of no block.
func (n *Node) Ready() bool { return n.App.LastBlockHeight() > n.from }

// Failed is closed when the node cannot go on, because a law of the books is broken or the state machine failed: it
// makes no more blocks, but still answers. Failure says why.
func (n *Node) Failed() <-chan struct{} { return n.narrator.failed }

// Failure is why the node cannot go on, nil while it can.
func (n *Node) Failure() error { return n.narrator.failure() }

// Close stops the servers, waits for their last answers, then stops consensus and closes the databases. It may be called
// more than once, and always returns the same.
func (n *Node) Close() error {
	n.closed.Do(func() {
		if n.gate != nil {
			n.gate.open() // a failed node may have left it shut
		}
		n.err = n.servers.close()
		if n.comet != nil && n.comet.IsRunning() {
			n.err = errors.Join(n.err, n.comet.Stop())
			n.comet.Wait()
		}
		if n.App != nil {
			n.err = errors.Join(n.err, n.App.Close())
		}
		n.err = errors.Join(n.err, n.databases.close())
	})
	return n.err
}
