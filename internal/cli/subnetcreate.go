package cli

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/cosmos/gogoproto/proto"
	"github.com/spf13/cobra"

	"github.com/dendra-net/dendra/chainclient"
	"github.com/dendra-net/dendra/x/subnet"
)

// priceView is what a new subnet costs.
type priceView struct {
	LockRao   uint64 `json:"lock_rao,string"`
	AllowedAt int64  `json:"allowed_at"`
	SlotsUsed uint32 `json:"slots_used"`
	Slots     uint32 `json:"slots"`
}

func (a *app) subnetPrice() *cobra.Command {
	c := &cobra.Command{Use: "price", Short: "Show what a new subnet locks", Args: args(0, 0)}
	chainAt := a.heightFlag(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		at, err := chainAt(c.Context())
		if err != nil {
			return err
		}
		res, err := at.Registry().Price(c.Context(), &subnet.QueryPriceRequest{})
		if err != nil {
			return err
		}
		v := priceView{LockRao: res.LockRao, AllowedAt: res.AllowedAt, SlotsUsed: res.SlotsUsed, Slots: res.Slots}
		return a.emit(v, func(w io.Writer) error {
			_, err := fmt.Fprintf(w, "a new subnet locks %s; %d of %d slots are taken; the next may be created from height %d\n",
				formatTAO(v.LockRao), v.SlotsUsed, v.Slots, v.AllowedAt)
			return err
		})
	}
	return c
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
