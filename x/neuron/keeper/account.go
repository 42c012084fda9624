package keeper

import (
	"context"

	"github.com/cosmos/cosmos-sdk/crypto/keys/ed25519"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/dendra-net/dendra/x/neuron"
)

// makeAccounts lets both keys send transactions from now on, though neither may ever have held a coin. The hotkey's
// public key is stored with its account, since its first transaction may be one that nobody signs for it.
func (k *Keeper) makeAccounts(ctx context.Context, who neuron.Newcomer) error {
	k.account(ctx, who.Coldkey)
	hotkey := k.account(ctx, who.Hotkey)
	if hotkey.GetPubKey() != nil {
		return nil
	}
	if err := hotkey.SetPubKey(&ed25519.PubKey{Key: who.Pubkey}); err != nil {
		return err
	}
	k.accounts.SetAccount(ctx, hotkey)
	return nil
}

func (k *Keeper) account(ctx context.Context, addr sdk.AccAddress) sdk.AccountI {
	if a := k.accounts.GetAccount(ctx, addr); a != nil {
		return a
	}
	a := k.accounts.NewAccountWithAddress(ctx, addr)
	k.accounts.SetAccount(ctx, a)
	return a
}
