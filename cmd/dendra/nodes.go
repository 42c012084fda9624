package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	cmttypes "github.com/cometbft/cometbft/types"

	"github.com/dendra-net/dendra/chain"
	"github.com/dendra-net/dendra/chain/node"
	"github.com/dendra-net/dendra/internal/cli"
	"github.com/dendra-net/dendra/internal/durable"
	"github.com/dendra-net/dendra/x/producer"
)

// nodes is the commands of a chain's node.
var nodes = cli.Node{Init: nodeInit, Start: nodeStart}

// nodeInit makes a node's keys and settings, and the genesis of a new chain or of the one it joins.
func nodeInit(_ context.Context, o cli.NodeOptions) error {
	if _, err := os.Stat(filepath.Join(o.Home, "config", "genesis.json")); err == nil {
		return &cli.Error{Code: "already_exists", Message: o.Home + " holds a node already", Fix: "name another directory with --home"}
	}
	id, err := node.InitHome(o.Home)
	if err != nil {
		return explained(err)
	}
	doc, err := genesisFor(o, id)
	if err != nil {
		return explained(err)
	}
	if err := node.WriteSettings(o.Home, settingsFor(node.DefaultSettings(), o)); err != nil {
		return err
	}
	if err := node.WriteGenesis(o.Home, doc); err != nil {
		return err
	}
	return tellNode(o, id, doc)
}

// genesisFor is a new chain with this node as its producer, or the named genesis, with this node added when it asks.
func genesisFor(o cli.NodeOptions, id node.Identity) (*cmttypes.GenesisDoc, error) {
	me := producer.Producer{Name: o.Name, Operator: o.Operator, ConsensusPubkey: id.ConsensusKey, Power: 1}
	if (o.Genesis == "" || o.Produce) && o.Operator == "" {
		return nil, &cli.Error{Code: "bad_flag", Message: "a producer needs --operator, the coldkey that gets its fees", Fix: "dendra wallet create NAME, then --operator NAME", Usage: true}
	}
	if o.Genesis == "" {
		if o.ChainID == "" {
			return nil, &cli.Error{Code: "bad_flag", Message: "a new chain needs --chain-id", Fix: "add --chain-id NAME, or --genesis FILE to join a chain", Usage: true}
		}
		blockTime := settingsFor(node.DefaultSettings(), o).BlockTime
		doc, err := chain.FairGenesis(o.ChainID, time.Now().UTC(), blockTime, me).Doc()
		if err != nil {
			return nil, err
		}
		return doc, chain.CheckGenesis(doc)
	}
	doc, err := readGenesis(o.Genesis)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", chain.ErrGenesis, err)
	}
	if o.Produce {
		if err := chain.AddProducer(doc, me); err != nil {
			return nil, err
		}
	}
	return doc, chain.CheckGenesis(doc)
}

// maxGenesis bounds the file of a genesis: a hundred bytes for each of two million accounts.
const maxGenesis = 256 << 20

func readGenesis(path string) (*cmttypes.GenesisDoc, error) {
	raw, err := durable.Read(path, maxGenesis)
	if err != nil {
		return nil, err
	}
	return cmttypes.GenesisDocFromJSON(raw)
}

// settingsFor lays the flags over what the node had.
func settingsFor(s node.Settings, o cli.NodeOptions) node.Settings {
	for _, f := range []struct{ to, from *string }{{&s.Name, &o.Name}, {&s.RPC, &o.RPC}, {&s.P2P, &o.P2P}, {&s.GRPC, &o.GRPC}, {&s.REST, &o.REST}} {
		if *f.from != "" {
			*f.to = *f.from
		}
	}
	if o.Peers != "" {
		s.Peers = append(s.Peers, strings.Split(o.Peers, ",")...)
	}
	if o.BlockTime != 0 {
		s.BlockTime = o.BlockTime
	}
	return s
}

func tellNode(o cli.NodeOptions, id node.Identity, doc *cmttypes.GenesisDoc) error {
	genesis := filepath.Join(o.Home, "config", "genesis.json")
	if o.JSON {
		return json.NewEncoder(o.Stdout).Encode(map[string]string{
			"home": o.Home, "chain_id": doc.ChainID, "genesis": genesis, "peer_id": id.PeerID, "consensus_key": fmt.Sprintf("%x", id.ConsensusKey),
		})
	}
	_, err := fmt.Fprintf(o.Stdout, "node of chain %s in %s\n  peer id        %s\n  consensus key  %x\n  genesis        %s\nnext: dendra node start --home %s\n",
		doc.ChainID, o.Home, id.PeerID, id.ConsensusKey, genesis, o.Home)
	return err
}

// nodeStart runs the node of a home until it is told to stop.
func nodeStart(ctx context.Context, o cli.NodeOptions) error {
	s, err := node.ReadSettings(o.Home)
	if err != nil {
		return explained(err)
	}
	s = settingsFor(s, o)
	n, err := node.Start(ctx, node.Options{
		Home: o.Home, RPC: s.RPC, P2P: s.P2P, GRPC: s.GRPC, REST: s.REST, BlockTime: s.BlockTime, Peers: s.Peers,
		Log: slog.New(slog.NewTextHandler(o.Stderr, nil)),
	})
	if err != nil {
		return explained(err)
	}
	fmt.Fprintf(o.Stderr, "node %s: rpc %s, grpc %s, rest %s, peers %s\n", s.Name, s.RPC, s.GRPC, s.REST, s.P2P)
	select {
	case <-ctx.Done():
	case <-n.Failed():
	}
	return errors.Join(n.Failure(), n.Close())
}
