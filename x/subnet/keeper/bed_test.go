package keeper_test

import (
	"context"
	"fmt"
	"testing"

	sdk "github.com/cosmos/cosmos-sdk/types"
	bankkeeper "github.com/cosmos/cosmos-sdk/x/bank/keeper"
	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/internal/teststore"
	"github.com/dendra-net/dendra/x/emission"
	emissionkeeper "github.com/dendra-net/dendra/x/emission/keeper"
	"github.com/dendra-net/dendra/x/guard"
	"github.com/dendra-net/dendra/x/stake"
	stakekeeper "github.com/dendra-net/dendra/x/stake/keeper"
	"github.com/dendra-net/dendra/x/subnet"
	"github.com/dendra-net/dendra/x/subnet/keeper"
)

const tao = subnet.Tao

// rich is what each of the test's people has at the start.
const rich = 100_000 * tao

var (
	olga     = teststore.Address("olga")
	oscar    = teststore.Address("oscar")
	mallory  = teststore.Address("mallory")
	treasury = teststore.Address("blocked")
)

// bank is the engine's, with one address that may not receive coins.
type bank struct{ bankkeeper.BaseKeeper }

func (bank) BlockedAddr(a sdk.AccAddress) bool { return a.Equals(treasury) }

// diary is a Hooks and Watcher that writes down what it is told.
type diary struct {
	name   string
	pages  *[]string
	refuse error
}

func (d diary) SubnetCreated(_ context.Context, s subnet.Subnet) error {
	*d.pages = append(*d.pages, fmt.Sprintf("%s: created %d", d.name, s.Netuid))
	return d.refuse
}

func (d diary) SubnetDissolved(_ context.Context, netuid uint32) error {
	*d.pages = append(*d.pages, fmt.Sprintf("%s: dissolved %d", d.name, netuid))
	return d.refuse
}

func (d diary) ParamChanging(_ context.Context, before, after subnet.Subnet) error {
	*d.pages = append(*d.pages, fmt.Sprintf("%s: tempo %d to %d", d.name, before.Hyperparameters.Tempo, after.Hyperparameters.Tempo))
	return d.refuse
}

// clock closes every epoch at one height.
type clock int64

func (c clock) NextEpoch(context.Context, uint32) (int64, error) { return int64(c), nil }

// bed is a registry on real stores with the real keepers below it.
type bed struct {
	*teststore.Store
	t        *testing.T
	emission *emissionkeeper.Keeper
	stakes   *stakekeeper.Keeper
	subnets  *keeper.Keeper
	msg      subnet.MsgServer
	query    subnet.QueryServer
	pages    []string
}

func newBed(t *testing.T) *bed {
	b := emptyBed(t)
	require.NoError(t, b.subnets.InitGenesis(b.Ctx, *subnet.DefaultGenesis()))
	return b
}

// emptyBed has money and open books but no registry yet.
func emptyBed(t *testing.T) *bed {
	s := teststore.New(t, []string{stake.StoreKey, emission.StoreKey, subnet.StoreKey}, map[string][]string{
		stake.ModuleName: nil, stake.UnbondingName: nil, subnet.LockName: nil,
		emission.ModuleName: {"minter", "burner"}, emission.BurntName: nil,
	})
	b := &bed{Store: s, t: t}
	money := bank{s.Bank}
	b.stakes = stakekeeper.NewKeeper(s.Codec, s.Service(stake.StoreKey), s.Accounts, s.Bank, s.Authority)
	b.emission = emissionkeeper.NewKeeper(s.Codec, s.Service(emission.StoreKey), s.Bank, b.stakes, s.Authority)
	b.subnets = keeper.NewKeeper(s.Codec, s.Service(subnet.StoreKey), money, b.emission, s.Authority)
	b.subnets.SetHooks(diary{name: "first", pages: &b.pages}, diary{name: "second", pages: &b.pages})
	b.msg, b.query = keeper.NewMsgServer(b.subnets), keeper.NewQueryServer(b.subnets)
	g := *emission.DefaultGenesis()
	for _, who := range []sdk.AccAddress{olga, oscar, treasury} {
		s.Fund(t, who, rich)
		g.Books.MintedRao += rich
	}
	require.NoError(t, b.stakes.InitGenesis(b.Ctx, *stake.DefaultGenesis()))
	require.NoError(t, b.emission.InitGenesis(b.Ctx, g))
	return b
}

// try runs f as a transaction: what it wrote stays only if it succeeds. The books are checked after it.
func (b *bed) try(f func(ctx context.Context) error) error {
	b.t.Helper()
	ctx, write := b.Ctx.CacheContext()
	err := f(ctx)
	if err == nil {
		write()
	}
	b.checkLaws()
	return err
}

func (b *bed) checkLaws() {
	b.t.Helper()
	for _, laws := range [][]guard.Law{b.subnets.Laws(), b.emission.Laws(), b.stakes.Laws()} {
		for _, law := range laws {
			holds, detail, err := law.Check(b.Ctx)
			require.NoError(b.t, err, law.Name)
			require.True(b.t, holds, "%s: %s", law.Name, detail)
		}
	}
}

func (b *bed) create(owner sdk.AccAddress, name string, maxRao uint64) (r *subnet.MsgCreateSubnetResponse, err error) {
	b.t.Helper()
	err = b.try(func(ctx context.Context) (err error) {
		r, err = b.msg.CreateSubnet(ctx, &subnet.MsgCreateSubnet{Coldkey: owner.String(), Name: name, MaxLockRao: maxRao})
		return err
	})
	return r, err
}

// mustCreate creates a subnet at the next height that allows it.
func (b *bed) mustCreate(owner sdk.AccAddress, name string) uint32 {
	b.t.Helper()
	p, err := b.query.Price(b.Ctx, &subnet.QueryPriceRequest{})
	require.NoError(b.t, err)
	b.At(p.AllowedAt)
	r, err := b.create(owner, name, rich)
	require.NoError(b.t, err)
	return r.Netuid
}

func (b *bed) set(sender string, netuid uint32, name string, value int64) error {
	b.t.Helper()
	return b.try(func(ctx context.Context) error {
		_, err := b.msg.SetParam(ctx, &subnet.MsgSetParam{Sender: sender, Netuid: netuid, Name: name, Value: value})
		return err
	})
}

func (b *bed) dissolve(sender string, netuid uint32) (refundRao uint64, err error) {
	b.t.Helper()
	err = b.try(func(ctx context.Context) error {
		r, err := b.msg.DissolveSubnet(ctx, &subnet.MsgDissolveSubnet{Sender: sender, Netuid: netuid})
		refundRao = r.GetRefundRao()
		return err
	})
	return refundRao, err
}

func (b *bed) updateParams(change func(*subnet.Params)) error {
	b.t.Helper()
	p, err := b.subnets.Params.Get(b.Ctx)
	require.NoError(b.t, err)
	change(&p)
	return b.try(func(ctx context.Context) error {
		_, err := b.msg.UpdateParams(ctx, &subnet.MsgUpdateParams{Authority: b.Authority, Params: p})
		return err
	})
}

func (b *bed) recycled() uint64 {
	books, err := b.emission.Books.Get(b.Ctx)
	require.NoError(b.t, err)
	return books.RecycledRao
}

// events returns the typed events of a kind so far.
func (b *bed) events(kind string) (found []sdk.Event) {
	for _, e := range b.Ctx.EventManager().Events() {
		if e.Type == "dendra.subnet.v1."+kind {
			found = append(found, e)
		}
	}
	return found
}
