package keeper_test

import (
	"testing"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"
	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/internal/teststore"
	"github.com/dendra-net/dendra/x/subnet"
)

// R-SUBNET-9: refund and rent are the lock, the rent is destroyed, nothing is left of the subnet.
func TestDissolveReturnsTheLockLessRent(t *testing.T) {
	for _, c := range []struct {
		name string
		by   func(*bed) string
	}{
		{"by its owner", func(*bed) string { return olga.String() }},
		{"by governance", func(b *bed) string { return b.Authority }},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBed(t)
			id := b.mustCreate(olga, "text")
			other := b.mustCreate(oscar, "vision")
			require.NoError(t, b.set(olga.String(), id, "min_weights", 2))
			require.NoError(t, b.set(oscar.String(), other, "min_weights", 2))
			b.At(2 + 216_000)
			b.pages = nil
			supply := b.Bank.GetSupply(b.Ctx, "rao").Amount

			refund, err := b.dissolve(c.by(b), id)
			require.NoError(t, err)
			require.Equal(t, uint64(99*tao), refund)
			require.Equal(t, uint64(rich-1*tao), b.Balance(b.Ctx, olga))
			require.Equal(t, uint64(1*tao), b.recycled())
			require.Equal(t, math.NewInt(1*tao), supply.Sub(b.Bank.GetSupply(b.Ctx, "rao").Amount))
			require.Equal(t, []string{"second: dissolved 1", "first: dissolved 1"}, b.pages)
			require.Len(t, b.events("EventSubnetDissolved"), 1)

			left, err := b.subnets.ExportGenesis(b.Ctx)
			require.NoError(t, err)
			require.Len(t, left.Subnets, 1)
			require.Equal(t, []subnet.ParamChange{{Netuid: other, Name: "min_weights", Height: 7202}}, left.Changes)
			has, err := b.subnets.Names.Has(b.Ctx, "text")
			require.NoError(t, err)
			require.False(t, has)
			open, err := b.emission.Ledgers.Has(b.Ctx, id)
			require.NoError(t, err)
			require.False(t, open)
		})
	}
}

// R-SUBNET-9
func TestDissolveRefuses(t *testing.T) {
	b := newBed(t)
	id := b.mustCreate(olga, "text")
	_, err := b.dissolve(mallory.String(), id)
	require.ErrorIs(t, err, subnet.ErrNotOwner)
	_, err = b.dissolve(b.Authority, 7)
	require.ErrorIs(t, err, subnet.ErrSubnetUnknown)
	_, err = b.dissolve(olga.String(), id)
	require.NoError(t, err)
	_, err = b.dissolve(olga.String(), id)
	require.ErrorIs(t, err, subnet.ErrSubnetUnknown, "nobody is refunded twice")
}

// R-SUBNET-9: once the rent has eaten the lock the owner gets nothing, and the subnet still goes.
func TestDissolveAfterTheRentAteTheLock(t *testing.T) {
	b := newBed(t)
	id := b.mustCreate(olga, "text")
	b.At(100 * 216_000 * 2)
	refund, err := b.dissolve(olga.String(), id)
	require.NoError(t, err)
	require.Zero(t, refund)
	require.Equal(t, uint64(100*tao), b.recycled())
}

// R-SUBNET-12
func TestGenesisRoundTrip(t *testing.T) {
	b := newBed(t)
	b.mustCreate(olga, "text")
	b.mustCreate(oscar, "vision")
	require.NoError(t, b.set(olga.String(), 1, "tempo", 720))
	_, err := b.dissolve(oscar.String(), 2)
	require.NoError(t, err)
	b.mustCreate(oscar, "vision")
	want, err := b.subnets.ExportGenesis(b.Ctx)
	require.NoError(t, err)
	raw := b.Codec.MustMarshalJSON(want)

	next := emptyBed(t)
	var g subnet.GenesisState
	next.Codec.MustUnmarshalJSON(raw, &g)
	require.ErrorIs(t, next.subnets.InitGenesis(next.Ctx, g), subnet.ErrBadGenesis, "the locks must be there")
	next = emptyBed(t)
	require.NoError(t, next.Bank.SendCoinsFromAccountToModule(next.Ctx, olga, subnet.LockName, teststore.Coins(g.Subnets[0].LockRao+g.Subnets[1].LockRao)))
	require.NoError(t, next.subnets.InitGenesis(next.Ctx, g))
	next.checkLaws()
	got, err := next.subnets.ExportGenesis(next.Ctx)
	require.NoError(t, err)
	require.Equal(t, want, got)
	require.Equal(t, []string{"first: created 1", "second: created 1", "first: created 3", "second: created 3"}, next.pages)
	_, err = next.create(olga, "vision", rich)
	require.ErrorIs(t, err, subnet.ErrNameTaken, "the index of names is back")
}

func TestBadGenesisIsRefused(t *testing.T) {
	b := emptyBed(t)
	require.Error(t, b.subnets.InitGenesis(b.Ctx, subnet.GenesisState{}))
}

// R-SUBNET-13
func TestLawsSeeWhatIsWrong(t *testing.T) {
	b := newBed(t)
	b.mustCreate(olga, "text")
	broken := func() (names []string) {
		for _, law := range b.subnets.Laws() {
			holds, detail, err := law.Check(b.Ctx)
			require.NoError(t, err)
			require.Equal(t, holds, detail == "")
			if !holds {
				names = append(names, law.Name)
			}
		}
		return names
	}
	require.Empty(t, broken())
	s, err := b.subnets.Get(b.Ctx, 1)
	require.NoError(t, err)
	s.LockRao++
	require.NoError(t, b.subnets.Subnets.Set(b.Ctx, 1, s))
	require.Equal(t, []string{"subnet/locks"}, broken())
	require.NoError(t, b.subnets.Params.Set(b.Ctx, subnet.Params{}))
	require.Equal(t, []string{"subnet/locks", "subnet/slots"}, broken())
	require.NoError(t, b.subnets.Params.Remove(b.Ctx))
	_, _, err = b.subnets.Laws()[1].Check(b.Ctx)
	require.ErrorIs(t, err, collections.ErrNotFound)
}
