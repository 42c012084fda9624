package neuron

import (
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"

	"github.com/cosmos/btcutil/bech32"
)

// AddressPrefix is the human-readable part of every Dendra address.
const AddressPrefix = "tao"

// ErrBadAddress marks a string that is no Dendra address.
var ErrBadAddress = errors.New("bad address")

// Address names a hotkey or coldkey: bech32 over the first 20 bytes of the SHA-256 of an ed25519 public key.
type Address string

// AddressOf returns the address of an ed25519 public key.
func AddressOf(pub ed25519.PublicKey) Address {
	sum := sha256.Sum256(pub)
	return encodeAddress(sum[:20])
}

// ParseAddress checks the form and checksum of s.
func ParseAddress(s string) (Address, error) {
	a := Address(s)
	if _, err := a.Bytes(); err != nil {
		return "", err
	}
	return a, nil
}

// Bytes returns the 20 bytes behind the address.
func (a Address) Bytes() ([]byte, error) {
	prefix, b, err := bech32.DecodeToBase256(string(a))
	if err != nil {
		return nil, fmt.Errorf("%w: %q: %w", ErrBadAddress, string(a), err)
	}
	if prefix != AddressPrefix || len(b) != 20 {
		return nil, fmt.Errorf("%w: %q: want prefix %q and 20 bytes, have %q and %d", ErrBadAddress, string(a), AddressPrefix, prefix, len(b))
	}
	return b, nil
}

func encodeAddress(b []byte) Address {
	s, err := bech32.EncodeFromBase256(AddressPrefix, b)
	if err != nil {
		panic(fmt.Sprintf("bech32 of %d bytes: %v", len(b), err)) // cannot happen: prefix and length are fixed
	}
	return Address(s)
}

// Key is a hotkey: it signs a neuron's traffic and votes and can move no money. The zero Key signs nothing.
type Key struct{ private ed25519.PrivateKey }

// GenerateKey makes a new hotkey from random.
func GenerateKey(random io.Reader) (Key, error) {
	seed := make([]byte, ed25519.SeedSize)
	if _, err := io.ReadFull(random, seed); err != nil {
		return Key{}, fmt.Errorf("generate hotkey: %w", err)
	}
	return Key{ed25519.NewKeyFromSeed(seed)}, nil
}

// KeyFromSeed rebuilds a hotkey from its 32-byte seed.
func KeyFromSeed(seed [32]byte) Key { return Key{ed25519.NewKeyFromSeed(seed[:])} }

// Seed returns the 32 secret bytes the key is made of.
func (k Key) Seed() [32]byte { return [32]byte(k.private.Seed()) }

// Public returns the public half.
func (k Key) Public() ed25519.PublicKey { return k.private.Public().(ed25519.PublicKey) }

// Address returns the name the chain knows the key by.
func (k Key) Address() Address { return AddressOf(k.Public()) }

// Sign returns the 64-byte ed25519 signature of message.
func (k Key) Sign(message []byte) []byte { return ed25519.Sign(k.private, message) }

// IsZero reports whether k holds no key.
func (k Key) IsZero() bool { return k.private == nil }

// String names the key by its address: the secret is never printed.
func (k Key) String() string {
	if k.IsZero() {
		return "no key"
	}
	return string(k.Address())
}

// GoString is String: %#v must not print the secret either.
func (k Key) GoString() string { return k.String() }
