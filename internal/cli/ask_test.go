package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/internal/cli"
)

// run types words against a gateway and returns what came out.
func run(t *testing.T, api string, words ...string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	env := map[string]string{"DENDRA_API": api + "/v1", "DENDRA_API_KEY": "secret", "DENDRA_HOME": t.TempDir()}
	code = cli.Main(context.Background(), cli.Env{Args: words, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs,
		Getenv: func(name string) string { return env[name] }})
	return code, out.String(), errs.String()
}

// gatewayWith answers /v1/models with one model and everything else by handle.
func gatewayWith(t *testing.T, handle http.HandlerFunc) string {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/models", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"object":"list","data":[{"id":"text"}]}`)
	})
	mux.HandleFunc("/", handle)
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s.URL
}

func TestAskPrintsTheAnswerAndWhoGaveIt(t *testing.T) {
	api := gatewayWith(t, func(w http.ResponseWriter, r *http.Request) {
		require.Equal(t, "/v1/chat/completions", r.URL.Path)
		require.Equal(t, "Bearer secret", r.Header.Get("Authorization"))
		var body struct {
			Model  string
			Stream bool
		}
		require.NoError(t, json.NewDecoder(r.Body).Decode(&body))
		require.Equal(t, "text", body.Model)
		require.True(t, body.Stream)
		h := w.Header()
		h.Set("Content-Type", "text/event-stream")
		h.Set("Dendra-Request-Id", "7f3a91")
		h.Set("Dendra-Subnet", "1")
		h.Set("Dendra-Neuron", "4")
		_, _ = io.WriteString(w, "data: {\"choices\":[{\"delta\":{\"content\":\"Air scatters\"}}]}\n\n"+
			"data: {\"choices\":[{\"delta\":{\"content\":\" blue light.\"}}]}\n\n: dendra cost=0.000031 prompt_tokens=1\n\ndata: [DONE]\n\n")
	})
	code, out, errs := run(t, api, "ask", "Why is the sky blue?")
	require.Zero(t, code, errs)
	require.Regexp(t, `^Air scatters blue light\.\n  answered by subnet 1 / neuron 4 in \d+ ms, 0\.000031000 TAO   request 7f3a91\n$`, out)

	code, out, errs = run(t, api, "ask", "Why?", "--json")
	require.Zero(t, code, errs)
	require.Contains(t, out, `"answer": "Air scatters blue light."`)
	require.Contains(t, out, `"cost_tao": "0.000031"`)
	require.Contains(t, out, `"cost_rao": "31000"`)
}

func TestAskPassesOnWhatTheGatewaySays(t *testing.T) {
	api := gatewayWith(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = io.WriteString(w, `{"error":{"message":"this key is not known","type":"invalid_request_error","code":"invalid_api_key"}}`)
	})
	code, out, errs := run(t, api, "ask", "hi")
	require.Equal(t, 1, code)
	require.Empty(t, out)
	require.Equal(t, "error invalid_api_key: this key is not known\n  fix: set DENDRA_API_KEY to a key of this gateway\n  docs: dendra explain invalid_api_key\n", errs)
}

func TestAskSaysWhatHelpsWhenNobodyAnswers(t *testing.T) {
	for code, fix := range map[string]string{
		"no_miner":     "see who serves with dendra neuron list --subnet 3, or mine yourself: dendra miner run --subnet 3 --help",
		"miner_failed": "ask again; dendra request show 7f3a91 shows every attempt",
	} {
		api := gatewayWith(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Dendra-Subnet", "3")
			w.Header().Set("Dendra-Request-Id", "7f3a91")
			w.WriteHeader(http.StatusServiceUnavailable)
			_, _ = io.WriteString(w, `{"error":{"message":"subnet 3 has nobody","type":"server_error","code":"`+code+`"}}`)
		})
		rc, _, errs := run(t, api, "ask", "hi")
		require.Equal(t, 1, rc)
		require.Equal(t, "error "+code+": subnet 3 has nobody\n  fix: "+fix+"\n  docs: dendra explain "+code+"\n", errs)
	}
}

func TestACutAnswerIsAnError(t *testing.T) {
	api := gatewayWith(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "data: {\"choices\":[{\"delta\":{\"content\":\"half\"}}]}\n\n")
	})
	code, out, errs := run(t, api, "ask", "hi")
	require.Equal(t, 1, code)
	require.Equal(t, "half\n", out)
	require.Contains(t, errs, "error answer_cut: the answer ended before its end")
}

func TestAGatewayThatTalksNonsense(t *testing.T) {
	api := gatewayWith(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusBadGateway)
		_, _ = io.WriteString(w, "<html>\x1b[2J")
	})
	code, _, errs := run(t, api, "ask", "hi")
	require.Equal(t, 1, code)
	require.Contains(t, errs, "error gateway_error: the gateway answered 502 Bad Gateway without saying why")
	code, _, errs = run(t, api, "request", "list")
	require.Equal(t, 1, code)
	require.Contains(t, errs, "gateway_error")
}

func TestRequestsAreShown(t *testing.T) {
	record := `{"id":"7f3a91","time":"2026-01-02T03:04:05Z","model":"text","outcome":"answered","status":200,"neuron":4,"duration_us":412000,
		"prompt_tokens":26,"completion_tokens":41,"cost_rao":"31000","attempts":[{"uid":4,"hotkey":"tao1x","start_us":3000,"end_us":412000,"outcome":"answered","signature_ok":true}]}`
	api := gatewayWith(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/v1/requests" {
			require.Equal(t, "5", r.URL.Query().Get("limit"))
			_, _ = io.WriteString(w, `{"object":"list","data":[`+record+`],"has_more":false}`)
			return
		}
		require.Equal(t, "/v1/requests/7f3a", r.URL.Path)
		_, _ = io.WriteString(w, record)
	})
	code, out, errs := run(t, api, "request", "list", "--limit", "5")
	require.Zero(t, code, errs)
	require.Regexp(t, `(?m)^7f3a91 .* text +4 +answered +412 +26 +41 +0\.000031000 +1$`, out)
	code, out, errs = run(t, api, "request", "show", "7f3a")
	require.Zero(t, code, errs)
	require.Contains(t, out, "26 in / 41 out tokens   0.000031000 TAO   took 412.0 ms   signatures none")
	require.Contains(t, out, "-> neuron 4 (tao1x)  answered  end 412.0 ms  signature ok")
	code, out, errs = run(t, api, "request", "show", "7f3a", "--json")
	require.Zero(t, code, errs)
	require.Contains(t, out, `"proof_check": "none"`)
}

func TestAskSendsAPicture(t *testing.T) {
	asked := make(chan string, 1)
	api := gatewayWith(t, func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		require.NoError(t, err)
		asked <- string(body)
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = io.WriteString(w, "data: {\"choices\":[{\"delta\":{\"content\":\"A\"}}]}\n\n: dendra cost=0 prompt_tokens=1\n\ndata: [DONE]\n\n")
	})
	dir := t.TempDir()
	path := filepath.Join(dir, "a.png")
	require.NoError(t, os.WriteFile(path, []byte("\x89PNG\r\n\x1a\n"), 0o600))
	code, out, errs := run(t, api, "ask", "--model", "vision", "--image", path, "What does it say?")
	require.Zero(t, code, errs)
	require.Contains(t, out, "A\n")
	require.Contains(t, <-asked, `"url":"data:image/png;base64,iVBORw0KGgo="`)

	text := filepath.Join(dir, "a.txt")
	require.NoError(t, os.WriteFile(text, []byte("no picture"), 0o600))
	large := filepath.Join(dir, "large.png")
	require.NoError(t, os.WriteFile(large, make([]byte, 2<<20+1), 0o600))
	for bad, want := range map[string]string{text: "bad_picture", large: "bad_picture", dir: "bad_picture", filepath.Join(dir, "missing.png"): "no_such_file"} {
		code, _, errs = run(t, api, "ask", "--image", bad, "What does it say?")
		require.Equal(t, 2, code, bad)
		require.Contains(t, errs, "error "+want, bad)
	}
}
