package audit

import (
	"strings"

	"github.com/dendra-net/dendra/evidence"
	"github.com/dendra-net/dendra/neuron"
)

// signatures verifies every exchange for which a miner signed. Whoever answered must have signed.
func (a *auditor) signatures() {
	c := a.check("signatures")
	nonces := map[string]bool{}
	unproven := 0
	for i, x := range a.file.Exchanges {
		if a.ctx.Err() != nil {
			return
		}
		if x.Proof == nil {
			if x.Error == "" {
				c.wrong("exchange %d with %s: an answer that nobody signed", i, x.Miner)
			}
			unproven++
			continue
		}
		why := a.proves(x)
		if nonces[x.Proof.Request.Nonce] {
			why = "its nonce was used before"
		}
		nonces[x.Proof.Request.Nonce] = true
		c.hold(why == "", "exchange %d with %s: %s", i, x.Miner, why)
	}
	if unproven > 0 {
		c.note("%d of %d exchanges failed without a miner's signature: only the validator knows", unproven, len(a.file.Exchanges))
	}
}

// proves says why the proof of an exchange does not prove it, or nothing.
func (a *auditor) proves(x evidence.Exchange) string {
	p, f := x.Proof, a.file
	q := p.Request
	switch {
	case q.ChainID != f.ChainID || q.Netuid != f.Netuid:
		return "it was signed for another chain or subnet"
	case q.Sender != f.Validator || q.Receiver != x.Miner:
		return "it was signed by or to somebody else"
	case p.Response.Status != x.Status:
		return "another status was signed"
	case x.Error != "" && p.Response.Status >= 200 && p.Response.Status <= 299:
		return "it counts as failed, and the miner signed an answer"
	}
	if err := p.Verify(); err != nil {
		return err.Error()
	}
	if x.Error != "" {
		return ""
	}
	answer, err := x.Answer.Bytes(a.blob)
	if err != nil {
		return "its answer cannot be had: " + err.Error()
	}
	if neuron.Digest(answer) != p.Response.Digest {
		return "the miner signed another answer"
	}
	return ""
}

// sent reports whether a proof is of this request. A miner's endpoint may put a path of its own before it.
func sent(p *neuron.Proof, method, path string, body []byte) bool {
	return p.Request.Method == method && strings.HasSuffix(p.Request.Path, path) && p.Request.Digest == neuron.Digest(body)
}

// answerOf is an exchange as task and examiner see it.
func (a *auditor) answerOf(x evidence.Exchange) neuron.Answer {
	answer := neuron.Answer{Status: x.Status, Latency: x.Latency}
	if x.Error != "" {
		answer.Err = failure(x.Error)
		return answer
	}
	body, err := x.Answer.Bytes(a.blob)
	if err != nil {
		answer.Err = err
		return answer
	}
	answer.Body = body
	return answer
}

// failure is a recorded error.
type failure string

func (f failure) Error() string { return string(f) }
