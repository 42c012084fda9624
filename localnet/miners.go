package localnet

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"github.com/dendra-net/dendra/miner"
	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/subnets/text/lexi"
	"github.com/dendra-net/dendra/wallet"
)

// handler returns what answers for a planned miner.
func (m *Market) handler(ctx context.Context, p MinerPlan) (http.Handler, error) {
	if p.Model == ModelCopycat {
		return m.copycat(ctx, p)
	}
	seed := wallet.LocalHotkey(p.Name, hotkeyName).Seed()
	profile, ok := lexi.ByName(p.Model)
	if !ok {
		return nil, fmt.Errorf("%w: %s has model %q, which no profile of lexi is called", ErrManifest, p.Name, p.Model)
	}
	options := profile.Options
	options.Seed = seed[:]
	brain, err := lexi.New(options)
	if err != nil {
		return nil, fmt.Errorf("model of %s: %w", p.Name, err)
	}
	return lexi.Handler(brain, p.Subnet), nil
}

// copycat sells the answers of its victim, which it buys at the gateway like any stranger.
func (m *Market) copycat(ctx context.Context, p MinerPlan) (http.Handler, error) {
	netuid, _ := m.manifest.netuid(p.Subnet)
	net, err := m.chain.Subnet(ctx, netuid)
	if err != nil {
		return nil, err
	}
	victim := wallet.LocalHotkey(p.Victim, hotkeyName).Address()
	for _, n := range net.Neurons {
		if n.Hotkey == victim {
			shop := &miner.Upstream{URL: m.card.API, Model: p.Subnet, APIKey: copycatKey}
			return pinned{shop, netuid, n.UID}, nil
		}
	}
	return nil, fmt.Errorf("%s: %s sits nowhere on subnet %d", p.Name, p.Victim, netuid)
}

// pinned asks the gateway for one particular neuron.
type pinned struct {
	next   http.Handler
	netuid uint16
	uid    uint16
}

// maxQuestion bounds what the copycat reads; questions are far smaller.
const maxQuestion = 4 << 20

func (p pinned) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxQuestion))
	if err != nil {
		neuron.WriteError(w, neuron.Refuse(http.StatusBadRequest, "unreadable", "read the question: %v", err))
		return
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(body, &fields); err != nil {
		neuron.WriteError(w, neuron.Refuse(http.StatusBadRequest, "bad_json", "the question is no JSON object: %v", err))
		return
	}
	fields["dendra"] = fmt.Appendf(nil, `{"netuid":%d,"uids":[%d]}`, p.netuid, p.uid)
	if body, err = json.Marshal(fields); err != nil {
		neuron.WriteError(w, neuron.Refuse(http.StatusInternalServerError, "encode", "%v", err))
		return
	}
	r = r.Clone(r.Context())
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	p.next.ServeHTTP(w, r)
}
