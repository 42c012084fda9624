package cli

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/dendra-net/dendra/internal/term"
	"github.com/dendra-net/dendra/neuron"
)

func (a *app) subnetCommand() *cobra.Command {
	return a.noun("subnet", "Markets: list, show, params, price, audit, curve, create, set, describe, dissolve",
		a.subnetList(), a.subnetShow(), a.subnetParams(), a.subnetPrice(), a.subnetAudit(), a.subnetCurve(), a.subnetCreate(), a.subnetSet(), a.subnetDescribe(), a.subnetDissolve())
}

// subnetView is the fixed JSON form of "subnet show". Fields are only ever added.
type subnetView struct {
	Netuid       uint16       `json:"netuid"`
	Name         string       `json:"name"`
	Owner        string       `json:"owner"`
	Height       int64        `json:"height"`
	Tempo        int64        `json:"tempo"`
	Epoch        uint64       `json:"epoch"`
	NextEpoch    int64        `json:"next_epoch"`
	CommitReveal bool         `json:"commit_reveal"`
	Neurons      []neuronView `json:"neurons"`
}

// neuronView is a neuron as printed. Fractions are of 1.
type neuronView struct {
	UID            uint16         `json:"uid"`
	Generation     uint32         `json:"generation"`
	Hotkey         neuron.Address `json:"hotkey"`
	Coldkey        string         `json:"coldkey"`
	RoleHint       string         `json:"role_hint"`
	StakeRao       uint64         `json:"stake_rao,string"`
	Permit         bool           `json:"permit"`
	Active         bool           `json:"active"`
	Consensus      float64        `json:"consensus"`
	Incentive      float64        `json:"incentive"`
	Dividend       float64        `json:"dividend"`
	ValidatorTrust float64        `json:"validator_trust"`
	EmissionRao    uint64         `json:"emission_rao,string"`
	LastUpdate     int64          `json:"last_update"`
	RegisteredAt   int64          `json:"registered_at"`
	ImmuneUntil    int64          `json:"immune_until"`
	Endpoint       string         `json:"endpoint"`
}

// roleHint guesses what a neuron does: the chain only knows slots.
func roleHint(n neuron.Neuron) string {
	switch {
	case n.Permit && n.LastUpdate > n.RegisteredAt:
		return "validator"
	case n.Endpoint != "" || n.Incentive > 0:
		return "miner"
	case n.Permit:
		return "validator"
	}
	return "idle"
}

func viewNeuron(n neuron.Neuron) neuronView {
	return neuronView{UID: n.UID, Generation: n.Generation, Hotkey: n.Hotkey, Coldkey: n.Coldkey, RoleHint: roleHint(n),
		StakeRao: n.StakeRao, Permit: n.Permit, Active: n.Active, Consensus: n.Consensus, Incentive: n.Incentive,
		Dividend: n.Dividend, ValidatorTrust: n.ValidatorTrust, EmissionRao: n.EmissionRao, LastUpdate: n.LastUpdate,
		RegisteredAt: n.RegisteredAt, ImmuneUntil: n.ImmuneUntil, Endpoint: n.Endpoint}
}

func viewSubnet(s neuron.Subnet, height int64) subnetView {
	v := subnetView{Netuid: s.Netuid, Name: s.Name, Owner: s.Owner, Height: height, Tempo: s.Tempo, Epoch: s.Epoch,
		NextEpoch: s.NextEpoch, CommitReveal: s.CommitReveal, Neurons: []neuronView{}}
	for _, n := range s.Neurons {
		v.Neurons = append(v.Neurons, viewNeuron(n))
	}
	return v
}

// parseNetuid reads a subnet's number.
func parseNetuid(s string) (uint16, error) {
	n, err := strconv.ParseUint(s, 10, 16)
	if err != nil {
		return 0, usagef("bad_subnet", "%q is no subnet: subnets have numbers from 0 to 65535", s).withFix("dendra subnet list")
	}
	return uint16(n), nil
}

// subnetFlag adds --subnet and returns how to read it after parsing.
func subnetFlag(c *cobra.Command) func() (uint16, error) {
	var s string
	c.Flags().StringVar(&s, "subnet", "", "number of the subnet")
	return func() (uint16, error) {
		if s == "" {
			return 0, usagef("missing_flag", "no subnet is named").withFix("add --subnet N (dendra subnet list shows them)")
		}
		return parseNetuid(s)
	}
}

func (a *app) subnetShow() *cobra.Command {
	var watch bool
	c := &cobra.Command{Use: "show N", Short: "Show a subnet's neurons with their scores", Args: args(1, 1)}
	chainAt := a.heightFlag(c)
	c.Flags().BoolVar(&watch, "watch", false, "show it again at every block")
	c.RunE = func(c *cobra.Command, given []string) error {
		netuid, err := parseNetuid(given[0])
		if err != nil {
			return err
		}
		if watch && c.Flags().Changed("at") {
			return usagef("bad_flag", "--watch shows the newest height, --at one of the past").withFix("leave one of them out")
		}
		if watch {
			return a.watchSubnet(c.Context(), netuid)
		}
		at, err := chainAt(c.Context())
		if err != nil {
			return err
		}
		return a.showSubnet(c.Context(), at, netuid)
	}
	return c
}

func (a *app) showSubnet(ctx context.Context, at view, netuid uint16) error {
	market, err := at.subnet(ctx, netuid)
	if err != nil {
		return err
	}
	v := viewSubnet(market, at.height)
	return a.emit(v, func(w io.Writer) error { return v.print(w, a.names()) })
}

// watchSubnet shows the subnet at every block until ctx ends.
func (a *app) watchSubnet(ctx context.Context, netuid uint16) error {
	client, err := a.chain(ctx)
	if err != nil {
		return err
	}
	for head := range client.Heads(ctx) {
		if term.Live(a.Stdout, a.Getenv) && !a.json {
			fmt.Fprint(a.Stdout, "\x1b[H\x1b[2J")
		}
		at := view{Queries: client.AtHeight(head.Height), client: client, height: head.Height}
		if err := a.showSubnet(ctx, at, netuid); err != nil && ctx.Err() == nil {
			return err
		}
	}
	return nil
}

// listedSubnet is a line of "subnet list".
type listedSubnet struct {
	Netuid        uint32  `json:"netuid"`
	Name          string  `json:"name"`
	Owner         string  `json:"owner"`
	CreatedAt     int64   `json:"created_at"`
	Tempo         int64   `json:"tempo"`
	LockRao       uint64  `json:"lock_rao,string"`
	EmissionShare float64 `json:"emission_share"`
	PendingRao    uint64  `json:"pending_rao,string"`
	Description   string  `json:"description"`
	URL           string  `json:"url"`
}

func (a *app) subnetList() *cobra.Command {
	c := &cobra.Command{Use: "list", Short: "List the subnets with their share of emission", Args: args(0, 0)}
	chainAt := a.heightFlag(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		at, err := chainAt(c.Context())
		if err != nil {
			return err
		}
		list, err := listSubnets(c.Context(), at)
		if err != nil {
			return err
		}
		return a.emit(map[string]any{"subnets": list}, func(w io.Writer) error { return printSubnets(w, list, a.names()) })
	}
	return c
}

func printSubnets(w io.Writer, list []listedSubnet, names map[neuron.Address]string) error {
	t := term.Table{Columns: []term.Column{{Title: "SUBNET", Right: true}, {Title: "NAME"}, {Title: "EMISSION (%)", Right: true},
		{Title: "TEMPO (BLOCKS)", Right: true}, {Title: "LOCK (TAO)", Right: true}, {Title: "OWNER"}, {Title: "DESCRIPTION"}}}
	for _, s := range list {
		t.Add(strconv.Itoa(int(s.Netuid)), s.Name, strconv.FormatFloat(100*s.EmissionShare, 'f', 2, 64),
			strconv.FormatInt(s.Tempo, 10), decimalTAO(s.LockRao), ownerName(s.Owner, names), s.Description)
	}
	return t.Write(w)
}

func listSubnets(ctx context.Context, at view) ([]listedSubnet, error) {
	subnets, err := at.List(ctx)
	if err != nil {
		return nil, err
	}
	ledgers, _, err := at.Ledgers(ctx)
	if err != nil {
		return nil, err
	}
	out := []listedSubnet{}
	for _, s := range subnets {
		row := listedSubnet{Netuid: s.Netuid, Name: s.Name, Owner: s.Owner, CreatedAt: s.CreatedAt,
			Tempo: s.Hyperparameters.Tempo, LockRao: s.LockRao, Description: s.Description, URL: s.Url}
		for _, l := range ledgers {
			if l.Netuid == s.Netuid {
				row.EmissionShare, row.PendingRao = float64(l.ShareQ32)/(1<<32), l.PendingRao
			}
		}
		out = append(out, row)
	}
	return out, nil
}

// blockPause is how long commands wait for a block before they say that the chain stands still.
const blockPause = 2 * time.Minute
