package localnet

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"path/filepath"
	"slices"
	"time"

	"github.com/dendra-net/dendra/miner"
	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/subnets/kind"
	"github.com/dendra-net/dendra/subnets/mixture"
	"github.com/dendra-net/dendra/wallet"
)

// work makes what a planned miner does. works holds the miners made before it, by hotkey.
func (m *Market) work(ctx context.Context, p MinerPlan, quiet bool, works map[neuron.Address]kind.Work) (kind.Work, error) {
	if p.Model == ModelCopycat && p.kindOf(m.manifest).Name != "pretrain" {
		handler, err := m.copycat(ctx, p)
		return kind.Work{Handler: handler}, err
	}
	netuid, _ := m.manifest.netuid(p.Subnet)
	seat := kind.Seat{
		Chain: m.shared, Key: wallet.LocalHotkey(p.Name, hotkeyName), Netuid: netuid, Model: p.Subnet,
		Dir: filepath.Join(m.card.Home, "miners", p.Name), Quiet: quiet, Market: leaked(works), Log: m.logs.of(p.Name),
	}
	if p.Victim != "" {
		seat.Victim = wallet.LocalHotkey(p.Victim, hotkeyName).Address()
	}
	work, err := p.kindOf(m.manifest).Mine(seat, p.Model)
	if err != nil {
		return kind.Work{}, fmt.Errorf("%s: %w", p.Name, err)
	}
	return work, nil
}

// kindOf is the kind of the subnet that p mines on; the manifest has been checked.
func (p MinerPlan) kindOf(m Manifest) kind.Kind {
	netuid, _ := m.netuid(p.Subnet)
	k, _ := kind.ByName(m.Subnets[netuid-1].Kind)
	return k
}

// leaked is a market as a cheat has it who gets at the answers of miners of this program: nobody else would tell it,
// since miners answer those who hold a permit.
func leaked(works map[neuron.Address]kind.Work) mixture.Market {
	return mixture.Market{
		Miners: func(context.Context) ([]neuron.Address, error) { return slices.Sorted(maps.Keys(works)), nil },
		Ask: func(ctx context.Context, who neuron.Address, method, path string, body []byte) neuron.Answer {
			request, err := http.NewRequestWithContext(ctx, method, path, bytes.NewReader(body))
			if err != nil {
				return neuron.Answer{Err: err}
			}
			began := time.Now()
			var kept response
			works[who].Handler.ServeHTTP(&kept, request)
			return neuron.Answer{Status: kept.status(), Body: kept.body.Bytes(), Latency: time.Since(began)}
		},
	}
}

// response keeps what a handler writes.
type response struct {
	header http.Header
	code   int
	body   bytes.Buffer
}

func (r *response) Header() http.Header {
	if r.header == nil {
		r.header = http.Header{}
	}
	return r.header
}

func (r *response) WriteHeader(code int) { r.code = code }

func (r *response) Write(b []byte) (int, error) { return r.body.Write(b) }

func (r *response) status() int {
	if r.code == 0 {
		return http.StatusOK
	}
	return r.code
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
