package keeper_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/x/subnet"
)

// R-SUBNET-7
func TestWhoMayChangeWhat(t *testing.T) {
	b := newBed(t)
	id := b.mustCreate(olga, "text")
	governance := b.Authority
	for _, c := range []struct {
		name   string
		sender string
		param  string
		value  int64
		want   error
		words  string
	}{
		{"owner within bounds", olga.String(), "immunity_blocks", 10, nil, ""},
		{"owner below", olga.String(), "tempo", 359, subnet.ErrOutOfBounds, "an owner may set 360..50400"},
		{"owner above", olga.String(), "tempo", 50_401, subnet.ErrOutOfBounds, "50401"},
		{"owner on governance's", olga.String(), "kappa_u16", 40_000, subnet.ErrGovernanceOnly, "kappa_u16"},
		{"owner closes registration", olga.String(), "registration_allowed", 0, subnet.ErrGovernanceOnly, "registration_allowed"},
		{"owner takes more than its cut", olga.String(), "owner_cut_u16", 11_797, subnet.ErrOutOfBounds, "0..11796"},
		{"governance beyond owner bounds", governance, "tempo", 20, nil, ""},
		{"governance on its own", governance, "kappa_u16", 40_000, nil, ""},
		{"governance beyond all bounds", governance, "kappa_u16", 32_767, subnet.ErrOutOfBounds, "32768..65535"},
		{"governance against another value", governance, "max_neurons", 63, subnet.ErrBadParams, "max_validators is 64, above max_neurons of 63"},
		{"stranger", mallory.String(), "tempo", 400, subnet.ErrNotOwner, olga.String()},
		{"nobody", "", "tempo", 400, subnet.ErrNotOwner, ""},
		{"unknown", olga.String(), "max_fun", 1, subnet.ErrParamUnknown, "max_fun"},
		{"not a boolean", olga.String(), "yuma3", 2, subnet.ErrOutOfBounds, "0..1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := b.set(c.sender, id, c.param, c.value)
			if c.want != nil {
				require.ErrorIs(t, err, c.want)
				require.ErrorContains(t, err, c.words)
				return
			}
			require.NoError(t, err)
			s, err := b.subnets.Get(b.Ctx, id)
			require.NoError(t, err)
			p, err := subnet.FindHyperparameter(c.param)
			require.NoError(t, err)
			require.Equal(t, c.value, p.Get(s.Hyperparameters))
		})
	}
	require.ErrorIs(t, b.set(olga.String(), 9, "tempo", 400), subnet.ErrSubnetUnknown)
	require.Len(t, b.events("EventParamSet"), 3)
}

// R-SUBNET-7: a subnet without an owner is governance's alone.
func TestASubnetOfTheGenesisHasNoOwner(t *testing.T) {
	b := emptyBed(t)
	g := *subnet.DefaultGenesis()
	g.NextNetuid = 2
	g.Subnets = []subnet.Subnet{{Netuid: 1, Name: "text", Hyperparameters: subnet.DefaultHyperparameters()}}
	require.NoError(t, b.subnets.InitGenesis(b.Ctx, g))
	require.ErrorIs(t, b.set("", 1, "tempo", 400), subnet.ErrNotOwner)
	require.ErrorIs(t, b.set(olga.String(), 1, "tempo", 400), subnet.ErrNotOwner)
	require.NoError(t, b.set(b.Authority, 1, "tempo", 400))
	refund, err := b.dissolve(b.Authority, 1)
	require.NoError(t, err)
	require.Zero(t, refund)
}

// R-SUBNET-8: the last ten blocks before the epoch and its own block are frozen, for owners.
func TestFreeze(t *testing.T) {
	b := newBed(t)
	id := b.mustCreate(olga, "text")
	b.subnets.SetClock(clock(1000))
	b.At(990)
	err := b.set(olga.String(), id, "min_weights", 2)
	require.ErrorIs(t, err, subnet.ErrFrozen)
	require.ErrorContains(t, err, "epoch at height 1000, now is 990")
	b.At(1000)
	require.ErrorIs(t, b.set(olga.String(), id, "min_weights", 2), subnet.ErrFrozen)
	b.At(1003)
	require.ErrorIs(t, b.set(olga.String(), id, "min_weights", 2), subnet.ErrFrozen, "an epoch that waits its turn freezes on")
	require.NoError(t, b.set(b.Authority, id, "min_weights", 2))
	b.At(989)
	require.NoError(t, b.set(olga.String(), id, "min_weights", 3))
}

// R-SUBNET-8: the same hyperparameter again only after two tempos; another one at once.
func TestRateOfChanges(t *testing.T) {
	b := newBed(t)
	id := b.mustCreate(olga, "text")
	start := b.Ctx.BlockHeight()
	require.NoError(t, b.set(olga.String(), id, "min_weights", 2))
	require.NoError(t, b.set(olga.String(), id, "yuma3", 0), "another one")
	b.At(start + 2*360 - 1)
	err := b.set(olga.String(), id, "min_weights", 3)
	require.ErrorIs(t, err, subnet.ErrParamRate)
	require.ErrorContains(t, err, "from 722, now is 721")
	require.NoError(t, b.set(b.Authority, id, "min_weights", 4), "governance is not held to it")
	b.At(start + 2*360)
	require.NoError(t, b.set(olga.String(), id, "min_weights", 3))
	require.ErrorIs(t, b.set(olga.String(), id, "min_weights", 3), subnet.ErrParamRate, "nor does the same value pass twice")
}

// R-SUBNET-7: who watches sees the change before it is made, and may refuse it.
func TestWatchersMayRefuse(t *testing.T) {
	b := newBed(t)
	id := b.mustCreate(olga, "text")
	b.pages = nil
	require.NoError(t, b.set(olga.String(), id, "tempo", 400))
	require.Equal(t, []string{"first: tempo 360 to 400", "second: tempo 360 to 400"}, b.pages)
	no := errors.New("not while I count")
	b.subnets.SetHooks(diary{name: "strict", pages: &b.pages, refuse: no})
	require.ErrorIs(t, b.set(b.Authority, id, "tempo", 500), no)
	s, err := b.subnets.Get(b.Ctx, id)
	require.NoError(t, err)
	require.Equal(t, int64(400), s.Hyperparameters.Tempo)
	b.At(1 << 20)
	_, err = b.create(oscar, "two", rich)
	require.ErrorIs(t, err, no, "a creation that someone cannot follow does not happen")
	_, err = b.dissolve(olga.String(), id)
	require.ErrorIs(t, err, no)
}

// R-SUBNET-5
func TestIdentityIsTheOwners(t *testing.T) {
	b := newBed(t)
	id := b.mustCreate(olga, "text")
	set := func(sender, description, url string) error {
		return b.try(func(ctx context.Context) error {
			_, err := b.msg.SetIdentity(ctx, &subnet.MsgSetIdentity{Sender: sender, Netuid: id, Description: description, Url: url})
			return err
		})
	}
	require.NoError(t, set(olga.String(), "questions", "https://example.org"))
	s, err := b.subnets.Get(b.Ctx, id)
	require.NoError(t, err)
	require.Equal(t, "questions", s.Description)
	require.Equal(t, "https://example.org", s.Url)
	require.Len(t, b.events("EventIdentitySet"), 1)
	require.NoError(t, set(b.Authority, "", ""))
	require.ErrorIs(t, set(mallory.String(), "mine", ""), subnet.ErrNotOwner)
	require.ErrorIs(t, set(olga.String(), strings.Repeat("x", 2000), ""), subnet.ErrBadIdentity)
}

// R-SUBNET-11
func TestUpdateParamsIsGovernances(t *testing.T) {
	b := newBed(t)
	b.mustCreate(olga, "text")
	b.mustCreate(oscar, "vision")
	_, err := b.msg.UpdateParams(b.Ctx, &subnet.MsgUpdateParams{Authority: olga.String(), Params: subnet.DefaultParams()})
	require.ErrorIs(t, err, subnet.ErrNotAuthority)
	require.ErrorIs(t, b.updateParams(func(p *subnet.Params) { p.RentBlocks = 0 }), subnet.ErrBadParams)
	err = b.updateParams(func(p *subnet.Params) { p.Slots = 1 })
	require.ErrorIs(t, err, subnet.ErrBadParams)
	require.ErrorContains(t, err, "slots is 1, there are 2 subnets")
	require.NoError(t, b.updateParams(func(p *subnet.Params) { p.Slots, p.Defaults.Tempo = 2, 20 }))
	p, err := b.query.Params(b.Ctx, &subnet.QueryParamsRequest{})
	require.NoError(t, err)
	require.Equal(t, uint32(2), p.Params.Slots)
	s, err := b.subnets.Get(b.Ctx, 1)
	require.NoError(t, err)
	require.Equal(t, int64(360), s.Hyperparameters.Tempo, "defaults are for subnets to come")
}
