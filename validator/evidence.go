package validator

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/dendra-net/dendra/evidence"
	"github.com/dendra-net/dendra/neuron"
)

// newFile begins the evidence of the running epoch.
func (v *validator) newFile(head neuron.Head, net neuron.Subnet) *evidence.File {
	c := &v.campaign
	return &evidence.File{
		ChainID: head.ChainID, Netuid: v.Netuid, Epoch: c.epoch, Validator: v.Key.Address(), Kind: v.kind(),
		Begin: c.begin, End: c.end, Height: head.Height, Secret: c.secret, Seats: evidence.SeatsOf(net.Neurons),
		Rule: evidence.Rule{Alpha: v.Alpha, Floor: v.Floor, Linear: v.Examiner != nil, MinWeights: net.MinWeights, Version: net.VersionKey},
	}
}

// keepEvidence completes the evidence of an epoch and writes it. A failure costs the evidence, not the vote.
func (v *validator) keepEvidence(file *evidence.File, fill func() error) {
	err := fill()
	if err == nil {
		err = v.store.Save(file)
	}
	if err != nil {
		v.Log.Error("the evidence of this epoch is not whole and not kept", "epoch", file.Epoch, "error", err)
	}
}

// fileRounds writes down the rounds of the epoch, and before them those of earlier ones that helped to tell copies.
func (v *validator) fileRounds(file *evidence.File, factors map[neuron.Address]float64) error {
	file.Originality = factors
	for _, r := range v.history.rounds {
		if r.Epoch != file.Epoch {
			if err := v.fileRound(file, r, true); err != nil {
				return err
			}
		}
	}
	for _, r := range v.campaign.rounds {
		if err := v.fileRound(file, r, false); err != nil {
			return err
		}
	}
	return nil
}

func (v *validator) fileRound(file *evidence.File, r *measuredRound, sharedOnly bool) error {
	round := r.Round
	round.Remembered = slices.Contains(v.history.rounds, r)
	file.Rounds = append(file.Rounds, round)
	for _, x := range r.exchanges {
		if sharedOnly && !x.shared {
			continue
		}
		answer, err := v.store.Shelf().Body(x.Answer.Body)
		if err != nil {
			return err
		}
		written := evidence.Exchange{
			Round: len(file.Rounds) - 1, Miner: x.Miner, Question: x.Question.ID, Shared: x.shared,
			Status: x.Answer.Status, Answer: answer, Latency: x.Answer.Latency, Score: x.Score,
		}
		if x.Answer.Err != nil {
			written.Error = x.Answer.Err.Error()
		}
		if !x.proof.IsZero() {
			written.Proof = &x.proof
		}
		file.Exchanges = append(file.Exchanges, written)
	}
	return nil
}

// fileExam writes down what the examiner was given, asked and found.
func (v *validator) fileExam(file *evidence.File) error {
	x := v.exam
	file.Exam = &evidence.Exam{
		Opened: x.exam.Opened, Beacon: x.exam.Beacon, Reads: x.record.shelf.list(), Cut: x.cut, Keep: x.keep(nil),
		Marks: marksOf(x.findings.Marks), Facts: evidence.FactsOf(x.facts()),
	}
	for _, c := range x.cands {
		file.Exam.Candidates = append(file.Exam.Candidates, evidence.Candidate{Neuron: c.Neuron, Committed: c.Committed})
	}
	exchanges, own, err := x.record.result()
	before, errBefore := v.store.Shelf().Body(v.keeper.state.Memory)
	after, errAfter := v.store.Shelf().Body(x.findings.Memory)
	file.Exchanges, file.Exam.Own, file.Exam.Memory, file.Exam.NewMemory = exchanges, own, before, after
	return cmp.Or(err, errBefore, errAfter)
}

func marksOf(marks map[neuron.Address]neuron.Mark) []evidence.Mark {
	var out []evidence.Mark
	for _, who := range slices.SortedFunc(maps.Keys(marks), func(a, b neuron.Address) int { return strings.Compare(string(a), string(b)) }) {
		out = append(out, evidence.MarkOf(who, marks[who]))
	}
	return out
}

// sweep drops from the shelf what neither the next exam nor kept evidence needs.
func (v *validator) sweep() {
	if err := v.store.Sweep(v.keeper.state.Keep); err != nil {
		v.Log.Warn("the shelf could not be swept", "error", err)
	}
}

// retryShow is how many blocks pass before evidence that could not be shown is tried again.
const retryShow = 20

// publish shows the evidence whose votes are open on the chain, and notes the newest of it there. It never holds up a
// vote: a note that the chain refuses waits 1, 2, 4, up to 64 blocks.
func (v *validator) publish(ctx context.Context, head neuron.Head, net neuron.Subnet) {
	if head.Height < v.showAt {
		return
	}
	if err := v.store.Release(v.keeper.state.Ledger.Settled(net.Epoch)); err != nil {
		v.showAt = head.Height + retryShow
		v.Log.Error("the evidence could not be shown", "error", err, "again_at", v.showAt)
		return
	}
	note, any := v.store.Unpublished(strings.TrimRight(v.EvidenceURL, "/"))
	if !any || v.EvidenceURL == "" || !v.place.Permit {
		return
	}
	if note.Epoch != v.noteEpoch {
		v.noteEpoch, v.noteTries, v.noteAt = note.Epoch, 0, 0
	}
	if head.Height >= v.noteAt {
		v.sendNote(ctx, head, note)
	}
}

func (v *validator) sendNote(ctx context.Context, head neuron.Head, note neuron.Evidence) {
	ctx, cancel := context.WithTimeout(ctx, chainTime)
	defer cancel()
	if err := v.Chain.PublishEvidence(ctx, v.Key, v.Netuid, note); err != nil {
		v.noteAt = head.Height + int64(1)<<min(v.noteTries, 6)
		v.noteTries++
		v.Log.Warn("evidence: note failed", "epoch", note.Epoch, "error", err, "again_at", v.noteAt)
		return
	}
	v.Log.Info("evidence: note accepted", "epoch", note.Epoch, "url", note.URL)
	if err := v.store.Published(note.Epoch); err != nil {
		v.Log.Error("evidence: the note could not be remembered", "error", err)
	}
}
