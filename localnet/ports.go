package localnet

import (
	"fmt"
	"net"
	"strconv"
)

// DefaultPort is where the gateway listens when nobody says otherwise; the other doors follow it.
const DefaultPort = 2100

// ports are the addresses of a market, all on the loopback interface.
type ports struct{ base int }

func (p ports) addr(offset int) string {
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(p.base+offset))
}

func (p ports) gateway() string    { return p.addr(0) }
func (p ports) rpc() string        { return p.addr(1) }
func (p ports) grpc() string       { return p.addr(2) }
func (p ports) rest() string       { return p.addr(3) }
func (p ports) p2p() string        { return p.addr(4) }
func (p ports) miner(i int) string { return p.addr(10 + i) }

// newPorts checks that every port of a market with that many miners can be listened on.
func newPorts(base, miners int) (ports, error) {
	if base == 0 {
		base = DefaultPort
	}
	if base < 1024 || base+10+miners > 65535 {
		return ports{}, fmt.Errorf("port %d: want 1024..%d", base, 65535-10-miners)
	}
	p := ports{base}
	wanted := []string{p.gateway(), p.rpc(), p.grpc(), p.rest(), p.p2p()}
	for i := range miners {
		wanted = append(wanted, p.miner(i))
	}
	for _, addr := range wanted {
		l, err := net.Listen("tcp", addr)
		if err != nil {
			return ports{}, fmt.Errorf("%w: %s: %w; a market takes ports %d to %d: choose others with --port", ErrPortInUse, addr, err, base, base+9+miners)
		}
		if err := l.Close(); err != nil {
			return ports{}, err
		}
	}
	return p, nil
}
