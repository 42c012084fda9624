package node

import (
	"log/slog"
	"time"

	cmtconfig "github.com/cometbft/cometbft/config"
)

// Options say how a node runs. Addresses are host:port; an empty one closes that door.
type Options struct {
	Home      string // folder with config/ and data/
	RPC       string // CometBFT's JSON-RPC
	P2P       string // peers
	GRPC      string // queries and transactions
	REST      string // the same as JSON over HTTP
	BlockTime time.Duration
	Peers     []string // id@host:port of peers to keep
	CheckLaws bool     // stop when a law of the books is broken
	// KeepBlocks is how many past states can be queried; 0 keeps all.
	KeepBlocks uint64
	Log        *slog.Logger
}

// cometConfig translates the options for CometBFT.
func cometConfig(o Options) *cmtconfig.Config {
	c := cmtconfig.DefaultConfig().SetRoot(o.Home)
	c.DBBackend = "pebbledb" // only named: openCometDB opens it
	c.RPC.ListenAddress = ""
	if o.RPC != "" {
		c.RPC.ListenAddress = "tcp://" + o.RPC
	}
	c.RPC.CORSAllowedOrigins = []string{"*"}
	c.P2P.ListenAddress = "tcp://" + o.P2P
	c.P2P.AddrBookStrict, c.P2P.AllowDuplicateIP = false, true
	c.P2P.FlushThrottleTimeout = 10 * time.Millisecond
	for i, p := range o.Peers {
		if i > 0 {
			c.P2P.PersistentPeers += ","
		}
		c.P2P.PersistentPeers += p
	}
	if len(o.Peers) == 0 {
		c.P2P.PexReactor = false
	}
	c.Consensus.TimeoutCommit = o.BlockTime
	c.Consensus.TimeoutPropose = max(500*time.Millisecond, min(3*time.Second, 3*o.BlockTime))
	c.Consensus.PeerGossipSleepDuration = 20 * time.Millisecond
	c.Instrumentation.Prometheus = false
	return c
}
