package pretrain

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/dendra-net/dendra/neuron"
)

// Race is a subnet without a chain: trainers and one validator, epoch by epoch. It shows in a minute what the market shows
// in hours.
type Race struct {
	Entrants []Entrant
	Epochs   int
	Work     time.Duration // that each trainer may be at work in an epoch
	Seed     uint64
	Now      func() time.Time // by which work is measured; nil: time.Now. One that shows CPU time makes a loaded machine slow, not poor
	Report   func(Round)      // told of each epoch; may be nil
}

// Entrant is a trainer in a race.
type Entrant struct {
	Name    string
	Trainer Trainer
}

// Round is what one epoch of a race brought.
type Round struct {
	Epoch uint64
	Marks []neuron.Mark // by entrant
	Facts []neuron.Fact
	Cost  time.Duration // of the exam
}

// Fact is a figure of a round by its name.
func (r Round) Fact(name string) (neuron.Fact, bool) { return factOf(r.Facts, name) }

func factOf(list []neuron.Fact, name string) (neuron.Fact, bool) {
	for _, f := range list {
		if f.Name == name {
			return f, true
		}
	}
	return neuron.Fact{}, false
}

// A race's blocks: each epoch has a hundred, and entrants commit one after the other.
const (
	raceTempo  = 100
	raceChain  = "race"
	raceNetuid = 2
)

// race is one that is being run.
type race struct {
	Race
	examiner Examiner
	shards   []Shard
	shelf    shelf
	memory   []byte
	files    map[[32]byte][]byte // by commitment
	since    map[[32]byte]int64  // likewise
	last     [][]byte            // by entrant, what it published
	paid     []float64
}

// Run runs the race.
func (r Race) Run(ctx context.Context) ([]Round, error) {
	if len(r.Entrants) == 0 || r.Epochs < 1 {
		return nil, errors.New("run a race: it needs entrants and an epoch")
	}
	x := &race{Race: r, shelf: shelf{}, files: map[[32]byte][]byte{}, since: map[[32]byte]int64{},
		last: make([][]byte, len(r.Entrants)), paid: make([]float64, len(r.Entrants))}
	var rounds []Round
	for e := range uint64(r.Epochs) {
		round, err := x.epoch(ctx, e+1)
		if err != nil {
			return rounds, fmt.Errorf("epoch %d of the race: %w", e+1, err)
		}
		rounds = append(rounds, round)
		if r.Report != nil {
			r.Report(round)
		}
	}
	return rounds, nil
}

// address is the hotkey of an entrant.
func (x *race) address(i int) neuron.Address {
	return neuron.KeyFromSeed(sha256.Sum256([]byte(x.Entrants[i].Name))).Address()
}

func (x *race) epoch(ctx context.Context, epoch uint64) (Round, error) {
	begin := int64(epoch) * raceTempo
	published := make([][]byte, len(x.Entrants))
	for i := range x.Entrants {
		artifact, err := x.train(ctx, i, epoch)
		if err != nil {
			return Round{}, fmt.Errorf("%s: %w", x.Entrants[i].Name, err)
		}
		published[i] = artifact
	}
	x.last = published
	exam := x.exam(epoch, begin)
	clock := &Pace{Now: x.Now}
	start := clock.now()
	found, err := x.examiner.Examine(ctx, exam)
	if err != nil {
		return Round{}, err
	}
	cost := clock.now().Sub(start)
	x.memory = found.Memory
	x.shelf.keep(found.Keep)
	shard, err := PublicShard(ShardSeed(raceChain, raceNetuid, epoch, exam.Beacon))
	if err != nil {
		return Round{}, err
	}
	x.shards = append(x.shards, Shard{Epoch: epoch, Texts: textsOf(shard)})
	round := Round{Epoch: epoch, Facts: found.Facts, Cost: cost}
	for i := range x.Entrants {
		m := found.Marks[x.address(i)]
		round.Marks = append(round.Marks, m)
		x.paid[i] = m.Share
	}
	return round, nil
}

func (x *race) train(ctx context.Context, i int, epoch uint64) ([]byte, error) {
	base, err := Base()
	if err != nil {
		return nil, err
	}
	return x.Entrants[i].Trainer.Train(ctx, Course{
		Epoch: epoch, Base: base, Fresh: x.shards, Work: x.Work, Pace: &Pace{Share: 1, Now: x.Now},
		Leader: func(context.Context) ([]byte, error) { return x.leader(i), nil },
	})
}

// leader is what the best paid other entrant published last.
func (x *race) leader(i int) []byte {
	best := -1
	for k := range x.Entrants {
		if k != i && x.last[k] != nil && (best < 0 || x.paid[k] > x.paid[best]) {
			best = k
		}
	}
	if best < 0 {
		return nil
	}
	return x.last[best]
}

// exam has every entrant commit what it published, each in a block of its own, in the order of the entrants.
func (x *race) exam(epoch uint64, begin int64) neuron.Exam {
	beacon := sha256.Sum256(binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(nil, x.Seed), epoch))
	exam := neuron.Exam{
		ChainID: raceChain, Netuid: raceNetuid, Epoch: epoch, Blocks: raceTempo, Opened: Opens(begin, begin+raceTempo), Beacon: beacon,
		Memory: x.memory, Shelf: x.shelf, Ask: x.ask,
	}
	for i, artifact := range x.last {
		c := neuron.Candidate{Neuron: neuron.Neuron{UID: uint16(i), Hotkey: x.address(i), Endpoint: "race"}}
		if artifact != nil {
			c.Committed = x.commit(c.Hotkey, artifact, begin+int64(i))
		}
		exam.Miners = append(exam.Miners, c)
	}
	return exam
}

func (x *race) commit(hotkey neuron.Address, artifact []byte, height int64) neuron.Committed {
	c := Commitment(hotkey, digestOf(artifact))
	x.files[c] = artifact
	if _, had := x.since[c]; !had {
		x.since[c] = height
	}
	return neuron.Committed{Hotkey: hotkey, Data: c[:], Height: height, First: hotkey, FirstHeight: x.since[c]}
}

// ask answers as miners would.
func (x *race) ask(_ context.Context, _ neuron.Address, _, path string, _ []byte) neuron.Answer {
	c, ok := parsePath(path)
	if content, has := x.files[c]; ok && has {
		return neuron.Answer{Status: 200, Body: content}
	}
	return neuron.Answer{Status: 404}
}

// shelf is a neuron.Shelf in memory.
type shelf map[digest][]byte

func (s shelf) Get(d [32]byte) ([]byte, bool) { c, ok := s[d]; return c, ok }

func (s shelf) Put(content []byte) ([32]byte, error) {
	d := digestOf(content)
	s[d] = content
	return d, nil
}

func (s shelf) keep(list [][32]byte) {
	wanted := map[digest]bool{}
	for _, d := range list {
		wanted[d] = true
	}
	for d := range s {
		if !wanted[d] {
			delete(s, d)
		}
	}
}
