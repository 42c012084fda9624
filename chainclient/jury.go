package chainclient

import (
	"context"
	"encoding/hex"
	"fmt"

	"github.com/dendra-net/dendra/explain"
	"github.com/dendra-net/dendra/x/neuron"
	"github.com/dendra-net/dendra/x/weights"
)

// jury adds to an epoch what it heard of what each neuron adds, and the ranking it made of that. No note changes in an
// epoch's own closing, so those at the end of its block are those it was computed from.
func (c *Client) jury(ctx context.Context, e *explain.Epoch, after records) error {
	at := c.AtHeight(e.Height)
	notes, err := at.subnetEvidence(ctx, e.Netuid)
	if err != nil {
		return goneOr(err, e.Height)
	}
	ranking, err := at.ranking(ctx, e.Netuid)
	if err != nil {
		return goneOr(err, e.Height)
	}
	e.Stored.PruningUbits, e.Stored.Judges = ranking.PruningUbits, ranking.Judges
	j := weights.Jury{Subnet: after.Subnet, Epoch: e.Index, VoiceRao: weights.JuryVoices(e.Input), Evidence: notes}
	for _, r := range after.Neurons {
		j.Neurons = append(j.Neurons, r.Neuron)
	}
	e.Jury = &explain.Jury{OldestEpoch: j.OldestEpoch(), VoiceRao: j.VoiceRao}
	if e.Jury.Notes, err = notesOf(j); err != nil {
		return err
	}
	for _, heard := range j.Opinions() {
		var list []explain.Opinion
		for _, o := range heard {
			list = append(list, explain.Opinion{UID: uint16(o.Uid), Ubits: o.Ubits})
		}
		e.Jury.Opinions = append(e.Jury.Opinions, list)
	}
	return nil
}

// notesOf are the notes of neurons that still sit in their slots. It refuses what no chain can hold.
func notesOf(j weights.Jury) ([]explain.Note, error) {
	var notes []explain.Note
	seen := map[uint32]bool{}
	for _, n := range j.Evidence {
		if _, err := published(n); err != nil {
			return nil, err
		}
		if seen[n.Uid] {
			return nil, fmt.Errorf("%w: two notes of evidence of uid %d", ErrBadAnswer, n.Uid)
		}
		seen[n.Uid] = true
		if int64(n.Uid) < int64(len(j.Neurons)) && j.Neurons[n.Uid].Generation == n.Generation {
			notes = append(notes, explain.Note{UID: uint16(n.Uid), Epoch: n.Epoch, Digest: hex.EncodeToString(n.Digest), URL: n.Url})
		}
	}
	return notes, nil
}

func (q Queries) ranking(ctx context.Context, netuid uint16) (neuron.Ranking, error) {
	res, err := q.Neuron().Ranking(ctx, &neuron.QueryRankingRequest{Netuid: uint32(netuid)})
	if err != nil {
		return neuron.Ranking{}, fmt.Errorf("ranking of subnet %d: %w", netuid, err)
	}
	return res.Ranking, nil
}

// goneOr names a height that the node has forgotten.
func goneOr(err error, height int64) error {
	if isGone(err) {
		return fmt.Errorf("%w: height %d: %v", ErrPruned, height, err)
	}
	return err
}
