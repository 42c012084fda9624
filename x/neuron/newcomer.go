package neuron

import (
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
)

// Newcomer is who wants to be seated: a well-formed claim, not yet checked against the state.
type Newcomer struct {
	Netuid          uint32
	Hotkey, Coldkey sdk.AccAddress
	Pubkey, Proof   []byte
}

// Newcomer reads the claim of a registration by burn.
func (m *MsgRegister) Newcomer() (Newcomer, error) {
	return newcomer(m.Netuid, m.Coldkey, m.HotkeyPubkey, m.Proof)
}

// Newcomer reads the claim of a registration by work; the hotkey must be the address of its public key.
func (m *MsgRegisterWork) Newcomer() (Newcomer, error) {
	c, err := newcomer(m.Netuid, m.Coldkey, m.HotkeyPubkey, m.Proof)
	if err == nil && c.Hotkey.String() != m.Hotkey {
		err = ErrBadKey.Wrapf("the public key is that of %s, not of %q", c.Hotkey, m.Hotkey)
	}
	return c, err
}

func newcomer(netuid uint32, coldkey string, pubkey, proof []byte) (Newcomer, error) {
	owner, err := sdk.AccAddressFromBech32(coldkey)
	if err != nil {
		return Newcomer{}, sdkerrors.ErrInvalidAddress.Wrapf("coldkey %q: %s", coldkey, err)
	}
	hotkey, err := HotkeyAddress(pubkey)
	if err != nil {
		return Newcomer{}, err
	}
	if len(proof) != proofSize {
		return Newcomer{}, ErrBadProof.Wrapf("signature of %d bytes, want %d", len(proof), proofSize)
	}
	return Newcomer{Netuid: netuid, Hotkey: hotkey, Coldkey: owner, Pubkey: pubkey, Proof: proof}, nil
}
