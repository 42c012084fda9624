package audit

import (
	"bytes"
	"context"
	"maps"
	"slices"

	"github.com/dendra-net/dendra/evidence"
	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/validator/scoring"
)

// exam holds the exam again with the recorded answers.
func (a *auditor) exam() map[neuron.Address]scoring.Measure {
	x := a.file.Exam
	a.opening(x)
	cands := candidatesOf(x)
	a.committed(cands)
	c := a.check("requests")
	memory, err := x.Memory.Bytes(a.blob)
	if err != nil {
		c.wrong("the memory cannot be had: %v", err)
		return nil
	}
	text, err := a.text(x)
	if err != nil {
		return nil
	}
	r := newReplay(a, c, text)
	found, err := scoring.Examine(a.ctx, a.Examiner, neuron.Exam{
		ChainID: a.file.ChainID, Netuid: a.file.Netuid, Epoch: a.file.Epoch, Validator: a.file.Validator,
		Seed: scoring.RoundSeed(a.file.Secret, a.file.Epoch, x.Opened, 0), Blocks: a.file.End - a.file.Begin, Opened: x.Opened, Beacon: x.Beacon,
		Miners: scoring.CloneCandidates(cands), Memory: memory, Shelf: r, Ask: r.ask, Own: r.draw,
	}, cands)
	r.finish()
	marks := a.check("marks")
	if err != nil {
		marks.wrong("the exam fails when it is held again: %v", err)
		return nil
	}
	a.marks(marks, found)
	a.memory(found)
	return scoring.Marked(cands, found)
}

// text reads what the exam drew of things that only the validator had. What these were nobody else can say.
func (a *auditor) text(x *evidence.Exam) ([]byte, error) {
	if x.Own.Empty() {
		return nil, nil
	}
	c := a.check("text")
	content, err := x.Own.Bytes(a.blob)
	if err == nil {
		err = evidence.CheckOwnBytes(len(content))
	}
	if err != nil {
		c.wrong("the validator's own cannot be had: %v", err)
		return nil, err
	}
	c.note("the validator's own (%d bytes), recorded", len(content))
	return content, nil
}

func candidatesOf(x *evidence.Exam) []neuron.Candidate {
	out := make([]neuron.Candidate, len(x.Candidates))
	for i, c := range x.Candidates {
		out[i] = neuron.Candidate{Neuron: c.Neuron, Committed: c.Committed}
	}
	return out
}

// opening holds height and beacon.
func (a *auditor) opening(x *evidence.Exam) {
	c := a.check("opening")
	opens := a.Examiner.Opens(a.file.Begin, a.file.End)
	c.hold(opens == x.Opened, "it opened at block %d, the rule says %d", x.Opened, opens)
	if a.Known.Beacon == nil {
		c.note("the hash of block %d could not be read", x.Opened)
		return
	}
	c.hold(*a.Known.Beacon == x.Beacon, "the beacon is %s, the hash of block %d is %s", x.Beacon, x.Opened, *a.Known.Beacon)
}

// committed holds what miners had committed, and counts who served and was not examined.
func (a *auditor) committed(cands []neuron.Candidate) {
	c := a.check("commitments")
	examined := map[neuron.Address]bool{}
	for _, m := range cands {
		examined[m.Hotkey] = true
	}
	for _, s := range a.file.Seats {
		if s.Serves && s.Hotkey != a.file.Validator && !examined[s.Hotkey] {
			c.note("%s served when the epoch was folded, and was not examined", s.Hotkey)
		}
	}
	if a.Known.Committed == nil {
		c.note("what was committed then could not be read")
		return
	}
	said := map[neuron.Address]neuron.Committed{}
	for _, d := range *a.Known.Committed {
		said[d.Hotkey] = d
	}
	for _, m := range cands {
		want := said[m.Hotkey]
		same := want.First == m.Committed.First && want.Height == m.Committed.Height && want.FirstHeight == m.Committed.FirstHeight
		c.hold(same && bytes.Equal(want.Data, m.Committed.Data), "%s had committed something else", m.Hotkey)
	}
}

// marks compares what the exam found with what is stored.
func (a *auditor) marks(c *Check, found neuron.Findings) {
	stored := map[neuron.Address]evidence.Mark{}
	for _, m := range a.file.Exam.Marks {
		c.hold(stored[m.Miner].Miner == "", "%s has two marks", m.Miner)
		stored[m.Miner] = m
	}
	c.hold(len(found.Marks) == len(stored), "%d marks are stored, %d come out", len(stored), len(found.Marks))
	for _, who := range slices.Sorted(maps.Keys(found.Marks)) {
		m, have := found.Marks[who], stored[who]
		same := near(m.Share, have.Share, MarkTolerance) && near(m.StdErr, have.StdErr, MarkTolerance) && near(m.Pruning, have.Pruning, MarkTolerance)
		c.hold(same && m.N == have.N && have.Miner == who, "%s: share %.7g, error %.3g, pruning score %.7g of %d are stored, %.7g, %.3g, %.7g of %d come out",
			who, have.Share, have.StdErr, have.Pruning, have.N, m.Share, m.StdErr, m.Pruning, m.N)
	}
	if a.file.Exam.Cut {
		c.note("the deadline ended the exam: an examiner that looks at the time may find more when it is held again")
	}
}

// memory compares what goes to the next exam. Figures in it may be rounded differently, its length may not.
func (a *auditor) memory(found neuron.Findings) {
	c := a.check("memory")
	if found.Lost != "" {
		c.note("the one it was given could not be used: %s", found.Lost)
	}
	stored, err := a.file.Exam.NewMemory.Bytes(a.blob)
	if err != nil {
		c.wrong("it cannot be had: %v", err)
		return
	}
	c.hold(len(stored) == len(found.Memory), "%d bytes are stored, %d come out", len(stored), len(found.Memory))
	if len(stored) == len(found.Memory) && !bytes.Equal(stored, found.Memory) {
		c.note("it is not the same to the bit, as between different CPUs")
	}
}

// storedMarks are the file's own marks in the form of measures.
func (a *auditor) storedMarks() map[neuron.Address]scoring.Measure {
	f := neuron.Findings{Marks: map[neuron.Address]neuron.Mark{}}
	for _, m := range a.file.Exam.Marks {
		f.Marks[m.Miner] = neuron.Mark{Share: m.Share, StdErr: m.StdErr, N: m.N, Pruning: m.Pruning}
	}
	return scoring.Marked(candidatesOf(a.file.Exam), f)
}

// request tells the recorded requests apart.
type request struct {
	miner        neuron.Address
	method, path string
	body         evidence.Digest
}

var _ neuron.Shelf = (*replay)(nil)

// ask answers as the miner did.
func (r *replay) ask(ctx context.Context, miner neuron.Address, method, path string, body []byte) neuron.Answer {
	r.mu.Lock()
	defer r.mu.Unlock()
	k := request{miner, method, path, evidence.DigestOf(body)}
	if err := evidence.CheckRequest(r.examined[miner], r.asked[k], len(r.asked), path, body); err != nil {
		return neuron.Answer{Err: err}
	}
	r.asked[k] = true
	i, recorded := r.recorded[k]
	if !recorded {
		r.check.wrong("%s %.128s to %s is asked again, and was not recorded", method, path, miner)
		return neuron.Answer{Err: failure("not recorded")}
	}
	x := r.a.file.Exchanges[i]
	r.check.hold(x.Proof == nil || sent(x.Proof, method, path, body), "%s %.128s to %s: the proof is of another request", method, path, miner)
	if ctx.Err() != nil {
		return neuron.Answer{Err: failure(ctx.Err().Error())}
	}
	return r.a.answerOf(x)
}
