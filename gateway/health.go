package gateway

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/dendra-net/dendra/neuron"
)

// States of a gateway.
const (
	stateOK       = "ok"
	stateDegraded = "degraded" // answers, but on old knowledge of the chain or without some miners
	stateDown     = "down"     // cannot answer
)

// healthView is the body of GET /health.
type healthView struct {
	Status  string      `json:"status"`
	Uptime  int64       `json:"uptime_seconds"`
	Chain   chainHealth `json:"chain"`
	Miners  minerHealth `json:"miners"`
	Log     logHealth   `json:"log"`
	Flights int         `json:"requests_in_flight"`
}

type chainHealth struct {
	Known bool   `json:"known"`
	Age   int64  `json:"age_ms"` // of the oldest thing the gateway knows
	Error string `json:"error,omitempty"`
}

type minerHealth struct {
	Models  int `json:"models"`
	Serving int `json:"serving"`
	Resting int `json:"resting"` // failed lately
}

type logHealth struct {
	OK    bool   `json:"ok"`
	Error string `json:"error,omitempty"`
}

// health answers GET /health.
func (g *Gateway) health(w http.ResponseWriter, r *http.Request, _ *visit) error {
	markets, err := g.markets(r.Context())
	h := g.healthOf(markets, err)
	body, err := json.Marshal(h)
	if err != nil {
		return fmt.Errorf("encode health: %w", err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	if h.Status == stateDown {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	_, err = w.Write(append(body, '\n'))
	return err
}

func (g *Gateway) healthOf(markets []market, unread error) healthView {
	fresh := g.cfg.Directory.Freshness()
	h := healthView{Status: stateOK, Uptime: int64(g.cfg.Now().Sub(g.started) / time.Second), Flights: len(g.slots)}
	h.Chain = chainHealth{Known: fresh.Known, Age: fresh.Age.Milliseconds()}
	h.Miners.Models = len(markets)
	for _, m := range markets {
		for _, n := range m.Miners {
			h.Miners.Serving++
			if n.Resting {
				h.Miners.Resting++
			}
		}
	}
	if fresh.Err != nil || unread != nil || h.Miners.Resting > 0 || h.Miners.Serving == 0 {
		h.Status = stateDegraded
	}
	if fresh.Err != nil {
		h.Chain.Error = shortenError(fresh.Err)
	}
	logErr := g.cfg.Log.Err()
	h.Log.OK = logErr == nil
	if logErr != nil {
		h.Log.Error = shortenError(logErr)
	}
	if !fresh.Known || logErr != nil {
		h.Status = stateDown
	}
	return h
}

// market is a subnet as the gateway sees it, for people.
type market struct {
	Model
	Price  Price
	Miners []minerView
	Chart  bool // there is one
}

// minerView is a serving neuron with the gateway's own measurements.
type minerView struct {
	neuron.Neuron
	Latency time.Duration // average to the first byte, zero when unmeasured
	Asked   uint64
	Failed  uint64
	Resting bool
	Last    string
}

// markets reads all models with their miners. Subnets that cannot be read are left out, and the error says so.
func (g *Gateway) markets(ctx context.Context) ([]market, error) {
	models, err := g.cfg.Directory.Models(ctx)
	if err != nil {
		return nil, err
	}
	var markets []market
	for _, m := range models {
		s, subnetErr := g.cfg.Directory.Subnet(ctx, m.Netuid)
		if subnetErr != nil {
			err = subnetErr
			continue
		}
		view := market{Model: m, Price: g.cfg.price(m.Netuid)}
		for _, n := range serving(s) {
			st := g.board.of(minerKey{m.Netuid, n.Hotkey})
			view.Miners = append(view.Miners, minerView{
				Neuron: n, Latency: st.latency(streamMode), Asked: st.asked, Failed: st.failed, Resting: st.resting(g.cfg.Now()), Last: st.last,
			})
		}
		markets = append(markets, view)
	}
	return markets, err
}
