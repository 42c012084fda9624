package pretrain

import (
	"context"
	"net/http"
	"strconv"

	"github.com/dendra-net/dendra/neuron"
)

// Admit is the policy for miners of this subnet: what they train is public, so every neuron of the subnet may fetch it.
// Conversation is for those with a permit, which the handler sees to.
func Admit(c neuron.Caller) error {
	if !c.Registered {
		return neuron.Refuse(http.StatusForbidden, "not_registered", "%s is no neuron of this subnet; register there first", c.Hotkey)
	}
	return nil
}

// ServeHTTP hands out artifacts by what was committed for them, and talks as the latest one does.
func (m *Miner) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if len(r.URL.Path) >= len(artifactPath) && r.URL.Path[:len(artifactPath)] == artifactPath {
		if refusal := m.handOut(w, r); refusal != nil {
			neuron.WriteError(w, refusal)
		}
		return
	}
	if caller, ok := neuron.CallerFrom(r.Context()); ok && !caller.Neuron.Permit {
		neuron.WriteError(w, neuron.Refuse(http.StatusForbidden, "no_permit", "%s holds no validator permit; artifacts are for all, conversation is not", caller.Hotkey))
		return
	}
	m.chat.ServeHTTP(w, r)
}

func (m *Miner) handOut(w http.ResponseWriter, r *http.Request) *neuron.Refusal {
	if r.Method != http.MethodGet {
		w.Header().Set("Allow", http.MethodGet)
		return neuron.Refuse(http.StatusMethodNotAllowed, "method_not_allowed", "use GET for artifacts, not %.20s", r.Method)
	}
	commitment, ok := parsePath(r.URL.Path)
	if !ok {
		return neuron.Refuse(http.StatusBadRequest, "bad_digest", "%.100q names no artifact; write %s and the 64 digits of a commitment in lower case", r.URL.Path, artifactPath)
	}
	a, ok := m.rack.get(commitment)
	if !ok {
		return neuron.Refuse(http.StatusNotFound, "no_such_artifact", "there is no artifact here that was committed as %x; the last %d are kept", commitment, keptArtifacts)
	}
	if refusal := m.holdBack(r.Context(), a); refusal != nil {
		return refusal
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Length", strconv.Itoa(len(a.content)))
	w.Write(a.content) //nolint:errcheck // the caller has gone, and nobody is left to tell
	return nil
}

// holdBack refuses what is not committed yet: whoever had the file now could commit it before its owner does. A commitment of
// which the miner could not learn whether it came through is looked for on the chain.
func (m *Miner) holdBack(ctx context.Context, a shelved) *neuron.Refusal {
	if !a.held {
		return nil
	}
	switch there, err := m.landed(ctx, a.commitment); {
	case err != nil:
		m.Log.Warn("pretrain: whether an artifact is committed cannot be told", "error", err)
		return neuron.Refuse(http.StatusServiceUnavailable, "chain_unreachable", "whether %x is committed cannot be told now; ask again", a.commitment)
	case !there:
		return neuron.Refuse(http.StatusNotFound, "not_committed", "%x is not committed yet; artifacts are handed out once they are", a.commitment)
	}
	return nil
}
