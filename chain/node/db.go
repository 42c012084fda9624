package node

import (
	"errors"
	"fmt"
	"sync"

	cmtdb "github.com/cometbft/cometbft-db"
	cmtconfig "github.com/cometbft/cometbft/config"
	cmtstate "github.com/cometbft/cometbft/proto/tendermint/state"
	dbm "github.com/cosmos/cosmos-db"
)

// databases are those of one node. CometBFT closes only some of its own, and none when it fails to start: here all of
// them are closed in the end.
type databases struct {
	mu   sync.Mutex
	list []*database
}

// errClosed is what late writers get.
var errClosed = errors.New("database is closed")

// database can be closed more than once, and while others still use it: CometBFT does not wait for the routines that
// gossip with peers, and Pebble panics on those that come too late. Late readers find nothing, late writers fail.
type database struct {
	dbm.DB
	mu     sync.RWMutex
	closed bool
	err    error
}

func (d *database) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.closed {
		d.closed, d.err = true, d.DB.Close()
	}
	return d.err
}

// use runs f unless the database is closed.
func (d *database) use(f func() error) error {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if d.closed {
		return errClosed
	}
	return f()
}

func (d *database) Get(key []byte) (value []byte, err error) {
	err = d.use(func() error { value, err = d.DB.Get(key); return err })
	if errors.Is(err, errClosed) {
		return nil, nil
	}
	return value, err
}

func (d *database) Has(key []byte) (found bool, err error) {
	err = d.use(func() error { found, err = d.DB.Has(key); return err })
	if errors.Is(err, errClosed) {
		return false, nil
	}
	return found, err
}

func (d *database) Iterator(start, end []byte) (it dbm.Iterator, err error) {
	err = d.use(func() error { it, err = d.DB.Iterator(start, end); return err })
	return it, err
}

func (d *database) ReverseIterator(start, end []byte) (it dbm.Iterator, err error) {
	err = d.use(func() error { it, err = d.DB.ReverseIterator(start, end); return err })
	return it, err
}

func (d *database) Set(key, value []byte) error {
	return d.use(func() error { return d.DB.Set(key, value) })
}

func (d *database) SetSync(key, value []byte) error {
	return d.use(func() error { return d.DB.SetSync(key, value) })
}

func (d *database) Delete(key []byte) error {
	return d.use(func() error { return d.DB.Delete(key) })
}

func (d *database) DeleteSync(key []byte) error {
	return d.use(func() error { return d.DB.DeleteSync(key) })
}

func (d *database) NewBatch() dbm.Batch { return &batch{d.DB.NewBatch(), d} }

func (d *database) NewBatchWithSize(n int) dbm.Batch { return &batch{d.DB.NewBatchWithSize(n), d} }

// batch is written only while its database is open.
type batch struct {
	dbm.Batch
	db *database
}

func (b *batch) Write() error     { return b.db.use(b.Batch.Write) }
func (b *batch) WriteSync() error { return b.db.use(b.Batch.WriteSync) }

// open opens a database in dir. Pebble is the one backend that needs neither cgo nor a replaced module.
func (d *databases) open(name, dir string) (dbm.DB, error) {
	db, err := guarded(func() (dbm.DB, error) { return dbm.NewPebbleDB(name, dir, nil) })
	if err != nil {
		return nil, fmt.Errorf("open database %s in %s: %w", name, dir, err)
	}
	one := &database{DB: db}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.list = append(d.list, one)
	return one, nil
}

// openComet opens a database for CometBFT, whose own Pebble needs a build tag.
func (d *databases) openComet(c *cmtconfig.DBContext) (cmtdb.DB, error) {
	db, err := d.open(c.ID, c.Config.DBDir())
	if err != nil {
		return nil, err
	}
	if c.ID == "state" {
		if err := checkState(db); err != nil {
			return nil, err
		}
	}
	return cometDB{db}, nil
}

// checkState looks before CometBFT does: its loader ends the process on a state it cannot read.
func checkState(db dbm.DB) error {
	raw, err := db.Get([]byte("stateKey"))
	if err != nil {
		return err
	}
	var s cmtstate.State
	if err := s.Unmarshal(raw); err != nil {
		return fmt.Errorf("the newest state of consensus: %w", err)
	}
	return nil
}

func (d *databases) close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	var err error
	for _, db := range d.list {
		err = errors.Join(err, db.Close())
	}
	return err
}

// cometDB gives CometBFT the engine's database; the two interfaces differ in names of types only.
type cometDB struct{ dbm.DB }

var _ cmtdb.DB = cometDB{}

func (d cometDB) Iterator(start, end []byte) (cmtdb.Iterator, error) {
	return d.DB.Iterator(start, end)
}

func (d cometDB) ReverseIterator(start, end []byte) (cmtdb.Iterator, error) {
	return d.DB.ReverseIterator(start, end)
}

func (d cometDB) NewBatch() cmtdb.Batch { return d.DB.NewBatch() }

// Compact does nothing: Pebble compacts by itself.
func (d cometDB) Compact(_, _ []byte) error { return nil }
