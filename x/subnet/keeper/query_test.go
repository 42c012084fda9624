package keeper_test

import (
	"fmt"
	"testing"

	"github.com/cosmos/cosmos-sdk/types/query"
	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/x/subnet"
)

// R-SUBNET-14
func TestPriceIsThatOfTheNextBlock(t *testing.T) {
	b := newBed(t)
	b.At(40)
	p, err := b.query.Price(b.Ctx, &subnet.QueryPriceRequest{})
	require.NoError(t, err)
	require.Equal(t, subnet.QueryPriceResponse{LockRao: 100 * tao, AllowedAt: 41, Slots: 32}, *p)
	b.At(41)
	_, err = b.create(olga, "text", p.LockRao)
	require.NoError(t, err)
	p, err = b.query.Price(b.Ctx, &subnet.QueryPriceRequest{})
	require.NoError(t, err)
	require.Equal(t, subnet.QueryPriceResponse{LockRao: 199_999_007_937, AllowedAt: 7241, SlotsUsed: 1, Slots: 32}, *p)
	b.At(7240)
	p, err = b.query.Price(b.Ctx, &subnet.QueryPriceRequest{})
	require.NoError(t, err)
	b.At(7241)
	r, err := b.create(oscar, "vision", p.LockRao)
	require.NoError(t, err)
	require.Equal(t, p.LockRao, r.LockRao, "what was quoted is what is paid one block later")
}

// R-SUBNET-14
func TestSubnetsComeInPages(t *testing.T) {
	b := newBed(t)
	require.NoError(t, b.updateParams(func(p *subnet.Params) { p.CreateInterval = 0 }))
	for i := range 5 {
		b.At(b.Ctx.BlockHeight() + 201_600)
		b.mustCreate(olga, fmt.Sprintf("s%d", i+1))
	}
	var names []string
	page := &query.PageRequest{Limit: 2}
	for {
		r, err := b.query.Subnets(b.Ctx, &subnet.QuerySubnetsRequest{Pagination: page})
		require.NoError(t, err)
		require.LessOrEqual(t, len(r.Subnets), 2)
		for _, s := range r.Subnets {
			names = append(names, s.Name)
		}
		if r.Pagination.NextKey == nil {
			break
		}
		page.Key = r.Pagination.NextKey
	}
	require.Equal(t, []string{"s1", "s2", "s3", "s4", "s5"}, names)
	one, err := b.query.Subnet(b.Ctx, &subnet.QuerySubnetRequest{Netuid: 3})
	require.NoError(t, err)
	require.Equal(t, "s3", one.Subnet.Name)
	_, err = b.query.Subnet(b.Ctx, &subnet.QuerySubnetRequest{Netuid: 6})
	require.ErrorIs(t, err, subnet.ErrSubnetUnknown)
}
