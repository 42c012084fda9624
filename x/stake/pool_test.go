package stake_test

import (
	"math/big"
	"testing"

	"cosmossdk.io/math"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/dendra-net/dendra/x/stake"
)

func TestPoolWholeLife(t *testing.T) {
	pool, alice, err := stake.EmptyPool().Add(100)
	require.NoError(t, err)
	require.Equal(t, uint64(100), pool.Value(alice))

	pool, bob, err := pool.Add(300)
	require.NoError(t, err)
	require.Equal(t, uint64(300), pool.Value(bob))

	// 42 rao for all: alice has a quarter.
	pool, owner, err := pool.Reward(0, 50, 11_796)
	require.NoError(t, err)
	require.Equal(t, uint64(450), pool.Rao)
	require.Equal(t, uint64(110), pool.Value(alice))
	require.Equal(t, uint64(331), pool.Value(bob))
	require.Equal(t, uint64(7), pool.Value(owner), "8 rao of take less the rounding")

	pool, _, err = pool.Remove(bob, 331, 1)
	require.NoError(t, err)
	pool, _, err = pool.Remove(owner, pool.Value(owner), 1)
	require.NoError(t, err)
	require.Equal(t, uint64(111), pool.Value(alice), "what roundings left belongs to who stays")
	pool, _, err = pool.Remove(alice, 111, 1)
	require.NoError(t, err)
	require.Zero(t, pool.Rao)
	require.True(t, pool.Shares.IsZero(), "an empty pool has no shares")
}

func TestPoolRefuses(t *testing.T) {
	pool, held, err := stake.EmptyPool().Add(1000)
	require.NoError(t, err)
	tests := []struct {
		name string
		do   func() error
		want error
		says string
	}{
		{"more than the stake", func() error { _, _, err := pool.Remove(held, 1001, 10); return err }, stake.ErrNotEnough, "1001 rao asked, the stake is 1000"},
		{"dust left behind", func() error { _, _, err := pool.Remove(held, 995, 10); return err }, stake.ErrBelowMinimum, "leaves 5 rao, the least stake is 10 rao"},
		{"more than all TAO", func() error { _, _, err := pool.Add(stake.MaxRao - 999); return err }, stake.ErrOverflow, "1000 and 20999999999999001"},
		{"sum beyond 64 bits", func() error { _, _, err := pool.Add(1<<64 - 1); return err }, stake.ErrOverflow, ""},
		{"reward beyond 64 bits", func() error { _, _, err := pool.Reward(1<<64-1, 1<<64-1, 65535); return err }, stake.ErrOverflow, ""},
		{"less than a share", func() error {
			dear := stake.Pool{Rao: stake.MaxRao / 2, Shares: math.NewInt(3)}
			_, _, err := dear.Add(1_000)
			return err
		}, stake.ErrNoShares, "1000 rao in a pool of 10500000000000000 rao and 3 shares"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			err := tc.do()
			require.ErrorIs(t, err, tc.want)
			require.ErrorContains(t, err, tc.says)
		})
	}
}

func TestPoolHoldsAllTheTAOThereIs(t *testing.T) {
	pool, first, err := stake.EmptyPool().Add(1)
	require.NoError(t, err)
	pool, _, err = pool.Reward(0, stake.MaxRao-1, 0)
	require.NoError(t, err)
	require.Equal(t, uint64(stake.MaxRao), pool.Value(first))

	// Even then a share is so small that a deposit loses at most one rao.
	pool, _, err = pool.Remove(first, stake.MaxRao/2, 1)
	require.NoError(t, err)
	pool, held, err := pool.Add(100_000_000)
	require.NoError(t, err)
	require.GreaterOrEqual(t, pool.Value(held), uint64(99_999_999))
}

func TestCut(t *testing.T) {
	require.Equal(t, uint64(0), stake.Cut(5, 0))
	require.Equal(t, uint64(5), stake.Cut(5, 65535))
	require.Equal(t, uint64(5), stake.Cut(5, 1<<31), "a take above the whole is the whole")
	require.Equal(t, uint64(179_995_422_293), stake.Cut(1_000_000_000_000, 11_796))
	require.Equal(t, uint64(1<<64-1), stake.Cut(1<<64-1, 65535))
}

// TestPoolProperties plays random lives of a pool beside a ledger of exact fractions (R-STAKE-3, R-STAKE-4, R-STAKE-6).
func TestPoolProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := newModel(rapid.IntRange(1, 6).Draw(t, "holders"))
		t.Repeat(map[string]func(*rapid.T){
			"add":    m.add,
			"remove": m.remove,
			"reward": m.reward,
			"":       m.check,
		})
	})
}

// model is a pool with its holders, and what each would have if rao could be divided.
type model struct {
	pool  stake.Pool
	held  []math.Int
	exact []*big.Rat
	low   uint64 // the least the pool held since it was empty
	ops   int64
}

func newModel(holders int) *model {
	m := &model{pool: stake.EmptyPool()}
	for range holders {
		m.held = append(m.held, math.ZeroInt())
		m.exact = append(m.exact, new(big.Rat))
	}
	return m
}

func (m *model) who(t *rapid.T) int { return rapid.IntRange(0, len(m.held)-1).Draw(t, "who") }

func (m *model) add(t *rapid.T) {
	who := m.who(t)
	rao := rapid.Uint64Range(1, 1<<uint(rapid.IntRange(1, 50).Draw(t, "bits"))).Draw(t, "rao")
	before := m.values()
	pool, bought, err := m.pool.Add(rao)
	if err != nil {
		require.ErrorIs(t, err, stake.ErrOverflow)
		return
	}
	// Out again at once: never more than was put in, and at most a rao less.
	_, _, err = pool.Remove(bought, pool.Value(bought), 1)
	require.NoError(t, err)
	require.LessOrEqual(t, pool.Value(bought), rao)
	require.LessOrEqual(t, rao-pool.Value(bought), uint64(1))

	m.pool, m.held[who] = pool, m.held[who].Add(bought)
	m.exact[who].Add(m.exact[who], rat(rao))
	m.othersKeep(t, before, who)
}

func (m *model) remove(t *rapid.T) {
	who := m.who(t)
	value := m.pool.Value(m.held[who])
	if value == 0 {
		return
	}
	rao := rapid.Uint64Range(1, value).Draw(t, "rao")
	before := m.values()
	pool, cost, err := m.pool.Remove(m.held[who], rao, 1)
	if err != nil {
		require.ErrorIs(t, err, stake.ErrBelowMinimum)
		return
	}
	require.False(t, cost.GT(m.held[who]), "a withdrawal costs at most what its holder has")
	m.pool, m.held[who] = pool, m.held[who].Sub(cost)
	m.exact[who].Sub(m.exact[who], rat(rao))
	require.LessOrEqual(t, m.pool.Value(m.held[who]), before[who]-rao)
	if m.held[who].IsZero() { // what the floor kept from it belongs to the others
		rest := m.exact[who]
		m.exact[who] = new(big.Rat)
		m.shareOut(rest)
	}
	m.othersKeep(t, before, who)
}

func (m *model) reward(t *rapid.T) {
	miner, validator := rapid.Uint64Range(0, 1<<40).Draw(t, "miner"), rapid.Uint64Range(0, 1<<40).Draw(t, "validator")
	take := rapid.Uint32Range(0, 65535).Draw(t, "take")
	before := m.values()
	pool, bought, err := m.pool.Reward(miner, validator, take)
	if err != nil {
		require.ErrorIs(t, err, stake.ErrOverflow)
		return
	}
	require.Equal(t, m.pool.Rao+miner+validator, pool.Rao, "all of a reward is in the pool")
	shared := validator - stake.Cut(validator, take)
	if m.pool.Shares.IsZero() {
		shared = 0
	}
	m.shareOut(rat(shared))
	m.exact[0].Add(m.exact[0], rat(miner+validator-shared)) // holder 0 owns the hotkey
	m.pool, m.held[0] = pool, m.held[0].Add(bought)
	m.othersKeep(t, before, 0)
}

// shareOut raises everybody's exact part in proportion.
func (m *model) shareOut(rao *big.Rat) {
	sum := new(big.Rat)
	for _, e := range m.exact {
		sum.Add(sum, e)
	}
	if sum.Sign() == 0 {
		return
	}
	for _, e := range m.exact {
		part := new(big.Rat).Quo(e, sum)
		e.Add(e, part.Mul(part, rao))
	}
}

// check compares with the ledger: an operation rounds by at most a rao for each holder, and what the pool earned since
// makes that rao grow with it.
func (m *model) check(t *rapid.T) {
	m.ops++
	if m.pool.Rao == 0 || m.low == 0 {
		m.low, m.ops = m.pool.Rao, 1
	}
	m.low = min(m.low, m.pool.Rao)
	slack := big.NewRat(m.ops*int64(len(m.held)), 1)
	if m.low > 0 {
		slack.Mul(slack, new(big.Rat).Add(big.NewRat(1, 1), new(big.Rat).Quo(rat(m.pool.Rao), rat(m.low))))
	}
	sum, shares := uint64(0), math.ZeroInt()
	for i, held := range m.held {
		value := m.pool.Value(held)
		sum += value
		shares = shares.Add(held)
		off := new(big.Rat).Sub(rat(value), m.exact[i])
		require.LessOrEqual(t, off.Abs(off).Cmp(slack), 0, "holder %d has %d rao, exactly %s", i, value, m.exact[i].FloatString(3))
	}
	require.True(t, shares.Equal(m.pool.Shares), "shares add up")
	require.LessOrEqual(t, sum, m.pool.Rao, "the pool can pay everybody")
	require.Equal(t, m.pool.Rao == 0, m.pool.Shares.IsZero())
	most := new(big.Int).Lsh(new(big.Int).SetUint64(m.pool.Rao), 64)
	require.LessOrEqual(t, m.pool.Shares.BigInt().Cmp(most), 0, "the value of a share never falls")
}

func (m *model) values() []uint64 {
	out := make([]uint64, len(m.held))
	for i, held := range m.held {
		out[i] = m.pool.Value(held)
	}
	return out
}

func (m *model) othersKeep(t *rapid.T, before []uint64, who int) {
	for i, value := range m.values() {
		if i != who {
			require.GreaterOrEqual(t, value, before[i], "holder %d lost by what another did", i)
		}
	}
}

func rat(rao uint64) *big.Rat { return new(big.Rat).SetInt(new(big.Int).SetUint64(rao)) }

func BenchmarkReward(b *testing.B) {
	pool, _, err := stake.EmptyPool().Add(1_000_000_000_000)
	require.NoError(b, err)
	for b.Loop() {
		if _, _, err := pool.Reward(1_000_000, 1_000_000, 11_796); err != nil {
			b.Fatal(err)
		}
	}
}
