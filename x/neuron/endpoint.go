package neuron

import (
	"strconv"
	"strings"
)

const maxEndpointBytes = 256

// ValidateEndpoint refuses what is not the base URL of a server others can call (R-NEURON-9). The empty endpoint, of a
// neuron that does not serve, is well. The grammar is spelled out here since all nodes must agree on it, whatever
// library and toolchain they were built with:
//
//	("http://" | "https://") host [":" port] ["/" {letter | digit | one of "/-._~"}]
//	host = {letter | digit | one of "-._"} | "[" {hex digit | ":" | "."} "]"      port = 1..65535
func ValidateEndpoint(endpoint string) error {
	if endpoint == "" {
		return nil
	}
	if len(endpoint) > maxEndpointBytes {
		return ErrBadEndpoint.Wrapf("%d bytes, want at most %d", len(endpoint), maxEndpointBytes)
	}
	rest, https := strings.CutPrefix(endpoint, "https://")
	rest, http := strings.CutPrefix(rest, "http://")
	if https == http {
		return ErrBadEndpoint.Wrapf("%q does not begin with http:// or https://", endpoint)
	}
	authority, path, _ := strings.Cut(rest, "/")
	if c := strings.TrimLeft(path, letters+digits+"/-._~"); c != "" {
		return ErrBadEndpoint.Wrapf("%q: a path has letters, digits and /-._~, not %q; no query or fragment", endpoint, c[0])
	}
	host, port, hasPort := splitHost(authority)
	if host == "" {
		return ErrBadEndpoint.Wrapf("%q: %q is no host; it has letters, digits and -._ and no user", endpoint, authority)
	}
	if hasPort && !isPort(port) {
		return ErrBadEndpoint.Wrapf("%q: port %q, want 1..65535", endpoint, port)
	}
	return nil
}

const (
	letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	digits  = "0123456789"
)

// splitHost returns an empty host when it is malformed.
func splitHost(authority string) (host, port string, hasPort bool) {
	allowed := letters + digits + "-._"
	if inside, bracketed := strings.CutPrefix(authority, "["); bracketed {
		var tail string
		host, tail, _ = strings.Cut(inside, "]")
		if port, hasPort = strings.CutPrefix(tail, ":"); !hasPort && tail != "" || !strings.Contains(inside, "]") {
			return "", "", false
		}
		allowed = "0123456789abcdefABCDEF:."
	} else {
		host, port, hasPort = strings.Cut(authority, ":")
	}
	if strings.TrimLeft(host, allowed) != "" {
		return "", "", false
	}
	return host, port, hasPort
}

func isPort(s string) bool {
	n, err := strconv.ParseUint(s, 10, 16)
	return err == nil && n > 0
}
