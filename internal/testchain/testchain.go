// Package testchain is a whole chain in one call: the real application over memory, blocks made by the test.
//
// Its one invariant: every law of the books holds at the end of every block, or the test fails.
package testchain

import (
	"crypto/sha256"
	"testing"
	"time"

	"cosmossdk.io/log/v2"
	abci "github.com/cometbft/cometbft/abci/types"
	cmted25519 "github.com/cometbft/cometbft/crypto/ed25519"
	cmttypes "github.com/cometbft/cometbft/types"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/cosmos/cosmos-sdk/baseapp"
	"github.com/cosmos/cosmos-sdk/crypto/keys/ed25519"
	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/chain"
	"github.com/dendra-net/dendra/internal/prefix"
	"github.com/dendra-net/dendra/x/producer"
)

// ChainID is the name of every test's chain.
const ChainID = "dendra-test"

// Chain is an application driven block by block.
type Chain struct {
	App    *chain.App
	Height int64

	t   testing.TB
	doc *cmttypes.GenesisDoc
	db  dbm.DB

	lawless bool
}

// Genesis is a beginning with one producer and the modules' defaults, for a test to change.
func Genesis() chain.Genesis {
	prefix.Set()
	key := cmted25519.GenPrivKeyFromSecret([]byte("producer"))
	return chain.NewGenesis(ChainID, time.Unix(1_700_000_000, 0).UTC(), producer.Producer{
		Name: "one", Operator: Cold("producer").Address().String(), ConsensusPubkey: key.PubKey().Bytes(), Power: 1,
	})
}

// New starts a chain from a genesis.
func New(t testing.TB, g chain.Genesis) *Chain {
	t.Helper()
	doc, err := g.Doc()
	require.NoError(t, err)
	return FromDoc(t, doc)
}

// Lawless starts a chain that does not check the laws at each block, as a node of a public network: to measure it.
func Lawless(t testing.TB, g chain.Genesis) *Chain {
	t.Helper()
	doc, err := g.Doc()
	require.NoError(t, err)
	return begin(&Chain{t: t, doc: doc, db: dbm.NewMemDB(), lawless: true})
}

// FromDoc starts a chain from a genesis document: an exported one for instance.
func FromDoc(t testing.TB, doc *cmttypes.GenesisDoc) *Chain {
	t.Helper()
	return OnDB(t, doc, dbm.NewMemDB())
}

// OnDB starts a chain from a genesis document in an empty database.
func OnDB(t testing.TB, doc *cmttypes.GenesisDoc, db dbm.DB) *Chain {
	t.Helper()
	return begin(&Chain{t: t, doc: doc, db: db})
}

func begin(c *Chain) *Chain {
	t, doc := c.t, c.doc
	t.Helper()
	c.Height = doc.InitialHeight - 1
	c.open()
	params := doc.ConsensusParams.ToProto()
	_, err := c.App.InitChain(&abci.RequestInitChain{
		Time: doc.GenesisTime, ChainId: doc.ChainID, ConsensusParams: &params, InitialHeight: doc.InitialHeight, AppStateBytes: doc.AppState,
	})
	require.NoError(t, err)
	return c
}

func (c *Chain) open() {
	c.t.Helper()
	app, err := chain.New(chain.Options{DB: c.db, CheckLaws: !c.lawless, Base: []func(*baseapp.BaseApp){baseapp.SetChainID(c.doc.ChainID)}})
	require.NoError(c.t, err)
	c.App = app
}

// Reopen goes on from what is in db, as a node does after its end: db is the chain's own, closed and opened again.
func (c *Chain) Reopen(db dbm.DB) {
	c.t.Helper()
	c.db = db
	c.open()
	require.Equal(c.t, c.Height, c.App.LastBlockHeight())
}

// Block makes one block of the transactions and returns its results.
func (c *Chain) Block(txs ...[]byte) *abci.ResponseFinalizeBlock {
	c.t.Helper()
	c.Height++
	hash := sha256.Sum256(append([]byte("block"), byte(c.Height), byte(c.Height>>8), byte(c.Height>>16)))
	res, err := c.App.FinalizeBlock(&abci.RequestFinalizeBlock{
		Height: c.Height, Txs: txs, Hash: hash[:], Time: c.doc.GenesisTime.Add(time.Duration(c.Height) * time.Second),
		ProposerAddress: cmted25519.GenPrivKeyFromSecret([]byte("producer")).PubKey().Address(),
	})
	require.NoError(c.t, err)
	_, err = c.App.Commit()
	require.NoError(c.t, err)
	return res
}

// Blocks makes n empty blocks.
func (c *Chain) Blocks(n int) {
	c.t.Helper()
	for range n {
		c.Block()
	}
}

// To makes empty blocks until height is committed.
func (c *Chain) To(height int64) {
	c.t.Helper()
	for c.Height < height {
		c.Block()
	}
}

// T is the test that drives the chain.
func (c *Chain) T() testing.TB { return c.t }

// Tell makes t hear of failures from now on: a fuzz target's own, for one.
func (c *Chain) Tell(t testing.TB) { c.t = t }

// Ctx reads the state of the newest block.
func (c *Chain) Ctx() sdk.Context {
	return sdk.NewContext(c.App.CommitMultiStore(), c.header(), false, log.NewNopLogger())
}

// Export writes the state as a genesis document that goes on at the next height.
func (c *Chain) Export() *cmttypes.GenesisDoc {
	c.t.Helper()
	state, err := c.App.Export()
	require.NoError(c.t, err)
	doc := *c.doc
	doc.InitialHeight = c.Height + 1
	doc.AppState = marshal(c.t, state)
	return &doc
}

// Cold is the coldkey of a name.
func Cold(name string) coldkey {
	prefix.Set() // addresses are written down once and for all
	return coldkey{secp256k1.GenPrivKeyFromSecret([]byte("cold " + name))}
}

type coldkey struct{ *secp256k1.PrivKey }

// Address is the account of the coldkey.
func (k coldkey) Address() sdk.AccAddress { return sdk.AccAddress(k.PubKey().Address()) }

// Hot is the hotkey of a name.
func Hot(name string) hotkey {
	prefix.Set()
	return hotkey{ed25519.GenPrivKeyFromSecret([]byte("hot " + name))}
}

type hotkey struct{ *ed25519.PrivKey }

// Address is the account of the hotkey.
func (k hotkey) Address() sdk.AccAddress { return sdk.AccAddress(k.PubKey().Address()) }
