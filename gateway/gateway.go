package gateway

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"
)

// Gateway is the door of the network for OpenAI clients.
type Gateway struct {
	cfg     Config
	keys    *keyring
	board   *scoreboard
	mux     *http.ServeMux
	slots   chan struct{} // one for each request that may be in flight
	hedges  hedgeBudget
	charts  charts
	started time.Time
}

// New makes a gateway. It opens nothing and starts nothing.
func New(cfg Config) (*Gateway, error) {
	cfg = cfg.withDefaults()
	if err := cfg.check(); err != nil {
		return nil, err
	}
	g := &Gateway{
		cfg: cfg, keys: newKeyring(cfg.Keys, cfg.Limits.RequestsPerMinute, cfg.Now), board: newScoreboard(cfg.Limits, cfg.Now),
		slots: make(chan struct{}, cfg.Limits.MaxInFlight), started: cfg.Now(), hedges: hedgeBudget{left: hedgeBurst},
	}
	g.mux = g.routes()
	return g, nil
}

// Handler serves everything the package comment lists.
func (g *Gateway) Handler() http.Handler { return http.HandlerFunc(g.serve) }

// Run does the work in the background until ctx ends: it keeps the directory fresh, the request log synced and
// miners measured. It returns nil on a clean end, or why the request log had to stop.
func (g *Gateway) Run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return g.cfg.Log.Run(ctx) })
	group.Go(func() error { return g.refreshDirectory(ctx) })
	group.Go(func() error { return g.probeMiners(ctx) })
	return group.Wait()
}

// Serve runs the gateway on ln until ctx ends, then lets requests in flight finish for at most grace.
func (g *Gateway) Serve(ctx context.Context, ln net.Listener, grace time.Duration) error {
	server := &http.Server{
		Handler: g.Handler(), ReadHeaderTimeout: g.cfg.Limits.ClientIO, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return g.Run(ctx) })
	group.Go(func() error {
		if err := server.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("serve the gateway on %s: %w", ln.Addr(), err)
		}
		return nil
	})
	group.Go(func() error {
		<-ctx.Done()
		limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
		defer cancel()
		if err := server.Shutdown(limited); err != nil { // somebody is still being answered
			return server.Close()
		}
		return nil
	})
	return group.Wait()
}

// refreshDirectory keeps a CachedDirectory so young that requests do not wait for the chain.
func (g *Gateway) refreshDirectory(ctx context.Context) error {
	directory, ok := g.cfg.Directory.(*CachedDirectory)
	if !ok {
		return nil
	}
	tick := time.NewTicker(directory.ttl / 2)
	defer tick.Stop()
	healthy := true
	for {
		err := directory.Refresh(ctx)
		if now := err == nil; now != healthy {
			healthy = now
			g.cfg.Logger.Warn("the chain changed its availability", "available", now, "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}
