package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/dendra-net/dendra/x/neuron"
	"github.com/dendra-net/dendra/x/subnet"
	"github.com/dendra-net/dendra/x/weights"
)

// graph is one subnet read once: who sits where and what the last epoch gave.
type graph struct {
	subnet  subnet.Subnet
	neurons []neuron.Neuron
	scores  weights.Scores
}

// electorate is who is behind a subnet's neurons, by uid.
type electorate struct {
	hotkeys  []sdk.AccAddress
	stakeRao []uint64
}

func (k *Keeper) electorate(ctx context.Context, neurons []neuron.Neuron) (electorate, error) {
	v := electorate{hotkeys: make([]sdk.AccAddress, len(neurons)), stakeRao: make([]uint64, len(neurons))}
	for uid, n := range neurons {
		var err error
		if v.hotkeys[uid], err = sdk.AccAddressFromBech32(n.Hotkey); err != nil {
			return v, err
		}
		if v.stakeRao[uid], err = k.stakes.StakeOf(ctx, v.hotkeys[uid]); err != nil {
			return v, err
		}
	}
	return v, nil
}

func (k *Keeper) graph(ctx context.Context, netuid uint32) (graph, error) {
	var g graph
	var err error
	if g.subnet, err = k.subnets.Get(ctx, netuid); err != nil {
		return g, err
	}
	if g.neurons, err = k.neurons.All(ctx, netuid); err != nil {
		return g, err
	}
	g.scores, err = k.Scores.Get(ctx, netuid)
	if errors.Is(err, collections.ErrNotFound) {
		err = nil
	}
	return g, err
}

func (k *Keeper) metagraphNeuron(ctx context.Context, g graph, uid int) (weights.MetagraphNeuron, error) {
	n, s := g.neurons[uid], g.scores
	hotkey, err := sdk.AccAddressFromBech32(n.Hotkey)
	if err != nil {
		return weights.MetagraphNeuron{}, err
	}
	stake, err := k.stakes.StakeOf(ctx, hotkey)
	if err != nil {
		return weights.MetagraphNeuron{}, err
	}
	last, err := k.lastUpdate(ctx, n)
	if err != nil {
		return weights.MetagraphNeuron{}, err
	}
	m := weights.MetagraphNeuron{
		Uid: n.Uid, Generation: n.Generation, Hotkey: n.Hotkey, Coldkey: n.Coldkey, StakeRao: stake,
		LastUpdate: last, RegisteredAt: n.RegisteredAt, Endpoint: n.Endpoint,
		ImmuneUntil: n.RegisteredAt + g.subnet.Hyperparameters.ImmunityBlocks,
	}
	if uid < len(s.Generations) && s.Generations[uid] == n.Generation {
		m.Permit, m.Active = s.Permit[uid], s.Active[uid]
		m.Consensus, m.Incentive, m.Dividend, m.ValidatorTrust = s.Consensus[uid], s.Incentive[uid], s.Dividend[uid], s.ValidatorTrust[uid]
		m.ServerRao, m.ValidatorRao = s.ServerRao[uid], s.ValidatorRao[uid]
	}
	return m, nil
}

// lastUpdate is when the neuron last set or committed weights; one that never did counts from its registration.
func (k *Keeper) lastUpdate(ctx context.Context, n neuron.Neuron) (int64, error) {
	a, err := k.Activity.Get(ctx, collections.Join(n.Netuid, n.Uid))
	if errors.Is(err, collections.ErrNotFound) {
		return n.RegisteredAt, nil
	}
	if err != nil || a.Generation != n.Generation {
		return n.RegisteredAt, err
	}
	return a.Height, nil
}
