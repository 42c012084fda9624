package gateway

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/dendra-net/dendra/gateway/requestlog"
)

const (
	defaultListed = 20
	mostListed    = 200
)

// listRequests answers GET /v1/requests.
func (g *Gateway) listRequests(w http.ResponseWriter, r *http.Request, v *visit) error {
	f := requestlog.Filter{Limit: defaultListed, Before: r.URL.Query().Get("before")}
	if !v.key.Operator {
		f.Key = v.key.Name
	}
	if s := r.URL.Query().Get("limit"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > mostListed {
			return invalid("invalid_value", "limit", "limit is %s: a number from 1 to %d is needed", shorten(s), mostListed)
		}
		f.Limit = n
	}
	records, more, err := g.cfg.Log.List(f)
	if errors.Is(err, requestlog.ErrNotFound) {
		return invalid("request_not_found", "before", "before: %v", err)
	}
	if err != nil {
		return err
	}
	if records == nil {
		records = []requestlog.Record{}
	}
	return writeJSON(w, map[string]any{"object": "list", "data": records, "has_more": more})
}

// showRequest answers GET /v1/requests/{id}. Requests of other keys do not exist for a caller.
func (g *Gateway) showRequest(w http.ResponseWriter, r *http.Request, v *visit) error {
	id := r.PathValue("id")
	record, err := g.cfg.Log.Get(id)
	if errors.Is(err, requestlog.ErrAmbiguous) && v.key.Operator {
		return invalid("ambiguous_id", "id", "%v: give more characters", err)
	}
	if err != nil && !errors.Is(err, requestlog.ErrNotFound) && !errors.Is(err, requestlog.ErrAmbiguous) {
		return err
	}
	if err != nil || (!v.key.Operator && record.Key != v.key.Name) {
		return &apiError{status: http.StatusNotFound, kind: typeInvalid, code: "request_not_found", param: "id",
			message: fmt.Sprintf("there is no request %q of yours in the log: GET /v1/requests lists the newest", shorten(id))}
	}
	return writeJSON(w, record)
}
