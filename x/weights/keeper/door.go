package keeper

import (
	"bytes"
	"context"
	"errors"

	"cosmossdk.io/collections"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/dendra-net/dendra/seal"
	"github.com/dendra-net/dendra/x/neuron"
	"github.com/dendra-net/dendra/x/subnet"
	"github.com/dendra-net/dendra/x/weights"
)

// Admit runs, before a message costs anything, the checks its handler will run. It reports true for the module's
// messages that need no fee; messages of other modules are none of its business.
func (k *Keeper) Admit(ctx sdk.Context, msg sdk.Msg) (bool, error) {
	var err error
	switch m := msg.(type) {
	case *weights.MsgSetWeights:
		_, err = k.checkSet(ctx, m)
	case *weights.MsgCommitWeights:
		_, err = k.checkCommit(ctx, m)
	case *weights.MsgRevealWeights:
		_, _, err = k.checkReveal(ctx, m)
	case *weights.MsgPublishEvidence:
		_, err = k.checkEvidence(ctx, m)
	default:
		return false, nil
	}
	return err == nil, err
}

// voter is a registered neuron with all that the checks of its vote need.
type voter struct {
	neuron neuron.Neuron
	subnet subnet.Subnet
	epoch  weights.Epoch
	hotkey sdk.AccAddress
	last   int64 // height of its last setting or commit, 0 if it never did
}

func (k *Keeper) voter(ctx context.Context, netuid uint32, hotkey string) (voter, error) {
	addr, err := sdk.AccAddressFromBech32(hotkey)
	if err != nil {
		return voter{}, err
	}
	v := voter{hotkey: addr}
	if v.subnet, err = k.subnets.Get(ctx, netuid); err != nil {
		return voter{}, err
	}
	if v.neuron, err = k.neurons.ByHotkey(ctx, netuid, addr); err != nil {
		return voter{}, err
	}
	if v.epoch, err = k.epoch(ctx, netuid); err != nil {
		return voter{}, err
	}
	if err := k.checkStake(ctx, v); err != nil {
		return voter{}, err
	}
	activity, err := k.Activity.Get(ctx, collections.Join(netuid, v.neuron.Uid))
	if err != nil && !errors.Is(err, collections.ErrNotFound) {
		return voter{}, err
	}
	if err == nil && activity.Generation == v.neuron.Generation {
		v.last = activity.Height
	}
	return v, nil
}

func (k *Keeper) checkStake(ctx context.Context, v voter) error {
	want := v.subnet.Hyperparameters.MinValidatorStakeRao
	have, err := k.stakes.StakeOf(ctx, v.hotkey)
	if err != nil {
		return err
	}
	if have < want {
		return weights.ErrStakeTooLow.Wrapf("%s has %d rao, subnet %d wants %d of its validators", v.neuron.Hotkey, have, v.subnet.Netuid, want)
	}
	return nil
}

// checkVote is the part that settings and reveals share: a vote of at least minWeights entries by one with a permit.
func (k *Keeper) checkVote(ctx context.Context, v voter, vote weights.Vote, minWeights uint32) error {
	size, err := k.neurons.Size(ctx, v.subnet.Netuid)
	if err != nil {
		return err
	}
	if err := vote.Check(size, minWeights, v.subnet.Hyperparameters.VersionKey); err != nil {
		return err
	}
	return k.checkPermit(ctx, v)
}

func (k *Keeper) checkPermit(ctx context.Context, v voter) error {
	permitted, err := k.permitted(ctx, v.neuron)
	if err == nil && !permitted {
		err = weights.ErrNoPermit.Wrapf("uid %d of subnet %d: permits go to the %d neurons with most stake at each epoch",
			v.neuron.Uid, v.subnet.Netuid, v.subnet.Hyperparameters.MaxValidators)
	}
	return err
}

func (k *Keeper) permitted(ctx context.Context, n neuron.Neuron) (bool, error) {
	s, err := k.Scores.Get(ctx, n.Netuid)
	if errors.Is(err, collections.ErrNotFound) {
		return false, nil
	}
	return err == nil && s.HoldsPermit(n), err
}

func (k *Keeper) checkSet(ctx sdk.Context, m *weights.MsgSetWeights) (voter, error) {
	v, err := k.voter(ctx, m.Netuid, m.Hotkey)
	if err != nil {
		return voter{}, err
	}
	if v.subnet.Hyperparameters.CommitReveal {
		return voter{}, weights.ErrCommitReveal.Wrapf("subnet %d", m.Netuid)
	}
	if err := weights.CheckRate(executionHeight(ctx), v.last, v.subnet.Hyperparameters.WeightsRateLimit); err != nil {
		return voter{}, err
	}
	vote := weights.Vote{UIDs: m.Uids, Generations: m.Generations, Weights: m.Weights, Version: m.Version}
	return v, k.checkVote(ctx, v, vote, v.subnet.Hyperparameters.MinWeights)
}

// executionHeight is the height of the block the message would be in: for the mempool that is the next one.
func executionHeight(ctx sdk.Context) int64 {
	if ctx.IsCheckTx() {
		return ctx.BlockHeight() + 1
	}
	return ctx.BlockHeight()
}

func (k *Keeper) checkCommit(ctx sdk.Context, m *weights.MsgCommitWeights) (voter, error) {
	if len(m.Hash) != 32 {
		return voter{}, weights.ErrBadHash.Wrapf("have %d bytes", len(m.Hash))
	}
	v, err := k.voter(ctx, m.Netuid, m.Hotkey)
	if err != nil {
		return voter{}, err
	}
	if !v.subnet.Hyperparameters.CommitReveal {
		return voter{}, weights.ErrNoCommitReveal.Wrapf("subnet %d", m.Netuid)
	}
	if err := weights.CheckRate(executionHeight(ctx), v.last, v.subnet.Hyperparameters.WeightsRateLimit); err != nil {
		return voter{}, err
	}
	live, err := k.commits(ctx, m.Netuid, v.hotkey)
	if err != nil {
		return voter{}, err
	}
	p, err := k.Params.Get(ctx)
	if err != nil {
		return voter{}, err
	}
	if len(live) >= int(p.MaxCommits) {
		return voter{}, weights.ErrTooManyCommits.Wrapf("%s has %d on subnet %d, the most is %d", m.Hotkey, len(live), m.Netuid, p.MaxCommits)
	}
	return v, nil
}

func (k *Keeper) checkReveal(ctx sdk.Context, m *weights.MsgRevealWeights) (voter, weights.Commit, error) {
	none := weights.Commit{}
	if len(m.Salt) != 16 {
		return voter{}, none, weights.ErrBadSalt.Wrapf("have %d bytes", len(m.Salt))
	}
	v, err := k.voter(ctx, m.Netuid, m.Hotkey)
	if err != nil {
		return voter{}, none, err
	}
	vote := weights.Vote{UIDs: m.Uids, Generations: m.Generations, Weights: m.Weights, Version: m.Version}
	const anyCount = 0 // how many weights were asked is known from the commit
	if err := k.checkVote(ctx, v, vote, anyCount); err != nil {
		return voter{}, none, err
	}
	commit, err := k.findCommit(ctx, v, vote, [16]byte(m.Salt))
	if err != nil {
		return voter{}, none, err
	}
	if err := vote.CheckCount(commit.MinWeights); err != nil {
		return voter{}, none, err
	}
	h := v.subnet.Hyperparameters
	return v, commit, weights.CheckReveal(commit.Epoch, v.epoch.Index, h.RevealEpochs, v.epoch.Due, h.Tempo)
}

func (k *Keeper) findCommit(ctx sdk.Context, v voter, vote weights.Vote, salt [16]byte) (weights.Commit, error) {
	hash := seal.Commit(ctx.ChainID(), uint16(v.subnet.Netuid), v.hotkey, sealed(vote), salt)
	live, err := k.commits(ctx, v.subnet.Netuid, v.hotkey)
	if err != nil {
		return weights.Commit{}, err
	}
	for _, c := range live {
		if bytes.Equal(c.Hash, hash[:]) {
			return c, nil
		}
	}
	return weights.Commit{}, weights.ErrNoCommit.Wrapf("%s has %d unrevealed commits on subnet %d, none with hash %x", v.neuron.Hotkey, len(live), v.subnet.Netuid, hash)
}

// sealed narrows a vote to the widths the hash is over. The vote was checked: uids and weights fit.
func sealed(v weights.Vote) seal.Vote {
	s := seal.Vote{Version: v.Version, Generations: v.Generations}
	for i := range v.UIDs {
		s.UIDs = append(s.UIDs, uint16(v.UIDs[i]))
		s.Weights = append(s.Weights, uint16(v.Weights[i]))
	}
	return s
}

// commits lists a hotkey's unrevealed commits on a subnet, oldest first.
func (k *Keeper) commits(ctx context.Context, netuid uint32, hotkey sdk.AccAddress) ([]weights.Commit, error) {
	it, err := k.Commits.Iterate(ctx, collections.NewSuperPrefixedTripleRange[uint32, []byte, int64](netuid, hotkey))
	if err != nil {
		return nil, err
	}
	return it.Values()
}

func (k *Keeper) epoch(ctx context.Context, netuid uint32) (weights.Epoch, error) {
	e, err := k.Epochs.Get(ctx, netuid)
	if errors.Is(err, collections.ErrNotFound) {
		return e, weights.ErrUnknownSubnet.Wrapf("subnet %d", netuid)
	}
	return e, err
}
