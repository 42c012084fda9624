package neuron

import (
	"crypto/sha256"
	"net/http"
)

// incoming is a request whose signature holds.
type incoming struct {
	claim RequestClaim
	nonce nonce
}

// authenticate checks size, shape and signature, in this order, without reading the body.
func (s *Server) authenticate(r *http.Request) (incoming, error) {
	if limit := s.maxBody(); r.ContentLength > limit {
		return incoming{}, tooLarge(limit)
	}
	in, err := s.parse(r)
	if err != nil {
		return incoming{}, err
	}
	err = verify(in.claim.Sender, r.Header.Get(HeaderKey), r.Header.Get(HeaderSignature), in.claim.Text())
	if err != nil {
		return incoming{}, Refuse(http.StatusUnauthorized, "bad_signature", "%v: sign method, path and query, body, chain %q and netuid %d exactly as sent", err, s.ChainID, s.Netuid)
	}
	return in, nil
}

// parse checks the shape of a request: each header once, in its one spelling, and meant for this neuron.
func (s *Server) parse(r *http.Request) (incoming, error) {
	h := r.Header
	if len(h[HeaderSignature]) == 0 {
		return incoming{}, Refuse(http.StatusUnauthorized, "unsigned", "this miner answers only requests signed by %s; header %s is missing", ProtocolRequest, HeaderSignature)
	}
	for _, name := range [...]string{HeaderVersion, HeaderNetuid, HeaderNonce, HeaderSender, HeaderReceiver, HeaderKey, HeaderDigest, HeaderSignature} {
		if n := len(h[name]); n != 1 {
			return incoming{}, malformed("header %s occurs %d times, want once", name, n)
		}
	}
	if err := parseTransport(r); err != nil {
		return incoming{}, err
	}
	n, ok := parseNonce(h.Get(HeaderNonce))
	if !ok {
		return incoming{}, malformed("nonce %.64q: want 19 digits of Unix nanoseconds, \"-\", 16 lower-case hex digits", h.Get(HeaderNonce))
	}
	sender, err := ParseAddress(h.Get(HeaderSender))
	if err != nil {
		return incoming{}, malformed("sender: %.128s", err)
	}
	if !lowerHex(h.Get(HeaderDigest), sha256.Size) {
		return incoming{}, malformed("digest is not %d bytes of lower-case hex", sha256.Size)
	}
	if err := s.meant(h); err != nil {
		return incoming{}, err
	}
	return incoming{nonce: n, claim: RequestClaim{
		ChainID: s.ChainID, Netuid: s.Netuid, Method: r.Method, Path: r.RequestURI,
		Digest: h.Get(HeaderDigest), Nonce: h.Get(HeaderNonce), Sender: sender, Receiver: s.Key.Address(),
	}}, nil
}

// parseTransport refuses what HTTP allows and the protocol does not.
func parseTransport(r *http.Request) error {
	switch encoding := r.Header.Get("Content-Encoding"); {
	case r.Header.Get(HeaderVersion) != ProtocolRequest:
		return malformed("version %.32q, want %q", r.Header.Get(HeaderVersion), ProtocolRequest)
	case !r.ProtoAtLeast(1, 1):
		return malformed("%s, want HTTP/1.1 or newer", r.Proto)
	case len(r.RequestURI) == 0 || r.RequestURI[0] != '/':
		return malformed("target %.64q, want a path", r.RequestURI)
	case encoding != "" && encoding != "identity":
		return Refuse(http.StatusUnsupportedMediaType, "compressed", "content encoding %.32q, want none", encoding)
	}
	return nil
}

// meant refuses requests that another neuron should have got.
func (s *Server) meant(h http.Header) error {
	if have, want := h.Get(HeaderReceiver), string(s.Key.Address()); have != want {
		return Refuse(http.StatusMisdirectedRequest, "wrong_receiver", "meant for %.64q, this is %s", have, want)
	}
	if have, want := h.Get(HeaderNetuid), netuidText(s.Netuid); have != want {
		return Refuse(http.StatusMisdirectedRequest, "wrong_subnet", "meant for subnet %.16q, this is %s", have, want)
	}
	return nil
}

func malformed(format string, args ...any) *Refusal {
	return Refuse(http.StatusBadRequest, "malformed", format, args...)
}

func tooLarge(limit int64) *Refusal {
	return Refuse(http.StatusRequestEntityTooLarge, "body_too_large", "the body is above %d bytes", limit)
}
