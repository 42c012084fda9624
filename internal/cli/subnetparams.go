package cli

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/cosmos/gogoproto/proto"
	"github.com/spf13/cobra"

	"github.com/dendra-net/dendra/chainclient"
	"github.com/dendra-net/dendra/internal/term"
	"github.com/dendra-net/dendra/x/subnet"
)

// paramView is a hyperparameter with who may change it and within which bounds. Values are strings: some are amounts,
// and some pass what a JSON number holds.
type paramView struct {
	Name     string `json:"name"`
	Value    string `json:"value"`
	Owner    bool   `json:"owner_may_change"`
	OwnerMin string `json:"owner_min,omitempty"`
	OwnerMax string `json:"owner_max,omitempty"`
	Min      string `json:"min"` // for governance and genesis
	Max      string `json:"max"`
}

func viewParams(h subnet.Hyperparameters) []paramView {
	var out []paramView
	for _, p := range subnet.HyperparameterList() {
		v := paramView{Name: p.Name, Value: integer(p.Get(h)), Min: integer(p.All.Min), Max: integer(p.All.Max)}
		if !p.Owner.Empty() {
			v.Owner, v.OwnerMin, v.OwnerMax = true, integer(p.Owner.Min), integer(p.Owner.Max)
		}
		out = append(out, v)
	}
	return out
}

func integer(v int64) string { return strconv.FormatInt(v, 10) }

func (a *app) subnetParams() *cobra.Command {
	c := &cobra.Command{Use: "params N", Short: "Show a subnet's hyperparameters, their bounds and who may change them", Args: args(1, 1)}
	chainAt := a.heightFlag(c)
	c.RunE = func(c *cobra.Command, given []string) error {
		netuid, err := parseNetuid(given[0])
		if err != nil {
			return err
		}
		at, err := chainAt(c.Context())
		if err != nil {
			return err
		}
		res, err := at.Registry().Subnet(c.Context(), &subnet.QuerySubnetRequest{Netuid: uint32(netuid)})
		if err != nil {
			return err
		}
		params := viewParams(res.Subnet.Hyperparameters)
		result := map[string]any{"netuid": netuid, "height": at.height, "owner": res.Subnet.Owner, "params": params}
		return a.emit(result, func(w io.Writer) error {
			_, err := fmt.Fprintf(w, "subnet %d %s   owner %s   height %d\n\n", netuid, term.Clean(res.Subnet.Name), ownerName(res.Subnet.Owner, a.names()), at.height)
			if err != nil {
				return err
			}
			return printHyperparameters(w, params)
		})
	}
	return c
}

func printHyperparameters(w io.Writer, params []paramView) error {
	t := term.Table{Columns: []term.Column{{Title: "HYPERPARAMETER"}, {Title: "VALUE", Right: true}, {Title: "THE OWNER MAY SET"}, {Title: "GOVERNANCE MAY SET"}}}
	for _, p := range params {
		owner := "-"
		if p.Owner {
			owner = p.OwnerMin + " to " + p.OwnerMax
		}
		t.Add(p.Name, p.Value, owner, p.Min+" to "+p.Max)
	}
	return t.Write(w)
}

// setting is one hyperparameter with its new value.
type setting struct {
	param subnet.Hyperparameter
	value int64
}

// parseSettings reads NAME=VALUE pairs and refuses what no subnet can have.
func parseSettings(given []string) ([]setting, error) {
	var out []setting
	for _, s := range given {
		name, text, ok := strings.Cut(s, "=")
		if !ok {
			return nil, usagef("bad_value", "%q is not NAME=VALUE", s)
		}
		param, err := subnet.FindHyperparameter(name)
		if err != nil {
			return nil, usagef("param_unknown", "a subnet has no hyperparameter %q; it has %s", name, strings.Join(paramNames(), ", "))
		}
		value, err := parseValue(name, text)
		if err != nil {
			return nil, err
		}
		if !param.All.Holds(value) {
			return nil, usagef("param_out_of_bounds", "%s is %d, and must lie in %d to %d", name, value, param.All.Min, param.All.Max)
		}
		if slices.ContainsFunc(out, func(s setting) bool { return s.param.Name == name }) {
			return nil, usagef("bad_value", "%s is named twice", name)
		}
		out = append(out, setting{param, value})
	}
	return out, nil
}

func paramNames() []string {
	var names []string
	for _, p := range subnet.HyperparameterList() {
		names = append(names, p.Name)
	}
	return names
}

// parseValue reads an integer; a switch may be on or off, and an amount may say its unit.
func parseValue(name, text string) (int64, error) {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n, nil
	}
	switch strings.ToLower(text) {
	case "on", "true", "yes":
		return 1, nil
	case "off", "false", "no":
		return 0, nil
	}
	_, unit := splitUnit(text)
	if rao, err := parseAmount(text); err == nil && unit != "" && strings.HasSuffix(name, "_rao") && rao <= subnet.MaxRao {
		return int64(rao), nil
	}
	return 0, usagef("bad_value", "%q is no value of %s: values are integers, on or off; those in rao may say 1tao", text, name)
}

func (a *app) subnetSet() *cobra.Command {
	return &cobra.Command{Use: "set N NAME=VALUE...", Short: "Change hyperparameters of a subnet you own", Args: args(2, -1),
		RunE: func(c *cobra.Command, given []string) error {
			netuid, err := parseNetuid(given[0])
			if err != nil {
				return err
			}
			settings, err := parseSettings(given[1:])
			if err != nil {
				return err
			}
			s, err := a.ownSubnet(c.Context(), netuid)
			if err != nil {
				return err
			}
			p := plan{action: fmt.Sprintf("change %d hyperparameters of subnet %d", len(settings), netuid)}
			for _, set := range settings {
				p.changes = append(p.changes, fmt.Sprintf("%s: %d becomes %d", set.param.Name, set.param.Get(s.Hyperparameters), set.value))
				p.msgs = append(p.msgs, proto.Message(&subnet.MsgSetParam{Sender: string(s.wallet.Address), Netuid: uint32(netuid), Name: set.param.Name, Value: set.value}))
			}
			return a.transact(c.Context(), a.coldPlan(s.wallet, p), func(res chainclient.TxResult) (any, string, error) {
				return receiptOf(res), fmt.Sprintf("subnet %d: %s", netuid, strings.Join(p.changes, ", ")), nil
			})
		}}
}
