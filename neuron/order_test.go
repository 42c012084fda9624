package neuron_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/neuron"
)

// fault is something wrong with a request, or with its sender in the eyes of the policy.
type fault struct {
	code    string
	claim   func(*neuron.RequestClaim) // spoils what is signed
	request func(*http.Request)        // spoils what was signed
	policy  error
}

// faults are listed in the order in which a server looks for them.
var faults = []fault{
	{code: "body_too_large", request: func(r *http.Request) { r.ContentLength = 1 << 30 }},
	{code: "malformed", request: func(r *http.Request) { r.Header.Del(neuron.HeaderVersion) }},
	{code: "bad_signature", request: func(r *http.Request) { r.Header.Set(neuron.HeaderSignature, strings.Repeat("0", 128)) }},
	{code: "stale", claim: func(c *neuron.RequestClaim) { c.Nonce = nonceAt(-time.Minute) }},
	{code: "too_poor", policy: neuron.Refuse(http.StatusPaymentRequired, "too_poor", "not rich enough")},
	{code: "bad_digest", request: func(r *http.Request) { setBody(r, "bodY") }},
}

// A request with several faults is refused for the first in the order, so that the cheap checks shield the dear ones.
func TestTheFirstFaultDecides(t *testing.T) { // R-WIRE-8
	for i, first := range faults {
		t.Run(first.code, func(t *testing.T) {
			w := httptest.NewRecorder()
			serverWith(t, faults[i:]).ServeHTTP(w, requestWith(t, faults[i:]))
			require.Contains(t, w.Body.String(), `"code":"`+first.code+`"`)
		})
	}
}

func serverWith(t *testing.T, faults []fault) *neuron.Server {
	return &neuron.Server{
		Key: miner, ChainID: chainID, Netuid: 7,
		Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the handler was reached") }),
		Admit: func(neuron.Caller) error {
			for _, f := range faults {
				if f.policy != nil {
					return f.policy
				}
			}
			return nil
		},
	}
}

func requestWith(t *testing.T, faults []fault) *http.Request {
	to := neuron.Target{Netuid: 7, Hotkey: miner.Address(), Endpoint: "http://miner"}
	r := signed(t, to, "body", func(c *neuron.RequestClaim) {
		for _, f := range faults {
			if f.claim != nil {
				f.claim(c)
			}
		}
	})
	r.RequestURI = "/x?y=1"
	for k := range faults { // from the last: what an earlier one sets, a later one must not undo
		if f := faults[len(faults)-1-k]; f.request != nil {
			f.request(r)
		}
	}
	return r
}
