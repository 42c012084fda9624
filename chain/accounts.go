package chain

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"

	"cosmossdk.io/collections"
	sdk "github.com/cosmos/cosmos-sdk/types"
	authkeeper "github.com/cosmos/cosmos-sdk/x/auth/keeper"
)

// accountBits keeps account numbers within what a JavaScript number holds exactly: the engine's own numbers have 64
// bits, which older wallets refuse.
const accountBits = 52

// accounts gives new accounts small numbers; everything else is the engine's keeper.
type accounts struct{ authkeeper.AccountKeeper }

// NewAccountWithAddress makes an account that is not stored yet.
func (k accounts) NewAccountWithAddress(ctx context.Context, addr sdk.AccAddress) sdk.AccountI {
	return k.number(ctx, k.AccountKeeper.NewAccountWithAddress(ctx, addr))
}

// NewAccount numbers an account that is not stored yet.
func (k accounts) NewAccount(ctx context.Context, acc sdk.AccountI) sdk.AccountI {
	return k.number(ctx, k.AccountKeeper.NewAccount(ctx, acc))
}

// number sets the account's number to the first free one at or after a hash of its address and of the block. The engine's
// own number is of the state's hash, which a state that was written out and read in does not share.
func (k accounts) number(ctx context.Context, acc sdk.AccountI) sdk.AccountI {
	block := sdk.UnwrapSDKContext(ctx)
	seed := binary.BigEndian.AppendUint64(block.HeaderHash(), uint64(block.BlockHeight()))
	sum := sha256.Sum256(append(seed, acc.GetAddress()...))
	n := binary.BigEndian.Uint64(sum[:8]) >> (64 - accountBits)
	for {
		_, err := k.Accounts.Indexes.Number.MatchExact(ctx, n)
		if errors.Is(err, collections.ErrNotFound) {
			break
		}
		n = (n + 1) % (1 << accountBits)
	}
	if err := acc.SetAccountNumber(n); err != nil {
		panic(err) // the account type refuses numbers: cannot happen with base accounts
	}
	return acc
}
