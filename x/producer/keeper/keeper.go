// Package keeper stores the producers and pays them the fees of their blocks.
package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	corestore "cosmossdk.io/core/store"
	abci "github.com/cometbft/cometbft/abci/types"
	cmtcrypto "github.com/cometbft/cometbft/proto/tendermint/crypto"
	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/crypto/keys/ed25519"
	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	"github.com/dendra-net/dendra/x/producer"
)

// denom is the chain's one coin.
const denom = "rao"

// Keeper stores producers by consensus address.
type Keeper struct {
	Producers collections.Map[[]byte, producer.Producer]

	bank producer.BankKeeper
}

// NewKeeper opens the module's store.
func NewKeeper(cdc codec.BinaryCodec, store corestore.KVStoreService, bank producer.BankKeeper) *Keeper {
	sb := collections.NewSchemaBuilder(store)
	k := &Keeper{
		Producers: collections.NewMap(sb, collections.NewPrefix(0), "producers", collections.BytesKey, codec.CollValue[producer.Producer](cdc)),
		bank:      bank,
	}
	if _, err := sb.Build(); err != nil {
		panic(err) // two collections share a prefix: a fault of this file
	}
	return k
}

// InitGenesis stores the authorities and returns the set CometBFT starts with (R-PRODUCER-1).
func (k *Keeper) InitGenesis(ctx context.Context, g producer.GenesisState) ([]abci.ValidatorUpdate, error) {
	if err := g.Validate(); err != nil {
		return nil, err
	}
	updates := make([]abci.ValidatorUpdate, 0, len(g.Producers))
	for _, p := range g.Producers {
		if err := k.Producers.Set(ctx, consensusAddress(p), p); err != nil {
			return nil, err
		}
		updates = append(updates, abci.ValidatorUpdate{
			PubKey: cmtcrypto.PublicKey{Sum: &cmtcrypto.PublicKey_Ed25519{Ed25519: p.ConsensusPubkey}},
			Power:  p.Power,
		})
	}
	return updates, nil
}

// ExportGenesis lists the producers by consensus address.
func (k *Keeper) ExportGenesis(ctx context.Context) (*producer.GenesisState, error) {
	g := &producer.GenesisState{}
	err := k.Producers.Walk(ctx, nil, func(_ []byte, p producer.Producer) (bool, error) {
		g.Producers = append(g.Producers, p)
		return false, nil
	})
	return g, err
}

// PayFees gives the fees of this block to whoever made it, in one transfer; fees of a block made by a key that is no
// producer wait for the next (R-PRODUCER-2).
func (k *Keeper) PayFees(ctx sdk.Context) error {
	fees := k.bank.GetBalance(ctx, authtypes.NewModuleAddress(authtypes.FeeCollectorName), denom)
	if fees.IsZero() {
		return nil
	}
	p, err := k.Producers.Get(ctx, ctx.BlockHeader().ProposerAddress)
	if errors.Is(err, collections.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	to, err := sdk.AccAddressFromBech32(p.Operator)
	if err != nil {
		return err
	}
	if err := k.bank.SendCoinsFromModuleToAccount(ctx, authtypes.FeeCollectorName, to, sdk.NewCoins(fees)); err != nil {
		return err
	}
	return ctx.EventManager().EmitTypedEvent(&producer.EventFeesPaid{Operator: p.Operator, Rao: fees.Amount.Uint64()})
}

func consensusAddress(p producer.Producer) []byte {
	return (&ed25519.PubKey{Key: p.ConsensusPubkey}).Address()
}
