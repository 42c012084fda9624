package keeper_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/dendra-net/dendra/x/emission"
)

// TestRandomLife opens, closes, settles, pays, returns, recycles and votes at random: after every step the laws hold,
// and what was minted is, to the rao, what was paid, recycled and still waits.
func TestRandomLife(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		b := newBed(t)
		b.setParams(func(p *emission.Params) {
			p.RootTempo = rapid.Int64Range(1, 7).Draw(rt, "tempo")
			p.RootSeats, p.RootRateLimit, p.RootStaleBlocks = 3, 2, 10
			p.BlockMillis = rapid.Uint64Range(1, 60_000).Draw(rt, "millis")
		})
		netuid, voter := rapid.Uint32Range(1, 6), rapid.IntRange(0, 5)
		var paid uint64
		rt.Repeat(map[string]func(*rapid.T){
			"open": func(rt *rapid.T) { b.open(netuid.Draw(rt, "netuid")) },
			"close": func(rt *rapid.T) {
				unlessClosed(rt, b.keeper.Close(b.Ctx, netuid.Draw(rt, "netuid")))
			},
			"pay": func(rt *rapid.T) {
				at := netuid.Draw(rt, "netuid")
				rao, err := b.keeper.Settle(b.Ctx, at)
				if unlessClosed(rt, err); err != nil || rao == 0 {
					return
				}
				back := rapid.Uint64Range(0, rao).Draw(rt, "back")
				gone := rapid.Uint64Range(0, rao-back).Draw(rt, "recycled")
				require.NoError(rt, b.keeper.Return(b.Ctx, at, back))
				require.NoError(rt, b.keeper.RecycleFromModule(b.Ctx, emission.ModuleName, gone))
				require.NoError(rt, b.keeper.PayModule(b.Ctx, "stake", rao-back-gone))
				paid += rao - back - gone
			},
			"vote": func(rt *rapid.T) {
				name := fmt.Sprint("voter ", voter.Draw(rt, "voter"))
				b.stake(name, rapid.Uint64Range(0, emission.MaxRao).Draw(rt, "stake"))
				err := b.vote(name, netuid.Draw(rt, "first"), rapid.Uint32Range(1, 65535).Draw(rt, "w"))
				for _, refusal := range []error{emission.ErrNotOpen, emission.ErrNoStake, emission.ErrNoSeat, emission.ErrVotedTooSoon} {
					if errors.Is(err, refusal) {
						return
					}
				}
				require.NoError(rt, err)
			},
			"block": func(*rapid.T) { b.block() },
			"": func(rt *rapid.T) {
				b.lawful()
				require.LessOrEqual(rt, b.voters(), 3)
				requireExact(rt, b, paid)
			},
		})
	})
}

func unlessClosed(t *rapid.T, err error) {
	t.Helper()
	if !errors.Is(err, emission.ErrNotOpen) {
		require.NoError(t, err)
	}
}

// requireExact adds up where everything minted went.
func requireExact(t *rapid.T, b *bed, paid uint64) {
	t.Helper()
	books, err := b.keeper.Books.Get(b.Ctx)
	require.NoError(t, err)
	era, err := b.keeper.Era.Get(b.Ctx)
	require.NoError(t, err)
	waits, taken, shares := uint64(0), uint64(0), uint64(0)
	n := 0
	require.NoError(t, b.keeper.Ledgers.Walk(b.Ctx, nil, func(_ uint32, l emission.Ledger) (bool, error) {
		n, waits, taken, shares = n+1, waits+l.PendingRao, taken+l.TakenRao, shares+l.ShareQ32
		return false, nil
	}))
	require.Equal(t, books.MintedRao, paid+books.RecycledRao+waits+era.EmittedRao-taken)
	if n > 0 {
		require.Equal(t, uint64(emission.Whole), shares)
	}
}

func BenchmarkBeginBlock(b *testing.B) {
	bd := newBed(b)
	for netuid := range uint32(128) {
		bd.open(netuid + 1)
	}
	for b.Loop() {
		if err := bd.keeper.BeginBlock(bd.Ctx); err != nil {
			b.Fatal(err)
		}
	}
}
