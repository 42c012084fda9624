package cli

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dendra-net/dendra/internal/term"
	"github.com/dendra-net/dendra/x/emission"
)

func (a *app) chainCommand() *cobra.Command {
	return a.noun("chain", "The chain: status, supply, laws, params, producers, burn",
		a.chainStatus(), a.chainSupply(), a.chainLaws(), a.chainParams(), a.chainProducers(), a.chainBurn())
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

func (a *app) chainStatus() *cobra.Command {
	c := &cobra.Command{Use: "status", Short: "Show height, issuance and whether the books balance", Args: args(0, 0)}
	chainAt := a.heightFlag(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		at, err := chainAt(c.Context())
		if err != nil {
			return err
		}
		v, err := a.viewChain(c.Context(), at)
		if err != nil {
			return err
		}
		return a.emit(v, v.print)
	}
	return c
}

func (a *app) viewChain(ctx context.Context, at view) (chainView, error) {
	supply, err := at.Emission().Supply(ctx, &emission.QuerySupplyRequest{})
	if err != nil {
		return chainView{}, err
	}
	subnets, err := at.List(ctx)
	if err != nil {
		return chainView{}, err
	}
	laws, err := readLaws(ctx, at)
	if err != nil {
		return chainView{}, err
	}
	return chainView{ChainID: at.client.ChainID(), Height: supply.Height, Endpoints: a.endpoints(), Subnets: len(subnets),
		IssuedRao: supply.IssuedRao, PerBlock: supply.PerBlockRao, Halvings: supply.Halvings, Laws: laws.Laws}, nil
}

func (v chainView) print(w io.Writer) error {
	broken := brokenLaws(v.Laws)
	if _, err := fmt.Fprintf(w, "chain    %s\nheight   %d\nnode     %s\nsubnets  %d\nissued   %s, %s a block, %d halvings so far\nlaws     %d of %d hold\n",
		v.ChainID, v.Height, strings.Join(v.Endpoints, ", "), v.Subnets, formatTAO(v.IssuedRao), formatTAO(v.PerBlock), v.Halvings,
		len(v.Laws)-len(broken), len(v.Laws)); err != nil {
		return err
	}
	for _, l := range broken {
		if _, err := fmt.Fprintf(w, "  BROKEN %s: %s\n", l.Name, term.Clean(l.Detail)); err != nil {
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
	c := &cobra.Command{Use: "supply", Short: "Show how much TAO there is and where it lies", Args: args(0, 0)}
	chainAt := a.heightFlag(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		at, err := chainAt(c.Context())
		if err != nil {
			return err
		}
		res, err := at.Emission().Supply(c.Context(), &emission.QuerySupplyRequest{})
		if err != nil {
			return err
		}
		v, err := viewSupply(res)
		if err != nil {
			return err
		}
		return a.emit(v, v.print)
	}
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
	if _, err := fmt.Fprintf(w, "issued %s of %s   height %d\nrecycled %s   burnt %s\n\n",
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
