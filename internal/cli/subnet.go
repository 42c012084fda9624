package cli

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/cosmos/gogoproto/proto"
	"github.com/spf13/cobra"

	"github.com/dendra-net/dendra/chainclient"
	"github.com/dendra-net/dendra/internal/term"
	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/x/subnet"
)

func (a *app) subnetCommand() *cobra.Command {
	return a.noun("subnet", "Markets: create, list, show, price", a.subnetCreate(), a.subnetList(), a.subnetShow(), a.subnetPrice())
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
	var at int64
	var watch bool
	c := &cobra.Command{Use: "show N", Short: "Show a subnet's neurons with their scores", Args: args(1, 1),
		RunE: func(c *cobra.Command, given []string) error {
			netuid, err := parseNetuid(given[0])
			if err != nil {
				return err
			}
			if at < 0 {
				return usagef("bad_height", "height %d is below 0", at)
			}
			if watch {
				return a.watchSubnet(c.Context(), netuid)
			}
			return a.showSubnet(c.Context(), netuid, at)
		}}
	c.Flags().Int64Var(&at, "at", 0, "height to show; 0 is the newest")
	c.Flags().BoolVar(&watch, "watch", false, "show it again at every block")
	return c
}

func (a *app) showSubnet(ctx context.Context, netuid uint16, at int64) error {
	client, err := a.chain(ctx)
	if err != nil {
		return err
	}
	market, height, err := client.SubnetAt(ctx, netuid, at)
	if err != nil {
		return err
	}
	v := viewSubnet(market, height)
	return a.emit(v, func(w io.Writer) error { return v.print(w, a.names()) })
}

// watchSubnet shows the subnet at every block until ctx ends.
func (a *app) watchSubnet(ctx context.Context, netuid uint16) error {
	client, err := a.chain(ctx)
	if err != nil {
		return err
	}
	for range client.Heads(ctx) {
		if term.Live(a.Stdout, a.Getenv) && !a.json {
			fmt.Fprint(a.Stdout, "\x1b[H\x1b[2J")
		}
		if err := a.showSubnet(ctx, netuid, 0); err != nil && ctx.Err() == nil {
			return err
		}
	}
	return nil
}

// barWidth is that of the bar that draws incentive.
const barWidth = 20

func (v subnetView) print(w io.Writer, names map[neuron.Address]string) error {
	owner := v.Owner
	if named := names[neuron.Address(owner)]; named != "" {
		owner = named
	}
	if owner == "" {
		owner = "nobody"
	}
	if _, err := fmt.Fprintf(w, "subnet %d %s   owner %s   tempo %d blocks   epoch %d ends at height %d   height %d\n\n",
		v.Netuid, term.Clean(v.Name), owner, v.Tempo, v.Epoch, v.NextEpoch, v.Height); err != nil {
		return err
	}
	t := term.Table{Columns: []term.Column{{Title: "UID", Right: true}, {Title: "HOTKEY"}, {Title: "ROLE"}, {Title: "STAKE (TAO)", Right: true},
		{Title: "PERMIT"}, {Title: "VTRUST", Right: true}, {Title: "DIVIDEND", Right: true}, {Title: "CONSENSUS", Right: true},
		{Title: "INCENTIVE", Right: true}, {Title: ""}, {Title: "PAID (TAO/EPOCH)", Right: true}, {Title: "UPDATED (BLOCKS)", Right: true}, {Title: "NOTE"}}}
	top := v.topIncentive()
	for _, n := range v.Neurons {
		t.Add(strconv.Itoa(int(n.UID)), nameOf(n.Hotkey, names), n.RoleHint, decimalTAO(n.StakeRao), yesNo(n.Permit),
			share(n.ValidatorTrust), share(n.Dividend), share(n.Consensus), share(n.Incentive),
			term.Bar(n.Incentive/top, barWidth), decimalTAO(n.EmissionRao), v.age(n.LastUpdate), v.note(n))
	}
	return t.Write(w)
}

// topIncentive is the largest of the subnet, so that bars compare neurons with the best one; 1 when nobody has any.
func (v subnetView) topIncentive() float64 {
	top := 0.0
	for _, n := range v.Neurons {
		top = max(top, n.Incentive)
	}
	if top == 0 {
		return 1
	}
	return top
}

func (v subnetView) age(height int64) string {
	if height <= 0 {
		return "-"
	}
	return strconv.FormatInt(v.Height-height, 10)
}

func (v subnetView) note(n neuronView) string {
	if left := n.ImmuneUntil - v.Height; left > 0 {
		return fmt.Sprintf("immune %d blocks", left)
	}
	return ""
}

func nameOf(address neuron.Address, names map[neuron.Address]string) string {
	if name := names[address]; name != "" {
		return name
	}
	return shortAddress(address)
}

// shortAddress keeps what tells addresses apart at a glance.
func shortAddress(address neuron.Address) string {
	if s := string(address); len(s) > 20 {
		return s[:10] + ".." + s[len(s)-4:]
	}
	return string(address)
}

func share(f float64) string { return strconv.FormatFloat(f, 'f', 4, 64) }

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
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
	return &cobra.Command{Use: "list", Short: "List the subnets with their share of emission", Args: args(0, 0),
		RunE: func(c *cobra.Command, _ []string) error {
			client, err := a.chain(c.Context())
			if err != nil {
				return err
			}
			list, err := listSubnets(c.Context(), client)
			if err != nil {
				return err
			}
			return a.emit(map[string]any{"subnets": list}, func(w io.Writer) error {
				t := term.Table{Columns: []term.Column{{Title: "SUBNET", Right: true}, {Title: "NAME"}, {Title: "EMISSION (%)", Right: true},
					{Title: "TEMPO (BLOCKS)", Right: true}, {Title: "LOCK (TAO)", Right: true}, {Title: "OWNER"}, {Title: "DESCRIPTION"}}}
				names := a.names()
				for _, s := range list {
					t.Add(strconv.Itoa(int(s.Netuid)), s.Name, strconv.FormatFloat(100*s.EmissionShare, 'f', 2, 64),
						strconv.FormatInt(s.Tempo, 10), decimalTAO(s.LockRao), nameOf(neuron.Address(s.Owner), names), s.Description)
				}
				return t.Write(w)
			})
		}}
}

func listSubnets(ctx context.Context, c *chainclient.Client) ([]listedSubnet, error) {
	subnets, err := c.List(ctx)
	if err != nil {
		return nil, err
	}
	ledgers, _, err := c.Ledgers(ctx)
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

// priceView is what a new subnet costs.
type priceView struct {
	LockRao   uint64 `json:"lock_rao,string"`
	AllowedAt int64  `json:"allowed_at"`
	SlotsUsed uint32 `json:"slots_used"`
	Slots     uint32 `json:"slots"`
}

func (a *app) subnetPrice() *cobra.Command {
	return &cobra.Command{Use: "price", Short: "Show what a new subnet locks", Args: args(0, 0),
		RunE: func(c *cobra.Command, _ []string) error {
			client, err := a.chain(c.Context())
			if err != nil {
				return err
			}
			res, err := client.Registry().Price(c.Context(), &subnet.QueryPriceRequest{})
			if err != nil {
				return err
			}
			v := priceView{LockRao: res.LockRao, AllowedAt: res.AllowedAt, SlotsUsed: res.SlotsUsed, Slots: res.Slots}
			return a.emit(v, func(w io.Writer) error {
				_, err := fmt.Fprintf(w, "a new subnet locks %s; %d of %d slots are taken; the next may be created from height %d\n",
					formatTAO(v.LockRao), v.SlotsUsed, v.Slots, v.AllowedAt)
				return err
			})
		}}
}

func (a *app) subnetCreate() *cobra.Command {
	var name, most, description, url string
	c := &cobra.Command{Use: "create --name NAME", Short: "Open a subnet for its lock price", Args: args(0, 0),
		RunE: func(c *cobra.Command, _ []string) error {
			if err := subnet.ValidateName(name); err != nil {
				return usagef("bad_name", "%v", err).withFix("add --name NAME, 1 to 32 of a-z, 0-9 and -")
			}
			p, err := a.createSubnetPlan(c.Context(), name, most, description, url)
			if err != nil {
				return err
			}
			return a.transact(c.Context(), p, func(res chainclient.TxResult) (any, string, error) {
				var answer subnet.MsgCreateSubnetResponse
				if err := res.Answer(0, &answer); err != nil {
					return nil, "", err
				}
				result := struct {
					Netuid  uint32 `json:"netuid"`
					Name    string `json:"name"`
					LockRao uint64 `json:"lock_rao,string"`
					receipt
				}{answer.Netuid, name, answer.LockRao, receiptOf(res)}
				return result, fmt.Sprintf("created subnet %d %s, locked %s", answer.Netuid, name, formatTAO(answer.LockRao)), nil
			})
		}}
	c.Flags().StringVar(&name, "name", "", "name of the subnet: 1 to 32 of a-z, 0-9 and -")
	c.Flags().StringVar(&most, "max-price", "", "most TAO to lock; a tenth above the price of this moment when empty")
	c.Flags().StringVar(&description, "description", "", "a sentence for people")
	c.Flags().StringVar(&url, "url", "", "where people read more")
	return c
}

func (a *app) createSubnetPlan(ctx context.Context, name, most, description, url string) (plan, error) {
	info, err := a.actingWallet()
	if err != nil {
		return plan{}, err
	}
	client, err := a.chain(ctx)
	if err != nil {
		return plan{}, err
	}
	price, err := client.Registry().Price(ctx, &subnet.QueryPriceRequest{})
	if err != nil {
		return plan{}, err
	}
	limit, err := priceLimit(most, price.LockRao)
	if err != nil {
		return plan{}, err
	}
	if limit < price.LockRao {
		return plan{}, failf("price_above_max", "a subnet locks %s now; --max-price allows %s", formatTAO(price.LockRao), formatTAO(limit))
	}
	return a.coldPlan(info, plan{
		action: fmt.Sprintf("create subnet %s for %s", name, formatTAO(price.LockRao)), verb: "locked", costRao: price.LockRao,
		changes: []string{"a new subnet, owned by " + info.Name, "the lock comes back, less rent, when the subnet is dissolved"},
		msgs: []proto.Message{&subnet.MsgCreateSubnet{Coldkey: string(info.Address), Name: name, MaxLockRao: limit,
			Description: description, Url: url}},
	}), nil
}

// slackPart is the part of a price that is allowed on top when nobody named a limit: prices move by the block, and
// one more registration moves them by more than this.
const slackPart = 10

// priceLimit is what --max-price says, or a tenth above the price of this moment.
func priceLimit(most string, now uint64) (uint64, error) {
	if strings.TrimSpace(most) == "" {
		return now + now/slackPart, nil
	}
	return parseAmount(most)
}

// blockPause is how long commands wait for a block before they say that the chain stands still.
const blockPause = 2 * time.Minute
