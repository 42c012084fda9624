package neuron

import (
	"errors"
	"net"
	"sync"
)

// lifecycle tells others how far Run is. The zero value has not begun.
type lifecycle struct {
	mu      sync.Mutex
	begun   bool
	base    string
	readyCh chan struct{} // closed once listening
	doneCh  chan struct{} // closed once Run returned
}

func (l *lifecycle) init() {
	if l.readyCh == nil {
		l.readyCh, l.doneCh = make(chan struct{}), make(chan struct{})
	}
}

func (l *lifecycle) begin() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.init()
	if l.begun {
		return errors.New("neuron server: Run was called twice")
	}
	l.begun = true
	return nil
}

func (l *lifecycle) end() { close(l.doneCh) }

func (l *lifecycle) listens(addr net.Addr) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.base = "http://" + addr.String()
	if tcp, ok := addr.(*net.TCPAddr); ok && tcp.IP.IsUnspecified() {
		l.base = "http://" + (&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: tcp.Port}).String()
	}
	close(l.readyCh)
}

func (l *lifecycle) ready() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.init()
	return l.readyCh
}

func (l *lifecycle) url() string {
	select {
	case <-l.ready():
	case <-l.doneCh:
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.base
}
