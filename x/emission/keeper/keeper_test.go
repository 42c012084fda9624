package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/internal/teststore"
	"github.com/dendra-net/dendra/x/emission"
)

const half = emission.Whole / 2

func TestNothingIsMintedWithoutSubnets(t *testing.T) { // R-EMISSION-2
	b := newBed(t)
	b.blocks(3)
	require.Zero(t, b.supply().IssuedRao)
	b.open(1)
	b.blocks(3)
	require.Equal(t, uint64(3*tao), b.supply().IssuedRao)
	require.NoError(t, b.keeper.Close(b.Ctx, 1))
	b.blocks(300)
	require.Equal(t, uint64(3*tao), b.supply().IssuedRao)
	require.Equal(t, uint64(3*tao), partOf(b, emission.PartUndivided), "what the last subnet had waits")
	b.open(2)
	b.block()
	require.Equal(t, uint64(4*tao), b.pay(2), "and goes to the next")
}

func TestSettleAndPay(t *testing.T) { // R-EMISSION-4
	b := newBed(t)
	b.open(1, 2)
	b.blocks(10)
	require.Equal(t, uint64(5*tao), b.pay(1))
	require.Zero(t, b.pay(1), "nothing is due twice")
	b.blocks(2)
	require.Equal(t, uint64(tao), b.pay(1))
	rao, err := b.keeper.Settle(b.Ctx, 2)
	require.NoError(t, err)
	require.Equal(t, uint64(6*tao), rao, "whoever comes late gets as much")

	alice := teststore.Address("alice")
	require.NoError(t, b.keeper.PayAccount(b.Ctx, alice, tao))
	require.NoError(t, b.keeper.PayAccount(b.Ctx, alice, 0))
	require.NoError(t, b.keeper.PayModule(b.Ctx, "stake", 0))
	require.NoError(t, b.keeper.PayModule(b.Ctx, emission.BurntName, tao))
	require.NoError(t, b.keeper.RecycleFromModule(b.Ctx, emission.ModuleName, tao))
	require.NoError(t, b.keeper.Return(b.Ctx, 2, 2*tao))
	for name, overdraw := range map[string]func() error{
		"account": func() error { return b.keeper.PayAccount(b.Ctx, alice, tao+1) },
		"module":  func() error { return b.keeper.PayModule(b.Ctx, "stake", tao+1) },
		"recycle": func() error { return b.keeper.RecycleFromModule(b.Ctx, emission.ModuleName, tao+1) },
		"return":  func() error { return b.keeper.Return(b.Ctx, 2, tao+1) },
	} {
		require.ErrorIs(t, overdraw(), emission.ErrOverdrawn, name)
	}
	_, err = b.keeper.ExportGenesis(b.Ctx)
	require.ErrorContains(t, err, "1000000000 settled rao are neither paid nor returned")
	require.NoError(t, b.keeper.PayModule(b.Ctx, "stake", tao))
	b.lawful()
	require.Equal(t, uint64(tao), b.Balance(b.Ctx, alice))
	require.Equal(t, uint64(11*tao), b.supply().IssuedRao, "12 minted, 1 recycled")
	require.Equal(t, uint64(tao), b.supply().BurntRao)
	b.block()
	require.Equal(t, uint64(2*tao+tao/2), b.pay(2), "what was returned waits")
}

func TestOpenAndClose(t *testing.T) { // R-EMISSION-3
	b := newBed(t)
	b.open(1, 2)
	require.Equal(t, []uint64{half, half}, b.shares(), "from the first block")
	b.blocks(7)
	b.open(1)
	require.Equal(t, int64(1), eraStart(b), "opening twice changes nothing")
	b.open(3)
	b.blocks(3)
	before := b.ledgers()
	require.NoError(t, b.keeper.Close(b.Ctx, 2))
	b.lawful()
	after := b.ledgers()
	require.Equal(t, []uint64{half, half}, b.shares())
	gained := after[0].PendingRao + after[1].PendingRao - before[0].PendingRao - before[2].PendingRao
	require.InDelta(t, before[1].PendingRao, gained, 3, "what the closed subnet had is divided among the others")

	for name, closed := range map[string]func() error{
		"close": func() error { return b.keeper.Close(b.Ctx, 2) },
		"settle": func() error {
			_, err := b.keeper.Settle(b.Ctx, 2)
			return err
		},
		"return": func() error { return b.keeper.Return(b.Ctx, 2, 0) },
		"share": func() error {
			_, err := b.keeper.ShareOf(b.Ctx, 2)
			return err
		},
	} {
		require.ErrorIs(t, closed(), emission.ErrNotOpen, name)
	}
	share, err := b.keeper.ShareOf(b.Ctx, 3)
	require.NoError(t, err)
	require.Equal(t, uint64(half), share)
}

func eraStart(b *bed) int64 {
	era, err := b.keeper.Era.Get(b.Ctx)
	require.NoError(b.t, err)
	return era.StartedAt
}

func partOf(b *bed, name string) uint64 {
	for _, p := range b.supply().Parts {
		if p.Name == name {
			return p.Rao
		}
	}
	b.t.Fatalf("no part %s", name)
	return 0
}

func TestRootVoteCounts(t *testing.T) { // R-EMISSION-5, R-EMISSION-6
	b := newBed(t)
	b.open(1, 2)
	b.stake("val", 100*tao)
	b.blocks(50)
	require.NoError(t, b.vote("val", 1, 3, 2, 1))
	require.Equal(t, []uint64{half, half}, b.shares(), "shares stand still within an era")
	b.blocks(50)
	require.Equal(t, []uint64{emission.Whole * 3 / 4, emission.Whole / 4}, b.shares())
	require.Equal(t, int64(101), eraStart(b))
	require.Equal(t, uint64(50*tao), b.ledgers()[1].PendingRao, "the past is not divided anew")
	b.blocks(8)
	require.Equal(t, uint64(56*tao), b.pay(1))
	require.Equal(t, uint64(52*tao), b.pay(2))
}

func TestVoteRefusals(t *testing.T) { // R-EMISSION-7
	b := newBed(t)
	b.open(1, 2)
	b.stake("val", tao)
	require.NoError(t, b.vote("val", 1, 1))
	b.At(60)
	tests := []struct {
		name string
		m    *emission.MsgSetRootWeights
		want error
		says string
	}{
		{"too soon", ballot("val", 1, 1), emission.ErrVotedTooSoon, "again from height 101, 41 blocks from now"},
		{"no stake", ballot("poor", 1, 1), emission.ErrNoStake, ""},
		{"closed subnet", ballot("val", 1, 1, 9, 1), emission.ErrNotOpen, "netuid 9"},
		{"empty", ballot("val"), emission.ErrBadVote, ""},
		{"bad address", &emission.MsgSetRootWeights{Hotkey: "x", Netuids: []uint32{1}, Weights: []uint32{1}}, emission.ErrBadAddress, ""},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			free, err := b.keeper.Admit(b.Ctx, tc.m)
			require.False(t, free)
			require.ErrorIs(t, err, tc.want)
			require.ErrorContains(t, err, tc.says)
			_, err = b.msgs.SetRootWeights(b.Ctx, tc.m)
			require.ErrorIs(t, err, tc.want)
		})
	}
	b.At(101)
	free, err := b.keeper.Admit(b.Ctx, ballot("val", 2, 1))
	require.NoError(t, err)
	require.True(t, free)
	free, err = b.keeper.Admit(b.Ctx, &emission.MsgBurn{})
	require.NoError(t, err)
	require.False(t, free)
}

func TestSeats(t *testing.T) { // R-EMISSION-8
	b := newBed(t)
	b.open(1)
	b.setParams(func(p *emission.Params) { p.RootSeats = 3 })
	for i, name := range []string{"a", "b", "c"} {
		b.stake(name, uint64(10+i))
		require.NoError(t, b.vote(name, 1, 1))
	}
	b.stake("new", 10)
	err := b.vote("new", 1, 1)
	require.ErrorIs(t, err, emission.ErrNoSeat)
	require.ErrorContains(t, err, "3 seats are taken, the least by 10 rao")
	b.stake("new", 11)
	require.NoError(t, b.vote("new", 1, 1))
	require.Equal(t, 3, b.voters())
	require.ErrorIs(t, b.vote("a", 1, 1), emission.ErrNoSeat, "a lost its seat")

	b.setParams(func(p *emission.Params) { p.RootSeats = 1 })
	require.Equal(t, 1, b.voters(), "governance took seats away")
	require.ErrorIs(t, b.vote("c", 1, 1), emission.ErrVotedTooSoon, "the one with most stake has it")

	b.At(216_001)
	b.block()
	require.Zero(t, b.voters(), "a vote that faded to nothing gives its seat back")
}

func TestRecycleAndBurn(t *testing.T) { // R-EMISSION-9, R-EMISSION-10
	b := newBed(t)
	b.open(1)
	b.blocks(10)
	rao, err := b.keeper.Settle(b.Ctx, 1)
	require.NoError(t, err)
	alice := teststore.Address("alice")
	require.NoError(t, b.keeper.PayAccount(b.Ctx, alice, rao/2))
	require.NoError(t, b.keeper.PayModule(b.Ctx, "subnet_lock", rao/2))

	require.NoError(t, b.keeper.RecycleFromAccount(b.Ctx, alice, tao))
	require.NoError(t, b.keeper.RecycleFromAccount(b.Ctx, alice, 0))
	require.NoError(t, b.keeper.RecycleFromModule(b.Ctx, "subnet_lock", 2*tao))
	require.NoError(t, b.keeper.RecycleFromModule(b.Ctx, "subnet_lock", 0))
	require.Error(t, b.keeper.RecycleFromAccount(b.Ctx, alice, 100*tao))
	require.Error(t, b.keeper.RecycleFromModule(b.Ctx, "subnet_lock", 100*tao))
	_, err = b.msgs.Burn(b.Ctx, &emission.MsgBurn{Coldkey: alice.String(), Rao: tao})
	require.NoError(t, err)
	b.lawful()

	s := b.supply()
	require.Equal(t, uint64(10*tao), s.MintedRao)
	require.Equal(t, uint64(3*tao), s.RecycledRao)
	require.Equal(t, uint64(7*tao), s.IssuedRao, "burnt TAO is still issued")
	require.Equal(t, uint64(tao), s.BurntRao)
	require.ErrorIs(t, b.keeper.RecycleFromModule(b.Ctx, emission.BurntName, 1), emission.ErrBurntForEver)

	for name, m := range map[string]*emission.MsgBurn{
		"nothing":        {Coldkey: alice.String()},
		"more than held": {Coldkey: alice.String(), Rao: 100 * tao},
		"no address":     {Rao: 1},
	} {
		_, err := b.msgs.Burn(b.Ctx, m)
		require.Error(t, err, name)
	}
	b.lawful()
}
