package subnet

import (
	"net/url"
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
	u, err := url.Parse(address)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" {
		return ErrBadIdentity.Wrapf("url %q: want http://host/... or https://host/...", address)
	}
	return nil
}
