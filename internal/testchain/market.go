package testchain

import (
	"encoding/json"
	"testing"

	"cosmossdk.io/math"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/chain"
	"github.com/dendra-net/dendra/x/neuron"
	"github.com/dendra-net/dendra/x/stake"
	"github.com/dendra-net/dendra/x/subnet"
)

func marshal(t testing.TB, v any) json.RawMessage {
	raw, err := json.Marshal(v)
	require.NoError(t, err)
	return raw
}

func (c *Chain) header() cmtproto.Header {
	return cmtproto.Header{ChainID: c.doc.ChainID, Height: c.Height, Time: c.doc.GenesisTime}
}

// Member is a neuron of the genesis.
type Member struct {
	Name     string
	StakeRao uint64
}

// AddSubnet opens a subnet in the genesis with these neurons, in uid order, and returns its netuid.
func AddSubnet(g *chain.Genesis, name string, tune func(*subnet.Hyperparameters), members ...Member) uint32 {
	netuid := uint32(len(g.Subnet.Subnets) + 1)
	h := g.Subnet.Params.Defaults
	if tune != nil {
		tune(&h)
	}
	g.Subnet.Subnets = append(g.Subnet.Subnets, subnet.Subnet{Netuid: netuid, Name: name, Hyperparameters: h})
	g.Subnet.NextNetuid = netuid + 1
	for uid, m := range members {
		g.Neuron.Neurons = append(g.Neuron.Neurons, neuron.Neuron{
			Netuid: netuid, Uid: uint32(uid), Hotkey: Hot(m.Name).Address().String(), Coldkey: Cold(m.Name).Address().String(),
		})
		bind(g, m)
	}
	return netuid
}

func bind(g *chain.Genesis, m Member) {
	hot, cold := Hot(m.Name), Cold(m.Name)
	for _, h := range g.Stake.Hotkeys {
		if h.Hotkey == hot.Address().String() {
			return
		}
	}
	account := authtypes.NewBaseAccountWithAddress(hot.Address())
	if err := account.SetPubKey(hot.PubKey()); err != nil {
		panic(err) // a base account takes any key
	}
	g.Accounts = append(g.Accounts, account, authtypes.NewBaseAccountWithAddress(cold.Address()))
	shares := math.NewIntFromUint64(m.StakeRao)
	g.Stake.Hotkeys = append(g.Stake.Hotkeys, stake.Hotkey{
		Hotkey: hot.Address().String(), Coldkey: cold.Address().String(), TakeU16: g.Stake.Params.DefaultTakeU16,
		PoolRao: m.StakeRao, Shares: shares,
	})
	if m.StakeRao > 0 {
		g.Stake.Positions = append(g.Stake.Positions, stake.Position{
			Hotkey: hot.Address().String(), Coldkey: cold.Address().String(), Shares: shares,
		})
	}
}

// Supply is what the bank says there is.
func (c *Chain) Supply() uint64 {
	return c.App.Bank.GetSupply(c.Ctx(), chain.Denom).Amount.Uint64()
}

// Balance is what an account holds.
func (c *Chain) Balance(addr sdk.AccAddress) uint64 {
	return c.App.Bank.GetBalance(c.Ctx(), addr, chain.Denom).Amount.Uint64()
}
