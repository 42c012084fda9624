package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/cosmos/gogoproto/proto"
	"github.com/spf13/cobra"

	"github.com/dendra-net/dendra/chainclient"
	"github.com/dendra-net/dendra/internal/term"
	"github.com/dendra-net/dendra/neuron"
	neuronmod "github.com/dendra-net/dendra/x/neuron"
)

func (a *app) neuronCommand() *cobra.Command {
	return a.noun("neuron", "Slots of a subnet: price, register, serve, commit, status, show, list, data",
		a.neuronPrice(), a.neuronRegister(), a.neuronServe(), a.neuronCommit(), a.neuronStatus(), a.neuronShow(), a.neuronList(), a.neuronData())
}

func (a *app) neuronServe() *cobra.Command {
	c := &cobra.Command{Use: "serve --subnet N URL", Short: "Publish where the neuron answers; \"none\" takes it back", Args: args(1, 1)}
	netuidOf := subnetFlag(c)
	c.RunE = func(c *cobra.Command, given []string) error {
		netuid, err := netuidOf()
		if err != nil {
			return err
		}
		key, err := a.actingHotkey()
		if err != nil {
			return err
		}
		endpoint := given[0]
		if endpoint == "none" {
			endpoint = ""
		}
		p := hotPlan(key, plan{
			action:  fmt.Sprintf("publish endpoint %q on subnet %d", endpoint, netuid),
			changes: []string{fmt.Sprintf("validators reach %s at %q", key.Address(), endpoint)},
			msgs:    []proto.Message{&neuronmod.MsgServe{Hotkey: string(key.Address()), Netuid: uint32(netuid), Endpoint: endpoint}},
		})
		return a.transact(c.Context(), p, func(res chainclient.TxResult) (any, string, error) {
			return receiptOf(res), fmt.Sprintf("subnet %d: %s answers at %q", netuid, key.Address(), endpoint), nil
		})
	}
	return c
}

// listedNeuron is a line of "neuron list".
type listedNeuron struct {
	neuronView
	ServedAt int64 `json:"served_at"` // height at which the endpoint was published; 0 for never
}

func (a *app) neuronList() *cobra.Command {
	return a.aboutSubnet("list", "List the neurons of a subnet", func(ctx context.Context, at view, market neuron.Subnet) (any, func(io.Writer) error, error) {
		registry, err := at.Neurons(ctx, market.Netuid)
		if err != nil {
			return nil, nil, err
		}
		served := map[neuron.Address]int64{}
		for _, n := range registry {
			served[neuron.Address(n.Hotkey)] = n.ServedAt
		}
		list := []listedNeuron{}
		for _, n := range viewSubnet(market, at.height).Neurons {
			list = append(list, listedNeuron{n, served[n.Hotkey]})
		}
		result := map[string]any{"netuid": market.Netuid, "height": at.height, "neurons": list}
		return result, func(w io.Writer) error { return printAddresses(w, list, a.names()) }, nil
	})
}

func printAddresses(w io.Writer, list []listedNeuron, names map[neuron.Address]string) error {
	t := term.Table{Columns: []term.Column{{Title: "UID", Right: true}, {Title: "ROLE"}, {Title: "NAME"}, {Title: "HOTKEY"},
		{Title: "JOINED AT", Right: true}, {Title: "SERVED AT", Right: true}, {Title: "ENDPOINT"}}}
	for _, n := range list {
		served := "-"
		if n.ServedAt > 0 {
			served = strconv.FormatInt(n.ServedAt, 10)
		}
		t.Add(strconv.Itoa(int(n.UID)), n.RoleHint, names[n.Hotkey], string(n.Hotkey), strconv.FormatInt(n.RegisteredAt, 10), served, n.Endpoint)
	}
	return t.Write(w)
}

// standing is a neuron with what its owner wants to know.
type standing struct {
	Netuid uint16 `json:"netuid"`
	Height int64  `json:"height"`
	neuronView
	Rank         int    `json:"rank"` // by incentive, from 1
	Of           int    `json:"of"`   // neurons with a role of a miner, or all when it is none
	ImmuneBlocks int64  `json:"immune_blocks"`
	NextOut      bool   `json:"next_out"` // the next registration would take its slot
	EarnedTAO    string `json:"emission_tao"`
}

func (a *app) neuronStatus() *cobra.Command {
	c := &cobra.Command{Use: "status --subnet N [HOTKEY]", Short: "Show how a neuron stands: rank, pay, risk of losing its slot", Args: args(0, 1)}
	netuidOf, chainAt := subnetFlag(c), a.heightFlag(c)
	c.RunE = func(c *cobra.Command, given []string) error {
		netuid, err := netuidOf()
		if err != nil {
			return err
		}
		hotkey, err := a.statusHotkey(given)
		if err != nil {
			return err
		}
		at, err := chainAt(c.Context())
		if err != nil {
			return err
		}
		s, err := readStanding(c.Context(), at, netuid, hotkey)
		if err != nil {
			return err
		}
		return a.emit(s, s.print)
	}
	return c
}

func (a *app) statusHotkey(given []string) (neuron.Address, error) {
	if len(given) == 1 {
		return a.findHotkey(given[0])
	}
	key, err := a.actingHotkey()
	if err != nil {
		return "", err
	}
	return key.Address(), nil
}

func readStanding(ctx context.Context, at view, netuid uint16, hotkey neuron.Address) (standing, error) {
	market, err := at.subnet(ctx, netuid)
	if err != nil {
		return standing{}, err
	}
	s, ok := standingOf(market, at.height, hotkey)
	if !ok {
		return standing{}, failf("not_registered", "%s has no slot on subnet %d (%d neurons)", hotkey, netuid, len(market.Neurons)).
			withFix("dendra neuron register --subnet %d", netuid)
	}
	price, err := readPrice(ctx, at, netuid)
	if err != nil {
		return standing{}, err
	}
	s.NextOut = price.Replaces != nil && price.Replaces.Hotkey == hotkey
	return s, nil
}

// standingOf ranks a neuron among those that mine.
func standingOf(market neuron.Subnet, height int64, hotkey neuron.Address) (standing, bool) {
	at := slices.IndexFunc(market.Neurons, func(n neuron.Neuron) bool { return n.Hotkey == hotkey })
	if at < 0 {
		return standing{}, false
	}
	me := market.Neurons[at]
	s := standing{Netuid: market.Netuid, Height: height, neuronView: viewNeuron(me), Rank: 1, EarnedTAO: decimalTAO(me.EmissionRao)}
	for _, n := range market.Neurons {
		if role := roleHint(n); role != "miner" && n.Hotkey != hotkey {
			continue
		}
		s.Of++
		if n.Incentive > me.Incentive {
			s.Rank++
		}
	}
	s.ImmuneBlocks = max(me.ImmuneUntil-height, 0)
	return s, true
}

func (s standing) print(w io.Writer) error {
	risk := "safe for now"
	switch {
	case s.NextOut:
		risk = "NEXT TO BE REPLACED: the next registration takes its slot"
	case s.ImmuneBlocks > 0:
		risk = fmt.Sprintf("immune for %d blocks", s.ImmuneBlocks)
	}
	endpoint := s.Endpoint
	if endpoint == "" {
		endpoint = "none published"
	}
	_, err := fmt.Fprintf(w, "subnet %d neuron %d (%s)   height %d\n  hotkey     %s\n  endpoint   %s\n  stake      %s   permit %s\n"+
		"  incentive  %s   rank %d of %d   consensus %s\n  dividend   %s   validator trust %s\n  paid       %s in the last epoch\n  slot       %s\n",
		s.Netuid, s.UID, s.RoleHint, s.Height, s.Hotkey, term.Clean(endpoint), formatTAO(s.StakeRao), yesNo(s.Permit),
		share(s.Incentive), s.Rank, s.Of, share(s.Consensus), share(s.Dividend), share(s.ValidatorTrust), formatTAO(s.EmissionRao), risk)
	return err
}
