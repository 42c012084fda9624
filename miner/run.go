package miner

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/dendra-net/dendra/neuron"
)

// Errors that end Run, beside those of listening. Their messages carry the command that helps.
var (
	// ErrNotRegistered says that the hotkey holds no slot of the subnet.
	ErrNotRegistered = errors.New("not registered")
	// ErrReplaced says that the hotkey held a slot and lost it.
	ErrReplaced = errors.New("replaced")
	// ErrNoExternal says that nobody could reach the endpoint as configured.
	ErrNoExternal = errors.New("no address to publish")
	// ErrConfig says that something the miner cannot do without is missing.
	ErrConfig = errors.New("bad miner configuration")
)

// Config is everything a miner needs. Chain, Key and Handler must be set.
type Config struct {
	Chain   neuron.Chain
	Key     neuron.Key
	Netuid  uint16
	Handler http.Handler // sees verified requests only

	Listen   string // address to listen on; "127.0.0.1:0", a free port of this machine alone
	External string // base URL others reach the miner by; needed when Listen names no single host

	ReplayFile    string                    // where served nonces survive a restart; "" keeps them in memory
	Admit         func(neuron.Caller) error // nil: registered neurons with a permit
	Workers       int                       // requests in the handler at once; 0: the server's default
	Queue         int                       // requests that may wait for a worker; 0: the server's default
	Timeout       time.Duration             // for one answer; 0: the server's default
	MaxBody       int64                     // bytes of a request; 0: the server's default
	Poll          time.Duration             // how often the chain is asked; 2 s
	RefreshBlocks int64                     // how many blocks old the list of peers may get; 3

	Now   func() time.Time      // nil: time.Now
	Log   *slog.Logger          // nil: discarded
	Ready func(endpoint string) // called once, when the miner answers under endpoint; may be nil
}

// Run serves until ctx ends, which returns nil, or until the miner cannot go on: ErrNotRegistered, ErrReplaced,
// ErrNoExternal, ErrConfig, or an address that cannot be listened on. Outages of the chain are waited out.
func Run(ctx context.Context, c Config) error {
	if err := c.complete(); err != nil {
		return err
	}
	m := &miner{Config: c}
	head, net, err := m.firstLook(ctx)
	if err != nil || ctx.Err() != nil {
		return err
	}
	me, found := find(net, c.Key.Address())
	if !found {
		return m.notRegistered(net)
	}
	m.learn(head, net)
	m.place, m.epoch = me, net.Epoch
	server := m.server(head.ChainID)
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		if err := server.Run(ctx); err != nil {
			return fmt.Errorf("serve on %s: %w; choose another address or stop what uses it", c.Listen, err)
		}
		return nil
	})
	group.Go(func() error { return m.watch(ctx, server.URL) })
	return group.Wait()
}

// complete checks the configuration and fills what was left open.
func (c *Config) complete() error {
	switch {
	case c.Chain == nil || c.Handler == nil:
		return fmt.Errorf("%w: chain and handler must be set", ErrConfig)
	case c.Key.IsZero():
		return fmt.Errorf("%w: the hotkey is empty", ErrConfig)
	}
	c.Listen = or(c.Listen, "127.0.0.1:0")
	c.Poll = or(c.Poll, 2*time.Second)
	c.RefreshBlocks = or(c.RefreshBlocks, 3)
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	c.Log = c.Log.With("subnet", c.Netuid, "hotkey", c.Key.Address())
	return CheckAddresses(c.Listen, c.External)
}

// CheckAddresses refuses what could be published but never dialled, with ErrConfig or ErrNoExternal, as Run does.
func CheckAddresses(listen, external string) error {
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return fmt.Errorf("%w: address to listen on %q: write HOST:PORT (%w)", ErrConfig, listen, err)
	}
	if external == "" {
		if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
			return fmt.Errorf("%w: listening on every interface (%s) does not say how others reach this machine; give the external URL, http://203.0.113.5:8091 for one", ErrNoExternal, listen)
		}
		return nil
	}
	at, err := url.Parse(external)
	if err != nil || at.Scheme != "http" && at.Scheme != "https" || at.Host == "" || at.User != nil || at.RawQuery != "" || at.Fragment != "" {
		return fmt.Errorf("%w: external URL %q must be http://HOST:PORT or https://HOST:PORT", ErrConfig, external)
	}
	return nil
}

type miner struct {
	Config
	peers  atomic.Pointer[map[neuron.Address]neuron.Neuron]
	served atomic.Int64 // requests handled since the last epoch's line

	place     neuron.Neuron // own slot as last seen
	seen      int64         // height of the last list of peers
	epoch     uint64
	publisher publisher
	outage    outage
}

func (m *miner) server(chainID string) *neuron.Server {
	counted := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m.served.Add(1)
		m.Handler.ServeHTTP(w, r)
	})
	return &neuron.Server{
		Key: m.Key, ChainID: chainID, Netuid: m.Netuid, Handler: counted, Peers: m.peer, Admit: m.Admit,
		Addr: m.Listen, MaxBody: m.MaxBody, Workers: m.Workers, Queue: m.Queue, ReplayFile: m.ReplayFile,
		Timeout: m.Timeout, Now: m.Now, Log: m.Log,
	}
}

// peer looks a caller up in the newest list of neurons.
func (m *miner) peer(a neuron.Address) (neuron.Neuron, bool) {
	n, known := (*m.peers.Load())[a]
	return n, known
}

// learn takes in the newest state of the subnet.
func (m *miner) learn(head neuron.Head, net neuron.Subnet) {
	peers := make(map[neuron.Address]neuron.Neuron, len(net.Neurons))
	for _, n := range net.Neurons {
		peers[n.Hotkey] = n
	}
	m.peers.Store(&peers)
	m.seen = head.Height
}

func find(net neuron.Subnet, hotkey neuron.Address) (neuron.Neuron, bool) {
	for _, n := range net.Neurons {
		if n.Hotkey == hotkey {
			return n, true
		}
	}
	return neuron.Neuron{}, false
}

func (m *miner) notRegistered(net neuron.Subnet) error {
	return fmt.Errorf("%w: hotkey %s holds none of the %d slots of subnet %d; register it: dendra neuron register --subnet %d",
		ErrNotRegistered, m.Key.Address(), len(net.Neurons), m.Netuid, m.Netuid)
}
