package pretrain

import (
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

// ServeHTTP hands out artifacts by their digest, and talks as the latest one does.
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
	digest, ok := parsePath(r.URL.Path)
	if !ok {
		return neuron.Refuse(http.StatusBadRequest, "bad_digest", "%.100q names no artifact; write %s and 64 digits in lower case", r.URL.Path, artifactPath)
	}
	content, ok := m.rack.get(digest)
	if !ok {
		return neuron.Refuse(http.StatusNotFound, "no_such_artifact", "there is no artifact %x here; the last %d are kept", digest, keptArtifacts)
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Length", strconv.Itoa(len(content)))
	w.Write(content) //nolint:errcheck // the caller has gone, and nobody is left to tell
	return nil
}
