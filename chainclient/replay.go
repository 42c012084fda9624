package chainclient

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/dendra-net/dendra/explain"
	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/x/stake"
	"github.com/dendra-net/dendra/x/weights"
)

var (
	// ErrNoEpoch says that the epoch asked for has not closed.
	ErrNoEpoch = errors.New("no such epoch")
	// ErrEpochFailed says that the chain could not compute the epoch: it has no results.
	ErrEpochFailed = errors.New("the epoch failed")
	// ErrPruned says that the node no longer keeps the height that is needed.
	ErrPruned = errors.New("height no longer kept")
	// ErrBadAnswer says that what the node answered contradicts itself or the chain's rules.
	ErrBadAnswer = errors.New("the node's answer makes no sense")
)

// LastEpoch returns the number of the epoch of a subnet that closed last. Errors: ErrNoEpoch.
func (q Queries) LastEpoch(ctx context.Context, netuid uint16) (uint64, error) {
	e, err := q.clock(ctx, netuid)
	if err != nil {
		return 0, err
	}
	if e.Index == 0 {
		return 0, fmt.Errorf("%w: subnet %d is in its first epoch, which ends at height %d", ErrNoEpoch, netuid, e.Due)
	}
	return e.Index - 1, nil
}

func (q Queries) clock(ctx context.Context, netuid uint16) (weights.Epoch, error) {
	res, err := q.Weights().Epoch(ctx, &weights.QueryEpochRequest{Netuid: uint32(netuid)})
	if err != nil {
		return weights.Epoch{}, fmt.Errorf("epoch of subnet %d: %w", netuid, err)
	}
	return res.Epoch, nil
}

// Replay reads all that an epoch of a subnet was computed from: what did not change in the epoch's block, at its height;
// what the epoch replaced, at the height before. Errors: ErrNoEpoch, ErrEpochFailed, ErrPruned, ErrBadAnswer.
func (c *Client) Replay(ctx context.Context, netuid uint16, epoch uint64) (explain.Epoch, error) {
	height, err := c.epochHeight(ctx, netuid, epoch)
	if err != nil {
		return explain.Epoch{}, err
	}
	after, err := c.records(ctx, netuid, height)
	if err != nil {
		return explain.Epoch{}, err
	}
	if after.scores.Epoch != epoch || after.scores.Height != height {
		return explain.Epoch{}, fmt.Errorf("%w: epoch %d of subnet %d closed at height %d without results; its pay waits", ErrEpochFailed, epoch, netuid, height)
	}
	var before records // there is no state before the first block
	if height > 1 {
		if before, err = c.records(ctx, netuid, height-1); err != nil {
			return explain.Epoch{}, err
		}
	}
	e, err := assemble(netuid, before, after)
	if err != nil || !after.Subnet.Hyperparameters.PruneByEvidence {
		return e, err
	}
	return e, c.jury(ctx, &e, after)
}

// epochHeight finds the height at whose end an epoch closed. The clock of a later epoch bounds it from above; below, the
// node's answers are halved.
func (c *Client) epochHeight(ctx context.Context, netuid uint16, epoch uint64) (int64, error) {
	known, err := c.clock(ctx, netuid)
	if err != nil {
		return 0, err
	}
	if epoch >= known.Index {
		return 0, fmt.Errorf("%w: epoch %d of subnet %d has not closed; epoch %d runs and ends at height %d", ErrNoEpoch, epoch, netuid, known.Index, known.Due)
	}
	gone := int64(0)
	for low := int64(1); known.Index != epoch+1; {
		if low >= known.Last {
			return 0, lost(netuid, epoch, gone)
		}
		middle := low + (known.Last-low)/2
		e, err := c.AtHeight(middle).clock(ctx, netuid)
		switch {
		case isGone(err):
			gone, low = middle, middle+1
		case errors.Is(err, errNoSubnet) || err == nil && e.Index <= epoch:
			low = middle + 1
		case err != nil:
			return 0, err
		case e.Last > middle || e.Last < low:
			return 0, fmt.Errorf("%w: at height %d the last epoch of subnet %d closed at %d", ErrBadAnswer, middle, netuid, e.Last)
		default:
			known = e
		}
	}
	return known.Last, nil
}

var errNoSubnet = &TxError{Codespace: weights.ModuleName, Code: weights.ErrUnknownSubnet.ABCICode()}

// lost says why an epoch's height was not found.
func lost(netuid uint16, epoch uint64, gone int64) error {
	if gone > 0 {
		return fmt.Errorf("%w: epoch %d of subnet %d closed at a height that this node has forgotten; it keeps none up to %d", ErrPruned, epoch, netuid, gone)
	}
	return fmt.Errorf("%w: epoch %d of subnet %d closed at no height", ErrBadAnswer, epoch, netuid)
}

// isGone reports whether a node refused a query because it does not keep its height.
func isGone(err error) bool {
	return errors.Is(err, ErrNotFound) || errors.Is(err, errBadHeight)
}

var errBadHeight = &TxError{Codespace: "sdk", Code: 26}

// records are all pages of a replay query.
type records struct {
	weights.QueryReplayResponse
	scores weights.Scores // empty before the first epoch
	memory weights.Memory // the same
}

// maxReplayBytes bounds all pages of a subnet together: a thousand neurons that all vote for all others need a tenth.
const maxReplayBytes = 512 << 20

// records reads a subnet's records at a height; 0 is the newest.
func (c *Client) records(ctx context.Context, netuid uint16, height int64) (records, error) {
	var all records
	for read := 0; read < maxReplayBytes; {
		req := &weights.QueryReplayRequest{Netuid: uint32(netuid), FromUid: uint32(len(all.Neurons))}
		page, err := c.AtHeight(height).Weights().Replay(ctx, req)
		if isGone(err) {
			return all, fmt.Errorf("%w: height %d: %v", ErrPruned, height, err)
		}
		if err != nil {
			return all, fmt.Errorf("records of subnet %d: %w", netuid, err)
		}
		read += page.Size()
		if height > 0 && page.Height != height {
			return all, fmt.Errorf("%w: asked for height %d it speaks of %d", ErrBadAnswer, height, page.Height)
		}
		if req.FromUid == 0 {
			all.QueryReplayResponse, height = *page, page.Height
		} else {
			all.Neurons = append(all.Neurons, page.Neurons...)
		}
		if page.NextUid == 0 {
			return all, all.check(netuid)
		}
		if len(page.Neurons) == 0 || int64(page.NextUid) != int64(len(all.Neurons)) {
			break
		}
	}
	return all, fmt.Errorf("%w: the pages of subnet %d do not follow each other, or never end", ErrBadAnswer, netuid)
}

// check refuses what no chain can hold, so that what is computed from it cannot fail, and fills scores and
// memory.
func (r *records) check(netuid uint16) error {
	bad := func(format string, args ...any) error {
		return fmt.Errorf("%w: subnet %d at height %d: %s", ErrBadAnswer, netuid, r.Height, fmt.Sprintf(format, args...))
	}
	h := r.Subnet.Hyperparameters
	if err := h.Validate(); err != nil {
		return bad("%v", err)
	}
	if int64(len(r.Neurons)) > int64(h.MaxNeurons) || int64(len(r.Neurons)) != int64(r.Size_) || r.Height < 0 || r.Epoch.Last < 0 || r.Epoch.Last > r.Height {
		return bad("%d neurons came of %d; its last epoch closed at %d", len(r.Neurons), r.Size_, r.Epoch.Last)
	}
	for uid, n := range r.Neurons {
		if int64(n.Neuron.Uid) != int64(uid) || n.Neuron.RegisteredAt < 0 || n.Neuron.RegisteredAt > r.Height {
			return bad("in slot %d sits neuron %d of height %d", uid, n.Neuron.Uid, n.Neuron.RegisteredAt)
		}
		if !soundRow(n.Row, uid) || !soundBonds(n.Bonds, uid) || !soundAverage(n.Average, uid) || n.Activity != nil && (int(n.Activity.Uid) != uid || n.Activity.Height < 0) {
			return bad("the records of neuron %d contradict themselves", uid)
		}
	}
	if r.Scores == nil {
		return nil
	}
	if r.scores = *r.Scores; !soundScores(r.scores) {
		return bad("its scores are not of one length")
	}
	if r.Memory == nil {
		return bad("it has scores and no memory of them")
	}
	r.memory = *r.Memory
	if err := r.memory.Validate(); err != nil {
		return bad("%v", err)
	}
	return nil
}

func soundRow(r *weights.Row, uid int) bool {
	if r == nil {
		return true
	}
	for _, w := range r.Weights {
		if w > math.MaxUint16 {
			return false
		}
	}
	return int64(r.Uid) == int64(uid) && len(r.Uids) == len(r.Generations) && len(r.Uids) == len(r.Weights)
}

func soundBonds(r *weights.BondRow, uid int) bool {
	if r == nil {
		return true
	}
	return int64(r.Uid) == int64(uid) && soundCells(r.Uids, r.Bonds)
}

func soundAverage(r *weights.AverageRow, uid int) bool {
	return r == nil || int64(r.Uid) == int64(uid) && soundCells(r.Uids, r.Weights)
}

func soundCells(uids []uint32, values []uint64) bool {
	for _, to := range uids {
		if to > math.MaxUint16 {
			return false
		}
	}
	return len(uids) == len(values)
}

func soundScores(s weights.Scores) bool {
	n := len(s.Generations)
	for _, column := range [][]uint64{s.StakeRao, s.StakeWeight, s.Consensus, s.Incentive, s.Dividend, s.ValidatorTrust, s.ServerRao, s.ValidatorRao} {
		if len(column) != n {
			return false
		}
	}
	return len(s.Permit) == n && len(s.Active) == n
}

// Pool returns how a hotkey's income is shared behind it.
func (q Queries) Pool(ctx context.Context, hotkey neuron.Address) (explain.Pool, error) {
	res, err := q.Stake().Hotkey(ctx, &stake.QueryHotkeyRequest{Hotkey: string(hotkey)})
	if err != nil {
		return explain.Pool{}, fmt.Errorf("pool of %s: %w", hotkey, err)
	}
	rules, err := q.Stake().Params(ctx, &stake.QueryParamsRequest{})
	if err != nil {
		return explain.Pool{}, fmt.Errorf("pool of %s: %w", hotkey, err)
	}
	holders, err := q.Delegators(ctx, hotkey)
	if err != nil {
		return explain.Pool{}, err
	}
	pool := explain.Pool{TakeU16: uint16(min(res.Hotkey.TakeU16, rules.Params.MaxTakeU16, stake.MaxU16))}
	for _, h := range holders {
		pool.Holders = append(pool.Holders, explain.Holder{Coldkey: h.Coldkey, StakeRao: h.StakeRao})
	}
	return pool, nil
}
