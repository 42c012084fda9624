package gateway

import (
	"context"
	"net/http"
	"sync"
	"time"
)

const (
	// chartAge is how long a chart is shown before it is drawn anew; drawing one takes milliseconds.
	chartAge = 5 * time.Second
	// chartTime bounds the drawing of one, and asking for what it shows.
	chartTime = 3 * time.Second
)

// charts remembers the charts of models.
type charts struct {
	mu    sync.Mutex
	drawn map[string]drawing
}

// drawing is a chart, or nil where there is none, with the time it was drawn.
type drawing struct {
	svg []byte
	at  time.Time
}

// chartOf returns a model's chart, nil when it has none. One is drawn at a time.
func (g *Gateway) chartOf(ctx context.Context, m Model) []byte {
	if g.cfg.Charts == nil {
		return nil
	}
	g.charts.mu.Lock()
	defer g.charts.mu.Unlock()
	if d, ok := g.charts.drawn[m.ID]; ok && g.cfg.Now().Sub(d.at) < chartAge {
		return d.svg
	}
	ctx, cancel := context.WithTimeout(ctx, chartTime)
	defer cancel()
	svg, err := g.cfg.Charts(ctx, m)
	if err != nil {
		g.cfg.Logger.Debug("no chart", "model", m.ID, "err", err)
		svg = nil
	}
	if g.charts.drawn == nil {
		g.charts.drawn = map[string]drawing{}
	}
	g.charts.drawn[m.ID] = drawing{svg, g.cfg.Now()}
	return svg
}

// chart answers GET /charts/{id}.
func (g *Gateway) chart(w http.ResponseWriter, r *http.Request, _ *visit) error {
	m, err := g.findModel(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	svg := g.chartOf(r.Context(), m)
	if svg == nil {
		return &apiError{status: http.StatusNotFound, kind: typeInvalid, code: "no_chart", message: "nothing is known yet that a chart of this model could show"}
	}
	h := w.Header()
	h.Set("Content-Type", "image/svg+xml")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
	h.Set("Cache-Control", "no-store")
	_, err = w.Write(svg)
	return err
}
