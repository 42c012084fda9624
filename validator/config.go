package validator

import (
	"errors"
	"fmt"
	"log/slog"
	"math"
	"time"

	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/validator/scoring"
)

// Errors that end Run, beside ErrState. Their messages carry the command that helps.
var (
	// ErrNotRegistered says that the hotkey holds no slot of the subnet.
	ErrNotRegistered = errors.New("not registered")
	// ErrReplaced says that the hotkey held a slot and lost it.
	ErrReplaced = errors.New("replaced")
	// ErrConfig says that something the validator cannot do without is missing or out of range.
	ErrConfig = errors.New("bad validator configuration")
)

// Floored is implemented by tasks that know what a miner who does nothing, or guesses, scores on average.
type Floored interface {
	// Floor returns that score, 0..1. At or below it a miner gets no weight.
	Floor() float64
}

// Config is everything a validator needs. Chain, Key, Client, Dir and either Task or Examiner must be set.
type Config struct {
	Chain    neuron.Chain
	Key      neuron.Key
	Netuid   uint16
	Task     neuron.Task     // miners are measured one answer at a time,
	Examiner neuron.Examiner // or together, by one exam an epoch
	Client   Asker           // a *neuron.Client with the same Key; give it the MaxReply below, so that large answers end early
	Dir      string          // where state and evidence are kept; one validator per directory and subnet

	// EvidenceURL is the address under which an evidence.Server shows Dir, without the path "/evidence/...". When it is
	// empty the chain gets no note of the evidence, and no pruning scores.
	EvidenceURL string

	Sample    int           // miners asked per round; 32
	Rounds    int           // rounds per epoch; the task's own (neuron.Pacer), else 2
	Questions int           // questions per round that all its miners get; the task's own, else 12. Negative: none
	Pads      int           // questions per round and miner that it alone gets; the task's own, else 4. Negative: none
	Parallel  int           // requests under way at once; 64
	Timeout   time.Duration // for one answer; 10 s
	MaxReply  int64         // bytes of one answer; 1 MiB, in an exam 4 MiB
	Alpha     float64       // share of the newest epoch in the moving average; 0.2
	Floor     float64       // score of a miner who does nothing; the task's own (Floored), else 0.1. Negative: zero
	History   int           // rounds remembered for telling copies; 8

	Poll    time.Duration    // how often the chain is asked; 1 s
	Now     func() time.Time // nil: time.Now
	Log     *slog.Logger     // nil: discarded
	OnEpoch func(Report)     // called after each epoch's measuring, from Run's goroutine; may be nil
}

// Report is what one epoch brought.
type Report struct {
	Epoch     uint64
	Height    int64
	Standings []scoring.Standing // of everybody known, the epoch's measures in Last
	Measured  int                // miners asked in this epoch
	Answered  int                // of them, those that gave an answer
	Voting    bool               // whether there is something to vote
	Vote      neuron.Vote        // what shall be on the chain; zero when Voting is false

	Facts []neuron.Fact // of an exam as a whole
}

// complete checks the configuration and fills what was left open.
func (c *Config) complete() error {
	switch {
	case c.Chain == nil || c.Client == nil:
		return fmt.Errorf("%w: chain and client must be set", ErrConfig)
	case (c.Task == nil) == (c.Examiner == nil):
		return fmt.Errorf("%w: either a task or an examiner must be set", ErrConfig)
	case c.Key.IsZero():
		return fmt.Errorf("%w: the hotkey is empty", ErrConfig)
	case c.Dir == "":
		return fmt.Errorf("%w: name a directory for the state; without one a commit could not be revealed after a restart", ErrConfig)
	case c.Alpha < 0 || c.Alpha > 1 || math.IsNaN(c.Alpha) || c.Floor >= 1 || math.IsNaN(c.Floor):
		return fmt.Errorf("%w: alpha %g and floor %g must lie between 0 and 1", ErrConfig, c.Alpha, c.Floor)
	case c.Sample < 0 || c.Rounds < 0 || c.Parallel < 0 || c.Timeout < 0 || c.MaxReply < 0 || c.History < 0 || c.Poll < 0:
		return fmt.Errorf("%w: counts and times must not be negative", ErrConfig)
	}
	c.fill()
	if c.Questions+c.Pads == 0 || c.Rounds < 0 {
		return fmt.Errorf("%w: no question would be asked: %d rounds of %d shared and %d own", ErrConfig, c.Rounds, c.Questions, c.Pads)
	}
	return nil
}

// fill puts in what was left open.
func (c *Config) fill() {
	pace := c.pace()
	c.Sample, c.Rounds = or(c.Sample, 32), or(c.Rounds, or(pace.Rounds, 2))
	c.Questions, c.Pads = max(or(c.Questions, or(pace.Shared, 12)), 0), max(or(c.Pads, or(pace.Own, 4)), 0)
	c.Parallel, c.History = or(c.Parallel, 64), or(c.History, 8)
	c.Timeout, c.Poll = or(c.Timeout, 10*time.Second), or(c.Poll, time.Second)
	c.MaxReply, c.Alpha = or(c.MaxReply, c.replyBytes()), or(c.Alpha, 0.2)
	c.Floor = c.floor()
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	c.Log = c.Log.With("subnet", c.Netuid, "hotkey", c.Key.Address())
}

// pace is how the task wants to be asked; an examiner asks by itself.
func (c *Config) pace() neuron.Pace {
	if task, wants := c.Task.(neuron.Pacer); wants {
		return task.Pace()
	}
	return neuron.Pace{}
}

func (c *Config) replyBytes() int64 {
	if c.Examiner != nil {
		return 4 << 20
	}
	return 1 << 20
}

// kind is the name of what the miners are measured by.
func (c *Config) kind() string {
	if c.Examiner != nil {
		return c.Examiner.Name()
	}
	return c.Task.Name()
}

func (c *Config) floor() float64 {
	if task, knows := c.Task.(Floored); knows && c.Floor == 0 {
		return scoring.Unit(task.Floor())
	}
	return max(or(c.Floor, 0.1), 0)
}

// or returns v, or instead when v is zero.
func or[T comparable](v, instead T) T {
	var zero T
	if v == zero {
		return instead
	}
	return v
}
