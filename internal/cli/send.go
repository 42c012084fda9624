package cli

import (
	"fmt"

	"cosmossdk.io/math"
	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	"github.com/cosmos/gogoproto/proto"
	"github.com/spf13/cobra"

	"github.com/dendra-net/dendra/chainclient"
	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/wallet"
)

func (a *app) walletSend() *cobra.Command {
	var from, to string
	c := &cobra.Command{Use: "send --to WALLET|ADDRESS AMOUNT", Short: "Send TAO", Args: args(1, 1),
		RunE: func(c *cobra.Command, given []string) error {
			if to == "" {
				return usagef("missing_flag", "nobody to send to is named").withFix("add --to WALLET|ADDRESS")
			}
			if _, err := parseAmount(given[0]); err != nil {
				return err // before anything is looked up
			}
			if from != "" {
				a.wallet = from
			}
			info, err := a.actingWallet()
			if err != nil {
				return err
			}
			p, err := a.sendPlan(info, to, given[0])
			if err != nil {
				return err
			}
			return a.transact(c.Context(), p, func(res chainclient.TxResult) (any, string, error) {
				return receiptOf(res), fmt.Sprintf("sent %s from %s to %s", formatTAO(p.costRao), info.Name, to), nil
			})
		}}
	c.Flags().StringVar(&from, "from", "", "wallet that pays; the same as --wallet")
	c.Flags().StringVar(&to, "to", "", "wallet or address that gets the TAO")
	return c
}

func (a *app) sendPlan(info wallet.Info, to, amount string) (plan, error) {
	rao, err := parseAmount(amount)
	if err != nil {
		return plan{}, err
	}
	if rao == 0 {
		return plan{}, usagef("bad_amount", "nothing to send: the amount is 0")
	}
	target, err := a.findColdkey(to)
	if err != nil {
		return plan{}, err
	}
	return a.coldPlan(info, plan{
		action: fmt.Sprintf("send %s from %s to %s", formatTAO(rao), info.Name, to), verb: "sent", costRao: rao,
		changes: []string{fmt.Sprintf("%s has %s more", target, formatTAO(rao))},
		msgs:    []proto.Message{transfer(info.Address, target, rao)},
	}), nil
}

func transfer(from, to neuron.Address, rao uint64) *banktypes.MsgSend {
	return &banktypes.MsgSend{FromAddress: string(from), ToAddress: string(to),
		Amount: sdk.Coins{{Denom: chainclient.Denom, Amount: math.NewIntFromUint64(rao)}}}
}

func (a *app) faucetCommand() *cobra.Command {
	return &cobra.Command{Use: "faucet [WALLET|ADDRESS] [AMOUNT]", Short: "Get TAO on a local network", Args: args(0, 2),
		RunE: func(c *cobra.Command, given []string) error {
			to, amount := a.wallet, "10"
			if len(given) > 0 {
				to = given[0]
			}
			if len(given) > 1 {
				amount = given[1]
			}
			if to == "" {
				_, err := a.actingWallet()
				return err
			}
			p, err := a.faucetPlan(c, to, amount)
			if err != nil {
				return err
			}
			return a.transact(c.Context(), p, func(res chainclient.TxResult) (any, string, error) {
				return receiptOf(res), fmt.Sprintf("the faucet gave %s to %s", formatTAO(p.costRao), to), nil
			})
		}}
}

// faucetWallet is the account of a local network that gives to whoever asks.
const faucetWallet = "faucet"

func (a *app) faucetPlan(c *cobra.Command, to, amount string) (plan, error) {
	client, err := a.chain(c.Context())
	if err != nil {
		return plan{}, err
	}
	if !isLocal(client.ChainID()) {
		return plan{}, failf("not_local", "chain %q has no faucet: TAO is earned there, or sent by who has it", client.ChainID())
	}
	info, err := a.store().Open(faucetWallet)
	if err != nil {
		return plan{}, err
	}
	p, err := a.sendPlan(info, to, amount)
	p.agree = false // the coins are worth nothing
	return p, err
}
