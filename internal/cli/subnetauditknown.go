package cli

import (
	"context"
	"slices"

	"github.com/dendra-net/dendra/evidence"
	"github.com/dendra-net/dendra/evidence/audit"
	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/x/weights"
)

// known reads what the chain says of the epoch. What the node no longer keeps stays unknown, and the audit says so.
func (a *app) known(ctx context.Context, p papers) audit.Known {
	k := audit.Known{ChainID: p.client.ChainID(), Netuid: p.netuid, Epoch: p.epoch, Validator: p.hotkey, Subnet: p.subnetThen(ctx), Vote: p.voteThen(ctx)}
	if p.note != nil {
		digest := evidence.Digest(p.note.Digest)
		k.Digest = &digest
	}
	if x := p.file.Exam; x != nil && x.Opened > 0 {
		if hash, err := p.client.BlockHash(ctx, x.Opened); err == nil {
			k.Beacon = (*evidence.Digest)(&hash)
		}
		if committed, err := p.client.Committed(ctx, p.netuid, max(x.Opened-1, 1)); err == nil {
			k.Committed = &committed
		}
	}
	return k
}

// subnetThen is the subnet when the epoch was folded. A validator asks for the newest height and then for the subnet,
// so what it saw may be a block younger than the height it noted.
func (p papers) subnetThen(ctx context.Context) *neuron.Subnet {
	var then *neuron.Subnet
	for _, height := range []int64{p.file.Height + 1, p.file.Height} {
		market, _, err := p.client.SubnetAt(ctx, p.netuid, max(height, 1))
		if err != nil {
			continue
		}
		then = &market
		if slices.Equal(evidence.SeatsOf(market.Neurons), p.file.Seats) && market.Epoch == p.file.Epoch {
			break
		}
	}
	return then
}

// voteThen looks for the validator's vote of the epoch where it must be open: when its evidence was noted, and now.
func (p papers) voteThen(ctx context.Context) *neuron.Vote {
	heights := []int64{0}
	if p.note != nil {
		heights = append(heights, p.note.Height)
	}
	seat := slices.IndexFunc(p.file.Seats, func(s evidence.Seat) bool { return s.Hotkey == p.hotkey })
	if seat < 0 {
		return nil
	}
	for _, height := range heights {
		rows, err := p.client.AtHeight(height).Rows(ctx, p.netuid)
		if err != nil {
			continue
		}
		for _, r := range rows {
			if r.Uid == uint32(p.file.Seats[seat].UID) && r.Generation == p.file.Seats[seat].Generation && r.Epoch == p.epoch {
				vote := voteOfRow(r)
				return &vote
			}
		}
	}
	return nil
}

func voteOfRow(r weights.Row) neuron.Vote {
	v := neuron.Vote{Generations: r.Generations}
	for _, uid := range r.Uids {
		v.UIDs = append(v.UIDs, uint16(min(uid, 1<<16-1)))
	}
	for _, w := range r.Weights {
		v.Weights = append(v.Weights, uint16(min(w, 1<<16-1)))
	}
	return v
}

// previous is the evidence of the epoch before, where the same server still has it.
func (p papers) previous(ctx context.Context) *evidence.File {
	if p.fetch == nil || p.epoch == 0 {
		return nil
	}
	packed, err := p.fetch.File(ctx, p.epoch-1)
	if err != nil {
		return nil
	}
	file, err := evidence.Decode(packed)
	if err != nil || file.Epoch != p.epoch-1 || file.Validator != p.hotkey {
		return nil
	}
	return file
}
