package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	"github.com/dendra-net/dendra/x/neuron"
)

// Admit is the door for messages that need no fee (R-NEURON-11). It reports whether msg is one of this module's free
// messages and, if so, refuses it for every reason the handler would have.
func (k *Keeper) Admit(ctx sdk.Context, msg sdk.Msg) (free bool, err error) {
	switch m := msg.(type) {
	case *neuron.MsgServe:
		_, err = k.checkServe(ctx, m)
	case *neuron.MsgCommitData:
		_, err = k.checkData(ctx, m)
	default:
		return false, nil
	}
	return err == nil, err
}

// Serve publishes a neuron's endpoint (R-NEURON-9).
func (k *Keeper) Serve(ctx context.Context, m *neuron.MsgServe) error {
	n, err := k.checkServe(sdk.UnwrapSDKContext(ctx), m)
	if err != nil {
		return err
	}
	n.Endpoint, n.ServedAt = m.Endpoint, height(ctx)
	if err := k.Neurons.Set(ctx, collections.Join(n.Netuid, n.Uid), n); err != nil {
		return err
	}
	return emit(ctx, &neuron.EventServed{Netuid: n.Netuid, Uid: n.Uid, Hotkey: n.Hotkey, Endpoint: n.Endpoint})
}

func (k *Keeper) checkServe(ctx sdk.Context, m *neuron.MsgServe) (neuron.Neuron, error) {
	if err := neuron.ValidateEndpoint(m.Endpoint); err != nil {
		return neuron.Neuron{}, err
	}
	n, err := k.find(ctx, m.Netuid, m.Hotkey)
	if err != nil {
		return n, err
	}
	s, err := k.subnets.Get(ctx, m.Netuid)
	if err != nil {
		return n, err
	}
	if next := n.ServedAt + s.Hyperparameters.ServeRateLimit; n.ServedAt > 0 && executionHeight(ctx) < next {
		return n, neuron.ErrServeRate.Wrapf("uid %d of subnet %d served at height %d; again from %d, now is %d", n.Uid, n.Netuid, n.ServedAt, next, executionHeight(ctx))
	}
	return n, nil
}

// find returns the neuron of an address as it came in a message.
func (k *Keeper) find(ctx context.Context, netuid uint32, hotkey string) (neuron.Neuron, error) {
	addr, err := sdk.AccAddressFromBech32(hotkey)
	if err != nil {
		return neuron.Neuron{}, sdkerrors.ErrInvalidAddress.Wrapf("hotkey %q: %s", hotkey, err)
	}
	return k.ByHotkey(ctx, netuid, addr)
}

// CommitData publishes a few bytes of a neuron, with who published them first (R-NEURON-10, R-NEURON-17).
func (k *Keeper) CommitData(ctx context.Context, m *neuron.MsgCommitData) error {
	n, err := k.checkData(sdk.UnwrapSDKContext(ctx), m)
	if err != nil {
		return err
	}
	hotkey, err := sdk.AccAddressFromBech32(n.Hotkey)
	if err != nil {
		return err
	}
	first, err := k.credit(ctx, n, m.Data)
	if err != nil {
		return err
	}
	d := neuron.Data{
		Netuid: n.Netuid, Hotkey: n.Hotkey, Data: m.Data, Height: height(ctx), FirstHotkey: first.Hotkey, FirstHeight: first.Height,
	}
	if err := k.Data.Set(ctx, hotkeyKeyOf(n.Netuid, hotkey), d); err != nil {
		return err
	}
	return emit(ctx, &neuron.EventDataCommitted{Netuid: n.Netuid, Uid: n.Uid, Hotkey: n.Hotkey, Data: m.Data, FirstHotkey: first.Hotkey})
}

func (k *Keeper) checkData(ctx sdk.Context, m *neuron.MsgCommitData) (neuron.Neuron, error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return neuron.Neuron{}, err
	}
	if len(m.Data) == 0 || len(m.Data) > int(params.MaxDataBytes) {
		return neuron.Neuron{}, neuron.ErrDataSize.Wrapf("%d bytes, want 1..%d", len(m.Data), params.MaxDataBytes)
	}
	n, err := k.find(ctx, m.Netuid, m.Hotkey)
	if err != nil {
		return n, err
	}
	last, err := k.data(ctx, n.Netuid, n.Hotkey)
	switch {
	case errors.Is(err, neuron.ErrNoData):
		return n, nil
	case err != nil:
		return n, err
	}
	if next := last.Height + params.DataRateLimit; executionHeight(ctx) < next {
		return n, neuron.ErrDataRate.Wrapf("uid %d of subnet %d committed at height %d; again from %d, now is %d", n.Uid, n.Netuid, last.Height, next, executionHeight(ctx))
	}
	return n, nil
}

// data returns what a hotkey committed last, or ErrNoData.
func (k *Keeper) data(ctx context.Context, netuid uint32, hotkey string) (neuron.Data, error) {
	addr, err := sdk.AccAddressFromBech32(hotkey)
	if err != nil {
		return neuron.Data{}, sdkerrors.ErrInvalidAddress.Wrapf("hotkey %q: %s", hotkey, err)
	}
	d, err := k.Data.Get(ctx, hotkeyKeyOf(netuid, addr))
	if errors.Is(err, collections.ErrNotFound) {
		return d, neuron.ErrNoData.Wrapf("hotkey %s on subnet %d", hotkey, netuid)
	}
	return d, err
}
