package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/dendra-net/dendra/x/neuron"
	"github.com/dendra-net/dendra/x/weights"
	"github.com/dendra-net/dendra/yuma"
)

// PublishEvidence keeps where the evidence behind an open vote is (R-WEIGHTS-15).
func (s msgServer) PublishEvidence(c context.Context, m *weights.MsgPublishEvidence) (*weights.MsgPublishEvidenceResponse, error) {
	ctx := sdk.UnwrapSDKContext(c)
	v, err := s.checkEvidence(ctx, m)
	if err != nil {
		return nil, err
	}
	e := weights.Evidence{
		Netuid: m.Netuid, Uid: v.neuron.Uid, Generation: v.neuron.Generation, Hotkey: v.neuron.Hotkey, Epoch: m.Epoch,
		Digest: m.Digest, Url: m.Url, Uids: m.Uids, Generations: m.Generations, PruningUbits: m.PruningUbits, Height: ctx.BlockHeight(),
	}
	if err := s.Evidence.Set(ctx, collections.Join(e.Netuid, e.Uid), e); err != nil {
		return nil, err
	}
	return &weights.MsgPublishEvidenceResponse{}, ctx.EventManager().EmitTypedEvent(&weights.EventEvidencePublished{
		Netuid: e.Netuid, Uid: e.Uid, Hotkey: e.Hotkey, Epoch: e.Epoch, Digest: e.Digest, Url: e.Url,
	})
}

func (k *Keeper) checkEvidence(ctx sdk.Context, m *weights.MsgPublishEvidence) (voter, error) {
	v, err := k.voter(ctx, m.Netuid, m.Hotkey)
	if err != nil {
		return voter{}, err
	}
	size, err := k.neurons.Size(ctx, m.Netuid)
	if err != nil {
		return voter{}, err
	}
	if err := m.Check(size); err != nil {
		return voter{}, err
	}
	if err := k.checkPermit(ctx, v); err != nil {
		return voter{}, err
	}
	row, err := record(ctx, k.Rows, v.neuron)
	if err != nil {
		return voter{}, err
	}
	before, err := record(ctx, k.Evidence, v.neuron)
	if err != nil {
		return voter{}, err
	}
	var open, last *uint64
	if row != nil && row.Generation == v.neuron.Generation {
		open = &row.Epoch
	}
	if before != nil && before.Generation == v.neuron.Generation {
		last = &before.Epoch
	}
	return v, weights.CheckEvidenceEpoch(m.Epoch, v.epoch.Index, open, last, v.subnet.Hyperparameters)
}

// rank hands x/neuron what the order of replacement goes by (R-WEIGHTS-16).
func (k *Keeper) rank(ctx context.Context, e weights.Epoch, g graph, in yuma.Input, s weights.Scores) error {
	evidence, err := k.evidence(ctx, g)
	if err != nil {
		return err
	}
	r := neuron.Ranking{Netuid: e.Netuid, EmissionRao: make([]uint64, len(g.neurons))}
	for uid := range g.neurons {
		r.EmissionRao[uid] = s.ServerRao[uid] + s.ValidatorRao[uid]
	}
	if !g.subnet.Hyperparameters.PruneByEvidence {
		return k.neurons.SetRanking(ctx, r)
	}
	jury := weights.Jury{Subnet: g.subnet, Epoch: e.Index, Neurons: g.neurons, VoiceRao: weights.JuryVoices(in), Evidence: evidence}
	r.Judges = make([]bool, len(g.neurons))
	for uid := range g.neurons {
		r.Judges[uid] = s.Dividend[uid] > 0
	}
	r.PruningUbits = jury.PruningUbits()
	return k.neurons.SetRanking(ctx, r)
}

// evidence returns what the neurons of a subnet published and removes what former ones did.
func (k *Keeper) evidence(ctx context.Context, g graph) ([]weights.Evidence, error) {
	all, err := records(ctx, k.Evidence, g.subnet.Netuid)
	if err != nil {
		return nil, err
	}
	live := all[:0]
	for _, e := range all {
		if int64(e.Uid) < int64(len(g.neurons)) && g.neurons[e.Uid].Generation == e.Generation {
			live = append(live, e)
			continue
		}
		if err := k.Evidence.Remove(ctx, collections.Join(e.Netuid, e.Uid)); err != nil {
			return nil, err
		}
	}
	return live, nil
}

// Evidence answers with what a neuron published last.
func (q queryServer) Evidence(ctx context.Context, r *weights.QueryEvidenceRequest) (*weights.QueryEvidenceResponse, error) {
	hotkey, err := sdk.AccAddressFromBech32(r.Hotkey)
	if err != nil {
		return nil, err
	}
	n, err := q.k.neurons.ByHotkey(ctx, r.Netuid, hotkey)
	if err != nil {
		return nil, err
	}
	e, err := q.k.Evidence.Get(ctx, collections.Join(r.Netuid, n.Uid))
	switch {
	case errors.Is(err, collections.ErrNotFound) || err == nil && e.Generation != n.Generation:
		return nil, weights.ErrNoEvidence.Wrapf("hotkey %s on subnet %d", r.Hotkey, r.Netuid)
	case err != nil:
		return nil, err
	}
	return &weights.QueryEvidenceResponse{Evidence: e}, nil
}

// SubnetEvidence answers with the last evidence of each slot; that of a neuron replaced since the last epoch is among it.
func (q queryServer) SubnetEvidence(ctx context.Context, r *weights.QuerySubnetEvidenceRequest) (*weights.QuerySubnetEvidenceResponse, error) {
	all, page, err := ofSubnet(ctx, q.k.Evidence, r.Netuid, r.Pagination)
	return &weights.QuerySubnetEvidenceResponse{Evidence: all, Pagination: page}, err
}
