package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/dendra-net/dendra/gateway/requestlog"
	"github.com/dendra-net/dendra/neuron"
)

const (
	chatPath      = "/v1/chat/completions"
	probesAtOnce  = 4
	probesPerTime = 4 // looks for miners to measure, in each Config.ProbeEvery
)

// probeMiners keeps every miner measured: one that nobody has asked for Config.ProbeEvery gets a small question. It
// is also how a miner that failed and has rested is found to be well before users meet it.
func (g *Gateway) probeMiners(ctx context.Context) error {
	if g.cfg.ProbeEvery < 0 {
		return nil
	}
	tick := time.NewTicker(max(g.cfg.ProbeEvery/probesPerTime, time.Millisecond))
	defer tick.Stop()
	for {
		if err := g.probeRound(ctx); err != nil && ctx.Err() == nil {
			g.cfg.Logger.Debug("no probing without the directory", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// probeRound asks all miners that are due and waits for them.
func (g *Gateway) probeRound(ctx context.Context) error {
	models, err := g.cfg.Directory.Models(ctx)
	if err != nil {
		return err
	}
	var errs []error
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(probesAtOnce)
	for _, m := range models {
		s, err := g.cfg.Directory.Subnet(ctx, m.Netuid)
		if err != nil {
			errs = append(errs, fmt.Errorf("subnet %d: %w", m.Netuid, err))
			continue
		}
		live := map[neuron.Address]bool{}
		for _, n := range selling(s) {
			live[n.Hotkey] = true // for the aliases; users measure those
		}
		for _, n := range serving(s) {
			live[n.Hotkey] = true
			if g.due(minerKey{m.Netuid, n.Hotkey}) {
				group.Go(func() error {
					g.probe(ctx, m, n)
					return nil
				})
			}
		}
		g.board.keep(m.Netuid, live)
	}
	return errors.Join(append(errs, group.Wait())...)
}

func (g *Gateway) due(k minerKey) bool {
	st, now := g.board.of(k), g.cfg.Now()
	return st.inFlight == 0 && !st.resting(now) && (st.measured.IsZero() || now.Sub(st.measured) >= g.cfg.ProbeEvery)
}

// probe asks one miner one small question, judged like a user's.
func (g *Gateway) probe(ctx context.Context, m Model, n neuron.Neuron) {
	at := g.newAttempt(m.Netuid, n, wholeMode)
	at.limits.Whole = at.limits.Probe
	_, f := at.whole(ctx, chatPath, chatRequest{maxTokens: 16, body: g.probeQuestion(m)})
	if f != nil && ctx.Err() != nil {
		f.outcome = requestlog.Cancelled
	} else if f != nil {
		g.cfg.Logger.Info("miner failed a probe", "netuid", m.Netuid, "uid", n.UID, "outcome", f.outcome, "err", f.err)
	}
	at.settle(f)
}

// probeQuestion is the model's own, or a sum of two small numbers.
func (g *Gateway) probeQuestion(m Model) []byte {
	if g.cfg.Probe != nil {
		if own := g.cfg.Probe(m); len(own) > 0 {
			return own
		}
	}
	id, err := json.Marshal(m.ID)
	if err != nil {
		panic(fmt.Sprintf("encode model id: %v", err)) // cannot happen: a string
	}
	a, b := 1+int(g.cfg.Random()*90), 1+int(g.cfg.Random()*90)
	return fmt.Appendf(nil, `{"model":%s,"messages":[{"role":"user","content":"What is %d + %d?"}],"max_tokens":16}`, id, a, b)
}
