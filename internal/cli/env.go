package cli

import (
	"context"
	"io"
	"os"
	"time"

	"github.com/dendra-net/dendra/internal/term"
	"github.com/dendra-net/dendra/subnets/kind"
	"github.com/dendra-net/dendra/wallet"
)

// Env is the world as a command sees it. Only Args and the three streams must be set.
type Env struct {
	Args           []string // without the program's name
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Getenv         func(string) string    // nil: os.Getenv
	UserHome       func() (string, error) // nil: os.UserHomeDir
	Now            func() time.Time       // nil: time.Now
	Argon2         wallet.Argon2          // cost of a password guess for new wallets; zero is the default

	Local Local       // the local network; a nil function is a command this build lacks
	Node  Node        // the chain's own node
	Kinds []kind.Kind // of subnets that can be mined and validated; nil: kind.All
}

// Local is what the commands of a local network call. Each prints its own result.
type Local struct {
	Up     func(context.Context, LocalOptions) error
	Down   func(context.Context, LocalOptions) error
	Status func(context.Context, LocalOptions) error
	Logs   func(context.Context, LocalOptions) error
	Reset  func(context.Context, LocalOptions) error
}

// LocalOptions are the flags of a local network's commands. Fields that a command has no flag for are zero.
type LocalOptions struct {
	Home      string        // absolute directory of the network
	Port      int           // first port; 0 takes the default
	BlockTime time.Duration // 0 takes the default
	Quiet     bool          // miners train nothing
	Shards    string        // absolute folder of text to judge by; empty for what is shipped
	Detach    bool          // return when the network is ready
	JSON      bool          // one JSON object on Stdout instead of text
	Live      bool          // Stderr is a terminal that takes control codes
	Follow    bool          // logs: go on as new lines come
	Lines     int           // logs: how many of the last lines
	Component string        // logs: only this one; empty for all

	Stdout, Stderr io.Writer
}

// Node is what the commands of a node call.
type Node struct {
	Init  func(context.Context, NodeOptions) error
	Start func(context.Context, NodeOptions) error
}

// NodeOptions are the flags of a node's commands. Empty fields take the node's defaults.
type NodeOptions struct {
	Home      string // absolute directory of the node
	ChainID   string
	Name      string // of the node, as peers see it
	Genesis   string // init: genesis file to join with; empty makes a new chain with this node as its producer
	Produce   bool   // init: enter this node into the producers of Genesis
	Operator  string // init: coldkey address that gets the fees of this producer's blocks
	Peers     string // id@host:port, separated by commas
	P2P       string // listen address of the peers' port
	RPC       string // listen address of CometBFT's RPC
	GRPC      string // listen address of the chain's gRPC
	REST      string // listen address of the chain's REST
	BlockTime time.Duration
	JSON      bool

	Stdout, Stderr io.Writer
}

func (e Env) complete() Env {
	if e.Getenv == nil {
		e.Getenv = os.Getenv
	}
	if e.UserHome == nil {
		e.UserHome = os.UserHomeDir
	}
	if e.Now == nil {
		e.Now = time.Now
	}
	if e.Kinds == nil {
		e.Kinds = kind.All()
	}
	return e
}

// interactive reports whether a person can be asked.
func (e Env) interactive() bool { return term.IsTerminal(e.Stdin) && term.IsTerminal(e.Stderr) }
