package neuron

import (
	"net/url"
	"strconv"
)

const maxEndpointBytes = 256

// ValidateEndpoint refuses what is not the base URL of a server others can call (R-NEURON-9): http or https, a host, at
// most 256 printable bytes, no user, query or fragment. The empty endpoint, of a neuron that does not serve, is well.
func ValidateEndpoint(endpoint string) error {
	if endpoint == "" {
		return nil
	}
	if len(endpoint) > maxEndpointBytes {
		return ErrBadEndpoint.Wrapf("%d bytes, want at most %d", len(endpoint), maxEndpointBytes)
	}
	for i, c := range []byte(endpoint) {
		if c <= ' ' || c >= 0x7f {
			return ErrBadEndpoint.Wrapf("%q: byte %d is %#x, want printable ASCII", endpoint, i, c)
		}
	}
	u, err := url.Parse(endpoint)
	if err != nil {
		return ErrBadEndpoint.Wrapf("%q: %s", endpoint, err)
	}
	return checkParts(endpoint, u)
}

func checkParts(endpoint string, u *url.URL) error {
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return ErrBadEndpoint.Wrapf("%q: scheme %q, want http or https", endpoint, u.Scheme)
	case u.Hostname() == "":
		return ErrBadEndpoint.Wrapf("%q: no host", endpoint)
	case u.User != nil:
		return ErrBadEndpoint.Wrapf("%q: a user has no place in it", endpoint)
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return ErrBadEndpoint.Wrapf("%q: a query or fragment has no place in it", endpoint)
	}
	if port := u.Port(); port != "" {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return ErrBadEndpoint.Wrapf("%q: port %s, want 1..65535", endpoint, port)
		}
	}
	return nil
}
