package mixture_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/subnets/mixture"
)

// fleet is a subnet's miners, asked without a network between.
type fleet struct {
	miners   []neuron.Candidate
	handlers map[neuron.Address]http.Handler
	mu       sync.Mutex
	record   map[string]neuron.Answer
}

func newFleet() *fleet {
	return &fleet{handlers: map[neuron.Address]http.Handler{}, record: map[string]neuron.Answer{}}
}

// join registers a miner at a height.
func (f *fleet) join(name string, height int64, h http.Handler) neuron.Address {
	hotkey := neuron.Address("hot-" + name)
	f.miners = append(f.miners, neuron.Candidate{Neuron: neuron.Neuron{
		UID: uint16(len(f.miners)), Hotkey: hotkey, Coldkey: "cold-" + name, RegisteredAt: height, Endpoint: "http://" + name}})
	f.handlers[hotkey] = h
	return hotkey
}

// recruit joins shipped experts.
func (f *fleet) recruit(t testing.TB, height int64, names ...string) {
	t.Helper()
	for _, name := range names {
		f.join(name, height, f.expert(t, name))
	}
}

// trained are experts that ask nobody, kept from test to test: they take long to make.
var trained sync.Map

func (f *fleet) expert(t testing.TB, name string) http.Handler {
	t.Helper()
	if h, ok := trained.Load(name); ok {
		return h.(http.Handler)
	}
	e, ok := mixture.ExpertOf(name)
	require.True(t, ok, name)
	h, err := e.Build(name, f.market("hot-"+neuron.Address(name)))
	require.NoError(t, err)
	if name != "blender" && name != "parrot" {
		trained.Store(name, h)
	}
	return h
}

// market is the subnet as one of its miners sees it; "" is somebody from outside.
func (f *fleet) market(self neuron.Address) mixture.Market {
	return mixture.Market{Ask: f.ask, Miners: func(context.Context) ([]neuron.Address, error) {
		var list []neuron.Address
		for _, m := range f.miners {
			if m.Hotkey != self {
				list = append(list, m.Hotkey)
			}
		}
		return list, nil
	}}
}

func (f *fleet) ask(ctx context.Context, miner neuron.Address, method, path string, body []byte) neuron.Answer {
	h, ok := f.handlers[miner]
	if !ok {
		return neuron.Answer{Err: fmt.Errorf("nobody is %s", miner)}
	}
	w := httptest.NewRecorder()
	done := make(chan struct{})
	go func() {
		defer close(done)
		h.ServeHTTP(w, httptest.NewRequestWithContext(ctx, method, path, bytes.NewReader(body)))
	}()
	select {
	case <-done:
	case <-ctx.Done():
		return neuron.Answer{Err: ctx.Err()}
	}
	return neuron.Answer{Status: w.Code, Body: w.Body.Bytes()}
}

// exam is the exam of an epoch, whose answers are recorded.
func (f *fleet) exam(epoch uint64, memory []byte) neuron.Exam {
	x := neuron.Exam{ChainID: "test", Netuid: 3, Epoch: epoch, Validator: "val", Seed: [32]byte{byte(epoch), byte(*seed)}, Opened: 100 + 20*int64(epoch),
		Beacon: [32]byte{byte(epoch)}, Miners: f.miners, Memory: memory}
	x.Ask = func(ctx context.Context, miner neuron.Address, method, path string, body []byte) neuron.Answer {
		a := f.ask(ctx, miner, method, path, body)
		f.mu.Lock()
		defer f.mu.Unlock()
		f.record[string(miner)+string(body)] = a
		return a
	}
	return x
}

// replayed is x with the recorded answers.
func (f *fleet) replayed(x neuron.Exam) neuron.Exam {
	x.Ask = func(_ context.Context, miner neuron.Address, _, _ string, body []byte) neuron.Answer {
		f.mu.Lock()
		defer f.mu.Unlock()
		a, ok := f.record[string(miner)+string(body)]
		if !ok {
			a.Err = fmt.Errorf("%s was not asked that", miner)
		}
		return a
	}
	return x
}

func examiner(t testing.TB, o mixture.Options) *mixture.Examiner {
	t.Helper()
	e, err := mixture.New(o)
	require.NoError(t, err)
	return e
}

func fact(facts []neuron.Fact, name string) neuron.Fact {
	for _, f := range facts {
		if f.Name == name {
			return f
		}
	}
	return neuron.Fact{}
}
