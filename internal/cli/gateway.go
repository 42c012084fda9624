package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/dendra-net/dendra/gateway"
	"github.com/dendra-net/dendra/gateway/requestlog"
	"github.com/dendra-net/dendra/neuron"
)

// gatewayGrace is how long requests in flight may take to finish when the gateway is stopped.
const gatewayGrace = 20 * time.Second

// exchangeTime bounds one request to a miner; the gateway's own limits are tighter.
const exchangeTime = 11 * time.Minute

type gatewayFlags struct {
	listen, dir, key string
	verbose          bool
}

func (a *app) gatewayCommand() *cobra.Command {
	var f gatewayFlags
	c := &cobra.Command{Use: "run", Short: "Serve an OpenAI-compatible API over the network's miners", Args: args(0, 0),
		RunE: func(c *cobra.Command, _ []string) error { return a.runGateway(c.Context(), f) }}
	c.Flags().StringVar(&f.listen, "listen", "127.0.0.1:2100", "address to serve on, HOST:PORT")
	c.Flags().StringVar(&f.dir, "dir", "", "directory of the request log (default HOME/gateway)")
	c.Flags().StringVar(&f.key, "api-key", "", "key that clients must send (DENDRA_API_KEY)")
	c.Flags().BoolVar(&f.verbose, "verbose", false, "log everything to stderr, not only warnings")
	return a.noun("gateway", "An API for everybody: run", c)
}

func (a *app) runGateway(ctx context.Context, f gatewayFlags) (err error) {
	orSet(&f.key, a.Getenv("DENDRA_API_KEY"))
	orSet(&f.dir, filepath.Join(a.home, "gateway"))
	if f.key == "" {
		return usagef("missing_flag", "a gateway without a key would answer nobody").withFix("set DENDRA_API_KEY to a secret that your clients send")
	}
	key, err := a.actingHotkey()
	if err != nil {
		return err
	}
	client, err := a.chain(ctx)
	if err != nil {
		return err
	}
	log, recovery, err := requestlog.Open(requestlog.Options{Dir: f.dir})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, log.Close()) }()
	if recovery.Damaged > 0 || recovery.TornBytes > 0 {
		a.say("request log: %d damaged lines skipped, %d bytes of an unfinished one cut off", recovery.Damaged, recovery.TornBytes)
	}
	asker := &neuron.Client{Key: key, ChainID: client.ChainID(), PublicOnly: !isLocal(client.ChainID()), Timeout: exchangeTime}
	defer asker.CloseIdle()
	g, err := gateway.New(gateway.Config{Client: asker, Directory: gateway.NewDirectory(client.Subnets, client.Subnet, 0, nil), Log: log,
		Keys:         []gateway.APIKey{{Name: "operator", SHA256: gateway.HashKey(f.key), Operator: true}},
		DefaultPrice: gateway.StandardPrice(), Logger: a.logger(f.verbose)})
	if err != nil {
		return err
	}
	ln, err := new(net.ListenConfig).Listen(ctx, "tcp", f.listen)
	if err != nil {
		return failf("port_in_use", "cannot serve on %s: %v", f.listen, err)
	}
	a.say("serving http://%s/v1 as %s", ln.Addr(), key.Address())
	if err := g.Serve(ctx, ln, gatewayGrace); err != nil {
		return fmt.Errorf("gateway: %w", err)
	}
	return nil
}
