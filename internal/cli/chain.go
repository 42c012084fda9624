package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dendra-net/dendra/chainclient"
	"github.com/dendra-net/dendra/internal/term"
	"github.com/dendra-net/dendra/x/emission"
	"github.com/dendra-net/dendra/x/guard"
	neuronmod "github.com/dendra-net/dendra/x/neuron"
	"github.com/dendra-net/dendra/x/stake"
	"github.com/dendra-net/dendra/x/subnet"
	"github.com/dendra-net/dendra/x/weights"
)

func (a *app) chainCommand() *cobra.Command {
	return a.noun("chain", "The chain: status, supply, params", a.chainStatus(), a.chainSupply(), a.chainParams())
}

// chainView is what "chain status" prints.
type chainView struct {
	ChainID   string    `json:"chain_id"`
	Height    int64     `json:"height"`
	Endpoints []string  `json:"endpoints"`
	Subnets   int       `json:"subnets"`
	IssuedRao uint64    `json:"issued_rao,string"`
	PerBlock  uint64    `json:"per_block_rao,string"`
	Halvings  uint32    `json:"halvings"`
	Laws      []lawView `json:"laws"`
}

type lawView struct {
	Name   string `json:"name"`
	Holds  bool   `json:"holds"`
	Detail string `json:"detail,omitempty"`
}

func (a *app) chainStatus() *cobra.Command {
	return &cobra.Command{Use: "status", Short: "Show height, issuance and whether the books balance", Args: args(0, 0),
		RunE: func(c *cobra.Command, _ []string) error {
			client, err := a.chain(c.Context())
			if err != nil {
				return err
			}
			v, err := a.viewChain(c.Context(), client)
			if err != nil {
				return err
			}
			return a.emit(v, v.print)
		}}
}

func (a *app) viewChain(ctx context.Context, client *chainclient.Client) (chainView, error) {
	supply, err := client.Emission().Supply(ctx, &emission.QuerySupplyRequest{})
	if err != nil {
		return chainView{}, err
	}
	subnets, err := client.List(ctx)
	if err != nil {
		return chainView{}, err
	}
	laws, err := client.Guard().Invariants(ctx, &guard.QueryInvariantsRequest{})
	if err != nil {
		return chainView{}, err
	}
	v := chainView{ChainID: client.ChainID(), Height: supply.Height, Endpoints: a.endpoints(), Subnets: len(subnets),
		IssuedRao: supply.IssuedRao, PerBlock: supply.PerBlockRao, Halvings: supply.Halvings, Laws: []lawView{}}
	for _, law := range laws.Invariants {
		v.Laws = append(v.Laws, lawView{law.Name, law.Holds, law.Detail})
	}
	return v, nil
}

func (v chainView) print(w io.Writer) error {
	broken := slices.DeleteFunc(slices.Clone(v.Laws), func(l lawView) bool { return l.Holds })
	if _, err := fmt.Fprintf(w, "chain    %s\nheight   %d\nnode     %s\nsubnets  %d\nissued   %s, %s a block, %d halvings so far\nlaws     %d of %d hold\n",
		v.ChainID, v.Height, strings.Join(v.Endpoints, ", "), v.Subnets, formatTAO(v.IssuedRao), formatTAO(v.PerBlock), v.Halvings,
		len(v.Laws)-len(broken), len(v.Laws)); err != nil {
		return err
	}
	for _, l := range broken {
		if _, err := fmt.Fprintf(w, "  BROKEN %s: %s\n", l.Name, l.Detail); err != nil {
			return err
		}
	}
	return nil
}

// supplyView is the fixed JSON form of "chain supply". The parts sum to issued_rao.
type supplyView struct {
	Height      int64             `json:"height"`
	IssuedRao   uint64            `json:"issued_rao,string"`
	CapRao      uint64            `json:"cap_rao,string"`
	MintedRao   uint64            `json:"minted_rao,string"`
	RecycledRao uint64            `json:"recycled_rao,string"`
	BurntRao    uint64            `json:"burnt_rao,string"`
	PerBlockRao uint64            `json:"per_block_rao,string"`
	Parts       map[string]string `json:"parts"`
	parts       []emission.Part
}

func (a *app) chainSupply() *cobra.Command {
	var at int64
	c := &cobra.Command{Use: "supply", Short: "Show how much TAO there is and where it lies", Args: args(0, 0),
		RunE: func(c *cobra.Command, _ []string) error {
			client, err := a.chain(c.Context())
			if err != nil {
				return err
			}
			res, err := client.AtHeight(at).Emission().Supply(c.Context(), &emission.QuerySupplyRequest{})
			if err != nil {
				return err
			}
			v, err := viewSupply(res)
			if err != nil {
				return err
			}
			return a.emit(v, v.print)
		}}
	c.Flags().Int64Var(&at, "at", 0, "height to show; 0 is the newest")
	return c
}

// viewSupply checks that the parts are the whole before anything is shown.
func viewSupply(res *emission.QuerySupplyResponse) (supplyView, error) {
	v := supplyView{Height: res.Height, IssuedRao: res.IssuedRao, CapRao: res.CapRao, MintedRao: res.MintedRao,
		RecycledRao: res.RecycledRao, BurntRao: res.BurntRao, PerBlockRao: res.PerBlockRao, Parts: map[string]string{}, parts: res.Parts}
	var sum uint64
	for _, p := range res.Parts {
		if _, twice := v.Parts[p.Name]; twice {
			return supplyView{}, failf("books_wrong", "the node names the part %q of the supply twice", p.Name)
		}
		v.Parts[p.Name] = strconv.FormatUint(p.Rao, 10)
		sum += p.Rao
	}
	if sum != res.IssuedRao {
		return supplyView{}, failf("books_wrong", "the parts of the supply sum to %d rao; issued are %d rao (height %d)", sum, res.IssuedRao, res.Height)
	}
	return v, nil
}

func (v supplyView) print(w io.Writer) error {
	if _, err := fmt.Fprintf(w, "issued %s of %s at height %d   recycled %s   burnt %s\n\n",
		formatTAO(v.IssuedRao), formatTAO(v.CapRao), v.Height, formatTAO(v.RecycledRao), formatTAO(v.BurntRao)); err != nil {
		return err
	}
	t := term.Table{Columns: []term.Column{{Title: "PART"}, {Title: "AMOUNT (TAO)", Right: true}, {Title: "SHARE (%)", Right: true}}}
	for _, p := range v.parts {
		t.Add(p.Name, decimalTAO(p.Rao), strconv.FormatFloat(100*float64(p.Rao)/float64(max(v.IssuedRao, 1)), 'f', 2, 64))
	}
	t.Add("total", decimalTAO(v.IssuedRao), "100.00")
	return t.Write(w)
}

func (a *app) chainParams() *cobra.Command {
	return &cobra.Command{Use: "params [MODULE]", Short: "Show the rules governance can change", Args: args(0, 1),
		RunE: func(c *cobra.Command, given []string) error {
			client, err := a.chain(c.Context())
			if err != nil {
				return err
			}
			all, err := readParams(c.Context(), client)
			if err != nil {
				return err
			}
			if len(given) == 1 {
				one, ok := all[given[0]]
				if !ok {
					return usagef("no_such_module", "there is no module %q with parameters; there are %s", given[0], strings.Join(sortedKeys(all), ", "))
				}
				all = map[string]any{given[0]: one}
			}
			return a.emit(all, func(w io.Writer) error { return printParams(w, all) })
		}}
}

func readParams(ctx context.Context, c *chainclient.Client) (map[string]any, error) {
	out := map[string]any{}
	for name, read := range map[string]func() (any, error){
		stake.ModuleName: func() (any, error) {
			r, err := c.Stake().Params(ctx, &stake.QueryParamsRequest{})
			return r.GetParams(), err
		},
		emission.ModuleName: func() (any, error) {
			r, err := c.Emission().Params(ctx, &emission.QueryParamsRequest{})
			return r.GetParams(), err
		},
		subnet.ModuleName: func() (any, error) {
			r, err := c.Registry().Params(ctx, &subnet.QueryParamsRequest{})
			return r.GetParams(), err
		},
		neuronmod.ModuleName: func() (any, error) {
			r, err := c.Neuron().Params(ctx, &neuronmod.QueryParamsRequest{})
			return r.GetParams(), err
		},
		weights.ModuleName: func() (any, error) {
			r, err := c.Weights().Params(ctx, &weights.QueryParamsRequest{})
			return r.GetParams(), err
		},
		guard.ModuleName: func() (any, error) {
			r, err := c.Guard().Params(ctx, &guard.QueryParamsRequest{})
			return r.GetParams(), err
		},
	} {
		params, err := read()
		if err != nil {
			return nil, fmt.Errorf("parameters of %s: %w", name, err)
		}
		out[name] = params
	}
	return out, nil
}

// printParams writes "module.name value" lines, sorted, so that two outputs can be compared.
func printParams(w io.Writer, all map[string]any) error {
	b, err := json.Marshal(all)
	if err != nil {
		return err
	}
	var tree map[string]any
	decoder := json.NewDecoder(strings.NewReader(string(b)))
	decoder.UseNumber()
	if err := decoder.Decode(&tree); err != nil {
		return err
	}
	t := term.Table{Columns: []term.Column{{Title: "PARAMETER"}, {Title: "VALUE"}}}
	flatten("", tree, func(name, value string) { t.Add(name, value) })
	return t.Write(w)
}

func flatten(prefix string, tree map[string]any, add func(name, value string)) {
	for _, key := range sortedKeys(tree) {
		if deeper, ok := tree[key].(map[string]any); ok {
			flatten(prefix+key+".", deeper, add)
			continue
		}
		add(prefix+key, fmt.Sprint(tree[key]))
	}
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
