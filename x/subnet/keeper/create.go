package keeper

import (
	"context"

	"cosmossdk.io/math"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	"github.com/dendra-net/dendra/x/subnet"
)

// denom is the one coin of the chain.
const denom = "rao"

// Create opens a subnet for its lock price (R-SUBNET-1).
func (k *Keeper) Create(ctx context.Context, owner sdk.AccAddress, m *subnet.MsgCreateSubnet) (subnet.Subnet, error) {
	var none subnet.Subnet
	if k.bank.BlockedAddr(owner) {
		return none, subnet.ErrBadOwner.Wrapf("%s cannot receive coins", owner)
	}
	if err := k.checkIdentity(ctx, m); err != nil {
		return none, err
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return none, err
	}
	lockRao, err := k.price(ctx, params, owner, m.MaxLockRao)
	if err != nil {
		return none, err
	}
	if err := k.makeRoom(ctx, params); err != nil {
		return none, err
	}
	return k.open(ctx, params, subnet.Subnet{
		Name: m.Name, Owner: owner.String(), CreatedAt: height(ctx), LockRao: lockRao,
		Hyperparameters: params.Defaults, Description: m.Description, Url: m.Url,
	}, owner)
}

func (k *Keeper) checkIdentity(ctx context.Context, m *subnet.MsgCreateSubnet) error {
	if err := subnet.ValidateName(m.Name); err != nil {
		return err
	}
	taken, err := k.Names.Has(ctx, m.Name)
	if err != nil {
		return err
	}
	if taken {
		return subnet.ErrNameTaken.Wrapf("%q", m.Name)
	}
	return subnet.ValidateIdentity(m.Description, m.Url)
}

// price checks that a subnet may be created now and that its creator can and will pay, and returns the price.
func (k *Keeper) price(ctx context.Context, params subnet.Params, owner sdk.AccAddress, maxLockRao uint64) (uint64, error) {
	state, err := k.lockState(ctx)
	if err != nil {
		return 0, err
	}
	if at := subnet.AllowedAt(state, params); height(ctx) < at {
		return 0, subnet.ErrTooSoon.Wrapf("the last subnet was created at height %d; the next may be from %d, now is %d",
			state.LastLockHeight, at, height(ctx))
	}
	lockRao := subnet.LockPrice(state, params, height(ctx))
	if lockRao > maxLockRao {
		return 0, subnet.ErrPriceAboveMax.Wrapf("a subnet locks %d rao now; at most %d rao were allowed", lockRao, maxLockRao)
	}
	if has := k.bank.SpendableCoin(ctx, owner, denom).Amount; has.LT(math.NewIntFromUint64(lockRao)) {
		return 0, sdkerrors.ErrInsufficientFunds.Wrapf("a subnet locks %d rao now; %s has %s rao", lockRao, owner, has)
	}
	return lockRao, nil
}

// makeRoom dissolves the subnet of least use when every slot is taken (R-SUBNET-10).
func (k *Keeper) makeRoom(ctx context.Context, params subnet.Params) error {
	all, err := k.List(ctx)
	if err != nil || len(all) < int(params.Slots) {
		return err
	}
	if k.ranker == nil {
		return subnet.ErrSlotsFull.Wrapf("%d of %d slots are taken", len(all), params.Slots)
	}
	ranked := make([]subnet.Ranked, len(all))
	for i, s := range all {
		share, err := k.ranker.ShareOf(ctx, s.Netuid)
		if err != nil {
			return err
		}
		ranked[i] = subnet.Ranked{Netuid: s.Netuid, CreatedAt: s.CreatedAt, Share: share}
	}
	netuid, found := subnet.Least(ranked, height(ctx), params.ImmunityBlocks)
	if !found {
		return subnet.ErrSlotsFull.Wrapf("%d of %d slots are taken and no subnet is older than %d blocks", len(all), params.Slots, params.ImmunityBlocks)
	}
	_, err = k.Dissolve(ctx, netuid)
	return err
}

// open takes the lock, gives the next netuid and tells everyone.
func (k *Keeper) open(ctx context.Context, params subnet.Params, s subnet.Subnet, owner sdk.AccAddress) (subnet.Subnet, error) {
	if err := k.bank.SendCoinsFromAccountToModule(ctx, owner, subnet.LockName, coins(s.LockRao)); err != nil {
		return s, err
	}
	netuid, err := k.NextNetuid.Get(ctx)
	if err != nil {
		return s, err
	}
	if netuid > subnet.MaxNetuid {
		return s, subnet.ErrSlotsFull.Wrapf("all %d netuids were given", subnet.MaxNetuid)
	}
	s.Netuid = netuid
	if err := k.NextNetuid.Set(ctx, netuid+1); err != nil {
		return s, err
	}
	if err := k.Lock.Set(ctx, subnet.LockState{LastLockRao: s.LockRao, LastLockHeight: s.CreatedAt}); err != nil {
		return s, err
	}
	if err := k.begin(ctx, s); err != nil {
		return s, err
	}
	return s, emit(ctx, &subnet.EventSubnetCreated{Netuid: netuid, Name: s.Name, Owner: s.Owner, LockRao: s.LockRao})
}

// begin stores a subnet and lets everyone begin to keep state for it.
func (k *Keeper) begin(ctx context.Context, s subnet.Subnet) error {
	if err := k.Subnets.Set(ctx, s.Netuid, s); err != nil {
		return err
	}
	if err := k.Names.Set(ctx, s.Name, s.Netuid); err != nil {
		return err
	}
	if err := k.emission.Open(ctx, s.Netuid); err != nil {
		return err
	}
	for _, h := range k.hooks {
		if err := h.SubnetCreated(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

func coins(rao uint64) sdk.Coins {
	return sdk.NewCoins(sdk.NewCoin(denom, math.NewIntFromUint64(rao)))
}
