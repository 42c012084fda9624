package testchain

import (
	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/seal"
	"github.com/dendra-net/dendra/x/neuron"
)

// Work solves the puzzle of the newest block for the hotkey of name, owned by the coldkey of the same name.
func (c *Chain) Work(netuid uint32, name string) *neuron.MsgRegisterWork {
	c.t.Helper()
	price, err := c.App.Neurons.Prices.Get(c.Ctx(), netuid)
	require.NoError(c.t, err)
	s, err := c.App.Subnets.Get(c.Ctx(), netuid)
	require.NoError(c.t, err)
	params, err := c.App.Neurons.Params.Get(c.Ctx())
	require.NoError(c.t, err)
	hash, err := c.App.Neurons.Hashes.Get(c.Ctx(), c.Height)
	require.NoError(c.t, err)
	hot := Hot(name)
	challenge := seal.Challenge(hash, hot.Address(), uint16(netuid), c.doc.ChainID)
	difficulty := price.WorkDifficulty(s.Hyperparameters, params, c.Height+1)
	m := &neuron.MsgRegisterWork{
		Hotkey: hot.Address().String(), Coldkey: Cold(name).Address().String(), Netuid: netuid,
		HotkeyPubkey: hot.PubKey().Bytes(), Height: c.Height, Proof: c.possession(netuid, name),
	}
	for !seal.Meets(seal.Work(challenge, m.Nonce), difficulty) {
		m.Nonce++
	}
	return m
}

// Burn is a registration of the hotkey of name, owned and paid by the coldkey of the same name.
func (c *Chain) Burn(netuid uint32, name string, maxRao uint64) *neuron.MsgRegister {
	c.t.Helper()
	return &neuron.MsgRegister{
		Coldkey: Cold(name).Address().String(), Netuid: netuid, HotkeyPubkey: Hot(name).PubKey().Bytes(),
		MaxPriceRao: maxRao, Proof: c.possession(netuid, name),
	}
}

func (c *Chain) possession(netuid uint32, name string) []byte {
	c.t.Helper()
	proof, err := Hot(name).Sign(seal.Possession(c.doc.ChainID, uint16(netuid), Cold(name).Address()))
	require.NoError(c.t, err)
	return proof
}
