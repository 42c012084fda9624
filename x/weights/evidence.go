package weights

import (
	"cmp"
	"slices"

	"github.com/dendra-net/dendra/x/neuron"
	"github.com/dendra-net/dendra/x/subnet"
	"github.com/dendra-net/dendra/yuma"
)

// EvidenceEpochs is for how many epochs after everybody could read a vote its evidence is taken, and counts.
const EvidenceEpochs = 4

const digestSize = 32

// Check refuses evidence that is malformed, for a subnet of size neurons (R-WEIGHTS-15).
func (m *MsgPublishEvidence) Check(size uint32) error {
	if len(m.Digest) != digestSize {
		return ErrBadEvidence.Wrapf("digest of %d bytes, want %d", len(m.Digest), digestSize)
	}
	if m.Url == "" {
		return ErrBadEvidence.Wrap("no URL")
	}
	if err := neuron.ValidateEndpoint(m.Url); err != nil {
		return ErrBadEvidence.Wrapf("URL: %s", err)
	}
	n := len(m.Uids)
	if n != len(m.Generations) || n != len(m.PruningUbits) {
		return ErrUnequalLengths.Wrapf("%d uids, %d generations, %d pruning scores", n, len(m.Generations), len(m.PruningUbits))
	}
	for i, uid := range m.Uids {
		if i > 0 && uid <= m.Uids[i-1] {
			return ErrUnsortedUIDs.Wrapf("uid %d after uid %d", uid, m.Uids[i-1])
		}
		if uid >= size {
			return ErrBadUID.Wrapf("uid %d, the subnet has %d neurons", uid, size)
		}
	}
	return nil
}

// CheckEvidenceEpoch refuses evidence of an epoch in epoch now: of a vote that is not open to all yet, when open is the
// epoch of the author's vote in force and nil when there is none; too long after it was; or a second time, when last is
// the epoch of the evidence before, nil when there was none (R-WEIGHTS-15).
func CheckEvidenceEpoch(epoch, now uint64, open, last *uint64, h subnet.Hyperparameters) error {
	switch {
	case open == nil:
		return ErrVoteSealed.Wrapf("evidence of epoch %d; no vote of this neuron is open", epoch)
	case epoch > *open:
		return ErrVoteSealed.Wrapf("evidence of epoch %d; this neuron's newest open vote is of epoch %d", epoch, *open)
	case epoch < oldestEvidence(now, h):
		return ErrEvidenceLate.Wrapf("of epoch %d; now is epoch %d, which takes evidence of epoch %d or later", epoch, now, oldestEvidence(now, h))
	case last != nil && epoch <= *last:
		return ErrEvidenceTwice.Wrapf("of epoch %d; the last was of epoch %d", epoch, *last)
	}
	return nil
}

// oldestEvidence is the first epoch whose evidence counts in epoch now.
func oldestEvidence(now uint64, h subnet.Hyperparameters) uint64 {
	age := uint64(EvidenceEpochs)
	if h.CommitReveal {
		age += h.RevealEpochs
	}
	return now - min(now, age)
}

// Jury is who judges whose loss would be felt, at the end of one epoch.
type Jury struct {
	Subnet   subnet.Subnet
	Epoch    uint64
	Neurons  []neuron.Neuron // by uid
	VoiceRao []uint64        // as JuryVoices has it
	Evidence []Evidence      // at most one of a neuron, in any order
}

// JuryVoices is the stake that counts of those whose permit was used, by uid; 0 of the others.
func JuryVoices(in yuma.Input) []uint64 {
	rao := make([]uint64, len(in.Permits))
	for uid, used := range in.Permits {
		if used {
			rao[uid] = in.Stake[uid]
		}
	}
	return rao
}

// PruningUbits returns, by uid, the highest score that validators with more than half of all voice give a neuron at least
// (R-WEIGHTS-16). Who has no recent evidence, or none about the neuron that sits in the slot now, gives it 0.
func (j Jury) PruningUbits() []uint32 {
	total := uint64(0)
	for _, rao := range j.VoiceRao {
		total += rao
	}
	scores := make([]uint32, len(j.Neurons))
	for uid, heard := range j.Opinions() {
		scores[uid] = j.majority(heard, total)
	}
	return scores
}

// Opinion is what one validator's evidence says of a neuron.
type Opinion struct {
	Uid   uint32 // of the validator
	Ubits uint32
}

// Opinions returns, by the uid of whom they are about, all opinions that count.
func (j Jury) Opinions() [][]Opinion {
	opinions := make([][]Opinion, len(j.Neurons))
	for _, e := range j.Evidence {
		if !j.counts(e) {
			continue
		}
		for i, uid := range e.Uids {
			if int64(uid) < int64(len(j.Neurons)) && j.Neurons[uid].Generation == e.Generations[i] {
				opinions[uid] = append(opinions[uid], Opinion{e.Uid, e.PruningUbits[i]})
			}
		}
	}
	return opinions
}

func (j Jury) counts(e Evidence) bool {
	return int64(e.Uid) < int64(len(j.Neurons)) && j.Neurons[e.Uid].Generation == e.Generation && j.VoiceRao[e.Uid] > 0 &&
		e.Epoch >= j.OldestEpoch()
}

// OldestEpoch is the first epoch whose evidence counts.
func (j Jury) OldestEpoch() uint64 { return oldestEvidence(j.Epoch, j.Subnet.Hyperparameters) }

// majority returns the highest score for which more than half of the total speaks, 0 when that many do not speak at all.
// All stake there can be is far below 2^63 rao.
func (j Jury) majority(heard []Opinion, totalRao uint64) uint32 {
	slices.SortFunc(heard, func(a, b Opinion) int { return cmp.Or(cmp.Compare(b.Ubits, a.Ubits), cmp.Compare(a.Uid, b.Uid)) })
	spoke := uint64(0)
	for _, o := range heard {
		if spoke += j.VoiceRao[o.Uid]; 2*spoke > totalRao {
			return o.Ubits
		}
	}
	return 0
}

// Validate refuses lists of different lengths, and what no message could have brought.
func (e Evidence) Validate() error {
	if len(e.Digest) != digestSize || len(e.Uids) != len(e.Generations) || len(e.Uids) != len(e.PruningUbits) {
		return ErrBadGenesis.Wrapf("evidence of uid %d on subnet %d: digest of %d bytes, %d uids, %d generations, %d pruning scores",
			e.Uid, e.Netuid, len(e.Digest), len(e.Uids), len(e.Generations), len(e.PruningUbits))
	}
	if !slices.IsSorted(e.Uids) {
		return ErrBadGenesis.Wrapf("evidence of uid %d on subnet %d: its uids are not sorted", e.Uid, e.Netuid)
	}
	return nil
}
