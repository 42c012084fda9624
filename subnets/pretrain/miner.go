package pretrain

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"time"

	"github.com/dendra-net/dendra/internal/durable"
	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/subnets/lm"
)

// Chain is what a miner of this subnet needs of the chain. Every neuron.Chain is one.
type Chain interface {
	Head(ctx context.Context) (neuron.Head, error)
	Subnet(ctx context.Context, netuid uint16) (neuron.Subnet, error)
	CommitData(ctx context.Context, key neuron.Key, netuid uint16, data []byte) error
	Committed(ctx context.Context, netuid uint16, height int64) ([]neuron.Committed, error)
	BlockHash(ctx context.Context, height int64) ([32]byte, error)
}

// ErrConfig marks a miner without what it needs.
var ErrConfig = errors.New("bad miner of pretrain")

// Config is everything a miner needs. Chain, Key, Trainer and Dir must be set.
type Config struct {
	Chain   Chain
	Key     neuron.Key
	Netuid  uint16
	Trainer Trainer
	Dir     string // where artifacts and training survive a restart; the miner's alone

	CPUShare float64 // of one core that training may take, 0.25 if zero
	Quiet    bool    // publish and serve what there is, and train nothing
	// MarginBlocks is how many blocks before the exam an artifact is committed at the latest, 3 if zero.
	MarginBlocks int64
	// PublicOnly refuses to fetch from loopback, private and link-local addresses: other miners choose their endpoints.
	PublicOnly bool

	Now  func() time.Time // nil: time.Now
	Poll time.Duration    // how often the chain is asked, 500 ms if zero
	Log  *slog.Logger     // nil: discarded
}

// Miner trains, commits and hands out artifacts. It is an http.Handler for miner.Run, beside which its own Run goes.
type Miner struct {
	Config
	rack    *rack
	chat    http.Handler
	current atomic.Pointer[lm.Model]
	clock   blockClock
	shards  []Shard
	saved   time.Time // when training was last kept

	patience time.Duration // after a failure
}

const (
	artifactsDir = "artifacts"
	stateFile    = "training"
)

// New makes a miner of what its folder holds.
func New(c Config) (*Miner, error) {
	if c.Chain == nil || c.Key.IsZero() || c.Trainer == nil || c.Dir == "" {
		return nil, fmt.Errorf("%w: chain, key, trainer and folder must be set", ErrConfig)
	}
	if !(c.CPUShare >= 0 && c.CPUShare <= 1) || c.MarginBlocks < 0 {
		return nil, fmt.Errorf("%w: %v of a core and a margin of %d blocks; want 0 to 1, and 0 or more", ErrConfig, c.CPUShare, c.MarginBlocks)
	}
	c = c.withDefaults()
	r, err := openRack(filepath.Join(c.Dir, artifactsDir), c.Key.Address())
	if err != nil {
		return nil, err
	}
	m := &Miner{Config: c, rack: r, patience: usualPatience}
	m.clock.now = c.Now
	m.chat = lm.Chat(Name, m.model)
	if artifact, ok := r.newest(); ok {
		if err := m.adopt(artifact); err != nil {
			return nil, err
		}
	}
	return m, m.load()
}

func (c Config) withDefaults() Config {
	if c.CPUShare == 0 {
		c.CPUShare = 0.25
	}
	if c.MarginBlocks == 0 {
		c.MarginBlocks = 3
	}
	if c.Poll == 0 {
		c.Poll = 500 * time.Millisecond
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return c
}

// model is what conversation is held with.
func (m *Miner) model() lm.Model {
	if current := m.current.Load(); current != nil {
		return *current
	}
	return nil
}

// adopt makes an artifact the model that talks.
func (m *Miner) adopt(artifact []byte) error {
	model, err := open(artifact)
	if err != nil {
		return fmt.Errorf("adopt a new artifact: %w", err)
	}
	m.current.Store(&model)
	return nil
}

// Run trains and commits until ctx ends; then it keeps the training and returns. Outages of the chain are waited out, and a course that fails is
// followed by the next.
func (m *Miner) Run(ctx context.Context) error {
	m.retry(ctx, "first artifact", m.first)
	if m.Quiet {
		<-ctx.Done()
		return nil
	}
	for ctx.Err() == nil {
		m.retry(ctx, "course", m.course)
	}
	return m.save()
}

const usualPatience = 2 * time.Second

// retry tries until it works or ctx ends.
func (m *Miner) retry(ctx context.Context, what string, try func(context.Context) error) {
	for ctx.Err() == nil {
		err := try(ctx)
		if err == nil || ctx.Err() != nil {
			return
		}
		m.Log.Warn("pretrain: "+what+" failed", "error", err, "again_in", m.patience)
		_ = sleep(ctx, m.patience) // the loop sees that ctx has ended
	}
}

// first commits what the folder held, or else what the trainer can make at once.
func (m *Miner) first(ctx context.Context) error {
	artifact, ok := m.rack.newest()
	if !ok {
		base, err := Base()
		if err != nil {
			return err
		}
		if artifact, err = m.Trainer.First(ctx, Course{Base: base}); err != nil || artifact == nil {
			return err
		}
		if err := m.keep(artifact); err != nil {
			return err
		}
	}
	return m.commit(ctx, digestOf(artifact))
}

// keep keeps an artifact, which is handed out once it is committed, and the training it came from.
func (m *Miner) keep(artifact []byte) error {
	if err := m.adopt(artifact); err != nil {
		return err
	}
	if err := m.rack.put(artifact); err != nil {
		return err
	}
	if m.Now().Sub(m.saved) < saveEvery {
		return nil
	}
	return m.save()
}

// saveEvery spares the disk: a net's training is ten times its artifact.
const saveEvery = time.Minute

// commit claims a file on the chain, unless that is done, and hands it out from then on.
func (m *Miner) commit(ctx context.Context, digest [32]byte) error {
	list, err := m.Chain.Committed(ctx, m.Netuid, 0)
	if err != nil {
		return err
	}
	commitment := Commitment(m.Key.Address(), digest)
	own, there := ownOf(list, m.Key.Address(), commitment)
	m.warnOfElder(list, digest, own, there)
	if !there {
		if err := m.Chain.CommitData(ctx, m.Key, m.Netuid, commitment[:]); err != nil {
			return fmt.Errorf("commit an artifact: %w", err)
		}
	}
	return m.rack.release(commitment)
}

// ownOf finds a commitment of a hotkey, if it stands.
func ownOf(list []neuron.Committed, hotkey neuron.Address, commitment [32]byte) (neuron.Committed, bool) {
	i := slices.IndexFunc(list, func(c neuron.Committed) bool { return c.Hotkey == hotkey && bytes.Equal(c.Data, commitment[:]) })
	if i < 0 {
		return neuron.Committed{}, false
	}
	return list[i], true
}

// warnOfElder says when another hotkey committed the same file before this one.
func (m *Miner) warnOfElder(list []neuron.Committed, digest [32]byte, own neuron.Committed, there bool) {
	for _, c := range list {
		if c.Hotkey == m.Key.Address() || !stands(c, digest) || there && claimed(own) < claimed(c) {
			continue
		}
		m.Log.Warn("pretrain: another hotkey committed this very file first; validators pay the first alone", "hotkey", c.Hotkey, "block", claimed(c))
	}
}

// landed tells whether a commitment that was not known to be on the chain is there, and remembers that it is.
func (m *Miner) landed(ctx context.Context, commitment [32]byte) (bool, error) {
	list, err := m.Chain.Committed(ctx, m.Netuid, 0)
	if err != nil {
		return false, err
	}
	if _, there := ownOf(list, m.Key.Address(), commitment); !there {
		return false, nil
	}
	return true, m.rack.release(commitment)
}

// save keeps the training of a trainer that can be resumed.
func (m *Miner) save() error {
	saver, ok := m.Trainer.(Saver)
	if !ok {
		return nil
	}
	var state bytes.Buffer
	if err := saver.Save(&state); err != nil || state.Len() == 0 {
		return err
	}
	m.saved = m.Now()
	return durable.Replace(filepath.Join(m.Dir, stateFile), state.Bytes(), 0o600)
}

// load takes up a kept training. One that cannot be taken up is left behind: training begins anew.
func (m *Miner) load() error {
	saver, ok := m.Trainer.(Saver)
	if !ok {
		return nil
	}
	state, err := os.Open(filepath.Join(m.Dir, stateFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("open the kept training: %w", err)
	}
	defer state.Close()
	if err := saver.Load(state); err != nil {
		m.Log.Warn("pretrain: the kept training cannot be taken up; it begins anew", "error", err)
	}
	return nil
}
