package neuron

import (
	"container/list"
	"net"
	"net/http"
	"sync"
)

// conns bounds the open connections: above max the one that has idled longest is closed, so that sockets which only
// sit there cannot keep callers out.
type conns struct {
	mu      sync.Mutex
	max     int
	closing bool
	open    map[net.Conn]*list.Element // nil element: a request is at work
	fresh   map[net.Conn]struct{}      // nothing has come in yet
	idle    *list.List                 // of net.Conn, longest idle in front
}

func newConns(max int) *conns {
	return &conns{max: max, open: map[net.Conn]*list.Element{}, fresh: map[net.Conn]struct{}{}, idle: list.New()}
}

// track is the http.Server's ConnState hook.
func (c *conns) track(conn net.Conn, state http.ConnState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e := c.open[conn]; e != nil {
		c.idle.Remove(e)
	}
	delete(c.fresh, conn)
	switch state {
	case http.StateNew:
		c.open[conn] = c.idle.PushBack(conn)
		c.fresh[conn] = struct{}{}
		c.makeRoom(conn)
	case http.StateIdle:
		c.open[conn] = c.idle.PushBack(conn)
	case http.StateActive:
		c.open[conn] = nil
	default:
		delete(c.open, conn)
	}
}

// makeRoom closes the longest idle connection when there are too many; there is one, since conn has just come in.
func (c *conns) makeRoom(conn net.Conn) {
	if c.closing {
		conn.Close() // nothing is owed to a connection that is being dropped
		return
	}
	if len(c.open) <= c.max {
		return
	}
	e := c.idle.Front()
	c.idle.Remove(e)
	oldest := e.Value.(net.Conn)
	delete(c.open, oldest)
	oldest.Close()
}

// closeFresh closes the connections on which nothing has come in, now and from now on: shutting down would wait for
// them.
func (c *conns) closeFresh() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closing = true
	for conn := range c.fresh {
		conn.Close()
	}
}
