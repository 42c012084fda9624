package audit

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/dendra-net/dendra/evidence"
	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/validator/scoring"
)

// Tolerances, absolute.
const (
	// MarkTolerance is how far an exam's figures may lie apart: the kernels of two CPUs round differently.
	MarkTolerance = 1e-6
	// sumTolerance is that of sums of the same numbers.
	sumTolerance = 1e-9
)

// ErrKind says that the evidence is of another kind of subnet than the task or examiner at hand.
var ErrKind = errors.New("the evidence is of another kind")

// Known is what the chain says of the epoch. What is nil could not be had, and is not checked.
type Known struct {
	ChainID   string
	Netuid    uint16
	Epoch     uint64
	Validator neuron.Address

	Digest    *evidence.Digest    // of the note
	Beacon    *evidence.Digest    // hash of the block at which the exam opened
	Subnet    *neuron.Subnet      // at the height of the evidence
	Committed *[]neuron.Committed // at the end of the block before the exam opened
	Vote      *neuron.Vote        // of the epoch, as it is open on the chain
}

// Options are what an audit works with. Either Task or Examiner must be set.
type Options struct {
	Task     neuron.Task
	Examiner neuron.Examiner
	Known    Known
	Previous *evidence.File // of the last epoch before with evidence; nil where it could not be had
	// Blob fetches what lies beside the file; it must return content of that digest.
	Blob func(context.Context, evidence.Digest) ([]byte, error)
}

// Report is what an audit found.
type Report struct {
	ChainID   string         `json:"chain_id"`
	Netuid    uint16         `json:"netuid"`
	Epoch     uint64         `json:"epoch"`
	Validator neuron.Address `json:"validator"`
	Kind      string         `json:"kind"`
	Digest    string         `json:"digest"`
	Checks    []*Check       `json:"checks"`
	Miners    []Miner        `json:"miners"`
	Right     bool           `json:"right"` // nothing was found wrong
}

// Check is one thing that was looked at.
type Check struct {
	Name  string   `json:"name"`
	Done  int      `json:"done"`            // how many were compared; none: it could not be checked
	Wrong int      `json:"wrong"`           // how many of them were not as they should be
	Notes []string `json:"notes,omitempty"` // the first faults, or why it could not be checked
}

// maxNotes bounds the faults told of one check.
const maxNotes = 20

func (c *Check) ok() { c.Done++ }

func (c *Check) wrong(format string, args ...any) {
	c.Done++
	c.Wrong++
	c.note(format, args...)
}

func (c *Check) note(format string, args ...any) {
	if len(c.Notes) < maxNotes {
		c.Notes = append(c.Notes, scoring.Printable(fmt.Sprintf(format, args...), 400))
	}
}

// hold counts one comparison.
func (c *Check) hold(right bool, format string, args ...any) {
	if right {
		c.ok()
		return
	}
	c.wrong(format, args...)
}

// Miner is one miner's score of the epoch as it was stored and as it comes out again.
type Miner struct {
	UID        uint16         `json:"uid"`
	Hotkey     neuron.Address `json:"hotkey"`
	Stored     float64        `json:"stored"`
	Recomputed float64        `json:"recomputed"`
	Difference float64        `json:"difference"`
	Weight     uint16         `json:"weight"` // of the vote
}

// auditor is an audit under way.
type auditor struct {
	Options
	ctx    context.Context // of the one call of Run
	file   *evidence.File
	report *Report
}

// Run audits packed evidence. The error says that there is nothing to audit: evidence.ErrFile, ErrKind, or a context
// that ended; whatever is wrong with the scores is in the report.
func Run(ctx context.Context, packed []byte, o Options) (*Report, error) {
	file, err := evidence.Decode(packed)
	if err != nil {
		return nil, err
	}
	if err := o.fits(file); err != nil {
		return nil, err
	}
	a := &auditor{Options: o, ctx: ctx, file: file, report: &Report{
		ChainID: file.ChainID, Netuid: file.Netuid, Epoch: file.Epoch, Validator: file.Validator, Kind: file.Kind,
		Digest: evidence.DigestOf(packed).String(),
	}}
	a.identity(evidence.DigestOf(packed))
	a.seats()
	a.signatures()
	var measured map[neuron.Address]scoring.Measure // from what was recomputed
	if file.Exam != nil {
		measured = a.exam()
	} else {
		measured = a.rounds()
	}
	a.standings(measured)
	a.vote()
	a.miners(measured)
	a.report.Right = !slices.ContainsFunc(a.report.Checks, func(c *Check) bool { return c.Wrong > 0 })
	return a.report, ctx.Err()
}

// fits holds that the task or examiner is the one for the file.
func (o Options) fits(f *evidence.File) error {
	var name string
	switch {
	case o.Task != nil && f.Exam == nil:
		name = o.Task.Name()
	case o.Examiner != nil && f.Exam != nil:
		name = o.Examiner.Name()
	}
	if name != f.Kind {
		return fmt.Errorf("%w: it is of %.64q", ErrKind, f.Kind)
	}
	return nil
}

func (a *auditor) check(name string) *Check {
	c := &Check{Name: name}
	a.report.Checks = append(a.report.Checks, c)
	return c
}

func (a *auditor) blob(d evidence.Digest) ([]byte, error) {
	if a.Blob == nil {
		return nil, evidence.ErrMissing
	}
	return a.Blob(a.ctx, d)
}

// identity holds that the file is the one that was asked for.
func (a *auditor) identity(digest evidence.Digest) {
	c, f, k := a.check("identity"), a.file, a.Known
	c.hold(f.ChainID == k.ChainID, "it is of chain %q, not %q", f.ChainID, k.ChainID)
	c.hold(f.Netuid == k.Netuid, "it is of subnet %d, not %d", f.Netuid, k.Netuid)
	c.hold(f.Epoch == k.Epoch, "it is of epoch %d, not %d", f.Epoch, k.Epoch)
	c.hold(f.Validator == k.Validator, "it is of %s, not %s", f.Validator, k.Validator)
	d := a.check("digest")
	if k.Digest == nil {
		d.note("the digest is not on the chain, or no longer")
		return
	}
	d.hold(digest == *k.Digest, "the file has digest %s, the chain notes %s", digest, *k.Digest)
}

// seats holds the epoch's bounds and the file's slots against the chain's.
func (a *auditor) seats() {
	c, f, net := a.check("slots"), a.file, a.Known.Subnet
	c.hold(f.Height >= f.Begin && f.Height <= f.End, "it was folded at block %d, not in %d to %d", f.Height, f.Begin, f.End)
	if net == nil {
		c.note("the subnet could not be read at block %d", f.Height)
		return
	}
	begin := max(net.NextEpoch-net.Tempo, 0)
	c.hold(net.Epoch == f.Epoch && net.NextEpoch == f.End && begin == f.Begin, "epoch %d runs from %d to %d in the file; at block %d it was epoch %d, from %d to %d",
		f.Epoch, f.Begin, f.End, f.Height, net.Epoch, begin, net.NextEpoch)
	c.hold(f.Rule.MinWeights == net.MinWeights && f.Rule.Version == net.VersionKey, "the vote was made for %d weights of version %d, the subnet wants %d of %d",
		f.Rule.MinWeights, f.Rule.Version, net.MinWeights, net.VersionKey)
	want := evidence.SeatsOf(net.Neurons)
	c.hold(len(want) == len(f.Seats), "the file has %d slots, the chain %d", len(f.Seats), len(want))
	for i := range min(len(want), len(f.Seats)) {
		c.hold(want[i] == f.Seats[i], "slot %d is %+v in the file, %+v on the chain", i, f.Seats[i], want[i])
	}
}

// standings folds the epoch again. An exam's marks were compared with their tolerance already, so the stored ones are
// folded, lest rounding look like a change.
func (a *auditor) standings(measured map[neuron.Address]scoring.Measure) {
	c, f := a.check("standings"), a.file
	if f.Exam != nil {
		measured = a.storedMarks()
	}
	if a.Previous != nil {
		a.continuity()
	}
	again := scoring.FoldAll(slices.Clone(f.Before), f.Neurons(), measured, f.Epoch, f.Rule.Alpha)
	scoring.Sort(again)
	c.hold(len(again) == len(f.After), "%d standings come out, %d are stored", len(again), len(f.After))
	for i := range min(len(again), len(f.After)) {
		got, stored := again[i], f.After[i]
		c.hold(got.Registration == stored.Registration && sameStanding(got, stored), "%s: score %.9g and vote %.9g are stored, %.9g and %.9g come out",
			stored.Hotkey, stored.Score(), stored.Voted, got.Score(), got.Voted)
	}
}

func sameStanding(a, b scoring.Standing) bool {
	return near(a.Sum, b.Sum, sumTolerance) && near(a.Variance, b.Variance, sumTolerance) && near(a.Mass, b.Mass, sumTolerance) &&
		near(a.PruneSum, b.PruneSum, sumTolerance) && near(a.Voted, b.Voted, sumTolerance) && a.Silent == b.Silent
}

// near reports whether two figures are equal up to a tolerance; what is no number is equal to nothing.
func near(a, b, tolerance float64) bool { return math.Abs(a-b) <= tolerance }

// continuity holds that the epoch began where the one before had ended.
func (a *auditor) continuity() {
	c, f, p := a.check("continuity"), a.file, a.Previous
	before := slices.Clone(f.Before)
	scoring.Sort(before)
	c.hold(slices.EqualFunc(before, p.After, func(x, y scoring.Standing) bool {
		return x.Registration == y.Registration && sameStanding(x, y)
	}), "the standings it began with are not those that epoch %d ended with", p.Epoch)
	if f.Exam == nil || p.Exam == nil {
		return
	}
	had, errHad := f.Exam.Memory.Bytes(a.blob)
	left, errLeft := p.Exam.NewMemory.Bytes(a.blob)
	if err := errors.Join(errHad, errLeft); err != nil {
		c.note("memory: %v", err)
		return
	}
	c.hold(string(had) == string(left), "the memory it was given is not the one epoch %d left", p.Epoch)
}

// vote makes the vote again from the stored standings, and holds it against the chain's.
func (a *auditor) vote() {
	c, f := a.check("vote"), a.file
	c.hold(f.Rule.Linear == (f.Exam != nil) && f.Rule.Alpha > 0 && f.Rule.Alpha <= 1, "a rule that no validator uses: alpha %g, linear %t", f.Rule.Alpha, f.Rule.Linear)
	vote, voting := scoring.Weights(scoring.Scores(f.After, f.Neurons()), f.Rule.Weights())
	c.hold(voting == f.Voting && equalVotes(vote, f.Vote), "%d weights are stored, %d come out of the standings, and they are not the same", len(f.Vote.UIDs), len(vote.UIDs))
	onChain := a.check("vote on the chain")
	switch {
	case !f.Voting:
		onChain.note("there was nothing to vote")
	case a.Known.Vote == nil:
		onChain.note("the vote of that epoch could not be read")
	default:
		onChain.hold(equalVotes(*a.Known.Vote, f.Vote), "the vote on the chain is not the one in the evidence")
	}
}

// equalVotes compares what votes say; the version is the subnet's business.
func equalVotes(a, b neuron.Vote) bool {
	return slices.Equal(a.UIDs, b.UIDs) && slices.Equal(a.Generations, b.Generations) && slices.Equal(a.Weights, b.Weights)
}

// miners lists stored and recomputed scores of everybody measured in the epoch.
func (a *auditor) miners(measured map[neuron.Address]scoring.Measure) {
	weights := map[uint16]uint16{}
	for i, uid := range a.file.Vote.UIDs {
		weights[uid] = a.file.Vote.Weights[i]
	}
	stored := map[scoring.Registration]scoring.Standing{}
	for _, s := range a.file.After {
		stored[s.Registration] = s
	}
	for _, seat := range a.file.Seats {
		s, known := stored[scoring.Registration{Hotkey: seat.Hotkey, Generation: seat.Generation}]
		if !known || s.Epoch != a.file.Epoch {
			continue
		}
		again := measured[seat.Hotkey].Mean
		a.report.Miners = append(a.report.Miners, Miner{seat.UID, seat.Hotkey, s.Last.Mean, again, again - s.Last.Mean, weights[seat.UID]})
	}
}
