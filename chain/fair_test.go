package chain_test

import (
	"testing"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/chain"
	"github.com/dendra-net/dendra/internal/testchain"
	"github.com/dendra-net/dendra/seal"
	"github.com/dendra-net/dendra/x/stake"
	"github.com/dendra-net/dendra/x/weights"
)

const tao = 1_000_000_000

// fair is the public chain's beginning with times short enough for a test: no coin, no stake, no neuron.
func fair(t *testing.T) *testchain.Chain {
	t.Helper()
	g := testchain.Genesis()
	f := chain.FairGenesis(testchain.ChainID, g.Time, time.Second, g.Producers...)
	h := &f.Subnet.Subnets[0].Hyperparameters
	h.Tempo, h.WeightsRateLimit, h.MinDifficulty, h.MaxValidators, h.WorkPerBlock = 10, 1, 500, 3, 8
	f.Stake.Params.UnbondingBlocks = 5
	return testchain.New(t, f)
}

// vote is a hidden vote of the named neuron for others.
type vote struct {
	name                       string
	uids, generations, weights []uint32
}

func (v vote) salt() []byte { return []byte("salt of 16 bytes") }

func (v vote) commit() *weights.MsgCommitWeights {
	sealed := seal.Vote{Generations: v.generations}
	for i := range v.uids {
		sealed.UIDs, sealed.Weights = append(sealed.UIDs, uint16(v.uids[i])), append(sealed.Weights, uint16(v.weights[i]))
	}
	hot := testchain.Hot(v.name).Address()
	hash := seal.Commit(testchain.ChainID, 1, hot, sealed, [16]byte(v.salt()))
	return &weights.MsgCommitWeights{Hotkey: hot.String(), Netuid: 1, Hash: hash[:]}
}

func (v vote) reveal() *weights.MsgRevealWeights {
	return &weights.MsgRevealWeights{
		Hotkey: testchain.Hot(v.name).Address().String(), Netuid: 1, Uids: v.uids, Generations: v.generations,
		Weights: v.weights, Salt: v.salt(),
	}
}

// R-WEIGHTS-9, R-WEIGHTS-10: on a chain without a coin, neurons register by work, the first of them vote without stake,
// pay reaches whom they vote for, its owner unstakes without a fee, and the coins are coins like any other.
func TestFirstTaoComesFromWork(t *testing.T) {
	c := fair(t)
	c.Block()
	require.Zero(t, c.Balance(testchain.Cold("miner").Address()))
	for _, name := range []string{"ada", "ben", "miner", "late"} {
		res := c.Block(c.Unsigned(c.Work(1, name)))
		require.Zero(t, res.TxResults[0].Code, res.TxResults[0].Log)
	}
	c.To(12) // the epoch that hands out permits ended with block 11
	s, err := c.App.Weights.Scores.Get(c.Ctx(), 1)
	require.NoError(t, err)
	require.Equal(t, []bool{true, true, true, false}, s.Permit, "to those that registered first")
	require.Equal(t, []uint64{0, 0, 0, 0}, s.StakeRao)

	votes := []vote{{"ada", []uint32{2}, []uint32{0}, []uint32{65535}}, {"ben", []uint32{2, 3}, []uint32{0, 0}, []uint32{65535, 100}}}
	for _, v := range votes {
		c.Must(testchain.Hot(v.name), v.commit())
	}
	c.To(22)
	for _, v := range votes {
		c.Must(testchain.Hot(v.name), v.reveal())
	}
	c.To(31)
	s, err = c.App.Weights.Scores.Get(c.Ctx(), 1)
	require.NoError(t, err)
	require.Zero(t, s.CarriedRao)
	require.Equal(t, c.Supply(), sum(s.ServerRao)+sum(s.ValidatorRao), "all that ever was issued has been earned")
	require.Positive(t, s.ServerRao[2])
	require.Equal(t, s.ValidatorRao[0], s.ValidatorRao[1], "one voice each")

	spend(t, c, "miner", s.ServerRao[2])
	requireVotesGoOn(t, c)
}

// spend unstakes what the named coldkey's neuron earned, without a coin for a fee, sends some and pays for it.
func spend(t *testing.T, c *testchain.Chain, name string, earnedRao uint64) {
	t.Helper()
	cold := testchain.Cold(name)
	free := c.SignFee(cold, 0, &stake.MsgRemoveStake{Coldkey: cold.Address().String(), Hotkey: testchain.Hot(name).Address().String()})
	require.Zero(t, c.Check(free).Code)
	require.Zero(t, c.Block(free).TxResults[0].Code)
	c.Blocks(6)
	require.Equal(t, earnedRao, c.Balance(cold.Address()))
	friend := testchain.Cold("friend").Address()
	c.Must(cold, &banktypes.MsgSend{
		FromAddress: cold.Address().String(), ToAddress: friend.String(), Amount: sdk.NewCoins(sdk.NewInt64Coin(chain.Denom, 1000)),
	})
	require.Equal(t, uint64(1000), c.Balance(friend))
	require.Equal(t, earnedRao-1000-testchain.Gas, c.Balance(cold.Address()))
	require.Equal(t, uint64(testchain.Gas), c.Balance(testchain.Cold("producer").Address()), "its producer earned the fee")
}

// requireVotesGoOn: from now on stake counts, and the miner's own stake, never voted with, does not stop the others.
func requireVotesGoOn(t *testing.T, c *testchain.Chain) {
	t.Helper()
	c.To(41)
	s, err := c.App.Weights.Scores.Get(c.Ctx(), 1)
	require.NoError(t, err)
	require.Zero(t, s.CarriedRao)
	require.Positive(t, s.StakeRao[0])
	require.Positive(t, s.ServerRao[2])
}

func sum(v []uint64) (total uint64) {
	for _, x := range v {
		total += x
	}
	return total
}

// A public chain can begin: its genesis passes its own checks, holds no coin, and has a subnet to register on.
func TestFairGenesis(t *testing.T) {
	g := testchain.Genesis()
	doc, err := chain.FairGenesis("public-1", g.Time, 6*time.Second, g.Producers...).Doc()
	require.NoError(t, err)
	require.NoError(t, chain.CheckGenesis(doc))
	c := testchain.FromDoc(t, doc)
	_, err = c.App.Export()
	require.ErrorIs(t, err, chain.ErrNoBlock)
	c.Block()
	require.Equal(t, uint64(tao/2), c.Supply(), "1 TAO for twelve seconds")
	s, err := c.App.Subnets.Get(c.Ctx(), 1)
	require.NoError(t, err)
	require.Empty(t, s.Owner)
	require.True(t, s.Hyperparameters.WorkAllowed)
}

// Nothing but x/emission can mint or burn, whatever asks.
func TestOnlyEmissionMints(t *testing.T) {
	c := testchain.New(t, testchain.Genesis())
	c.Block()
	ctx := c.Ctx()
	coins := sdk.NewCoins(sdk.NewInt64Coin(chain.Denom, 1))
	minters := 0
	for name := range c.App.Accounts.GetModulePermissions() {
		before := c.Supply()
		mayMint := name == "emission"
		require.Equal(t, mayMint, can(func() error { return c.App.Bank.MintCoins(ctx, name, coins) }), name)
		require.Equal(t, mayMint, can(func() error { return c.App.Bank.BurnCoins(ctx, name, coins) }), name)
		require.Equal(t, before, c.Supply(), name)
		minters++
	}
	require.Equal(t, 7, minters)
	for _, name := range append(moduleNames(c), "nobody") {
		if name != "emission" {
			require.False(t, can(func() error { return c.App.Bank.MintCoins(ctx, name, coins) }), name)
		}
	}
	// Nor can anyone be sent coins from outside into a module's account: the books would not know of them.
	for name := range c.App.Accounts.GetModulePermissions() {
		require.True(t, c.App.Bank.BlockedAddr(authtypes.NewModuleAddress(name)), name)
	}
}

// can reports whether the bank lets it be: it panics when a module has no such permission or no account.
func can(f func() error) (ok bool) {
	defer func() {
		if recover() != nil {
			ok = false
		}
	}()
	return f() == nil
}

func moduleNames(c *testchain.Chain) (names []string) {
	for name := range c.App.Manager.Modules {
		names = append(names, name)
	}
	return names
}
