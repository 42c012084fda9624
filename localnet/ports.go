package localnet

import (
	"fmt"
	"net"
	"strconv"
)

// DefaultPort is where the gateway listens when nobody says otherwise; the other doors follow it.
const DefaultPort = 2100

// ports are the addresses of a market, all on the loopback interface.
type ports struct{ base, miners, validators int }

func (p ports) addr(offset int) string {
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(p.base+offset))
}

func (p ports) gateway() string    { return p.addr(0) }
func (p ports) rpc() string        { return p.addr(1) }
func (p ports) grpc() string       { return p.addr(2) }
func (p ports) rest() string       { return p.addr(3) }
func (p ports) p2p() string        { return p.addr(4) }
func (p ports) miner(i int) string { return p.addr(firstMiner + i) }

// evidence is where a validator hands out its evidence, collective where it answers for all miners of a subnet.
func (p ports) evidence(validator int) string { return p.addr(firstMiner + p.miners + 2*validator) }
func (p ports) collective(validator int) string {
	return p.addr(firstMiner + p.miners + 2*validator + 1)
}

// firstMiner is how far behind the gateway's port the miners' begin.
const firstMiner = 10

// count is how many ports the market spans.
func (p ports) count() int { return firstMiner + p.miners + 2*p.validators }

// newPorts checks that every port of a market can be listened on.
func newPorts(base, miners, validators int) (ports, error) {
	p := ports{base, miners, validators}
	if base == 0 {
		p.base = DefaultPort
	}
	if p.base < 1024 || p.base+p.count() > 65535 {
		return ports{}, fmt.Errorf("port %d: want 1024..%d", p.base, 65535-p.count())
	}
	wanted := []string{p.gateway(), p.rpc(), p.grpc(), p.rest(), p.p2p()}
	for i := range miners + 2*validators {
		wanted = append(wanted, p.miner(i))
	}
	for _, addr := range wanted {
		l, err := net.Listen("tcp", addr)
		if err != nil {
			return ports{}, fmt.Errorf("%w: %s: %w; a market takes ports %d to %d: choose others with --port", ErrPortInUse, addr, err, p.base, p.base+p.count()-1)
		}
		if err := l.Close(); err != nil {
			return ports{}, err
		}
	}
	return p, nil
}
