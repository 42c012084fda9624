package validator

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/dendra-net/dendra/evidence"
	"github.com/dendra-net/dendra/internal/durable"
	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/validator/scoring"
)

// examination is an exam in flight, or one that has ended and is not folded yet. A nil one is none.
type examination struct {
	exam     neuron.Exam
	cands    []neuron.Candidate
	record   *recorder
	cancel   context.CancelFunc
	done     chan struct{} // closed when Examine has returned
	findings neuron.Findings
	err      error
	cut      bool // the deadline ended it
	noticed  bool // wait has seen it end
}

// planExam finds the height at which the epoch's exam opens.
func (v *validator) planExam() {
	c := &v.campaign
	opens, err := opening(v.Examiner, c.begin, c.end)
	if err == nil && (opens < max(c.begin, 1) || opens >= c.deadline) {
		err = fmt.Errorf("it opens at block %d, which is not in %d to %d", opens, c.begin, c.deadline-1)
	}
	if err != nil {
		c.over = true
		v.Log.Error("no exam in this epoch: the examiner cannot say when", "epoch", c.epoch, "error", err)
		return
	}
	c.starts = []int64{opens + 1} // the hash of its block is there by then
}

func opening(e neuron.Examiner, begin, end int64) (height int64, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("the examiner panicked: %v", cause)
		}
	}()
	return e.Opens(begin, end), nil
}

// measureTogether moves the epoch's exam on. An exam of an earlier epoch that does not end holds up the next one, but
// neither the votes nor the reveals.
func (v *validator) measureTogether(ctx context.Context, head neuron.Head, net neuron.Subnet) error {
	c := &v.campaign
	late := head.Height >= c.deadline
	if v.exam.inFlight() {
		if late && !v.exam.cut {
			v.Log.Warn("the exam is ended by its deadline", "epoch", v.exam.exam.Epoch, "height", head.Height)
			v.exam.cut = true
			v.exam.stop()
		}
		return nil
	}
	if v.exam != nil {
		defer func() { v.exam = nil }()
		if v.exam.exam.Epoch == c.epoch {
			return v.foldExam(head, net)
		}
		v.Log.Error("the exam ended after its epoch: its findings are dropped", "epoch", v.exam.exam.Epoch)
		return nil
	}
	switch {
	case late:
		c.over = true
		if v.place.Permit {
			v.Log.Error("no exam in this epoch: it could not begin before its deadline", "epoch", c.epoch, "deadline", c.deadline)
		}
	case c.due(head.Height) && v.mayMeasure(head):
		v.beginExam(ctx, head, net)
	}
	return nil
}

// beginExam reads what the chain says of the opening height and examines in the background. When the chain cannot
// tell now, the next turn tries again.
func (v *validator) beginExam(ctx context.Context, head neuron.Head, net neuron.Subnet) {
	c := &v.campaign
	opened := c.starts[0] - 1
	beacon, committed, err := v.opened(ctx, opened)
	if err != nil {
		if v.saidExam != c.epoch+1 {
			v.Log.Warn("the exam waits for the chain", "epoch", c.epoch, "error", err)
		}
		v.saidExam = c.epoch + 1
		return
	}
	cands := candidates(scoring.Serving(net.Neurons, v.Key.Address()), committed, opened)
	if len(cands) == 0 {
		c.over = true
		v.Log.Warn("no miner serves", "epoch", c.epoch, "neurons", len(net.Neurons))
		return
	}
	shelf := newRecordingShelf(v.store.Shelf(), v.keeper.state.Keep)
	x := &examination{cands: cands, done: make(chan struct{}), record: newRecorder(v.asking(), v.Netuid, cands, v.slots, shelf)}
	ctx, x.cancel = context.WithCancel(ctx)
	x.exam = neuron.Exam{
		ChainID: head.ChainID, Netuid: v.Netuid, Epoch: c.epoch, Validator: v.Key.Address(),
		Seed: scoring.RoundSeed(c.secret, c.epoch, opened, 0), Blocks: c.end - c.begin, Opened: opened, Beacon: beacon,
		Miners: scoring.CloneCandidates(cands), Memory: append([]byte(nil), v.keeper.state.Memory...), Shelf: x.record.shelf, Ask: x.record.bind(ctx),
		Own: x.record.draw,
	}
	v.exam = x
	v.Log.Debug("exam begins", "epoch", c.epoch, "opened", opened, "height", head.Height, "miners", len(cands))
	go x.run(ctx, v.Examiner) // stopExam waits for it
}

// opened reads the beacon of an exam and what had been committed below its opening height.
func (v *validator) opened(ctx context.Context, height int64) ([32]byte, []neuron.Committed, error) {
	ctx, cancel := context.WithTimeout(ctx, chainTime)
	defer cancel()
	beacon, err := v.Chain.BlockHash(ctx, height)
	if err != nil {
		return beacon, nil, fmt.Errorf("read the hash of block %d: %w", height, err)
	}
	committed, err := v.Chain.Committed(ctx, v.Netuid, max(height-1, 1))
	if err != nil {
		return beacon, nil, fmt.Errorf("read what was committed below block %d: %w", height, err)
	}
	return beacon, committed, nil
}

// candidates joins miners with what they had committed below a height.
func candidates(serving []neuron.Neuron, committed []neuron.Committed, below int64) []neuron.Candidate {
	said := make(map[neuron.Address]neuron.Committed, len(committed))
	for _, c := range committed {
		if c.Height < below {
			said[c.Hotkey] = c
		}
	}
	out := make([]neuron.Candidate, len(serving))
	for i, n := range serving {
		out[i] = neuron.Candidate{Neuron: n, Committed: said[n.Hotkey]}
	}
	return out
}

// run examines and keeps what came of it; an examiner that panics has found nothing.
func (x *examination) run(ctx context.Context, e neuron.Examiner) {
	defer close(x.done)
	defer x.cancel()
	defer x.record.close()
	x.findings, x.err = scoring.Examine(ctx, e, x.exam, x.cands)
}

// stop tells the exam to end. It does not wait.
func (x *examination) stop() {
	if x != nil {
		x.cancel()
	}
}

func (x *examination) inFlight() bool {
	if x == nil {
		return false
	}
	select {
	case <-x.done:
		return false
	default:
		return true
	}
}

// ended is closed once there is an exam to fold that no turn knows of.
func (x *examination) ended() <-chan struct{} {
	if x == nil || x.noticed {
		return nil
	}
	return x.done
}

// found reports whether the exam has brought something; it must have ended.
func (x *examination) found() bool { return x != nil && x.err == nil }

func (x *examination) facts() []neuron.Fact {
	if !x.found() {
		return nil
	}
	return scoring.Facts(x.findings.Facts)
}

// memory is what the next exam gets, or old where no exam has brought another.
func (x *examination) memory(old []byte) []byte {
	if !x.found() {
		return old
	}
	return x.findings.Memory
}

// keep is what the shelf holds for the next exam, or old where no exam has said.
func (x *examination) keep(old []evidence.Digest) []evidence.Digest {
	if !x.found() {
		return old
	}
	out := make([]evidence.Digest, len(x.findings.Keep))
	for i, d := range x.findings.Keep {
		out[i] = d
	}
	return out
}

func (x *examination) marked() map[neuron.Address]scoring.Measure {
	if !x.found() {
		return nil
	}
	return scoring.Marked(x.cands, x.findings)
}

// foldExam turns the findings into standings and a vote. An exam that failed leaves everything as it was.
func (v *validator) foldExam(head neuron.Head, net neuron.Subnet) error {
	x := v.exam
	if x.err != nil {
		v.campaign.over = true
		v.Log.Error("the exam failed: no vote in this epoch", "epoch", v.campaign.epoch, "error", x.err, "cut_by_deadline", x.cut)
		return nil
	}
	v.putAside(x)
	file := v.newFile(head, net)
	return v.fold(head, net, x.marked(), file, func() error { return v.fileExam(file) })
}

// putAside keeps a memory that the exam could not use, for whoever wants to know what happened to it; only the last one.
func (v *validator) putAside(x *examination) {
	if x.findings.Lost == "" {
		return
	}
	args := []any{"epoch", x.exam.Epoch, "state", v.keeper.path, "bytes", len(v.keeper.state.Memory), "reason", scoring.Printable(x.findings.Lost, maxErrorText)}
	aside := LostMemoryPath(v.Dir, v.Netuid)
	if err := durable.Replace(aside, v.keeper.state.Memory, 0o600); err != nil {
		v.Log.Error("what earlier exams left is damaged: this one began anew, and the rest could not be put aside", append(args, "error", err)...)
		return
	}
	v.Log.Error("what earlier exams left is damaged: this one began anew", append(args, "put_aside", aside)...)
}

// examGrace is how long Run waits at its end for an examiner that was told to end.
const examGrace = 10 * time.Second

var errStuck = errors.New("the examiner does not end though its context did")

// stopExam ends the exam in flight, if any, and waits for it.
func (v *validator) stopExam() {
	if !v.exam.inFlight() {
		return
	}
	v.exam.stop()
	timer := time.NewTimer(examGrace)
	defer timer.Stop()
	select {
	case <-v.exam.done:
	case <-timer.C:
		v.Log.Error("left behind", "error", errStuck, "after", examGrace)
	}
}
