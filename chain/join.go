package chain

import (
	"encoding/json"
	"errors"
	"fmt"

	cmttypes "github.com/cometbft/cometbft/types"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/cosmos/cosmos-sdk/types/module"

	"github.com/dendra-net/dendra/x/producer"
)

// ErrGenesis marks a genesis that cannot be used.
var ErrGenesis = errors.New("bad genesis")

// AddProducer enters one more producer into a genesis from which no block has been made yet. Several operators make
// the genesis of a common chain by passing it on.
func AddProducer(doc *cmttypes.GenesisDoc, p producer.Producer) error {
	var state map[string]json.RawMessage
	if err := json.Unmarshal(doc.AppState, &state); err != nil {
		return fmt.Errorf("%w: %w", ErrGenesis, err)
	}
	enc, err := newEncoding()
	if err != nil {
		return err
	}
	var g producer.GenesisState
	if err := enc.Codec.UnmarshalJSON(state[producer.ModuleName], &g); err != nil {
		return fmt.Errorf("%w: producers: %w", ErrGenesis, err)
	}
	g.Producers = append(g.Producers, p)
	if err := g.Validate(); err != nil {
		return fmt.Errorf("%w: %w", ErrGenesis, err)
	}
	if state[producer.ModuleName], err = enc.Codec.MarshalJSON(&g); err != nil {
		return err
	}
	doc.AppState, err = json.Marshal(state)
	return err
}

// CheckGenesis refuses a genesis that the modules would not start from.
func CheckGenesis(doc *cmttypes.GenesisDoc) error {
	var state map[string]json.RawMessage
	if err := json.Unmarshal(doc.AppState, &state); err != nil {
		return fmt.Errorf("%w: %w", ErrGenesis, err)
	}
	app, err := New(Options{DB: dbm.NewMemDB()})
	if err != nil {
		return err
	}
	for _, name := range genesisOrder {
		m, ok := app.Manager.Modules[name].(module.HasGenesisBasics)
		if !ok {
			continue
		}
		if err := m.ValidateGenesis(app.Encoding.Codec, app.Encoding.Tx, state[name]); err != nil {
			return fmt.Errorf("%w: %s: %w", ErrGenesis, name, err)
		}
	}
	return nil
}
