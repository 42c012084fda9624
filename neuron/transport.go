package neuron

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"
)

// newTransport returns a pooled transport without proxy, compression or patience for huge headers.
func newTransport(publicOnly bool) *http.Transport {
	dialer := &net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}
	if publicOnly {
		dialer.Control = func(_, address string, _ syscall.RawConn) error { return checkPublic(address) }
	}
	return &http.Transport{
		DialContext:            dialer.DialContext,
		DisableCompression:     true,
		ForceAttemptHTTP2:      true,
		MaxIdleConns:           1024,
		MaxIdleConnsPerHost:    32,
		IdleConnTimeout:        50 * time.Second, // less than the server's, so that the server rarely closes first
		TLSHandshakeTimeout:    5 * time.Second,
		ExpectContinueTimeout:  time.Second,
		MaxResponseHeaderBytes: 64 << 10,
	}
}

// checkPublic refuses addresses inside somebody's own network. It sees the address that is dialled, after names have
// been resolved.
func checkPublic(address string) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("dial %s: %w", address, err)
	}
	if ip := at.Addr().Unmap(); !ip.IsGlobalUnicast() || ip.IsPrivate() || carrierNet.Contains(ip) || nat64Net.Contains(ip) {
		return fmt.Errorf("dial %s: not a public address", address)
	}
	return nil
}

var (
	carrierNet = netip.MustParsePrefix("100.64.0.0/10") // carriers' own addresses
	nat64Net   = netip.MustParsePrefix("64:ff9b::/96")  // leads to any IPv4 address
)
