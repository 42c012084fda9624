package pretrain

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/dendra-net/dendra/corpus/fresh"
	"github.com/dendra-net/dendra/neuron"
)

// Name is the kind of the subnet.
const Name = "pretrain"

// Examiner measures what miners have published. Its zero value draws shards from the shipped text; validators in one process
// may share one, and then nothing is computed twice.
type Examiner struct {
	// Source is the validator's own text. What it draws depends on the validator's secret seed, nobody can train on it, and
	// it is kept with the evidence: an auditor's examiner has none.
	Source fresh.Source
	// FetchTime is how long a miner has to hand out its artifact, 10 s if zero and less in epochs of less than a hundred blocks; all are asked at once.
	FetchTime time.Duration

	work   int // that an exam may take, for tests; 0 means what workOf says
	scores scorer
}

var _ neuron.Examiner = (*Examiner)(nil)

// Name implements neuron.Examiner.
func (e *Examiner) Name() string { return Name }

// Opens implements neuron.Examiner.
func (e *Examiner) Opens(begin, end int64) int64 { return Opens(begin, end) }

// Examine implements neuron.Examiner: it fetches what was committed, runs it on the epoch's shard, and pays for what each
// artifact adds.
func (e *Examiner) Examine(ctx context.Context, x neuron.Exam) (neuron.Findings, error) {
	shard, err := e.shard(x)
	if err != nil {
		return neuron.Findings{}, err
	}
	exam := &exam{Exam: x, scores: &e.scores, shard: shard, marks: map[neuron.Address]neuron.Mark{}, lost: map[digest]bool{}, work: cmp.Or(e.work, workOf(x.Blocks)), fetchTime: e.patience(x.Blocks)}
	old, lost := recall(x.Memory)
	pieces, err := exam.fetch(ctx, old.Records)
	if err != nil {
		return neuron.Findings{}, err
	}
	for _, p := range pieces {
		p.Root = slices.ContainsFunc(old.Records, func(r record) bool { return r.Root && r.Digest == p.Digest && r.Owner == p.Owner })
	}
	base, err := exam.public(ctx)
	if err != nil {
		return neuron.Findings{}, err
	}
	pieces, prior, took := exam.choose(pieces, old)
	pieces, prior = exam.measure(ctx, pieces), exam.measure(ctx, prior)
	if err := ctx.Err(); err != nil {
		return neuron.Findings{}, fmt.Errorf("examine the miners of subnet %d: %w", x.Netuid, err)
	}
	found, err := exam.judge(base, pieces, prior, memory{Records: old.Records, Spent: charge(old.Spent, took)})
	if lost != nil { // better an exam that knows of no earlier artifact than none for ever
		found.Facts = append(found.Facts, neuron.Fact{Name: "memory_lost", Value: 1})
		found.Lost = fmt.Sprintf("%v; artifacts of earlier exams no longer stand against later ones, and miners' claims count from their newest commits", lost)
	}
	return found, err
}

// patience is how long a miner has to hand out its artifact: a tenth of the epoch, if its blocks take a second, and never
// longer than usual.
func (e *Examiner) patience(blocks int64) time.Duration {
	if e.FetchTime > 0 {
		return e.FetchTime
	}
	return min(max(time.Duration(min(blocks, 100))*100*time.Millisecond, time.Second), usualFetchTime)
}

// shard draws the exam's text: the validator's own when it has any, or had any when the exam that is audited was held.
func (e *Examiner) shard(x neuron.Exam) ([]fresh.Passage, error) {
	shard, err := fresh.DrawOwn(x.Own, e.Source, tagged(ownDomain, x.ChainID, x.Netuid, x.Epoch, x.Seed), ShardPassages, PassageBytes)
	switch {
	case err != nil:
		return nil, fmt.Errorf("draw a shard of own text: %w", err)
	case shard == nil:
		return PublicShard(ShardSeed(x.ChainID, x.Netuid, x.Epoch, x.Beacon))
	}
	return shard, nil
}

const ownDomain = "dendra/pretrain/own/v1"

// exam is one examination under way.
type exam struct {
	neuron.Exam
	scores *scorer
	shard  []fresh.Passage
	marks  map[neuron.Address]neuron.Mark // why miners have none
	lost   map[digest]bool                // of what is remembered, what the shelf has no more
	work   int                            // that all of it may take

	fetchTime time.Duration
}

// piece is an artifact in an exam.
type piece struct {
	record
	commitment [32]byte // to it, as its owner made it
	uid        int      // of the owner
	cost       int      // what it counts for
	since      int64    // from when its owner's claim counts: the height of its commit, or that of the owner's root
	content    []byte
	bits       []float32 // by new byte of the shard; nil when it could not be measured
}

func (x *exam) refuse(miner neuron.Address, format string, args ...any) {
	x.marks[miner] = neuron.Mark{Reason: fmt.Sprintf(format, args...)}
}

// fetch gets the artifacts of all miners that committed one, and leaves those that nobody committed before.
func (x *exam) fetch(ctx context.Context, old []record) ([]*piece, error) {
	var list []*piece
	for _, c := range x.Miners {
		if why := x.ineligible(c); why != "" {
			x.refuse(c.Hotkey, "%s", why)
			continue
		}
		list = append(list, &piece{
			record:     record{Owner: c.Hotkey, Coldkey: c.Coldkey, Height: claimed(c.Committed)},
			commitment: [32]byte(c.Committed.Data), uid: int(c.UID),
		})
	}
	if err := x.fetchAll(ctx, list, old); err != nil {
		return nil, err
	}
	list = slices.DeleteFunc(list, func(p *piece) bool { return p.content == nil })
	return x.owned(list, old), nil
}

// ineligible says why what a miner committed cannot count.
func (x *exam) ineligible(c neuron.Candidate) string {
	switch com := c.Committed; {
	case len(com.Data) == 0:
		return "has committed no artifact"
	case len(com.Data) != len(digest{}):
		return fmt.Sprintf("committed %d bytes; a commitment has %d", len(com.Data), len(digest{}))
	case com.Height >= x.Opened:
		return fmt.Sprintf("committed in block %d; the exam opened in block %d", com.Height, x.Opened)
	}
	return ""
}

const (
	// fetches is how many miners are asked at once: so many that a few who do not answer keep nobody waiting.
	fetches        = 64
	usualFetchTime = 10 * time.Second
)

// fetchAll fills in what each piece contains: from the shelf if it is remembered from an earlier exam, else from its miner.
// The shelf is touched by one goroutine alone.
func (x *exam) fetchAll(ctx context.Context, list []*piece, old []record) error {
	var missing []*piece
	for _, p := range list {
		if content, ok := x.kept(p, old); ok {
			p.Digest, p.content = digestOf(content), content
		} else {
			missing = append(missing, p)
		}
	}
	errs := make([]error, len(missing))
	var wait sync.WaitGroup
	free := make(chan struct{}, fetches)
	for i, p := range missing {
		free <- struct{}{}
		wait.Go(func() {
			defer func() { <-free }()
			if p.content, errs[i] = x.get(ctx, p); errs[i] == nil {
				p.Digest = digestOf(p.content)
			}
		})
	}
	wait.Wait()
	for i, p := range missing {
		if errs[i] != nil {
			x.refuse(p.Owner, "%v", errs[i])
		} else if err := x.put(p.content); err != nil {
			return err
		}
	}
	return nil
}

func (x *exam) put(content []byte) error {
	if x.Shelf == nil {
		return nil
	}
	if _, err := x.Shelf.Put(content); err != nil {
		return fmt.Errorf("keep an artifact: %w", err)
	}
	return nil
}

func (x *exam) shelved(d digest) ([]byte, bool) {
	if x.Shelf == nil {
		return nil, false
	}
	return x.Shelf.Get(d)
}

// kept is the file that a piece's owner had in an earlier exam and has committed still, or again.
func (x *exam) kept(p *piece, old []record) ([]byte, bool) {
	for _, r := range old {
		if r.Owner == p.Owner && Commitment(p.Owner, r.Digest) == p.commitment {
			return x.shelved(r.Digest)
		}
	}
	return nil, false
}

// get asks a miner for its artifact, by what it committed.
func (x *exam) get(ctx context.Context, p *piece) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, x.fetchTime)
	defer cancel()
	path := Path(p.commitment)
	a := x.Ask(ctx, p.Owner, "GET", path, nil)
	switch {
	case a.Err != nil:
		return nil, fmt.Errorf("did not hand out its artifact: %w", a.Err)
	case a.Status != 200:
		return nil, fmt.Errorf("answered %d when asked for %s", a.Status, path)
	case len(a.Body) > MaxArtifact:
		return nil, fmt.Errorf("handed out %d bytes; the most is %d", len(a.Body), MaxArtifact)
	case Commitment(p.Owner, digestOf(a.Body)) != p.commitment:
		return nil, fmt.Errorf("handed out %d bytes with the hash %x, which are %x under its hotkey; it committed %x: a commitment made for another hotkey is worth nothing",
			len(a.Body), digestOf(a.Body), Commitment(p.Owner, digestOf(a.Body)), p.commitment)
	}
	return a.Body, nil
}

// choose takes what the exam's work suffices for, and refuses the others. It also says what newcomers are charged for.
func (x *exam) choose(pieces []*piece, old memory) (chosen, prior, took []*piece) {
	pieces = slices.DeleteFunc(pieces, func(p *piece) (bad bool) {
		var err error
		if p.cost, err = price(p.content); err != nil {
			x.refuse(p.Owner, cannotRun, err)
		}
		return err != nil
	})
	f := x.field(pieces, old)
	granted := map[*piece]bool{}
	for _, p := range f.plan(x.work) {
		granted[p] = true
	}
	among := func(list []*piece) []*piece {
		return slices.DeleteFunc(slices.Clone(list), func(p *piece) bool { return !granted[p] })
	}
	for _, p := range pieces {
		if !granted[p] {
			x.refuse(p.Owner, cannotRun, fmt.Errorf("%w: %d of %d multiplications a byte; who has had least of it comes first next time", errSpent, p.cost, x.work))
		}
	}
	took = among(f.newcomers)
	return slices.Concat(among(f.known), took), among(f.prior), took
}

const cannotRun = "its artifact cannot be run: %v"

var errSpent = errors.New("the exam's work was spent on others before it")

// measure runs artifacts one after the other, and returns those that could be run.
func (x *exam) measure(ctx context.Context, list []*piece) (measured []*piece) {
	for _, p := range list {
		bits, err := x.scores.bits(ctx, p.content, x.shard)
		if err != nil {
			if p.uid != remembered {
				x.refuse(p.Owner, cannotRun, err)
			}
			continue
		}
		p.bits, p.Bits = bits, mean(bits)
		measured = append(measured, p)
	}
	return measured
}
