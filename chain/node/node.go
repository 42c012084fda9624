// Package node runs the application as a node: consensus, state machine, and the gRPC and REST doors, in this process.
//
// Its one invariant: a node never signs with keys whose signing state it has lost.
package node

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
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
	serverlog "github.com/cosmos/cosmos-sdk/server/log"
	pruningtypes "github.com/cosmos/cosmos-sdk/store/v2/pruning/types"
	"google.golang.org/grpc"

	"github.com/dendra-net/dendra/chain"
)

// Node is a running node: consensus, state machine and the servers that answer for it.
type Node struct {
	App    *chain.App
	comet  *cmtnode.Node
	grpc   *grpc.Server
	rest   *http.Server
	from   int64 // height the state was loaded at
	wait   sync.WaitGroup
	closed sync.Once
	err    error
}

// Start runs a node from its home. It returns once the node listens; blocks come later. Stop it with Close.
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
	db, err := openDB("application", filepath.Join(o.Home, "data"))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCorruptHome, err)
	}
	logger := logslog.NewCustomLogger(o.Log)
	app, err := chain.New(chain.Options{DB: db, Log: logger, CheckLaws: o.CheckLaws, Base: baseOptions(o, doc.ChainID)})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%w: %w", ErrCorruptHome, err), db.Close())
	}
	n := &Node{App: app, from: app.LastBlockHeight()}
	if err := n.startComet(ctx, o, doc); err != nil {
		return nil, errors.Join(err, app.Close())
	}
	if err := n.serve(ctx, o); err != nil {
		return nil, errors.Join(err, n.Close())
	}
	return n, nil
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

func (n *Node) startComet(ctx context.Context, o Options, doc *cmttypes.GenesisDoc) error {
	cfg := cometConfig(o)
	nodeKey, err := peerKey(cfg.NodeKeyFile())
	if err != nil {
		return err
	}
	pv := privval.LoadFilePV(cfg.PrivValidatorKeyFile(), cfg.PrivValidatorStateFile())
	genesis := func() (*cmttypes.GenesisDoc, error) { return doc, nil }
	n.comet, err = cmtnode.NewNodeWithContext(ctx, cfg, pv, nodeKey,
		proxy.NewLocalClientCreator(server.NewCometABCIWrapper(n.App)), genesis, openCometDB,
		cmtnode.DefaultMetricsProvider(cfg.Instrumentation), serverlog.CometLoggerWrapper{Logger: logslog.NewCustomLogger(o.Log)})
	if err != nil && ctx.Err() == nil { // it opens and compares files, and listens nowhere yet
		return fmt.Errorf("%w: consensus: %w", ErrCorruptHome, err)
	}
	if err != nil {
		return ctx.Err()
	}
	if err := n.comet.Start(); err != nil {
		return fmt.Errorf("start consensus node: %w", err)
	}
	return nil
}

// serve opens the gRPC and REST doors.
func (n *Node) serve(ctx context.Context, o Options) error {
	c := client.Context{}.WithCodec(n.App.Encoding.Codec).WithInterfaceRegistry(n.App.Encoding.Registry).
		WithLegacyAmino(n.App.Encoding.Amino).WithTxConfig(n.App.Encoding.Tx).WithChainID(n.comet.GenesisDoc().ChainID).
		WithHomeDir(o.Home).WithClient(local.New(n.comet))
	registerServices(n.App, c)
	var lc net.ListenConfig
	if o.GRPC != "" {
		l, err := lc.Listen(ctx, "tcp", o.GRPC)
		if err != nil {
			return fmt.Errorf("gRPC: %w", err)
		}
		n.grpc = grpcServer(n.App)
		n.wait.Go(func() { n.note(o.Log, "gRPC", n.grpc.Serve(l)) })
	}
	if o.REST != "" {
		l, err := lc.Listen(ctx, "tcp", o.REST)
		if err != nil {
			return fmt.Errorf("REST: %w", err)
		}
		n.rest = &http.Server{Handler: restHandler(n.App, c), ReadHeaderTimeout: 5 * time.Second, MaxHeaderBytes: 64 << 10}
		n.wait.Go(func() { n.note(o.Log, "REST", n.rest.Serve(l)) })
	}
	return nil
}

func (n *Node) note(log *slog.Logger, door string, err error) {
	if err != nil && !errors.Is(err, http.ErrServerClosed) && !errors.Is(err, grpc.ErrServerStopped) {
		log.Error("server ended", "door", door, "err", err)
	}
}

// Height is the newest committed block.
func (n *Node) Height() int64 { return n.App.LastBlockHeight() }

// Ready reports whether a block has been committed since the node started. Before that, transactions are judged by the
// state of no block.
func (n *Node) Ready() bool { return n.App.LastBlockHeight() > n.from }

// Close stops consensus, then the servers, and closes the databases. It may be called more than once.
func (n *Node) Close() error {
	n.closed.Do(func() {
		if n.rest != nil {
			n.err = errors.Join(n.err, n.rest.Close())
		}
		if n.grpc != nil {
			n.grpc.Stop()
		}
		if n.comet.IsRunning() {
			n.err = errors.Join(n.err, n.comet.Stop())
			n.comet.Wait()
		}
		n.wait.Wait()
		n.err = errors.Join(n.err, n.App.Close()) // closes the state's database too
	})
	return n.err
}
