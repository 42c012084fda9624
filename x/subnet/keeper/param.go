package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	"github.com/dendra-net/dendra/x/subnet"
)

// SetParam changes one hyperparameter for its owner or for governance (R-SUBNET-7, R-SUBNET-8).
func (k *Keeper) SetParam(ctx context.Context, m *subnet.MsgSetParam) error {
	before, err := k.mine(ctx, m.Netuid, m.Sender)
	if err != nil {
		return err
	}
	p, err := subnet.FindHyperparameter(m.Name)
	if err != nil {
		return err
	}
	if m.Sender != k.authority {
		err = k.checkOwnersChange(ctx, before, p, m.Value)
	}
	if err != nil {
		return err
	}
	if !p.All.Holds(m.Value) {
		return subnet.ErrOutOfBounds.Wrapf("%s of %d, want %d..%d", p.Name, m.Value, p.All.Min, p.All.Max)
	}
	after := before
	p.Set(&after.Hyperparameters, m.Value)
	if err := k.change(ctx, before, after); err != nil {
		return err
	}
	return emit(ctx, &subnet.EventParamSet{Netuid: m.Netuid, Name: p.Name, Value: m.Value})
}

// mine returns the subnet if sender owns it or is governance.
func (k *Keeper) mine(ctx context.Context, netuid uint32, sender string) (subnet.Subnet, error) {
	s, err := k.Get(ctx, netuid)
	if err != nil {
		return s, err
	}
	if sender == "" || sender != s.Owner && sender != k.authority {
		return s, subnet.ErrNotOwner.Wrapf("subnet %d is owned by %q, not by %q", netuid, s.Owner, sender)
	}
	return s, nil
}

// checkOwnersChange holds an owner to what governance is free of: the table, the freeze and the rate. It remembers the
// change.
func (k *Keeper) checkOwnersChange(ctx context.Context, s subnet.Subnet, p subnet.Hyperparameter, value int64) error {
	if p.Owner.Empty() {
		return subnet.ErrGovernanceOnly.Wrap(p.Name)
	}
	if !p.Owner.Holds(value) {
		return subnet.ErrOutOfBounds.Wrapf("%s of %d, an owner may set %d..%d", p.Name, value, p.Owner.Min, p.Owner.Max)
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	if err := k.checkFreeze(ctx, s.Netuid, params.FreezeBlocks); err != nil {
		return err
	}
	return k.checkRate(ctx, s, p.Name, int64(params.SetParamTempos)*s.Hyperparameters.Tempo)
}

func (k *Keeper) checkFreeze(ctx context.Context, netuid uint32, freezeBlocks int64) error {
	if k.clock == nil {
		return nil
	}
	next, err := k.clock.NextEpoch(ctx, netuid)
	if err != nil {
		return err
	}
	if height(ctx) >= next-freezeBlocks {
		return subnet.ErrFrozen.Wrapf("subnet %d has its epoch at height %d, now is %d; nothing changes in the last %d blocks", netuid, next, height(ctx), freezeBlocks)
	}
	return nil
}

func (k *Keeper) checkRate(ctx context.Context, s subnet.Subnet, name string, interval int64) error {
	key := collections.Join(s.Netuid, name)
	last, err := k.Changes.Get(ctx, key)
	switch {
	case errors.Is(err, collections.ErrNotFound):
	case err != nil:
		return err
	case height(ctx) < last+interval:
		return subnet.ErrParamRate.Wrapf("%s of subnet %d changed at height %d; the owner may change it again from %d, now is %d",
			name, s.Netuid, last, last+interval, height(ctx))
	}
	return k.Changes.Set(ctx, key, height(ctx))
}

// change stores new hyperparameters once they fit each other and nobody who watches refuses.
func (k *Keeper) change(ctx context.Context, before, after subnet.Subnet) error {
	if err := after.Hyperparameters.Validate(); err != nil {
		return err
	}
	for _, h := range k.hooks {
		w, watches := h.(subnet.Watcher)
		if !watches {
			continue
		}
		if err := w.ParamChanging(ctx, before, after); err != nil {
			return err
		}
	}
	return k.Subnets.Set(ctx, after.Netuid, after)
}
