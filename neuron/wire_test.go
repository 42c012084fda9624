package neuron_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/neuron"
)

var rewrite = flag.Bool("rewrite", false, "write testdata anew")

// vectors is testdata/nauth1.json: with these any language can check its bytes against ours.
type vectors struct {
	Protocol  string           `json:"protocol"`
	Keys      []keyVector      `json:"keys"`
	Requests  []requestVector  `json:"requests"`
	Responses []responseVector `json:"responses"`
}

type keyVector struct {
	Name    string         `json:"name"`
	Seed    string         `json:"seed"`
	Public  string         `json:"public"`
	Address neuron.Address `json:"address"`
}

type requestVector struct {
	Name      string              `json:"name"`
	Body      string              `json:"body"`
	Claim     neuron.RequestClaim `json:"claim"`
	Text      string              `json:"text"`
	Headers   map[string]string   `json:"headers"`
	Signature string              `json:"signature"`
}

type responseVector struct {
	Name      string               `json:"name"`
	Body      string               `json:"body"`
	Stream    bool                 `json:"stream"`
	Claim     neuron.ResponseClaim `json:"claim"`
	Text      string               `json:"text"`
	Signature string               `json:"signature"`
}

func seed(b byte) (s [32]byte) {
	for i := range s {
		s[i] = b
	}
	return s
}

func makeVectors() vectors {
	caller, miner := neuron.KeyFromSeed(seed(1)), neuron.KeyFromSeed(seed(2))
	v := vectors{Protocol: neuron.ProtocolRequest, Keys: []keyVector{makeKey("caller", seed(1)), makeKey("miner", seed(2))}}
	for _, c := range []struct{ name, method, path, nonce, body string }{
		{"chat", "POST", "/v1/chat/completions", "1700000000000000000-00112233445566ff", `{"model":"lexi","messages":[{"role":"user","content":"What is 2+2?"}]}`},
		{"no body", "GET", "/v1/models", "1700000000000000001-0000000000000000", ""},
		{"query and escapes", "POST", "/a%2Fb//c?q=%20x&r=&r=2", "1893456000123456789-ffffffffffffffff", "\x00\n\u00e9"},
	} {
		claim := neuron.RequestClaim{
			ChainID: "dendra-1", Netuid: 7, Method: c.method, Path: c.path, Digest: neuron.Digest([]byte(c.body)),
			Nonce: c.nonce, Sender: caller.Address(), Receiver: miner.Address(),
		}
		r := requestVector{Name: c.name, Body: c.body, Claim: claim, Text: string(claim.Text()), Headers: map[string]string{}}
		for name, values := range neuron.SignRequest(caller, claim) {
			r.Headers[name] = values[0]
		}
		r.Signature = r.Headers[neuron.HeaderSignature]
		v.Requests = append(v.Requests, r)
	}
	for _, c := range []struct {
		name   string
		status int
		kind   string
		body   string
	}{
		{"answer", 200, "application/json", `{"choices":[]}`},
		{"stream, signature in the trailer", 200, "text/event-stream", "data: {}\n\ndata: [DONE]\n\n"},
		{"refusal", 429, "application/json", `{"error":{"message":"busy","type":"rate_limit_error","param":null,"code":"queue_full"}}`},
		{"nothing", 204, "", ""},
	} {
		claim := neuron.ResponseClaim{
			ChainID: "dendra-1", Netuid: 7, Nonce: "1700000000000000000-00112233445566ff", Status: c.status,
			Digest: neuron.Digest([]byte(c.body)), ContentType: c.kind, Receiver: miner.Address(), Sender: caller.Address(),
		}
		v.Responses = append(v.Responses, responseVector{
			Name: c.name, Body: c.body, Stream: c.kind == "text/event-stream", Claim: claim, Text: string(claim.Text()),
			Signature: hex.EncodeToString(miner.Sign(claim.Text())),
		})
	}
	return v
}

func makeKey(name string, seed [32]byte) keyVector {
	key := neuron.KeyFromSeed(seed)
	return keyVector{name, hex.EncodeToString(seed[:]), hex.EncodeToString(key.Public()), key.Address()}
}

func TestGoldenVectors(t *testing.T) { // R-WIRE-1
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	require.NoError(t, enc.Encode(makeVectors()))
	const path = "testdata/nauth1.json"
	if *rewrite {
		require.NoError(t, os.WriteFile(path, b.Bytes(), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), b.String())
}

// The text is spelled out once by hand, so that the vectors cannot drift with the code.
func TestRequestTextByHand(t *testing.T) { // R-WIRE-1
	v := makeVectors()
	require.Equal(t, "nauth/1\ndendra-1\n7\nGET\n/v1/models\n"+
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n1700000000000000001-0000000000000000\n"+string(v.Keys[0].Address)+"\n"+string(v.Keys[1].Address), v.Requests[1].Text)
	require.Equal(t, "nauth/1-response\ndendra-1\n7\n1700000000000000000-00112233445566ff\n204\n"+
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n\n"+
		string(v.Keys[1].Address)+"\n"+string(v.Keys[0].Address), v.Responses[3].Text)
}

func TestNewNonce(t *testing.T) {
	n, err := neuron.NewNonce(time.Unix(1700000000, 5), bytes.NewReader([]byte{1, 2, 3, 4, 5, 6, 7, 8}))
	require.NoError(t, err)
	require.Equal(t, "1700000000000000005-0102030405060708", n)
	_, err = neuron.NewNonce(time.Now(), bytes.NewReader(nil))
	require.Error(t, err)
}

func TestProofBindsEverything(t *testing.T) { // R-WIRE-18
	v := makeVectors()
	q, a := v.Requests[0], v.Responses[0]
	good := neuron.Proof{
		Request: q.Claim, RequestKey: v.Keys[0].Public, RequestSignature: q.Signature,
		Response: a.Claim, ResponseKey: v.Keys[1].Public, ResponseSignature: a.Signature,
	}
	require.NoError(t, good.Verify())
	require.False(t, good.IsZero())
	require.True(t, neuron.Proof{}.IsZero())
	for name, change := range map[string]func(*neuron.Proof){
		"chain":            func(p *neuron.Proof) { p.Request.ChainID = "x"; p.Response.ChainID = "x" },
		"netuid":           func(p *neuron.Proof) { p.Request.Netuid = 8; p.Response.Netuid = 8 },
		"method":           func(p *neuron.Proof) { p.Request.Method = "PUT" },
		"path":             func(p *neuron.Proof) { p.Request.Path += "?" },
		"digest":           func(p *neuron.Proof) { p.Request.Digest = a.Claim.Digest },
		"status":           func(p *neuron.Proof) { p.Response.Status = 201 },
		"type":             func(p *neuron.Proof) { p.Response.ContentType = "text/plain" },
		"answer":           func(p *neuron.Proof) { p.Response.Digest = q.Claim.Digest },
		"other nonce":      func(p *neuron.Proof) { p.Response.Nonce = v.Requests[1].Claim.Nonce },
		"other sender":     func(p *neuron.Proof) { p.Request.Sender = p.Request.Receiver; p.Response.Sender = p.Request.Receiver },
		"key of another":   func(p *neuron.Proof) { p.ResponseKey = p.RequestKey },
		"no key":           func(p *neuron.Proof) { p.RequestKey = "" },
		"upper-case hex":   func(p *neuron.Proof) { p.RequestKey = strings.ToUpper(p.RequestKey) },
		"cut signature":    func(p *neuron.Proof) { p.ResponseSignature = p.ResponseSignature[2:] },
		"zeroed signature": func(p *neuron.Proof) { p.ResponseSignature = hex.EncodeToString(make([]byte, 64)) },
		"swapped signatures": func(p *neuron.Proof) {
			p.RequestSignature, p.ResponseSignature = p.ResponseSignature, p.RequestSignature
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := good
			change(&p)
			require.ErrorIs(t, p.Verify(), neuron.ErrBadSignature)
		})
	}
}
