package subnet

import (
	"strings"
	"unicode/utf8"
)

const (
	maxNameBytes        = 32
	maxDescriptionBytes = 1024
	maxURLBytes         = 256
)

// ValidateName refuses names that are not 1 to 32 of a-z, 0-9 and - (R-SUBNET-4).
func ValidateName(name string) error {
	if len(name) == 0 || len(name) > maxNameBytes {
		return ErrBadName.Wrapf("%.40q has %d bytes, want 1..%d", name, len(name), maxNameBytes)
	}
	for i, c := range []byte(name) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return ErrBadName.Wrapf("%q: byte %d is %q, want a-z, 0-9 or -", name, i, c)
		}
	}
	return nil
}

// ValidateIdentity bounds what people read about a subnet (R-SUBNET-5).
func ValidateIdentity(description, address string) error {
	if len(description) > maxDescriptionBytes || !utf8.ValidString(description) {
		return ErrBadIdentity.Wrapf("description of %d bytes: want at most %d of UTF-8", len(description), maxDescriptionBytes)
	}
	if address == "" {
		return nil
	}
	if len(address) > maxURLBytes {
		return ErrBadIdentity.Wrapf("url of %d bytes: want at most %d", len(address), maxURLBytes)
	}
	if !isWebAddress(address) {
		return ErrBadIdentity.Wrapf("url %q: want http://host/... or https://host/... in printable ASCII", address)
	}
	return nil
}

// isWebAddress spells its rule out, since all nodes must agree whatever library they were built with.
func isWebAddress(address string) bool {
	rest, https := strings.CutPrefix(address, "https://")
	rest, http := strings.CutPrefix(rest, "http://")
	host, _, _ := strings.Cut(rest, "/")
	const allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._:"
	return https != http && host != "" && strings.TrimLeft(host, allowed) == "" &&
		strings.IndexFunc(rest, func(r rune) bool { return r <= ' ' || r > '~' }) < 0
}
