package gateway_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/gateway"
	"github.com/dendra-net/dendra/gateway/requestlog"
)

// patient are limits under which only the second question saves the user from a silent miner.
func patient(cfg *gateway.Config) {
	cfg.Limits.FirstByte, cfg.Limits.Whole, cfg.Limits.Patience = time.Hour, time.Hour, 30*time.Millisecond
	cfg.Limits.CoolDown, cfg.Limits.MaxCoolDown = time.Nanosecond, time.Nanosecond // so that it is asked again
}

// A miner that is silent for too long is overtaken by the next one, and it counts as a failure of the silent one.
func TestSilentMinerIsOvertaken(t *testing.T) {
	for _, body := range []string{question, streamQuestion} {
		silent := &testMiner{handler: good().handler, wire: hang}
		m := newMarket(t, patient, silent, good())
		got := m.ask(body)
		require.Equal(t, 200, got.StatusCode)
		require.Equal(t, "1", got.Header.Get("Dendra-Neuron"))
		record := m.record(got)
		require.Equal(t, requestlog.Answered, record.Outcome)
		require.Len(t, record.Attempts, 2)
		require.Equal(t, requestlog.Timeout, record.Attempts[0].Outcome)
		require.Contains(t, record.Attempts[0].Error, "another miner answered first")
		require.Equal(t, requestlog.Answered, record.Attempts[1].Outcome)
		require.GreaterOrEqual(t, record.Attempts[1].Start, int64(30_000))
	}
}

// When the first miner answers after all, the second one is let go without blame, and nothing is billed twice.
func TestSecondMinerIsLetGoWithoutBlame(t *testing.T) {
	for _, body := range []string{question, streamQuestion} {
		entered, released := make(chan struct{}), make(chan struct{})
		slow := &testMiner{handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			<-entered
			good().handler.ServeHTTP(w, r)
		})}
		second := &testMiner{handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			close(entered)
			<-r.Context().Done()
			close(released)
		})}
		m := newMarket(t, patient, slow, second)
		got := m.ask(body)
		require.Equal(t, "0", got.Header.Get("Dendra-Neuron"))
		<-released
		record := m.record(got)
		require.Equal(t, uint64(4200), record.CostRao)
		require.Len(t, record.Attempts, 2)
		require.Equal(t, requestlog.Answered, record.Attempts[0].Outcome)
		require.Equal(t, requestlog.Cancelled, record.Attempts[1].Outcome)
	}
}

// When both fail, the user gets one error that tells of both.
func TestRaceThatNobodyWins(t *testing.T) {
	silent := &testMiner{handler: good().handler, wire: hang}
	failing := &testMiner{handler: respond(500, "text/plain", "no")}
	m := newMarket(t, func(cfg *gateway.Config) {
		patient(cfg)
		cfg.Limits.Whole = 200 * time.Millisecond
	}, silent, failing)
	got := m.ask(question)
	require.Equal(t, 502, got.StatusCode)
	e := errorOf(t, got.body)
	require.Contains(t, e.Message, "neuron 0 timeout")
	require.Contains(t, e.Message, "neuron 1 rejected")
}
