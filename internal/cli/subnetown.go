package cli

import (
	"context"
	"fmt"

	"github.com/cosmos/gogoproto/proto"
	"github.com/spf13/cobra"

	"github.com/dendra-net/dendra/chainclient"
	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/wallet"
	neuronmod "github.com/dendra-net/dendra/x/neuron"
	"github.com/dendra-net/dendra/x/subnet"
)

// owned is a subnet with the wallet that acts on it.
type owned struct {
	subnet.Subnet
	wallet wallet.Info
	at     view
}

// ownSubnet reads a subnet and checks that the acting wallet owns it, before anybody is asked for a password.
func (a *app) ownSubnet(ctx context.Context, netuid uint16) (owned, error) {
	info, err := a.actingWallet()
	if err != nil {
		return owned{}, err
	}
	at, err := a.viewAt(ctx, 0)
	if err != nil {
		return owned{}, err
	}
	res, err := at.Registry().Subnet(ctx, &subnet.QuerySubnetRequest{Netuid: uint32(netuid)})
	if err != nil {
		return owned{}, err
	}
	if neuron.Address(res.Subnet.Owner) != info.Address {
		return owned{}, failf("not_subnet_owner", "subnet %d belongs to %s; %s is %s", netuid, ownerName(res.Subnet.Owner, nil), info.Name, info.Address)
	}
	return owned{res.Subnet, info, at}, nil
}

func (a *app) subnetDescribe() *cobra.Command {
	var description, url string
	c := &cobra.Command{Use: "describe N", Short: "Change what people read about a subnet you own", Args: args(1, 1)}
	c.Flags().StringVar(&description, "description", "", "a sentence for people; empty takes it away")
	c.Flags().StringVar(&url, "url", "", "where people read more; empty takes it away")
	c.RunE = func(c *cobra.Command, given []string) error {
		netuid, err := parseNetuid(given[0])
		if err != nil {
			return err
		}
		newText, newURL := c.Flags().Changed("description"), c.Flags().Changed("url")
		if !newText && !newURL {
			return usagef("missing_flag", "nothing to change is named").withFix("add --description TEXT or --url URL")
		}
		if err := subnet.ValidateIdentity(description, url); err != nil {
			return usagef("bad_identity", "%v", err)
		}
		s, err := a.ownSubnet(c.Context(), netuid)
		if err != nil {
			return err
		}
		if !newText {
			description = s.Description
		}
		if !newURL {
			url = s.Url
		}
		p := a.coldPlan(s.wallet, plan{
			action:  fmt.Sprintf("describe subnet %d anew", netuid),
			changes: []string{fmt.Sprintf("description: %q", description), fmt.Sprintf("url: %q", url)},
			msgs:    []proto.Message{&subnet.MsgSetIdentity{Sender: string(s.wallet.Address), Netuid: uint32(netuid), Description: description, Url: url}},
		})
		return a.transact(c.Context(), p, func(res chainclient.TxResult) (any, string, error) {
			return receiptOf(res), fmt.Sprintf("subnet %d: description %q, url %q", netuid, description, url), nil
		})
	}
	return c
}

func (a *app) subnetDissolve() *cobra.Command {
	return &cobra.Command{Use: "dissolve N", Short: "Close a subnet you own and get its lock back, less rent", Args: args(1, 1),
		RunE: func(c *cobra.Command, given []string) error {
			netuid, err := parseNetuid(given[0])
			if err != nil {
				return err
			}
			p, err := a.dissolvePlan(c.Context(), netuid)
			if err != nil {
				return err
			}
			return a.transact(c.Context(), p, func(res chainclient.TxResult) (any, string, error) {
				var answer subnet.MsgDissolveSubnetResponse
				if err := res.Answer(0, &answer); err != nil {
					return nil, "", err
				}
				result := struct {
					Netuid    uint16 `json:"netuid"`
					RefundRao uint64 `json:"refund_rao,string"`
					receipt
				}{netuid, answer.RefundRao, receiptOf(res)}
				return result, fmt.Sprintf("dissolved subnet %d; %s came back", netuid, formatTAO(answer.RefundRao)), nil
			})
		}}
}

func (a *app) dissolvePlan(ctx context.Context, netuid uint16) (plan, error) {
	s, err := a.ownSubnet(ctx, netuid)
	if err != nil {
		return plan{}, err
	}
	rules, err := s.at.Registry().Params(ctx, &subnet.QueryParamsRequest{})
	if err != nil {
		return plan{}, err
	}
	price, err := s.at.Neuron().Price(ctx, &neuronmod.QueryPriceRequest{Netuid: uint32(netuid)})
	if err != nil {
		return plan{}, err
	}
	refund, rent := subnet.Refund(s.LockRao, s.at.height+1-s.CreatedAt, rules.Params)
	return a.coldPlan(s.wallet, plan{
		action: fmt.Sprintf("dissolve subnet %d %s", netuid, s.Name),
		changes: []string{
			fmt.Sprintf("%s of the lock come back, %s of rent are recycled", formatTAO(refund), formatTAO(rent)),
			fmt.Sprintf("%d neurons lose their slots; votes and bonds are gone, pay that waits goes back to emission", price.Neurons),
			"the number is never given again; nothing brings the subnet back"},
		msgs: []proto.Message{&subnet.MsgDissolveSubnet{Sender: string(s.wallet.Address), Netuid: uint32(netuid)}},
	}), nil
}
