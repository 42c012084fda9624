package gateway

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"time"

	"github.com/dendra-net/dendra/gateway/requestlog"
)

// chat answers POST /v1/chat/completions.
func (g *Gateway) chat(w http.ResponseWriter, r *http.Request, v *visit) error {
	accepted := g.cfg.Now()
	select {
	case g.slots <- struct{}{}:
		defer func() { <-g.slots }()
	default:
		return unavailable(http.StatusServiceUnavailable, "overloaded",
			"%d requests are being answered, which is all this gateway takes: try again shortly", cap(g.slots))
	}
	if err := g.cfg.Log.Err(); err != nil {
		return unavailable(http.StatusServiceUnavailable, "log_unavailable",
			"the gateway cannot write its request log, so it takes no questions: its operator finds the cause in GET /health")
	}
	body, err := g.readBody(w, r)
	if err != nil {
		return err
	}
	req, err := parseChat(body)
	if err != nil {
		return err
	}
	return g.answerChat(w, r, v, req, accepted)
}

// answerChat finds the subnet and its miners and lets them answer.
func (g *Gateway) answerChat(w http.ResponseWriter, r *http.Request, v *visit, req chatRequest, accepted time.Time) error {
	model, err := g.modelFor(r.Context(), req)
	if err != nil {
		return err
	}
	w.Header().Set(headerSubnet, strconv.FormatUint(uint64(model.Netuid), 10))
	subnet, err := g.subnet(r.Context(), model.Netuid)
	if err != nil {
		return err
	}
	miners, err := g.choose(model, subnet, req.pin, req.mode())
	if err != nil {
		return err
	}
	g.cfg.Logger.Debug("chose miners", "request", v.id, "netuid", model.Netuid, "uids", tell(miners))
	sum := sha256.Sum256(req.body)
	x := &exchange{
		g: g, w: w, client: r.Context(), path: r.URL.Path, req: req, claimed: make(chan struct{}), patience: g.patienceWith(model.Netuid, model.answering(subnet), req),
		record: requestlog.Record{
			ID: v.id, Time: accepted, Key: v.key.Name, Model: model.ID, Netuid: model.Netuid, Path: r.URL.Path, Stream: req.stream,
			Price: g.cfg.price(model.Netuid), RequestSHA256: hex.EncodeToString(sum[:]),
		},
	}
	return x.run(miners)
}

// modelFor is the model a request names, or the one of the netuid it pins.
func (g *Gateway) modelFor(ctx context.Context, req chatRequest) (Model, error) {
	if req.pin.netuid != nil {
		return g.modelOf(ctx, *req.pin.netuid)
	}
	return g.findModel(ctx, req.model)
}
