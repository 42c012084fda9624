package localnet

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/dendra-net/dendra/chain/node"
	"github.com/dendra-net/dendra/chainclient"
	"github.com/dendra-net/dendra/subnets/kind"
	"github.com/dendra-net/dendra/wallet"
)

const (
	// APIKey opens the gateway of a local network. Everybody knows it.
	APIKey = "dendra-local"
	// copycatKey is the key under which the copycat buys.
	copycatKey = "dendra-copycat"
	// startTime bounds how long a market may take to be ready.
	startTime = 2 * time.Minute
)

// Options say which market runs where. The zero value of each field has the default named behind it.
type Options struct {
	Home      string        // folder of the market; required
	Port      int           // of the gateway, the other doors follow; DefaultPort
	BlockTime time.Duration // only for a new home; the manifest's
	Manifest  *Manifest     // only for a new home; Default
	Quiet     bool          // miners that train serve what they have and train nothing
	Shards    string        // folder of text for validators to judge by; the shipped text, rewritten
	Progress  func(Step)    // hears what is up; nobody
}

// Step is one part of the market that is up.
type Step struct {
	Name   string
	Detail string
	After  time.Duration // since the start
}

// Market is a running market.
type Market struct {
	manifest Manifest
	ports    ports
	card     Card
	lock     *lock
	logs     *logs
	node     *node.Node
	chain    *chainclient.Client
	shared   *sharedChain // chain, as the daemons read it
	started  time.Time
	progress func(Step)

	cancel context.CancelFunc
	group  *errgroup.Group
	ctx    context.Context // ends when a part fails or the market is closed
	once   sync.Once
	err    error
}

// Start brings a market up and returns when it is ready: every miner serves and every subnet has answered a question. The market lives
// until ctx ends or Close is called. Errors: ErrRunning, ErrPortInUse, ErrCorrupt, ErrManifest, fresh.ErrTexts.
func Start(ctx context.Context, o Options) (*Market, error) {
	began := time.Now()
	if err := (kind.Rules{Shards: o.Shards}).Check(); err != nil {
		return nil, err // and there is no home yet
	}
	home, err := filepath.Abs(o.Home)
	if err != nil {
		return nil, err
	}
	held, err := takeLock(home)
	if err != nil {
		return nil, err
	}
	m := &Market{lock: held, started: began, progress: o.Progress, card: Card{Home: home, PID: os.Getpid()}}
	if m.progress == nil {
		m.progress = func(Step) {}
	}
	live, cancel := context.WithCancel(ctx)
	m.cancel = cancel
	m.group, m.ctx = errgroup.WithContext(live)
	if err := m.bringUp(o); err != nil {
		return nil, errors.Join(err, m.Close())
	}
	return m, nil
}

// bringUp starts the parts in the order of their needs.
func (m *Market) bringUp(o Options) error {
	ctx, cancel := context.WithTimeout(m.ctx, startTime)
	defer cancel()
	for _, part := range []func(context.Context, Options) error{
		m.prepare, m.startChain, m.startMiners, m.startValidators, m.awaitMiners, m.startGateway, m.awaitAnswers,
	} {
		if err := part(ctx, o); err != nil {
			return err
		}
	}
	m.group.Go(m.watchHeight)
	m.card.ReadySeconds = float64(time.Since(m.started).Milliseconds()) / 1000
	return writeJSON(cardFile(m.card.Home), m.card)
}

// prepare reads or makes the home: manifest, wallets, logs, keys and genesis.
func (m *Market) prepare(_ context.Context, o Options) error {
	if err := os.Remove(cardFile(m.card.Home)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := m.loadManifest(o); err != nil {
		return err
	}
	var err error
	if m.ports, err = newPorts(o.Port, len(m.manifest.Miners), len(m.manifest.Validators)); err != nil {
		return err // and nothing has been decided yet about a new home
	}
	if !m.card.Resumed {
		if err := writeJSON(manifestFile(m.card.Home), m.manifest); err != nil {
			return err
		}
	}
	if m.logs, err = openLogs(LogDir(m.card.Home)); err != nil {
		return err
	}
	for _, dir := range []string{"miners", "validators"} {
		if err := os.MkdirAll(filepath.Join(m.card.Home, dir), 0o700); err != nil {
			return err
		}
	}
	store := wallet.Store{Home: m.card.Home}
	for _, name := range m.manifest.wallets() {
		if _, err := store.EnsureLocal(name, hotkeyName); err != nil {
			return fmt.Errorf("wallet %s: %w", name, err)
		}
	}
	m.fillCard()
	return m.ensureGenesis()
}

// loadManifest reads the manifest of an old home, or takes that of a new one from the options.
func (m *Market) loadManifest(o Options) error {
	path := manifestFile(m.card.Home)
	err := readJSON(path, &m.manifest)
	if err == nil {
		m.card.Resumed = true
		if err := m.manifest.Check(); err != nil {
			return fmt.Errorf("%w: %s: %w", ErrCorrupt, path, err)
		}
		if o.BlockTime > 0 && o.BlockTime != m.manifest.BlockTime {
			return fmt.Errorf("%w: the chain in %s makes a block every %s, not %s", ErrBlockTime, m.card.Home, m.manifest.BlockTime, o.BlockTime)
		}
		return nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if node.HasChain(nodeDir(m.card.Home)) {
		return fmt.Errorf("%w: %s is missing, and a chain is there", ErrCorrupt, path)
	}
	m.manifest = Default()
	if o.Manifest != nil {
		m.manifest = *o.Manifest
	}
	if o.BlockTime > 0 {
		m.manifest.BlockTime = o.BlockTime
	}
	return m.manifest.Check()
}

// ensureGenesis writes the genesis of a new home; an old one keeps its own.
func (m *Market) ensureGenesis() error {
	dir := nodeDir(m.card.Home)
	id, err := node.InitHome(dir)
	if err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(dir, "config", "genesis.json")); err == nil || node.HasChain(dir) {
		return nil // when only the genesis is missing, the node says so
	}
	g, err := m.manifest.genesis(id.ConsensusKey, time.Now().UTC())
	if err != nil {
		return err
	}
	doc, err := g.Doc()
	if err != nil {
		return fmt.Errorf("genesis: %w", err)
	}
	return node.WriteGenesis(dir, doc)
}

func (m *Market) fillCard() {
	c := &m.card
	c.ChainID, c.APIKey = m.manifest.ChainID, APIKey
	c.Explorer = "http://" + m.ports.gateway()
	c.API, c.RPC = c.Explorer+"/v1", "http://"+m.ports.rpc()
	c.GRPC, c.REST = m.ports.grpc(), "http://"+m.ports.rest()
	for _, s := range m.manifest.Subnets {
		c.Subnets = append(c.Subnets, s.Name)
	}
	for _, a := range m.manifest.Accounts {
		c.Accounts = append(c.Accounts, a.Name)
	}
}

func (m *Market) step(name, format string, args ...any) {
	m.progress(Step{Name: name, Detail: fmt.Sprintf(format, args...), After: time.Since(m.started)})
}

// Card says where the doors are.
func (m *Market) Card() Card { return m.card }

// Chain is the market's own connection to its chain.
func (m *Market) Chain() *chainclient.Client { return m.chain }

// Wait blocks until the market ends and says why: nil when it was told to, else what failed.
func (m *Market) Wait() error {
	<-m.ctx.Done()
	return m.Close()
}

// Close stops every part, waits for all of them and frees the home. It may be called more than once.
func (m *Market) Close() error {
	m.once.Do(func() {
		m.cancel()
		m.err = m.group.Wait()
		if errors.Is(m.err, context.Canceled) {
			m.err = nil
		}
		var closers []io.Closer
		if m.chain != nil {
			closers = append(closers, m.chain)
		}
		if m.node != nil {
			closers = append(closers, m.node)
		}
		if m.logs != nil {
			closers = append(closers, m.logs)
		}
		for _, c := range closers {
			m.err = errors.Join(m.err, c.Close())
		}
		if err := os.Remove(cardFile(m.card.Home)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			m.err = errors.Join(m.err, err)
		}
		m.err = errors.Join(m.err, m.lock.release())
	})
	return m.err
}
