package gateway

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"

	"github.com/dendra-net/dendra/neuron"
)

// nameModels gives every subnet an id of its own: its name, or where that is taken or empty, one with the netuid.
func nameModels(subnets []neuron.Subnet) []Model {
	subnets = slices.Clone(subnets)
	slices.SortFunc(subnets, func(a, b neuron.Subnet) int { return cmp.Compare(a.Netuid, b.Netuid) })
	taken := map[string]bool{}
	models := make([]Model, 0, len(subnets))
	for _, s := range subnets {
		id := s.Name
		if id == "" {
			id = fmt.Sprintf("subnet-%d", s.Netuid)
		}
		for taken[id] {
			id = fmt.Sprintf("%s-%d", id, s.Netuid)
		}
		taken[id] = true
		models = append(models, Model{ID: id, Netuid: s.Netuid})
	}
	return models
}

// modelView is a model as clients see it. Subnets do not tell when they were created, so that is always zero.
type modelView struct {
	ID      string      `json:"id"`
	Object  string      `json:"object"`
	Created int64       `json:"created"`
	OwnedBy string      `json:"owned_by"`
	Dendra  modelDetail `json:"dendra"`
}

// modelDetail is what Dendra knows beyond OpenAI's form.
type modelDetail struct {
	Netuid uint16 `json:"netuid"`
	Price  Price  `json:"price"`
}

func (g *Gateway) viewModel(m Model) modelView {
	return modelView{ID: m.ID, Object: "model", OwnedBy: "dendra", Dendra: modelDetail{Netuid: m.Netuid, Price: g.cfg.price(m.Netuid)}}
}

// listModels answers GET /v1/models.
func (g *Gateway) listModels(w http.ResponseWriter, r *http.Request, _ *visit) error {
	models, err := g.models(r.Context())
	if err != nil {
		return err
	}
	views := make([]modelView, len(models))
	for i, m := range models {
		views[i] = g.viewModel(m)
	}
	return writeJSON(w, map[string]any{"object": "list", "data": views})
}

// showModel answers GET /v1/models/{id}.
func (g *Gateway) showModel(w http.ResponseWriter, r *http.Request, _ *visit) error {
	m, err := g.findModel(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	return writeJSON(w, g.viewModel(m))
}

// withAliases adds the aliases whose subnet is there and whose name no subnet has.
func withAliases(models []Model, aliases []Alias) []Model {
	all := slices.Clip(models)
	for _, a := range aliases {
		at := slices.IndexFunc(models, func(m Model) bool { return m.ID == a.Subnet })
		taken := slices.ContainsFunc(all, func(m Model) bool { return m.ID == a.ID })
		if at >= 0 && !taken {
			all = append(all, Model{ID: a.ID, Netuid: models[at].Netuid, Validators: true})
		}
	}
	return all
}

// models lists the models, or says that the chain cannot be read.
func (g *Gateway) models(ctx context.Context) ([]Model, error) {
	models, err := g.cfg.Directory.Models(ctx)
	if err != nil {
		g.cfg.Logger.Warn("directory cannot be read", "err", err)
		return nil, unavailable(http.StatusServiceUnavailable, "directory_unavailable",
			"the gateway cannot read the chain yet: try again shortly; `dendra chain status` shows whether it makes blocks")
	}
	return withAliases(models, g.cfg.Aliases), nil
}

// findModel looks a model up by its id.
func (g *Gateway) findModel(ctx context.Context, id string) (Model, error) {
	models, err := g.models(ctx)
	if err != nil {
		return Model{}, err
	}
	for _, m := range models {
		if m.ID == id {
			return m, nil
		}
	}
	return Model{}, &apiError{status: http.StatusNotFound, kind: typeInvalid, code: "model_not_found", param: "model",
		message: fmt.Sprintf("no subnet is called %q: GET /v1/models lists the %d there are", shorten(id), len(models))}
}

// subnet reads a subnet with its neurons.
func (g *Gateway) subnet(ctx context.Context, netuid uint16) (neuron.Subnet, error) {
	s, err := g.cfg.Directory.Subnet(ctx, netuid)
	if err != nil {
		g.cfg.Logger.Warn("subnet cannot be read", "netuid", netuid, "err", err)
		return s, unavailable(http.StatusServiceUnavailable, "directory_unavailable",
			"the gateway cannot read subnet %d from the chain: try again shortly", netuid)
	}
	return s, nil
}

// modelOf returns the model of a netuid that the client named itself.
func (g *Gateway) modelOf(ctx context.Context, netuid uint16) (Model, error) {
	models, err := g.models(ctx)
	if err != nil {
		return Model{}, err
	}
	for _, m := range models {
		if m.Netuid == netuid {
			return m, nil
		}
	}
	return Model{}, &apiError{status: http.StatusNotFound, kind: typeInvalid, code: "model_not_found", param: "dendra.netuid",
		message: fmt.Sprintf("there is no subnet %d: GET /v1/models lists the %d there are", netuid, len(models))}
}
