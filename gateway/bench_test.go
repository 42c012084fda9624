package gateway_test

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/gateway"
	"github.com/dendra-net/dendra/neuron"
)

// What the gateway adds is BenchmarkWhole/gateway less BenchmarkWhole/direct: a signed question to the same miner.

func benchMarket(b *testing.B, m *testMiner) *market {
	return newMarket(b, func(cfg *gateway.Config) { cfg.Limits = gateway.Limits{RequestsPerMinute: -1} }, m)
}

func BenchmarkWhole(b *testing.B) {
	m := benchMarket(b, &testMiner{handler: respond(200, "application/json", wholeAnswer)})
	b.Run("direct", func(b *testing.B) { direct(b, m, question) })
	b.Run("gateway", func(b *testing.B) { through(b, m, question) })
	b.Run("gateway/parallel", func(b *testing.B) {
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				askOnce(b, m, question)
			}
		})
	})
}

// BenchmarkStream streams 200 chunks for each question.
func BenchmarkStream(b *testing.B) {
	var list []string
	for range 200 {
		list = append(list, chunkOf(`{"content":" word"}`, "null"))
	}
	body := frames(append(list, chunkOf(`{}`, `"stop"`), "[DONE]")...)
	m := benchMarket(b, &testMiner{handler: respond(200, "text/event-stream", body)})
	b.Run("direct", func(b *testing.B) { direct(b, m, streamQuestion) })
	b.Run("gateway", func(b *testing.B) { through(b, m, streamQuestion) })
}

// direct asks the miner without a gateway.
func direct(b *testing.B, m *market, body string) {
	client := &neuron.Client{Key: key("gateway"), ChainID: chainID}
	defer client.CloseIdle()
	n := m.subnet.Neurons[0]
	to := neuron.Target{Netuid: 1, Hotkey: n.Hotkey, Endpoint: n.Endpoint}
	b.ReportAllocs()
	for b.Loop() {
		reply, err := client.Do(b.Context(), to, "POST", "/v1/chat/completions", nil, []byte(body))
		require.NoError(b, err)
		_, err = io.Copy(io.Discard, reply.Body)
		require.NoError(b, err)
		require.NoError(b, reply.Body.Close())
	}
}

func through(b *testing.B, m *market, body string) {
	b.ReportAllocs()
	for b.Loop() {
		askOnce(b, m, body)
	}
}

func askOnce(b *testing.B, m *market, body string) {
	req, err := http.NewRequestWithContext(b.Context(), "POST", m.url+"/v1/chat/completions", strings.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+localKey)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		b.Fatal(err)
	}
	defer resp.Body.Close()
	var out bytes.Buffer
	if _, err := out.ReadFrom(resp.Body); err != nil || resp.StatusCode != 200 {
		b.Fatalf("status %d, %v: %s", resp.StatusCode, err, out.String())
	}
}
