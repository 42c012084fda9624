package neuron_test

import (
	"context"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/neuron"
)

// BenchmarkRoundTrip is one signed request and signed reply over loopback, with the replay window on disk.
func BenchmarkRoundTrip(b *testing.B) {
	s := &neuron.Server{Key: miner, ChainID: chainID, Netuid: 7, Handler: http.HandlerFunc(echo), Peers: permitted(nil), ReplayFile: filepath.Join(b.TempDir(), "replays")}
	ended := make(chan error, 1)
	ctx, cancel := context.WithCancel(b.Context())
	go func() { ended <- s.Run(ctx) }()
	to := neuron.Target{Netuid: 7, Hotkey: miner.Address(), Endpoint: s.URL()}
	c := &neuron.Client{Key: alice, ChainID: chainID}
	body := []byte(`{"model":"lexi","messages":[{"role":"user","content":"What is 2+2?"}]}`)
	var took []time.Duration
	for b.Loop() {
		start := time.Now()
		reply, err := c.Do(ctx, to, "POST", "/v1/chat/completions", nil, body)
		require.NoError(b, err)
		_, err = io.Copy(io.Discard, reply.Body)
		require.NoError(b, err)
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-us")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-us")
	c.CloseIdle()
	cancel()
	require.NoError(b, <-ended)
}
