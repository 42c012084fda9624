package node

import (
	"fmt"

	cmtdb "github.com/cometbft/cometbft-db"
	cmtconfig "github.com/cometbft/cometbft/config"
	dbm "github.com/cosmos/cosmos-db"
)

// openDB opens a database in dir. Pebble is the one backend that needs neither cgo nor a replaced module.
func openDB(name, dir string) (dbm.DB, error) {
	db, err := dbm.NewPebbleDB(name, dir, nil)
	if err != nil {
		return nil, fmt.Errorf("open database %s in %s: %w", name, dir, err)
	}
	return db, nil
}

// openCometDB opens a database for CometBFT, whose own Pebble needs a build tag.
func openCometDB(c *cmtconfig.DBContext) (cmtdb.DB, error) {
	db, err := openDB(c.ID, c.Config.DBDir())
	if err != nil {
		return nil, err
	}
	return cometDB{db}, nil
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
