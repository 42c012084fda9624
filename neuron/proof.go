package neuron

import "fmt"

// Proof is one exchange as both sides signed it. Anyone can verify it without the bodies; with a body, its digest
// tells whether it is the one that was signed.
type Proof struct {
	Request           RequestClaim  `json:"request"`
	RequestKey        string        `json:"request_key"`       // hex public key of the caller
	RequestSignature  string        `json:"request_signature"` // hex
	Response          ResponseClaim `json:"response"`
	ResponseKey       string        `json:"response_key"`       // hex public key of the miner
	ResponseSignature string        `json:"response_signature"` // hex
}

// IsZero reports whether nothing has been proved yet.
func (p Proof) IsZero() bool { return p.ResponseSignature == "" }

// Verify checks both signatures and that the response belongs to the request.
func (p Proof) Verify() error {
	q, a := p.Request, p.Response
	if q.ChainID != a.ChainID || q.Netuid != a.Netuid || q.Nonce != a.Nonce || q.Sender != a.Sender || q.Receiver != a.Receiver {
		return fmt.Errorf("%w: response to nonce %s does not answer request %s", ErrBadSignature, a.Nonce, q.Nonce)
	}
	if err := verify(q.Sender, p.RequestKey, p.RequestSignature, q.Text()); err != nil {
		return fmt.Errorf("verify request: %w", err)
	}
	if err := verify(a.Receiver, p.ResponseKey, p.ResponseSignature, a.Text()); err != nil {
		return fmt.Errorf("verify response: %w", err)
	}
	return nil
}
