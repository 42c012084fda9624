package cli

import (
	"context"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/dendra-net/dendra/internal/term"
)

// localCommands are those that start, stop and look at a local network.
func (a *app) localCommands() []*cobra.Command {
	o := &LocalOptions{}
	up := a.localCommand("up", "Start a whole market on this machine", o, a.Local.Up)
	up.Flags().IntVar(&o.Port, "port", 0, "first port; the others follow")
	up.Flags().DurationVar(&o.BlockTime, "block-time", 0, "time between blocks (default 1s)")
	up.Flags().BoolVar(&o.Quiet, "quiet-miners", false, "let miners that train serve what they have and train nothing")
	up.Flags().StringVar(&o.Shards, "shards", "", "folder of your own text to judge by; what exams draw of it is published in the\nevidence (default the shipped text, rewritten)")
	up.Flags().BoolVar(&o.Detach, "detach", false, "return when the network is ready and leave it running")
	logs := a.localCommand("logs [COMPONENT]", "Print the logs of the local network", o, a.Local.Logs)
	logs.Args = args(0, 1)
	logs.Flags().BoolVarP(&o.Follow, "follow", "f", false, "go on as new lines come")
	logs.Flags().IntVarP(&o.Lines, "lines", "n", 50, "how many of the last lines")
	reset := a.localCommand("reset", "Erase the local network and its keys", o, func(ctx context.Context, o LocalOptions) error {
		if err := a.confirm("erase everything in " + o.Home + "?"); err != nil {
			return err
		}
		return a.Local.Reset(ctx, o)
	})
	return []*cobra.Command{up, a.localCommand("down", "Stop the local network; its state stays", o, a.Local.Down),
		a.localCommand("status", "Show the local network's card", o, a.Local.Status), logs, reset}
}

func (a *app) localCommand(use, short string, o *LocalOptions, run func(context.Context, LocalOptions) error) *cobra.Command {
	return &cobra.Command{Use: use, Short: short, Args: args(0, 0), RunE: func(c *cobra.Command, given []string) error {
		if run == nil {
			return missing(c)
		}
		if o.BlockTime < 0 || o.BlockTime > time.Hour || o.Port < 0 || o.Port > 65535-100 {
			return usagef("bad_flag", "--block-time %v and --port %d must lie in 0..1h and 0..65435", o.BlockTime, o.Port)
		}
		if o.Shards != "" {
			var err error
			if o.Shards, err = filepath.Abs(o.Shards); err != nil {
				return usagef("bad_flag", "--shards: %v", err)
			}
		}
		o.Home, o.JSON, o.Stdout, o.Stderr = a.localHome(), a.json, a.Stdout, a.Stderr
		o.Live = term.Live(a.Stderr, a.Getenv) && !a.json
		if len(given) == 1 {
			o.Component = given[0]
		}
		return run(c.Context(), *o)
	}}
}

// localHome is --home, or the place of the local network when none was named.
func (a *app) localHome() string {
	if user, err := a.UserHome(); err == nil && a.home == filepath.Join(user, ".dendra") && a.Getenv("DENDRA_HOME") == "" {
		return filepath.Join(a.home, "local")
	}
	return a.home
}

// missing says that this build of the program lacks a part.
func missing(c *cobra.Command) error {
	return failf("not_built_in", "%s is not built into this program", c.CommandPath()).withFix("use the dendra program of the project's cmd/dendra")
}

func (a *app) nodeCommand() *cobra.Command {
	return a.noun("node", "A node of the chain: init, start", a.nodeInit(), a.nodeStart())
}

func (a *app) nodeInit() *cobra.Command {
	var o NodeOptions
	c := &cobra.Command{Use: "init", Short: "Write keys, configuration and genesis of a node", Args: args(0, 0),
		RunE: func(c *cobra.Command, _ []string) error { return a.runNode(c, a.Node.Init, o) }}
	c.Flags().StringVar(&o.ChainID, "chain-id", "", "name of a new chain")
	c.Flags().StringVar(&o.Name, "name", "", "name of the node, as peers see it")
	c.Flags().StringVar(&o.Genesis, "genesis", "", "genesis file of the chain to join; a new chain when empty")
	c.Flags().BoolVar(&o.Produce, "produce", false, "enter this node into the producers of --genesis, before the chain starts")
	c.Flags().StringVar(&o.Operator, "operator", "", "coldkey, wallet or address, that gets the fees of this node's blocks")
	c.Flags().StringVar(&o.Peers, "peers", "", "nodes to connect to, ID@HOST:PORT separated by commas")
	c.Flags().DurationVar(&o.BlockTime, "block-time", 0, "time between blocks, by which a new chain scales what a block issues (default 6s)")
	addNodeAddresses(c, &o)
	return c
}

func (a *app) nodeStart() *cobra.Command {
	var o NodeOptions
	c := &cobra.Command{Use: "start", Short: "Run a node until it is stopped", Args: args(0, 0),
		RunE: func(c *cobra.Command, _ []string) error { return a.runNode(c, a.Node.Start, o) }}
	c.Flags().StringVar(&o.Peers, "peers", "", "more nodes to connect to, ID@HOST:PORT separated by commas")
	c.Flags().DurationVar(&o.BlockTime, "block-time", 0, "time between blocks; the node's configuration when 0")
	addNodeAddresses(c, &o)
	return c
}

func addNodeAddresses(c *cobra.Command, o *NodeOptions) {
	c.Flags().StringVar(&o.P2P, "p2p-listen", "", "address for peers, HOST:PORT")
	c.Flags().StringVar(&o.RPC, "rpc-listen", "", "address of CometBFT's RPC, HOST:PORT")
	c.Flags().StringVar(&o.GRPC, "grpc-listen", "", "address of the chain's gRPC, HOST:PORT")
	c.Flags().StringVar(&o.REST, "rest-listen", "", "address of the chain's REST, HOST:PORT")
}

func (a *app) runNode(c *cobra.Command, run func(context.Context, NodeOptions) error, o NodeOptions) error {
	if run == nil {
		return missing(c)
	}
	if o.Operator != "" {
		address, err := a.findColdkey(o.Operator)
		if err != nil {
			return err
		}
		o.Operator = string(address)
	}
	o.Home, o.JSON, o.Stdout, o.Stderr = a.home, a.json, a.Stdout, a.Stderr
	return run(c.Context(), o)
}
