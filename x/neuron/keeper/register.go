package keeper

import (
	"context"
	"errors"

	errorsmod "cosmossdk.io/errors"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/dendra-net/dendra/x/neuron"
	"github.com/dendra-net/dendra/x/stake"
	"github.com/dendra-net/dendra/x/subnet"
)

// Register seats a hotkey for the burn price of the moment, if that is at most what its coldkey allows (R-NEURON-4).
func (k *Keeper) Register(ctx context.Context, m *neuron.MsgRegister) (neuron.Neuron, uint64, error) {
	var none neuron.Neuron
	who, err := m.Newcomer()
	if err != nil {
		return none, 0, err
	}
	s, err := k.subnets.Get(ctx, m.Netuid)
	if err != nil {
		return none, 0, err
	}
	price, err := k.Prices.Get(ctx, s.Netuid)
	if err != nil {
		return none, 0, err
	}
	burnRao := price.BurnPrice(s.Hyperparameters, height(ctx))
	if burnRao > m.MaxPriceRao {
		return none, 0, neuron.ErrPriceAboveMax.Wrapf("registering on subnet %d costs %d rao now; at most %d rao were allowed", s.Netuid, burnRao, m.MaxPriceRao)
	}
	if err := k.checkNewcomer(ctx, s, who); err != nil {
		return none, 0, err
	}
	if err := k.emission.RecycleFromAccount(ctx, who.Coldkey, burnRao); err != nil {
		return none, 0, errorsmod.Wrapf(err, "registering on subnet %d costs %d rao", s.Netuid, burnRao)
	}
	if err := k.Prices.Set(ctx, s.Netuid, price.AfterBurn(s.Hyperparameters, height(ctx))); err != nil {
		return none, 0, err
	}
	n, err := k.admit(ctx, s, who, burnRao)
	return n, burnRao, err
}

// checkNewcomer holds a claim against the state: the subnet is open, the hotkey is new on it, works for nobody else,
// and signed (R-NEURON-5).
func (k *Keeper) checkNewcomer(ctx context.Context, s subnet.Subnet, who neuron.Newcomer) error {
	if !s.Hyperparameters.RegistrationAllowed {
		return neuron.ErrRegistrationClosed.Wrapf("subnet %d", s.Netuid)
	}
	seated, err := k.UIDs.Has(ctx, hotkeyKeyOf(s.Netuid, who.Hotkey))
	if err != nil {
		return err
	}
	if seated {
		return neuron.ErrAlreadyRegistered.Wrapf("hotkey %s on subnet %d", who.Hotkey, s.Netuid)
	}
	if err := k.checkOwner(ctx, who); err != nil {
		return err
	}
	return neuron.CheckPossession(sdk.UnwrapSDKContext(ctx).ChainID(), s.Netuid, who.Coldkey, who.Pubkey, who.Proof)
}

func (k *Keeper) checkOwner(ctx context.Context, who neuron.Newcomer) error {
	owner, err := k.stakes.Owner(ctx, who.Hotkey)
	switch {
	case errors.Is(err, stake.ErrHotkeyUnknown):
		return nil
	case err != nil:
		return err
	case !owner.Equals(who.Coldkey):
		return stake.ErrHotkeyOwned.Wrapf("hotkey %s works for %s, not for %s", who.Hotkey, owner, who.Coldkey)
	}
	return nil
}

// admit binds a checked newcomer to its coldkey, makes their accounts and gives it a slot.
func (k *Keeper) admit(ctx context.Context, s subnet.Subnet, who neuron.Newcomer, burnRao uint64) (neuron.Neuron, error) {
	if err := k.stakes.BindHotkey(ctx, who.Hotkey, who.Coldkey); err != nil {
		return neuron.Neuron{}, err
	}
	if err := k.makeAccounts(ctx, who); err != nil {
		return neuron.Neuron{}, err
	}
	n, replaced, err := k.seat(ctx, s, who)
	if err != nil {
		return n, err
	}
	return n, emit(ctx, &neuron.EventNeuronRegistered{
		Netuid: n.Netuid, Uid: n.Uid, Generation: n.Generation, Hotkey: n.Hotkey, Coldkey: n.Coldkey,
		BurnRao: burnRao, Replaced: replaced,
	})
}
