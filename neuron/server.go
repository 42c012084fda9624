package neuron

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Server answers signed requests on behalf of one hotkey on one subnet. In this order a request passes: size, shape,
// signature, freshness and replay, policy, digest of the body, queue by stake, handler. The first that objects ends it.
// Key, ChainID and Handler are required; everything else has a default. A Server must not be copied after first use.
type Server struct {
	Key     Key
	ChainID string
	Netuid  uint16
	// Handler is the miner: it sees only verified requests, with the whole body in memory, and CallerFrom tells who
	// asks. Of the headers it sees only the protocol's own are signed.
	Handler http.Handler
	// Peers looks a hotkey up among the subnet's neurons; nil knows nobody. It is called for every request.
	Peers func(Address) (Neuron, bool)
	// Admit is the policy after authentication; return a *Refusal to choose status and code. Nil admits neurons of the
	// subnet that hold a permit.
	Admit func(Caller) error
	Addr  string // listen address, "127.0.0.1:0" if empty

	MaxBody  int64 // largest request in bytes, 4 MiB if zero
	MaxReply int64 // largest reply that is not a stream in bytes, 16 MiB if zero
	MaxConns int   // open connections, 4096 if zero; above it the longest idle one is closed
	Workers  int   // handlers at work at once, 8 if zero
	Queue    int   // requests that may wait for a worker, 128 if zero

	ReplayFile  string        // keeps the replay window over restarts; empty keeps it in memory
	Timeout     time.Duration // for queue and handler together, 2 min if zero
	ReadTimeout time.Duration // for a caller to send headers, and again for the body, 10 s if zero
	Grace       time.Duration // for requests at work when Run ends, 5 s if zero

	Now func() time.Time // judges freshness, time.Now if nil
	Log *slog.Logger     // nil: silent

	once     sync.Once
	startErr error
	replays  *replays
	queue    *queue
	life     lifecycle
}

// Caller is who asks, as proved by a signature.
type Caller struct {
	Hotkey     Address
	Neuron     Neuron // zero unless Registered
	Registered bool
}

type callerKey struct{}

// CallerFrom returns the verified caller of the request whose context is ctx.
func CallerFrom(ctx context.Context) (Caller, bool) {
	c, ok := ctx.Value(callerKey{}).(Caller)
	return c, ok
}

// start checks the configuration and loads the replay window, once.
func (s *Server) start() error {
	s.once.Do(func() { s.startErr = s.prepare() })
	return s.startErr
}

func (s *Server) prepare() error {
	switch {
	case s.Key.IsZero():
		return errors.New("neuron server: Key is missing")
	case s.ChainID == "" || strings.ContainsAny(s.ChainID, "\r\n"):
		return fmt.Errorf("neuron server: bad ChainID %q", s.ChainID)
	case s.Handler == nil:
		return errors.New("neuron server: Handler is missing")
	}
	s.queue = newQueue(orDefault(s.Workers, 8), orDefault(s.Queue, 128))
	if s.ReplayFile == "" {
		s.replays = newReplays(s.now)
		return nil
	}
	var err error
	s.replays, err = openReplays(s.ReplayFile, s.now, s.log())
	return err
}

// Close releases the replay file. Run does so itself; a server mounted elsewhere calls it when nobody asks any more.
func (s *Server) Close() error {
	if err := s.start(); err != nil {
		return err
	}
	return s.replays.close()
}

// Run listens until ctx ends, then lets requests at work finish for up to Grace and cancels those that remain. It
// returns nil after a clean end. It can be called once.
func (s *Server) Run(ctx context.Context) error {
	if err := s.life.begin(); err != nil {
		return err
	}
	defer s.life.end()
	if err := s.start(); err != nil {
		return err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", cmp.Or(s.Addr, "127.0.0.1:0"))
	if err != nil {
		return errors.Join(fmt.Errorf("neuron server: %w", err), s.replays.close())
	}
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	conns := newConns(orDefault(s.MaxConns, 4096))
	server := s.httpServer(work, conns)
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	s.life.listens(listener.Addr())
	select {
	case err = <-failed:
		err = errors.Join(fmt.Errorf("neuron server: %w", err), s.drain(server, conns, stop))
	case <-ctx.Done():
		err = s.drain(server, conns, stop)
		<-failed
	}
	return errors.Join(err, server.Close(), s.replays.close())
}

func (s *Server) httpServer(work context.Context, conns *conns) *http.Server {
	return &http.Server{
		Handler:           s,
		BaseContext:       func(net.Listener) context.Context { return work },
		ConnState:         conns.track,
		ReadHeaderTimeout: s.readTimeout(),
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(s.log().Handler(), slog.LevelDebug),
	}
}

// drain waits for requests at work, cancels them after Grace, and reports handlers that do not heed even that.
func (s *Server) drain(server *http.Server, conns *conns, stop context.CancelFunc) error {
	grace := orDefault(s.Grace, 5*time.Second)
	soft, cancel := context.WithTimeout(context.Background(), grace)
	defer cancel()
	conns.closeFresh()
	err := server.Shutdown(soft)
	stop()
	hard, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if err != nil {
		err = server.Shutdown(hard)
	}
	if err = errors.Join(err, s.queue.drained(hard)); err != nil {
		return fmt.Errorf("neuron server: requests still at work %v after the end: %w", grace+time.Second, err)
	}
	return nil
}

// Ready is closed once Run listens.
func (s *Server) Ready() <-chan struct{} { return s.life.ready() }

// URL returns the base URL of the server, on the loopback address when it listens on all. It blocks until Run listens
// and is empty when Run ended without.
func (s *Server) URL() string { return s.life.url() }

func (s *Server) now() time.Time {
	if s.Now != nil {
		return s.Now()
	}
	return time.Now()
}

func (s *Server) log() *slog.Logger {
	if s.Log != nil {
		return s.Log
	}
	return slog.New(slog.DiscardHandler)
}

func (s *Server) readTimeout() time.Duration { return orDefault(s.ReadTimeout, 10*time.Second) }

// orDefault returns v, or def when v is not positive.
func orDefault[T int | int64 | time.Duration](v, def T) T {
	if v > 0 {
		return v
	}
	return def
}
