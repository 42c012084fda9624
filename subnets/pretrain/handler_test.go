package pretrain

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/neuron/neurontest"
)

func ready(t *testing.T) (*Miner, world) {
	players(t)
	w := newWorld()
	m, err := New(w.config(t, &scripted{}))
	require.NoError(t, err)
	require.NoError(t, m.keep(cast.weak))
	require.NoError(t, m.commit(context.Background(), digestOf(cast.weak)))
	return m, w
}

// path is where a miner hands out a file.
func (m *Miner) path(file []byte) string { return Path(Commitment(m.Key.Address(), digestOf(file))) }

// Nobody gets a file before it is known whose it is, also when the miner itself does not know whether its commitment has come
// through.
func TestFilesAreHeldBackUntilTheyAreCommitted(t *testing.T) {
	players(t)
	w := newWorld()
	config := w.config(t, &scripted{})
	m, err := New(config)
	require.NoError(t, err)
	require.NoError(t, m.keep(cast.weak))
	got := ask(m, http.MethodGet, m.path(cast.weak))
	require.Equal(t, http.StatusNotFound, got.Code)
	require.Contains(t, got.Body.String(), "not committed yet")
	digest := digestOf(cast.weak)
	require.Equal(t, http.StatusNotFound, ask(m, http.MethodGet, Path(digest)).Code, "its hash alone is no way to it")

	w.Fail("Committed", errors.New("away"))
	require.Equal(t, http.StatusServiceUnavailable, ask(m, http.MethodGet, m.path(cast.weak)).Code)

	commitment := Commitment(m.Key.Address(), digest)
	require.NoError(t, w.CommitData(context.Background(), m.Key, netuid, commitment[:]), "it came through unnoticed")
	got = ask(m, http.MethodGet, m.path(cast.weak))
	require.Equal(t, http.StatusOK, got.Code)
	require.Equal(t, cast.weak, got.Body.Bytes())

	w.Advance(1)
	require.NoError(t, m.keep(cast.strong))
	again, err := New(config)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, ask(again, http.MethodGet, m.path(cast.weak)).Code)
	require.Equal(t, http.StatusNotFound, ask(again, http.MethodGet, m.path(cast.strong)).Code, "a restart lets nothing out")
	require.NoError(t, again.commit(context.Background(), digestOf(cast.strong)))
	require.Equal(t, http.StatusOK, ask(again, http.MethodGet, m.path(cast.strong)).Code)
}

// Whoever publishes what another has committed before learns of it.
func TestMinerIsToldOfAnElder(t *testing.T) {
	m, w := ready(t)
	w.Advance(1)
	late := world{w.Chain, neurontest.Key("lea")}
	w.Register(netuid, late.key.Address(), neuron.Neuron{})
	config := late.config(t, &scripted{})
	var said bytes.Buffer
	config.Log = slog.New(slog.NewTextHandler(&said, nil))
	second, err := New(config)
	require.NoError(t, err)
	require.NoError(t, second.keep(cast.weak))
	require.NoError(t, second.commit(context.Background(), digestOf(cast.weak)))
	require.Contains(t, said.String(), "committed this very file first")
	require.Contains(t, said.String(), string(m.Key.Address()))
	said.Reset()
	m.Log = config.Log
	require.NoError(t, m.commit(context.Background(), digestOf(cast.weak)))
	require.Empty(t, said.String(), "the elder has nothing to fear")
}

func TestPathTricks(t *testing.T) {
	m, _ := ready(t)
	good := m.path(cast.weak)
	for path, status := range map[string]int{
		good:                                   http.StatusOK,
		Path([32]byte{1}):                      http.StatusNotFound,
		good + "/":                             http.StatusBadRequest,
		good[:len(good)-1]:                     http.StatusBadRequest,
		good + "00":                            http.StatusBadRequest,
		"/artifact/":                           http.StatusBadRequest,
		"/artifact/../training":                http.StatusBadRequest,
		"/artifact/..%2f..%2ftraining":         http.StatusBadRequest,
		"/artifact/" + strings.Repeat("A", 64): http.StatusBadRequest,
		"/artifact/" + strings.Repeat("/", 64): http.StatusBadRequest,
		"/artifact/%00":                        http.StatusBadRequest,
		"/artifacts":                           http.StatusNotFound,
	} {
		got := ask(m, http.MethodGet, path)
		require.Equal(t, status, got.Code, path)
	}
	require.Equal(t, http.StatusMethodNotAllowed, ask(m, http.MethodPost, good).Code)
	_, err := url.Parse(good)
	require.NoError(t, err)
}

// served puts a miner behind a real server, on the chain of w.
func served(t *testing.T, m *Miner, w world) string {
	t.Helper()
	server := &neuron.Server{Key: m.Key, ChainID: "test-1", Netuid: netuid, Handler: m, Peers: w.Peers(netuid), Admit: Admit}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- server.Run(ctx) }()
	t.Cleanup(func() { cancel(); require.NoError(t, <-done) })
	<-server.Ready()
	require.NoError(t, w.Serve(context.Background(), m.Key, netuid, server.URL()))
	return server.URL()
}

// Artifacts are for every neuron of the subnet, conversation for those with a permit, nothing for strangers.
func TestWhoMayAskForWhat(t *testing.T) {
	m, w := ready(t)
	at := served(t, m, w)
	w.Register(netuid, address("val"), neuron.Neuron{Permit: true})
	w.Register(netuid, address("rival"), neuron.Neuron{})
	chat := []byte(`{"messages":[{"role":"user","content":"the"}],"max_tokens":4}`)
	for _, c := range []struct {
		who, method, path string
		body              []byte
		code              string
	}{
		{"val", "GET", m.path(cast.weak), nil, ""},
		{"rival", "GET", m.path(cast.weak), nil, ""},
		{"stranger", "GET", m.path(cast.weak), nil, "not_registered"},
		{"val", "POST", "/v1/chat/completions", chat, ""},
		{"rival", "POST", "/v1/chat/completions", chat, "no_permit"},
		{"stranger", "POST", "/v1/chat/completions", chat, "not_registered"},
	} {
		client := &neuron.Client{Key: neurontest.Key(c.who), ChainID: "test-1"}
		reply, err := client.Do(context.Background(), neuron.Target{Netuid: netuid, Hotkey: m.Key.Address(), Endpoint: at}, c.method, c.path, nil, c.body)
		if c.code == "" {
			require.NoError(t, err, c)
			require.NoError(t, reply.Body.Close())
			continue
		}
		var refusal *neuron.Refusal
		require.ErrorAs(t, err, &refusal, c)
		require.Equal(t, c.code, refusal.Code)
	}
}

// A copycat needs no more than what any neuron may ask for.
func TestLeader(t *testing.T) {
	players(t)
	w := newWorld()
	m, err := New(w.config(t, &scripted{}))
	require.NoError(t, err)
	require.NoError(t, m.keep(cast.weak))
	ctx := context.Background()
	thief := world{w.Chain, neurontest.Key("theo")}
	w.Register(netuid, thief.key.Address(), neuron.Neuron{Incentive: 1})
	copier, err := New(thief.config(t, &copycat{}))
	require.NoError(t, err)
	found, err := copier.leader(ctx)
	require.NoError(t, err)
	require.Nil(t, found, "nobody has committed anything")
	require.NoError(t, m.commit(ctx, digestOf(cast.weak)))
	served(t, m, w)
	found, err = copier.leader(ctx)
	require.NoError(t, err)
	require.Equal(t, cast.weak, found)
	copier.PublicOnly = true
	_, err = copier.leader(ctx)
	require.ErrorContains(t, err, "not a public address", "the leader's endpoint may point into our own network")
	copier.PublicOnly = false
	w.Advance(1)
	require.NoError(t, w.CommitData(ctx, m.Key, netuid, make([]byte, 32)))
	_, err = copier.leader(ctx)
	require.ErrorIs(t, err, neuron.ErrRefused, "it is not there any more")
}
