package keeper

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"cosmossdk.io/collections"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/dendra-net/dendra/x/guard"
	"github.com/dendra-net/dendra/x/neuron"
	"github.com/dendra-net/dendra/x/stake"
)

// Laws are what must hold of the neurons after every block (R-NEURON-15).
func (k *Keeper) Laws() []guard.Law {
	return []guard.Law{
		{Name: "neuron/uids", Check: k.uidsAreContiguous},
		{Name: "neuron/hotkeys", Check: k.hotkeysAgree},
		{Name: "neuron/owners", Check: k.ownersAgree},
		{Name: "neuron/first-data", Check: k.firstDataAgrees},
	}
}

// uidsAreContiguous: the uids of each subnet are 0..n-1, n is what is written down and at most max_neurons.
func (k *Keeper) uidsAreContiguous(ctx context.Context) (bool, string, error) {
	counted := map[uint32]uint32{}
	detail := ""
	err := k.Neurons.Walk(ctx, nil, func(key slotKey, n neuron.Neuron) (bool, error) {
		if key.K2() != counted[key.K1()] || n.Netuid != key.K1() || n.Uid != key.K2() {
			detail = fmt.Sprintf("subnet %d: uid %d follows %d neurons, and says it is %d of subnet %d", key.K1(), key.K2(), counted[key.K1()], n.Uid, n.Netuid)
			return true, nil
		}
		counted[key.K1()]++
		return false, nil
	})
	if err != nil || detail != "" {
		return false, detail, err
	}
	sizes := 0
	err = k.Sizes.Walk(ctx, nil, func(netuid, size uint32) (bool, error) {
		sizes++
		s, err := k.subnets.Get(ctx, netuid)
		if err == nil && (counted[netuid] != size || size > s.Hyperparameters.MaxNeurons) {
			detail = fmt.Sprintf("subnet %d has %d neurons, %d are written down, %d allowed", netuid, counted[netuid], size, s.Hyperparameters.MaxNeurons)
		}
		return detail != "", err
	})
	if err == nil && detail == "" && sizes != len(counted) {
		detail = fmt.Sprintf("%d subnets have neurons, %d have a size", len(counted), sizes)
	}
	return err == nil && detail == "", detail, err
}

// hotkeysAgree: the index leads from every hotkey to its neuron and nowhere else.
func (k *Keeper) hotkeysAgree(ctx context.Context) (bool, string, error) {
	indexed, seated, detail := 0, 0, ""
	err := k.UIDs.Walk(ctx, nil, func(key hotkeyKey, uid uint32) (bool, error) {
		indexed++
		n, err := k.ByUID(ctx, key.K1(), uid)
		if errors.Is(err, neuron.ErrNotRegistered) || err == nil && n.Hotkey != sdk.AccAddress(key.K2()).String() {
			detail = fmt.Sprintf("subnet %d: hotkey %s leads to uid %d of hotkey %q", key.K1(), sdk.AccAddress(key.K2()), uid, n.Hotkey)
			return true, nil
		}
		return false, err
	})
	if err != nil || detail != "" {
		return false, detail, err
	}
	err = k.Neurons.Walk(ctx, nil, func(slotKey, neuron.Neuron) (bool, error) {
		seated++
		return false, nil
	})
	if err == nil && indexed != seated {
		detail = fmt.Sprintf("%d hotkeys lead to %d neurons", indexed, seated)
	}
	return err == nil && detail == "", detail, err
}

// ownersAgree: every neuron's hotkey is bound to the neuron's coldkey.
func (k *Keeper) ownersAgree(ctx context.Context) (bool, string, error) {
	detail := ""
	err := k.Neurons.Walk(ctx, nil, func(_ slotKey, n neuron.Neuron) (bool, error) {
		hotkey, err := sdk.AccAddressFromBech32(n.Hotkey)
		if err != nil {
			return false, err
		}
		owner, err := k.stakes.Owner(ctx, hotkey)
		if err != nil && !errors.Is(err, stake.ErrHotkeyUnknown) {
			return false, err
		}
		if owner.String() != n.Coldkey {
			detail = fmt.Sprintf("uid %d of subnet %d has coldkey %s; its hotkey is owned by %q", n.Uid, n.Netuid, n.Coldkey, owner)
		}
		return detail != "", nil
	})
	return err == nil && detail == "", detail, err
}

// firstDataAgrees: each first commitment waits once to be forgotten and nothing else does.
func (k *Keeper) firstDataAgrees(ctx context.Context) (bool, string, error) {
	remembered, waiting, detail := 0, 0, ""
	err := k.FirstData.Walk(ctx, nil, func(key digestKey, f neuron.FirstData) (bool, error) {
		remembered++
		waits, err := k.Forgetting.Has(ctx, collections.Join3(f.ForgetAt, key.K1(), key.K2()))
		if err == nil && (!waits || f.Netuid != key.K1() || !bytes.Equal(f.Digest, key.K2())) {
			detail = fmt.Sprintf("subnet %d: the first commitment of %x does not wait to be forgotten at height %d, or says it is another", key.K1(), key.K2(), f.ForgetAt)
		}
		return detail != "", err
	})
	if err != nil || detail != "" {
		return false, detail, err
	}
	err = k.Forgetting.Walk(ctx, nil, func(forgetKey) (bool, error) {
		waiting++
		return false, nil
	})
	if err == nil && waiting != remembered {
		detail = fmt.Sprintf("%d first commitments are remembered, %d wait to be forgotten", remembered, waiting)
	}
	return err == nil && detail == "", detail, err
}
