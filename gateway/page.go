package gateway

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"net/http"
	"time"

	"github.com/dendra-net/dendra/gateway/requestlog"
)

//go:embed page.html
var pageSource string

const listedOnPage = 15

// pageView is what page.html shows.
type pageView struct {
	Health   healthView
	Markets  []market
	Requests []requestlog.Record
	Host     string
	Now      time.Time
}

// page answers GET / with the state of the gateway. It shows no more of a request than the chain's explorer would:
// no key, no digest, no text.
func (g *Gateway) page(w http.ResponseWriter, r *http.Request, _ *visit) error {
	tmpl, err := template.New("page").Funcs(template.FuncMap{"percent": percent, "ms": millis, "short": shortHotkey, "per1000": formatTAO}).Parse(pageSource)
	if err != nil {
		return fmt.Errorf("parse status page: %w", err)
	}
	markets, unread := g.markets(r.Context())
	for i := range markets {
		markets[i].Chart = g.chartOf(r.Context(), markets[i].Model) != nil
	}
	view := pageView{Health: g.healthOf(markets, unread), Markets: markets, Host: r.Host, Now: g.cfg.Now().UTC()}
	if view.Requests, _, err = g.cfg.Log.List(requestlog.Filter{Limit: listedOnPage}); err != nil {
		view.Health.Log.Error = shortenError(err)
	}
	var out bytes.Buffer
	if err := tmpl.Execute(&out, view); err != nil {
		return fmt.Errorf("render status page: %w", err)
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	_, err = w.Write(out.Bytes())
	return err
}

func percent(part float64) string { return fmt.Sprintf("%.1f%%", 100*part) }

func millis(d time.Duration) string {
	if d == 0 {
		return "not measured"
	}
	return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
}

// shortHotkey keeps both ends of an address.
func shortHotkey(a any) string {
	s := fmt.Sprint(a)
	if len(s) <= 16 {
		return s
	}
	return s[:9] + "…" + s[len(s)-4:]
}
