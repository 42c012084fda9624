package mixture_test

import (
	"context"
	"crypto/rand"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/subnets/mixture"
)

// TestAnExamOverSignedRequests asks miners as a validator does: through their servers, with both sides' signatures.
func TestAnExamOverSignedRequests(t *testing.T) {
	f := newFleet()
	servers := map[neuron.Address]string{}
	for name, h := range map[string]http.Handler{"dictionary": f.expert(t, "dictionary"), "code": f.expert(t, "code"), "broken": answering(200, []byte("x"))} {
		key, err := neuron.GenerateKey(rand.Reader)
		require.NoError(t, err)
		s := &neuron.Server{Key: key, ChainID: "test", Netuid: 3, Handler: h, Admit: func(neuron.Caller) error { return nil }}
		at := httptest.NewServer(s)
		t.Cleanup(at.Close)
		servers[key.Address()] = at.URL
		f.miners = append(f.miners, neuron.Candidate{Neuron: neuron.Neuron{Hotkey: key.Address(), Coldkey: name, RegisteredAt: 1}})
	}
	validator, err := neuron.GenerateKey(rand.Reader)
	require.NoError(t, err)
	client := &neuron.Client{Key: validator, ChainID: "test"}
	t.Cleanup(client.CloseIdle)
	x := f.exam(1, nil)
	x.Ask = func(ctx context.Context, miner neuron.Address, method, path string, body []byte) neuron.Answer {
		r, err := client.Do(ctx, neuron.Target{Netuid: 3, Hotkey: miner, Endpoint: servers[miner]}, method, path, nil, body)
		if err != nil {
			return neuron.Answer{Err: err}
		}
		defer r.Body.Close()
		raw, err := io.ReadAll(r.Body)
		return neuron.Answer{Status: r.Status, Body: raw, Err: err}
	}
	got, err := examiner(t, mixture.Options{Positions: 128}).Examine(t.Context(), x)
	require.NoError(t, err)
	for _, m := range f.miners {
		if k := got.Marks[m.Hotkey]; m.Coldkey == "broken" {
			require.Contains(t, k.Reason, "1 bytes for 64 prefixes")
		} else {
			require.Equal(t, 128, k.N, k.Reason)
		}
	}
}
