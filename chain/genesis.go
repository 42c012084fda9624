package chain

import (
	"encoding/json"
	"fmt"
	"time"

	"cosmossdk.io/math"
	cmttypes "github.com/cometbft/cometbft/types"
	dbm "github.com/cosmos/cosmos-db"
	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	gogoproto "github.com/cosmos/gogoproto/proto"

	"github.com/dendra-net/dendra/x/emission"
	"github.com/dendra-net/dendra/x/guard"
	"github.com/dendra-net/dendra/x/neuron"
	"github.com/dendra-net/dendra/x/producer"
	"github.com/dendra-net/dendra/x/stake"
	"github.com/dendra-net/dendra/x/subnet"
	"github.com/dendra-net/dendra/x/weights"
)

// Genesis is the beginning of a chain in the project's terms. The zero value of each part means the module's default:
// no TAO, no subnets, no neurons.
type Genesis struct {
	ChainID   string
	Time      time.Time
	Producers []producer.Producer // at least one

	// Grants are coins that exist from the beginning. The real genesis has none; local networks and tests do, and
	// the chain counts them as minted.
	Grants []Grant

	Stake    stake.GenesisState
	Emission emission.GenesisState
	Subnet   subnet.GenesisState
	Neuron   neuron.GenesisState
	Weights  weights.GenesisState
	Guard    guard.GenesisState
	// Accounts are addresses that exist from the beginning without coins, hotkeys for one, with their public keys.
	Accounts []authtypes.GenesisAccount
}

// Grant is coins of the beginning.
type Grant struct {
	Address sdk.AccAddress
	Rao     uint64
}

// NewGenesis holds the defaults of every module.
func NewGenesis(chainID string, at time.Time, producers ...producer.Producer) Genesis {
	return Genesis{
		ChainID: chainID, Time: at, Producers: producers,
		Stake: *stake.DefaultGenesis(), Emission: *emission.DefaultGenesis(), Subnet: *subnet.DefaultGenesis(),
		Neuron: *neuron.DefaultGenesis(), Weights: *weights.DefaultGenesis(), Guard: *guard.DefaultGenesis(),
	}
}

// FirstSubnet names the market a public chain begins with.
const FirstSubnet = "text"

// FairGenesis is the beginning of a public chain: no TAO at all, and one subnet that nobody owns. Neurons register on it
// by proof of work, and what it pays them are the first coins; nothing else could bring any into being. Issuance is
// scaled to the time between blocks.
func FairGenesis(chainID string, at time.Time, blockTime time.Duration, producers ...producer.Producer) Genesis {
	g := NewGenesis(chainID, at, producers...)
	g.Emission.Params.BlockMillis = uint64(blockTime.Milliseconds())
	g.Subnet.Subnets = []subnet.Subnet{{
		Netuid: 1, Name: FirstSubnet, Description: "Answers to questions, in words", Hyperparameters: g.Subnet.Params.Defaults,
	}}
	g.Subnet.NextNetuid = 2
	return g
}

// Doc is the genesis as CometBFT reads it. Coins staked or locked by the genesis are put into the module accounts, and
// all coins are entered in the books as minted.
func (g Genesis) Doc() (*cmttypes.GenesisDoc, error) {
	app, err := New(Options{DB: dbm.NewMemDB()})
	if err != nil {
		return nil, err
	}
	state := app.DefaultGenesis()
	coins, total := g.coins()
	g.Emission.Books.MintedRao = total
	authState := authtypes.NewGenesisState(authtypes.DefaultParams(), g.accounts())
	bankState := banktypes.NewGenesisState(banktypes.DefaultParams(), coins, sdk.NewCoins(coin(total)), denomMetadata(), nil)
	for name, part := range map[string]gogoproto.Message{ // any order: fills a map
		authtypes.ModuleName: authState, banktypes.ModuleName: bankState,
		stake.ModuleName: &g.Stake, emission.ModuleName: &g.Emission, subnet.ModuleName: &g.Subnet,
		neuron.ModuleName: &g.Neuron, weights.ModuleName: &g.Weights, guard.ModuleName: &g.Guard,
		producer.ModuleName: &producer.GenesisState{Producers: g.Producers},
	} {
		if state[name], err = app.Encoding.Codec.MarshalJSON(part); err != nil {
			return nil, fmt.Errorf("genesis of %s: %w", name, err)
		}
	}
	raw, err := json.Marshal(state)
	if err != nil {
		return nil, err
	}
	doc := &cmttypes.GenesisDoc{
		ChainID: g.ChainID, GenesisTime: g.Time, InitialHeight: 1,
		ConsensusParams: cmttypes.DefaultConsensusParams(), AppState: raw,
	}
	doc.ConsensusParams.Block.MaxBytes = maxBlockBytes
	doc.ConsensusParams.Block.MaxGas = maxBlockGas
	return doc, doc.ValidateAndComplete()
}

const (
	maxBlockBytes = 4 << 20
	maxBlockGas   = 100_000_000
)

// coins lists all balances of the genesis and their sum.
func (g Genesis) coins() ([]banktypes.Balance, uint64) {
	var balances []banktypes.Balance
	total := uint64(0)
	add := func(to sdk.AccAddress, rao uint64) {
		if rao > 0 {
			balances = append(balances, banktypes.Balance{Address: to.String(), Coins: sdk.NewCoins(coin(rao))})
			total += rao
		}
	}
	for _, grant := range g.Grants {
		add(grant.Address, grant.Rao)
	}
	pools, unbonding, locks, pending := uint64(0), uint64(0), uint64(0), uint64(0)
	for _, h := range g.Stake.Hotkeys {
		pools += h.PoolRao
	}
	for _, u := range g.Stake.Unbondings {
		unbonding += u.Rao
	}
	for _, s := range g.Subnet.Subnets {
		locks += s.LockRao
	}
	for _, l := range g.Emission.Ledgers {
		pending += l.PendingRao
	}
	add(authtypes.NewModuleAddress(stake.ModuleName), pools)
	add(authtypes.NewModuleAddress(stake.UnbondingName), unbonding)
	add(authtypes.NewModuleAddress(subnet.LockName), locks)
	add(authtypes.NewModuleAddress(emission.ModuleName), pending)
	return banktypes.SanitizeGenesisBalances(balances), total
}

// accounts makes an account for every grant beside the named ones.
func (g Genesis) accounts() []authtypes.GenesisAccount {
	list, seen := []authtypes.GenesisAccount{}, map[string]bool{}
	add := func(a authtypes.GenesisAccount) {
		if key := a.GetAddress().String(); !seen[key] {
			seen[key] = true
			if err := a.SetAccountNumber(uint64(len(list))); err != nil {
				panic(err) // base accounts take any number
			}
			list = append(list, a)
		}
	}
	for _, a := range g.Accounts {
		add(a)
	}
	for _, grant := range g.Grants {
		add(authtypes.NewBaseAccountWithAddress(grant.Address))
	}
	return list
}

func coin(rao uint64) sdk.Coin { return sdk.NewCoin(Denom, math.NewIntFromUint64(rao)) }

// denomMetadata tells wallets that 1 TAO is 1,000,000,000 rao.
func denomMetadata() []banktypes.Metadata {
	return []banktypes.Metadata{{
		Description: "the coin of Dendra", Base: Denom, Display: "TAO", Name: "TAO", Symbol: "TAO",
		DenomUnits: []*banktypes.DenomUnit{{Denom: Denom}, {Denom: "TAO", Exponent: 9}},
	}}
}
