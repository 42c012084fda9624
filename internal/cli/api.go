package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// Limits of what a gateway may make the client take.
const (
	maxAPIBody  = 16 << 20
	apiConnect  = 5 * time.Second
	apiTotal    = 10 * time.Minute
	maxSSEEvent = 1 << 20
)

// gatewayAPI is the gateway that questions go to.
type gatewayAPI struct {
	base string // without the /v1
	key  string
	http *http.Client
}

// apiFlags adds --api and --api-key and returns how to reach the gateway after parsing.
func (a *app) apiFlags(c *cobra.Command) func() gatewayAPI {
	var base, key string
	c.Flags().StringVar(&base, "api", "", "address of the gateway (DENDRA_API; default that of the local network)")
	c.Flags().StringVar(&key, "api-key", "", "key for the gateway (DENDRA_API_KEY)")
	return func() gatewayAPI {
		orSet(&base, a.Getenv("DENDRA_API"))
		orSet(&base, a.network.API)
		orSet(&base, defaultAPI)
		orSet(&key, a.Getenv("DENDRA_API_KEY"))
		orSet(&key, a.network.APIKey)
		base = strings.TrimSuffix(strings.TrimRight(base, "/"), "/v1")
		transport := &http.Transport{DialContext: (&net.Dialer{Timeout: apiConnect}).DialContext, TLSHandshakeTimeout: apiConnect,
			ResponseHeaderTimeout: 2 * time.Minute, DisableCompression: true}
		return gatewayAPI{base: base, key: key, http: &http.Client{Transport: transport, Timeout: apiTotal}}
	}
}

// call sends a request and returns an answer of status 200; every other is an error in the gateway's own words.
func (g gatewayAPI) call(ctx context.Context, method, path string, body any) (*http.Response, error) {
	var reader io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return nil, err
		}
		reader = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, g.base+path, reader)
	if err != nil {
		return nil, usagef("bad_address", "the gateway's address %q cannot be used: %v", g.base, err)
	}
	req.Header.Set("Authorization", "Bearer "+g.key)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := g.http.Do(req)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, failf("gateway_unreachable", "the gateway at %s does not answer: %v", g.base, errors.Unwrap(err))
	}
	if res.StatusCode != http.StatusOK {
		return nil, apiFailure(res)
	}
	return res, nil
}

// apiFailure reads an error in OpenAI's form.
func apiFailure(res *http.Response) error {
	defer res.Body.Close()
	b, err := io.ReadAll(io.LimitReader(res.Body, 64<<10))
	if err != nil {
		return failf("gateway_error", "the gateway answered %s and broke off: %v", res.Status, err)
	}
	e := wordsOf(b, fmt.Sprintf("the gateway answered %s", res.Status))
	e.Fix = concrete(e.Fix, res.Header)
	return e
}

// concrete puts the subnet and the request that an answer was about into a fix that speaks of N and ID.
func concrete(fix string, h http.Header) string {
	if netuid, err := strconv.ParseUint(h.Get("Dendra-Subnet"), 10, 16); err == nil {
		fix = strings.ReplaceAll(fix, "--subnet N", fmt.Sprintf("--subnet %d", netuid))
	}
	if id := h.Get("Dendra-Request-Id"); id != "" && plainCode(id) {
		fix = strings.ReplaceAll(fix, "request show ID", "request show "+shortID(id))
	}
	return fix
}

// wordsOf turns {"error":{...}} into an error under the gateway's own code.
func wordsOf(body []byte, otherwise string) *Error {
	var wire struct {
		Error struct {
			Message string  `json:"message"`
			Code    *string `json:"code"`
		} `json:"error"`
	}
	if json.Unmarshal(body, &wire) != nil || wire.Error.Message == "" {
		return failf("gateway_error", "%s without saying why", otherwise)
	}
	code := "gateway_error"
	if wire.Error.Code != nil && plainCode(*wire.Error.Code) {
		code = *wire.Error.Code
	}
	e := failf(code, "%s", wire.Error.Message)
	orSet(&e.Fix, fixes["gateway_error"])
	return e
}

// plainCode reports whether a code from a stranger can stand where ours do.
func plainCode(s string) bool {
	return s != "" && len(s) <= 64 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789_") == ""
}

// read calls and decodes a JSON answer.
func (g gatewayAPI) read(ctx context.Context, path string, into any) error {
	res, err := g.call(ctx, http.MethodGet, path, nil)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(io.LimitReader(res.Body, maxAPIBody))
	if err == nil {
		err = json.Unmarshal(b, into)
	}
	if err != nil {
		return failf("gateway_error", "the answer of %s%s cannot be read: %v", g.base, path, err)
	}
	return nil
}
