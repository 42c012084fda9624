package neuron

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// The wire, "nauth/1".
//
// A request is signed by the caller's hotkey (ed25519) over nine lines joined by "\n", with none at the end:
//
//	nauth/1                      the protocol
//	dendra-1                     chain id
//	7                            netuid, decimal
//	POST                         method
//	/v1/chat/completions?a=b     path and query exactly as sent
//	9f86d081…                    hex SHA-256 of the body
//	1700000000000000000-00112233445566ff   nonce: Unix nanoseconds "-" 64 random bits in hex
//	tao1…                        sender, the address of the caller's hotkey
//	tao1…                        receiver, the address of the miner's hotkey
//
// and travels with these headers, each exactly once, hexadecimal in lower case:
//
//	Dendra-Auth-Version    nauth/1
//	Dendra-Auth-Netuid     7
//	Dendra-Auth-Nonce      1700000000000000000-00112233445566ff
//	Dendra-Auth-Sender     tao1…
//	Dendra-Auth-Receiver   tao1…
//	Dendra-Auth-Key        32 bytes: the sender's public key; its address must be the sender
//	Dendra-Auth-Digest     32 bytes: SHA-256 of the body, so that the signature is checked before a body is read
//	Dendra-Auth-Signature  64 bytes
//
// A response is signed by the miner's hotkey over nine lines:
//
//	nauth/1-response
//	dendra-1                     chain id
//	7                            netuid
//	1700000000000000000-00112233445566ff   the request's nonce
//	200                          status
//	9f86d081…                    hex SHA-256 of the body
//	application/json             Content-Type as sent, empty when there is none
//	tao1…                        the request's receiver: the miner
//	tao1…                        the request's sender: the caller
//
// with the headers Dendra-Auth-Version, Dendra-Auth-Key (the miner's) and Dendra-Auth-Signature. When the media type
// is text/event-stream the bytes flow at once, the digest is of all of them, and Dendra-Auth-Signature comes as an
// HTTP trailer: a stream without it was cut. Nothing is compressed. Other headers are not signed: do not trust them.
// A request whose own signature does not hold is refused without a signature, so that nobody obtains a miner's
// signature over somebody else's nonce. Requests are fresh for 10 s (2 s ahead of the receiver's clock) and good once.
const (
	// ProtocolRequest is the first line a caller signs.
	ProtocolRequest = "nauth/1"
	// ProtocolResponse is the first line a miner signs.
	ProtocolResponse = "nauth/1-response"
	// MaxPast is how old a nonce may be.
	MaxPast = 10 * time.Second
	// MaxFuture is how far a nonce may be ahead of the receiver's clock.
	MaxFuture = 2 * time.Second
)

// Headers of the protocol.
const (
	HeaderVersion   = "Dendra-Auth-Version"
	HeaderNetuid    = "Dendra-Auth-Netuid"
	HeaderNonce     = "Dendra-Auth-Nonce"
	HeaderSender    = "Dendra-Auth-Sender"
	HeaderReceiver  = "Dendra-Auth-Receiver"
	HeaderKey       = "Dendra-Auth-Key"
	HeaderDigest    = "Dendra-Auth-Digest"
	HeaderSignature = "Dendra-Auth-Signature"
	// HeaderQueue tells how many milliseconds a request waited for a worker. It is not signed.
	HeaderQueue = "Dendra-Queue-Ms"

	headerPrefix = "Dendra-Auth-"
	eventStream  = "text/event-stream"
)

// RequestClaim is what a caller signs.
type RequestClaim struct {
	ChainID  string  `json:"chain_id"`
	Netuid   uint16  `json:"netuid"`
	Method   string  `json:"method"`
	Path     string  `json:"path"`   // with query, as sent
	Digest   string  `json:"digest"` // hex SHA-256 of the body
	Nonce    string  `json:"nonce"`
	Sender   Address `json:"sender"`
	Receiver Address `json:"receiver"`
}

// Text returns the exact bytes that are signed.
func (c RequestClaim) Text() []byte {
	return lines(ProtocolRequest, c.ChainID, netuidText(c.Netuid), c.Method, c.Path, c.Digest, c.Nonce, string(c.Sender), string(c.Receiver))
}

// ResponseClaim is what a miner signs.
type ResponseClaim struct {
	ChainID     string  `json:"chain_id"`
	Netuid      uint16  `json:"netuid"`
	Nonce       string  `json:"nonce"` // of the request
	Status      int     `json:"status"`
	Digest      string  `json:"digest"` // hex SHA-256 of the body
	ContentType string  `json:"content_type"`
	Receiver    Address `json:"receiver"` // of the request: the miner, who signs
	Sender      Address `json:"sender"`   // of the request: the caller
}

// Text returns the exact bytes that are signed.
func (c ResponseClaim) Text() []byte {
	return lines(ProtocolResponse, c.ChainID, netuidText(c.Netuid), c.Nonce, strconv.Itoa(c.Status), c.Digest, c.ContentType, string(c.Receiver), string(c.Sender))
}

// SignRequest returns the headers that carry c and key's signature over it. The key must be the sender's.
func SignRequest(key Key, c RequestClaim) http.Header {
	h := http.Header{}
	h.Set(HeaderVersion, ProtocolRequest)
	h.Set(HeaderNetuid, netuidText(c.Netuid))
	h.Set(HeaderNonce, c.Nonce)
	h.Set(HeaderSender, string(c.Sender))
	h.Set(HeaderReceiver, string(c.Receiver))
	h.Set(HeaderKey, hex.EncodeToString(key.Public()))
	h.Set(HeaderDigest, c.Digest)
	h.Set(HeaderSignature, hex.EncodeToString(key.Sign(c.Text())))
	return h
}

// Digest returns the hex SHA-256 of body.
func Digest(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

// NewNonce makes a nonce from the time and eight bytes of random.
func NewNonce(now time.Time, random io.Reader) (string, error) {
	var b [8]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return "", fmt.Errorf("make nonce: %w", err)
	}
	return strconv.FormatInt(now.UnixNano(), 10) + "-" + hex.EncodeToString(b[:]), nil
}

// nonce is a parsed nonce.
type nonce struct {
	ns     int64
	random uint64
}

// parseNonce accepts the one spelling of a nonce: 19 decimal digits (the years 2001 to 2262), "-", 16 hex digits.
func parseNonce(s string) (nonce, bool) {
	ns, random, _ := strings.Cut(s, "-")
	if len(ns) != 19 || ns[0] < '1' || ns[0] > '9' || !lowerHex(random, 8) {
		return nonce{}, false
	}
	n, err := strconv.ParseInt(ns, 10, 64)
	if err != nil {
		return nonce{}, false
	}
	r, err := strconv.ParseUint(random, 16, 64)
	return nonce{n, r}, err == nil
}

func (n nonce) time() time.Time { return time.Unix(0, n.ns) }

func (n nonce) String() string { return fmt.Sprintf("%d-%016x", n.ns, n.random) }

func lines(parts ...string) []byte { return []byte(strings.Join(parts, "\n")) }

func netuidText(netuid uint16) string { return strconv.FormatUint(uint64(netuid), 10) }

// lowerHex reports whether s spells size bytes in lower-case hexadecimal.
func lowerHex(s string, size int) bool {
	if len(s) != 2*size {
		return false
	}
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

func decodeHex(s string, size int) ([]byte, bool) {
	if !lowerHex(s, size) {
		return nil, false
	}
	b, err := hex.DecodeString(s)
	return b, err == nil
}

// verify checks that signatureHex is that of the key over text and that the key's address is who.
func verify(who Address, keyHex, signatureHex string, text []byte) error {
	key, err := keyOf(who, keyHex)
	if err != nil {
		return err
	}
	signature, ok := decodeHex(signatureHex, ed25519.SignatureSize)
	if !ok {
		return fmt.Errorf("%w: signature is not %d bytes of lower-case hex", ErrBadSignature, ed25519.SignatureSize)
	}
	if !ed25519.Verify(key, text, signature) {
		return fmt.Errorf("%w: does not hold for %s", ErrBadSignature, who)
	}
	return nil
}

// keyOf decodes a public key, which must be the one behind the address who.
func keyOf(who Address, keyHex string) (ed25519.PublicKey, error) {
	key, ok := decodeHex(keyHex, ed25519.PublicKeySize)
	if !ok {
		return nil, fmt.Errorf("%w: public key is not %d bytes of lower-case hex", ErrBadSignature, ed25519.PublicKeySize)
	}
	if have := AddressOf(key); have != who {
		return nil, fmt.Errorf("%w: public key belongs to %s, not to %s", ErrBadSignature, have, who)
	}
	return key, nil
}
