package cli

import (
	"context"
	"fmt"

	"github.com/cosmos/gogoproto/proto"
	"github.com/spf13/cobra"

	"github.com/dendra-net/dendra/chainclient"
	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/seal"
	"github.com/dendra-net/dendra/wallet"
	neuronmod "github.com/dendra-net/dendra/x/neuron"
)

// registration is what "neuron register" prints.
type registration struct {
	Netuid  uint16         `json:"netuid"`
	UID     uint32         `json:"uid"`
	Hotkey  neuron.Address `json:"hotkey"`
	BurnRao uint64         `json:"burn_rao,string"`
	receipt
}

func (a *app) neuronRegister() *cobra.Command {
	var most string
	var work bool
	c := &cobra.Command{Use: "register --subnet N", Short: "Get a slot on a subnet, by burning TAO or by work", Args: args(0, 0)}
	netuidOf := subnetFlag(c)
	c.Flags().StringVar(&most, "max-price", "", "most TAO to burn; a tenth above the price of this moment when empty")
	c.Flags().BoolVar(&work, "work", false, "solve a proof of work instead of burning; needs no TAO")
	c.RunE = func(c *cobra.Command, _ []string) error {
		netuid, err := netuidOf()
		if err != nil {
			return err
		}
		info, err := a.actingWallet()
		if err != nil {
			return err
		}
		key, err := a.actingHotkey()
		if err != nil {
			return err
		}
		if work {
			return a.registerByWork(c.Context(), netuid, info, key)
		}
		p, err := a.burnPlan(c.Context(), netuid, info, key, most)
		if err != nil {
			return err
		}
		return a.transact(c.Context(), p, func(res chainclient.TxResult) (any, string, error) {
			return burnt(netuid, key, res)
		})
	}
	return c
}

func burnt(netuid uint16, key neuron.Key, res chainclient.TxResult) (any, string, error) {
	var answer neuronmod.MsgRegisterResponse
	if err := res.Answer(0, &answer); err != nil {
		return nil, "", err
	}
	r := registration{Netuid: netuid, UID: answer.Uid, Hotkey: key.Address(), BurnRao: answer.BurnRao, receipt: receiptOf(res)}
	return r, fmt.Sprintf("registered: subnet %d neuron %d, burned %s", netuid, r.UID, formatTAO(r.BurnRao)), nil
}

// burnPlan prices a registration by burn.
func (a *app) burnPlan(ctx context.Context, netuid uint16, info wallet.Info, key neuron.Key, most string) (plan, error) {
	client, err := a.chain(ctx)
	if err != nil {
		return plan{}, err
	}
	price, err := client.Neuron().Price(ctx, &neuronmod.QueryPriceRequest{Netuid: uint32(netuid)})
	if err != nil {
		return plan{}, err
	}
	limit, err := priceLimit(most, price.BurnRao)
	if err != nil {
		return plan{}, err
	}
	if limit < price.BurnRao {
		return plan{}, failf("price_above_max", "registering on subnet %d costs %s now; --max-price allows %s", netuid, formatTAO(price.BurnRao), formatTAO(limit))
	}
	proof, err := possession(client.ChainID(), netuid, info.Address, key)
	if err != nil {
		return plan{}, err
	}
	return a.coldPlan(info, plan{
		action: fmt.Sprintf("register %s/%s on subnet %d for %s", info.Name, a.hotkeyName(info), netuid, formatTAO(price.BurnRao)),
		verb:   "burned", costRao: price.BurnRao, changes: seatChanges(price),
		msgs: []proto.Message{&neuronmod.MsgRegister{Coldkey: string(info.Address), Netuid: uint32(netuid),
			HotkeyPubkey: key.Public(), MaxPriceRao: limit, Proof: proof}},
	}), nil
}

func seatChanges(price *neuronmod.QueryPriceResponse) []string {
	if price.Replaces != nil {
		return []string{fmt.Sprintf("neuron %d (%s) loses its slot", price.Replaces.Uid, price.Replaces.Hotkey)}
	}
	return []string{fmt.Sprintf("%d of %d slots are taken after it", price.Neurons+1, price.MaxNeurons)}
}

// possession is the hotkey's word that it wants the coldkey as its owner.
func possession(chainID string, netuid uint16, coldkey neuron.Address, key neuron.Key) ([]byte, error) {
	owner, err := coldkey.Bytes()
	if err != nil {
		return nil, err
	}
	return key.Sign(seal.Possession(chainID, netuid, owner)), nil
}
