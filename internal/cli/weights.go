package cli

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dendra-net/dendra/internal/term"
	"github.com/dendra-net/dendra/neuron"
)

func (a *app) weightsCommand() *cobra.Command {
	return a.noun("weights", "A validator's votes and what came of them: show, set, commits, bonds, scores",
		a.weightsShow(), a.weightsSet(), a.weightsCommits(), a.weightsBonds(), a.weightsScores())
}

// rowView is a validator's row of weights.
type rowView struct {
	UID     uint32         `json:"uid"`
	Hotkey  neuron.Address `json:"hotkey"` // empty when the slot changed hands since
	SetAt   int64          `json:"set_at"`
	Weights []weightView   `json:"weights"`
}

type weightView struct {
	UID        uint32  `json:"uid"`
	Generation uint32  `json:"generation"`
	Weight     uint32  `json:"weight"`
	Share      float64 `json:"share"` // of the row
}

func (a *app) weightsShow() *cobra.Command {
	return a.aboutSubnet("show", "Show who votes for whom", func(ctx context.Context, at view, market neuron.Subnet) (any, func(io.Writer) error, error) {
		rows, err := at.Rows(ctx, market.Netuid)
		if err != nil {
			return nil, nil, err
		}
		views := []rowView{}
		for _, r := range rows {
			views = append(views, rowView{UID: r.Uid, Hotkey: sits(market, r.Uid, r.Generation), SetAt: r.SetAt, Weights: shares(r.Uids, r.Generations, r.Weights)})
		}
		result := map[string]any{"netuid": market.Netuid, "height": at.height, "rows": views}
		return result, func(w io.Writer) error { return printRows(w, views, a.names()) }, nil
	})
}

// shares pairs uids with weights. A node may answer anything, so the shortest of the lists counts.
func shares(uids, generations, weights []uint32) []weightView {
	n := min(len(uids), len(generations), len(weights))
	total := 0.0
	for _, w := range weights[:n] {
		total += float64(w)
	}
	out := make([]weightView, n)
	for i := range out {
		out[i] = weightView{UID: uids[i], Generation: generations[i], Weight: weights[i]}
		if total > 0 {
			out[i].Share = float64(weights[i]) / total
		}
	}
	return out
}

func printRows(w io.Writer, rows []rowView, names map[neuron.Address]string) error {
	t := term.Table{Columns: []term.Column{{Title: "UID", Right: true}, {Title: "VALIDATOR"}, {Title: "SET AT (HEIGHT)", Right: true}, {Title: "WEIGHTS (UID:SHARE)"}}}
	for _, r := range rows {
		var cells []string
		for _, v := range r.Weights {
			cells = append(cells, fmt.Sprintf("%d:%.3f", v.UID, v.Share))
		}
		t.Add(strconv.Itoa(int(r.UID)), sitterName(r.Hotkey, names), strconv.FormatInt(r.SetAt, 10), strings.Join(cells, " "))
	}
	return t.Write(w)
}

// parseShares reads "UID=WEIGHT" pairs; weights are any numbers and only their ratios count.
func parseShares(given []string) (map[uint16]float64, error) {
	out := map[uint16]float64{}
	for _, s := range given {
		name, number, ok := strings.Cut(s, "=")
		id, err := strconv.ParseUint(name, 10, 16)
		weight, weightErr := strconv.ParseFloat(number, 64)
		if !ok || err != nil || weightErr != nil || !(weight >= 0 && weight < 1e18) {
			return nil, usagef("bad_weight", "%q is not NUMBER=WEIGHT with a weight of 0 or more", s).withFix("write weights as 4=0.6 5=0.4")
		}
		if _, twice := out[uint16(id)]; twice {
			return nil, usagef("bad_weight", "%d is named twice", id).withFix("name each number once")
		}
		out[uint16(id)] = weight
	}
	return out, nil
}

// scaled is a list of weights of which the largest is 65535, by rising number.
type scaled struct {
	ids     []uint16
	weights []uint16
}

// scale rounds weights to 16 bits and drops those that come out as nothing.
func scale(in map[uint16]float64) (scaled, error) {
	top := 0.0
	for _, w := range in {
		top = max(top, w)
	}
	if top == 0 {
		return scaled{}, usagef("bad_weight", "no weight is above 0").withFix("write weights as 4=0.6 5=0.4")
	}
	var out scaled
	for id := range in {
		out.ids = append(out.ids, id)
	}
	slices.SortFunc(out.ids, cmp.Compare)
	out.ids = slices.DeleteFunc(out.ids, func(id uint16) bool { return uint16(in[id]/top*65535+0.5) == 0 })
	for _, id := range out.ids {
		out.weights = append(out.weights, uint16(in[id]/top*65535+0.5))
	}
	return out, nil
}

// voteOn turns weights into a vote on the neurons that sit on the subnet now.
func voteOn(market neuron.Subnet, s scaled) (neuron.Vote, error) {
	v := neuron.Vote{UIDs: s.ids, Weights: s.weights, Version: market.VersionKey}
	for _, uid := range s.ids {
		if int(uid) >= len(market.Neurons) {
			return neuron.Vote{}, failf("no_such_neuron", "subnet %d has neurons 0 to %d, not %d", market.Netuid, len(market.Neurons)-1, uid).
				withFix("dendra neuron list --subnet %d", market.Netuid)
		}
		v.Generations = append(v.Generations, market.Neurons[uid].Generation)
	}
	if len(v.UIDs) < market.MinWeights {
		return neuron.Vote{}, failf("too_few_weights", "subnet %d wants at least %d weights; %d are above 0", market.Netuid, market.MinWeights, len(v.UIDs)).
			withFix("name more neurons: dendra neuron list --subnet %d", market.Netuid)
	}
	return v, nil
}
