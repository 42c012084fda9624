package keeper_test

import (
	"testing"

	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/x/subnet"
)

// R-SUBNET-1
func TestCreateLocksThePriceAndTellsEveryone(t *testing.T) {
	b := newBed(t)
	r, err := b.create(olga, "text", 100*tao)
	require.NoError(t, err)
	require.Equal(t, subnet.MsgCreateSubnetResponse{Netuid: 1, LockRao: 100 * tao}, *r)
	require.Equal(t, uint64(rich-100*tao), b.Balance(b.Ctx, olga))
	require.Equal(t, uint64(100*tao), b.ModuleBalance(b.Ctx, subnet.LockName))
	require.Equal(t, []string{"first: created 1", "second: created 1"}, b.pages)
	require.Len(t, b.events("EventSubnetCreated"), 1)

	s, err := b.subnets.Get(b.Ctx, 1)
	require.NoError(t, err)
	require.Equal(t, subnet.Subnet{
		Netuid: 1, Name: "text", Owner: olga.String(), CreatedAt: 1, LockRao: 100 * tao,
		Hyperparameters: subnet.DefaultHyperparameters(),
	}, s)
	share, err := b.emission.ShareOf(b.Ctx, 1)
	require.NoError(t, err)
	require.Equal(t, uint64(1<<32), share, "the only subnet takes part in emission at once")
}

// R-SUBNET-1, R-SUBNET-4: netuids are never reused, names are.
func TestNetuidsCountUp(t *testing.T) {
	b := newBed(t)
	require.Equal(t, uint32(1), b.mustCreate(olga, "text"))
	_, err := b.dissolve(olga.String(), 1)
	require.NoError(t, err)
	require.Equal(t, uint32(2), b.mustCreate(oscar, "text"))
	_, err = b.subnets.Get(b.Ctx, 1)
	require.ErrorIs(t, err, subnet.ErrSubnetUnknown)

	require.NoError(t, b.subnets.NextNetuid.Set(b.Ctx, subnet.MaxNetuid))
	require.Equal(t, uint32(subnet.MaxNetuid), b.mustCreate(olga, "last"))
	b.At(1 << 30)
	_, err = b.create(olga, "beyond", rich)
	require.ErrorIs(t, err, subnet.ErrSlotsFull)
}

// R-SUBNET-1..5: each refusal has its own error with the numbers, and takes nothing.
func TestCreateRefuses(t *testing.T) {
	b := newBed(t)
	b.mustCreate(olga, "text")
	allowed := b.Ctx.BlockHeight() + subnet.DefaultParams().CreateInterval
	for _, c := range []struct {
		name   string
		height int64
		msg    subnet.MsgCreateSubnet
		want   error
		words  string
	}{
		{"too soon", allowed - 1, subnet.MsgCreateSubnet{Coldkey: oscar.String(), Name: "new", MaxLockRao: rich}, subnet.ErrTooSoon, "from 7202, now is 7201"},
		{"price above maximum", allowed, subnet.MsgCreateSubnet{Coldkey: oscar.String(), Name: "new", MaxLockRao: 100 * tao}, subnet.ErrPriceAboveMax, "locks 192857146400 rao now; at most 100000000000 rao"},
		{"poor", allowed, subnet.MsgCreateSubnet{Coldkey: mallory.String(), Name: "new", MaxLockRao: rich}, sdkerrors.ErrInsufficientFunds, "has 0 rao"},
		{"name taken", allowed, subnet.MsgCreateSubnet{Coldkey: oscar.String(), Name: "text", MaxLockRao: rich}, subnet.ErrNameTaken, `"text"`},
		{"bad name", allowed, subnet.MsgCreateSubnet{Coldkey: oscar.String(), Name: "Text", MaxLockRao: rich}, subnet.ErrBadName, "'T'"},
		{"bad url", allowed, subnet.MsgCreateSubnet{Coldkey: oscar.String(), Name: "new", MaxLockRao: rich, Url: "x"}, subnet.ErrBadIdentity, `"x"`},
		{"no refund possible", allowed, subnet.MsgCreateSubnet{Coldkey: treasury.String(), Name: "new", MaxLockRao: rich}, subnet.ErrBadOwner, "cannot receive"},
		{"no address", allowed, subnet.MsgCreateSubnet{Coldkey: "oscar", Name: "new", MaxLockRao: rich}, sdkerrors.ErrInvalidAddress, `"oscar"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			b.At(c.height)
			_, err := b.msg.CreateSubnet(b.Ctx, &c.msg)
			require.ErrorIs(t, err, c.want)
			require.ErrorContains(t, err, c.words)
			b.checkLaws()
			require.Equal(t, uint64(rich), b.Balance(b.Ctx, oscar))
		})
	}
	b.At(allowed)
	_, err := b.create(oscar, "new", 192_857_146_400)
	require.NoError(t, err, "the very price at the very height")
}

// R-SUBNET-10
func TestFullSlotsMakeRoomByRank(t *testing.T) {
	b := newBed(t)
	require.NoError(t, b.updateParams(func(p *subnet.Params) { p.Slots, p.ImmunityBlocks = 2, 20_000 }))
	b.mustCreate(olga, "one")  // at 2
	b.mustCreate(oscar, "two") // at 7202
	b.At(14_402)

	_, err := b.create(oscar, "three", rich)
	require.ErrorIs(t, err, subnet.ErrSlotsFull, "nobody ranks")
	require.ErrorContains(t, err, "2 of 2 slots")
	b.subnets.SetRanker(b.emission)
	_, err = b.create(oscar, "three", rich)
	require.ErrorIs(t, err, subnet.ErrSlotsFull)
	require.ErrorContains(t, err, "no subnet is older than 20000 blocks")

	b.At(2 + 20_000)
	b.pages = nil
	had := b.Balance(b.Ctx, olga)
	r, err := b.create(oscar, "three", rich)
	require.NoError(t, err)
	require.Equal(t, uint32(3), r.Netuid)
	require.Equal(t, []string{"second: dissolved 1", "first: dissolved 1", "first: created 3", "second: created 3"}, b.pages)
	refund, rent := subnet.Refund(100*tao, 20_000, subnet.DefaultParams())
	require.Equal(t, had+refund, b.Balance(b.Ctx, olga), "who is removed gets the lock back")
	require.Equal(t, rent, b.recycled())
	all, err := b.subnets.List(b.Ctx)
	require.NoError(t, err)
	require.Len(t, all, 2)
	require.Equal(t, []uint32{2, 3}, []uint32{all[0].Netuid, all[1].Netuid})
}
