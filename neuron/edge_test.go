package neuron_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/neuron/neurontest"
)

// One worker, one place to wait: the poor caller who waits makes room for the rich one, and is told when to come back.
func TestPoorCallerMakesRoom(t *testing.T) { // R-WIRE-10
	began, release := make(chan struct{}, 3), make(chan struct{})
	to := run(t, &neuron.Server{
		Workers: 1, Queue: 1, Peers: permitted(map[string]uint64{"poor": 2, "rich": 900, "beggar": 0}),
		Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
			began <- struct{}{}
			<-release
		}),
	})
	answers := map[string]chan error{}
	asks := func(name string) {
		answers[name] = make(chan error, 1)
		c := client(t, neurontest.Key(name))
		go func() {
			_, err := ask(t, c, to, "{}")
			answers[name] <- err
		}()
	}
	refused := func(err error) {
		var r *neuron.Refusal
		require.ErrorAs(t, err, &r)
		require.Equal(t, "queue_full", r.Code)
		require.Equal(t, http.StatusTooManyRequests, r.Status)
		require.Equal(t, time.Second, r.RetryAfter)
		require.NoError(t, r.Signed.Verify())
	}
	asks("poor")
	<-began
	asks("beggar") // waits or comes after rich: it is refused in either case
	asks("rich")
	refused(<-answers["beggar"])
	release <- struct{}{}
	require.NoError(t, <-answers["poor"])
	<-began
	release <- struct{}{}
	require.NoError(t, <-answers["rich"])
}

// Whatever stands in the headers, nobody gets in without a signature that holds.
func FuzzHeaders(f *testing.F) { // R-WIRE-2
	good := neuron.SignRequest(alice, neuron.RequestClaim{
		ChainID: "another chain", Netuid: 7, Method: "POST", Path: "/", Digest: neuron.Digest(nil),
		Nonce: "1767355200000000000-0000000000000001", Sender: alice.Address(), Receiver: miner.Address(),
	})
	f.Add(good.Get(neuron.HeaderNonce), good.Get(neuron.HeaderSender), good.Get(neuron.HeaderKey), good.Get(neuron.HeaderDigest), good.Get(neuron.HeaderSignature), "7", "/", "")
	f.Add("", "", "", "", "", "", "", "")
	s := &neuron.Server{
		Key: miner, ChainID: chainID, Netuid: 7, Now: neurontest.NewClock().Now, Admit: func(neuron.Caller) error { return nil },
		Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("reached") }),
	}
	f.Fuzz(func(t *testing.T, nonce, sender, key, digest, signature, netuid, target, body string) {
		r := httptest.NewRequest("POST", "/", strings.NewReader(body))
		r.RequestURI = target
		for name, value := range map[string]string{
			neuron.HeaderVersion: "nauth/1", neuron.HeaderNonce: nonce, neuron.HeaderSender: sender, neuron.HeaderKey: key, neuron.HeaderDigest: digest,
			neuron.HeaderSignature: signature, neuron.HeaderNetuid: netuid, neuron.HeaderReceiver: string(miner.Address()),
		} {
			r.Header.Set(name, value)
		}
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		require.GreaterOrEqual(t, w.Code, 400)
		require.Less(t, w.Code, 500)
		require.Empty(t, w.Header().Get(neuron.HeaderSignature))
	})
}

// Whatever a stranger sends as a reply, the client neither believes it nor breaks.
func FuzzReply(f *testing.F) { // R-WIRE-12
	f.Add("HTTP/1.1 200 OK\r\nDendra-Auth-Version: nauth/1\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")
	f.Add("HTTP/1.1 429 No\r\nRetry-After: 99999999\r\n\r\n{\"error\":{\"message\":\"x\",\"code\":[]}}")
	f.Add("")
	f.Fuzz(func(t *testing.T, said string) {
		c := &neuron.Client{Key: alice, ChainID: chainID, HTTP: &http.Client{Transport: saying(said)}}
		reply, err := c.Do(t.Context(), neuron.Target{Netuid: 7, Hotkey: miner.Address(), Endpoint: "http://miner"}, "GET", "/", nil, nil)
		if err == nil {
			_, err = io.ReadAll(reply.Body)
			reply.Body.Close()
		}
		require.Error(t, err)
	})
}

// saying is a transport that answers with these bytes.
type saying string

func (s saying) RoundTrip(r *http.Request) (*http.Response, error) {
	return http.ReadResponse(bufioReader(strings.NewReader(string(s))), r)
}
