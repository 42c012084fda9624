package node

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/cosmos/cosmos-sdk/client"
	"google.golang.org/grpc"

	"github.com/dendra-net/dendra/chain"
)

// ErrPortInUse means that something else listens where the node wants to.
var ErrPortInUse = errors.New("port in use")

// checkDoors sees, before anything is opened, whether the node can listen where it should. Each error names the door and
// the flag that moves it.
func (o Options) checkDoors(ctx context.Context) error {
	var lc net.ListenConfig
	for _, door := range []struct{ name, addr, flag string }{
		{"peers", o.P2P, "--p2p-listen"}, {"RPC", o.RPC, "--rpc-listen"}, {"gRPC", o.GRPC, "--grpc-listen"}, {"REST", o.REST, "--rest-listen"},
	} {
		if door.addr == "" {
			continue
		}
		l, err := lc.Listen(ctx, "tcp", door.addr)
		if err != nil {
			return fmt.Errorf("%w: %s at %s: %w; another one is given with %s", ErrPortInUse, door.name, door.addr, err, door.flag)
		}
		if err := l.Close(); err != nil {
			return err
		}
	}
	return nil
}

const (
	headerTime  = 5 * time.Second
	requestTime = 30 * time.Second
	answerTime  = 60 * time.Second
	lastTime    = 3 * time.Second // for answers under way when the node stops
)

// servers are the doors for queries and transactions.
type servers struct {
	log     *slog.Logger
	grpc    *grpc.Server
	rest    *http.Server
	running sync.WaitGroup // servers
	asked   sync.WaitGroup // REST requests under way
}

func (s *servers) open(ctx context.Context, o Options, app *chain.App, c client.Context) error {
	var lc net.ListenConfig
	if o.GRPC != "" {
		l, err := lc.Listen(ctx, "tcp", o.GRPC)
		if err != nil {
			return fmt.Errorf("%w: gRPC: %w", ErrPortInUse, err)
		}
		s.grpc = grpcServer(app)
		s.running.Go(func() { s.note("gRPC", s.grpc.Serve(l)) })
	}
	if o.REST != "" {
		l, err := lc.Listen(ctx, "tcp", o.REST)
		if err != nil {
			return fmt.Errorf("%w: REST: %w", ErrPortInUse, err)
		}
		s.rest = &http.Server{
			Handler: s.counted(restHandler(app, c)), MaxHeaderBytes: 64 << 10,
			ReadHeaderTimeout: headerTime, ReadTimeout: requestTime, WriteTimeout: answerTime, IdleTimeout: answerTime,
		}
		s.running.Go(func() { s.note("REST", s.rest.Serve(l)) })
	}
	return nil
}

// counted lets close wait for requests under way: they read databases that are closed after them.
func (s *servers) counted(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.asked.Add(1)
		defer s.asked.Done()
		h.ServeHTTP(w, r)
	})
}

func (s *servers) note(door string, err error) {
	if err != nil && !errors.Is(err, http.ErrServerClosed) && !errors.Is(err, grpc.ErrServerStopped) {
		s.log.Error("server ended", "door", door, "err", err)
	}
}

// close refuses new requests, gives those under way a last moment, and waits for every handler.
func (s *servers) close() error {
	var err error
	if s.rest != nil {
		last, cancel := context.WithTimeout(context.Background(), lastTime)
		defer cancel()
		if shutdown := s.rest.Shutdown(last); shutdown != nil {
			err = s.rest.Close()
		}
		s.asked.Wait()
	}
	if s.grpc != nil {
		s.grpc.Stop() // waits for its handlers
	}
	s.running.Wait()
	return err
}
