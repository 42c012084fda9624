package vision_test

import (
	"context"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/neuron/neurontest"
	"github.com/dendra-net/dendra/subnets/vision"
)

// TestOverTheWire: questions and answers fit through signed requests with their default bounds.
func TestOverTheWire(t *testing.T) {
	miner, validator := neurontest.Key("miner"), neurontest.Key("validator")
	server := &neuron.Server{
		Key: miner, ChainID: "eyes-1", Netuid: 4, Handler: vision.Handler(open(t, "cnn"), "vision"), Timeout: time.Minute,
		Admit: func(neuron.Caller) error { return nil },
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- server.Run(ctx) }()
	client := &neuron.Client{Key: validator, ChainID: "eyes-1", Timeout: time.Minute, MaxReply: 1 << 20}
	task := newTask(t, vision.Options{})
	to := neuron.Target{Netuid: 4, Hotkey: miner.Address(), Endpoint: server.URL()}
	for _, q := range task.Questions(seed(8), 6) {
		reply, err := client.Do(ctx, to, http.MethodPost, q.Path, nil, q.Body)
		require.NoError(t, err)
		body, err := io.ReadAll(reply.Body)
		require.NoError(t, err)
		require.NoError(t, reply.Body.Close())
		score, err := task.Judge(q, neuron.Answer{Status: reply.Status, Body: body})
		require.NoError(t, err)
		require.Greater(t, score, 0.8)
	}
	client.CloseIdle()
	stop()
	require.NoError(t, <-ended)
}
