package keeper_test

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"testing"

	"cosmossdk.io/collections"
	"github.com/cosmos/cosmos-sdk/types/query"
	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/x/neuron"
	"github.com/dendra-net/dendra/x/subnet"
)

// commit publishes data of the hotkey of a name.
func (b *bed) commit(netuid uint32, name, data string) neuron.Data {
	b.t.Helper()
	hotkey := key(name).address().String()
	require.NoError(b.t, b.free(&neuron.MsgCommitData{Hotkey: hotkey, Netuid: netuid, Data: []byte(data)}))
	r, err := b.query.Data(b.Ctx, &neuron.QueryDataRequest{Netuid: netuid, Hotkey: hotkey})
	require.NoError(b.t, err)
	return r.Data
}

// first is who committed data first as a neuron's own record says: name and height.
func requireFirst(t *testing.T, d neuron.Data, name string, height int64) {
	t.Helper()
	require.Equal(t, key(name).address().String(), d.FirstHotkey)
	require.Equal(t, height, d.FirstHeight)
}

// remember sets the parameters of data.
func (b *bed) dataRules(memoryBlocks, rateLimit int64) {
	b.t.Helper()
	p := neuron.DefaultParams()
	p.DataMemoryBlocks, p.DataRateLimit = memoryBlocks, rateLimit
	_, err := b.msg.UpdateParams(b.Ctx, &neuron.MsgUpdateParams{Authority: b.Authority, Params: p})
	require.NoError(b.t, err)
}

func (b *bed) remembered() []neuron.FirstData {
	b.t.Helper()
	g, err := b.neurons.ExportGenesis(b.Ctx)
	require.NoError(b.t, err)
	return g.FirstData
}

// R-NEURON-17: who comes later with the same bytes on the same subnet is not the first, whatever became of who was.
func TestFirstCommitterOwnsItsBytes(t *testing.T) {
	b := newBed(t)
	id, other := b.subnet("text", map[string]int64{"max_neurons": 2, "max_validators": 1, "immunity_blocks": 0, "min_replaceable": 0}), b.subnet("vision", nil)
	b.dataRules(1000, 1)
	b.block(10)
	for _, name := range []string{"ada", "ben"} {
		b.mustRegister(id, name)
	}
	b.mustRegister(other, "ben")
	requireFirst(t, b.commit(id, "ada", "model 1"), "ada", 10)
	b.block(11)
	requireFirst(t, b.commit(id, "ben", "model 1"), "ada", 10)
	requireFirst(t, b.commit(other, "ben", "model 1"), "ben", 11)
	b.block(12)
	requireFirst(t, b.commit(id, "ada", "model 2"), "ada", 12)
	b.block(13)
	requireFirst(t, b.commit(id, "ada", "model 1"), "ada", 10)

	require.NoError(t, b.neurons.SetRanking(b.Ctx, neuron.Ranking{Netuid: id, EmissionRao: []uint64{0, 5}}))
	require.Equal(t, uint32(0), b.mustRegister(id, "cas").Uid, "ada loses its slot and its data")
	b.block(14)
	requireFirst(t, b.commit(id, "cas", "model 1"), "ada", 10)
	require.Len(t, b.remembered(), 3)
}

// R-NEURON-18: memory ends after data_memory_blocks, unless the first committer still stands by its bytes.
func TestFirstCommittersAreForgotten(t *testing.T) {
	b := newBed(t)
	id := b.subnet("text", nil)
	b.dataRules(100, 1)
	b.block(10)
	for _, name := range []string{"ada", "ben", "cas"} {
		b.mustRegister(id, name)
	}
	b.commit(id, "ada", "kept")
	b.commit(id, "ben", "left")
	b.block(11)
	b.commit(id, "ben", "new")
	b.dataRules(50, 1)
	b.block(109)
	require.Len(t, b.remembered(), 3, "what is remembered for how long was settled when it came")
	b.block(110)
	digest := sha256.Sum256([]byte("left"))
	for _, f := range b.remembered() {
		require.NotEqual(t, digest[:], f.Digest)
	}
	b.checkLaws()
	requireFirst(t, b.commit(id, "cas", "left"), "cas", 110)
	b.block(115)
	requireFirst(t, b.commit(id, "cas", "kept"), "ada", 10)
	b.commit(id, "ada", "other")
	b.block(159)
	b.block(160) // ada's was kept for 50 more, and is forgotten now
	b.block(170)
	requireFirst(t, b.commit(id, "ben", "kept"), "ben", 170)
}

// R-NEURON-18: however much is due, a block forgets a part of it, oldest first; the same holds for a subnet that is gone.
func TestForgettingIsBounded(t *testing.T) {
	b := newBed(t)
	id, gone := b.subnet("text", nil), b.subnet("vision", nil)
	b.block(10)
	g, err := b.neurons.ExportGenesis(b.Ctx)
	require.NoError(t, err)
	for i := range uint32(600) {
		for _, netuid := range []uint32{id, gone} {
			g.FirstData = append(g.FirstData, neuron.FirstData{
				Netuid: netuid, Digest: binary.BigEndian.AppendUint32(make([]byte, 28), i), Hotkey: key("ada").address().String(), Height: 1, ForgetAt: int64(100 + i/400),
			})
		}
	}
	require.NoError(t, b.neurons.InitGenesis(b.Ctx, *g))
	stored := func() int {
		it, err := b.neurons.FirstData.Iterate(b.Ctx, nil)
		require.NoError(t, err)
		keys, err := it.Keys()
		require.NoError(t, err)
		b.checkLaws()
		return len(keys)
	}
	require.Equal(t, 1200, stored())
	require.NoError(t, b.try(func(ctx context.Context) error {
		_, err := b.subnets.Dissolve(ctx, gone)
		return err
	}))
	require.Len(t, b.remembered(), 600, "what is of no subnet is no part of an export")
	for i, want := range []int{944, 688, 600, 600} {
		b.block(int64(11 + i))
		require.Equal(t, want, stored())
	}
	for i, want := range []int{344, 88, 0} {
		b.block(int64(101 + i))
		require.Equal(t, want, stored())
	}
}

// R-NEURON-17: the data of a subnet comes in pages, each with who was first, as of one height.
func TestDataOfASubnet(t *testing.T) {
	b := newBed(t)
	id, other := b.subnet("text", nil), b.subnet("vision", nil)
	b.block(10)
	for i := range 5 {
		b.mustRegister(id, fmt.Sprint("n", i))
		b.commit(id, fmt.Sprint("n", i), fmt.Sprint("model ", i/2))
	}
	b.mustRegister(other, "n0")
	b.commit(other, "n0", "elsewhere")
	b.block(12)
	seen := map[string]string{}
	page := &query.PageRequest{Limit: 2}
	for {
		r, err := b.query.SubnetData(b.Ctx, &neuron.QuerySubnetDataRequest{Netuid: id, Pagination: page})
		require.NoError(t, err)
		require.Equal(t, int64(12), r.Height)
		require.LessOrEqual(t, len(r.Data), 2)
		for _, d := range r.Data {
			require.Equal(t, id, d.Netuid)
			seen[d.Hotkey] = d.FirstHotkey
		}
		if page.Key = r.Pagination.NextKey; page.Key == nil {
			break
		}
	}
	want := map[string]string{}
	for i := range 5 {
		want[key(fmt.Sprint("n", i)).address().String()] = key(fmt.Sprint("n", i/2*2)).address().String()
	}
	require.Equal(t, want, seen)
	_, err := b.query.SubnetData(b.Ctx, &neuron.QuerySubnetDataRequest{Netuid: 9})
	require.ErrorIs(t, err, subnet.ErrSubnetUnknown)
}

// R-NEURON-15: the law of first commitments sees each fault of theirs.
func TestLawOfFirstData(t *testing.T) {
	for name, spoil := range map[string]func(b *bed, f neuron.FirstData) error{
		"never forgotten": func(b *bed, f neuron.FirstData) error {
			return b.neurons.Forgetting.Remove(b.Ctx, collections.Join3(f.ForgetAt, f.Netuid, f.Digest))
		},
		"forgotten before it is known": func(b *bed, f neuron.FirstData) error {
			return b.neurons.Forgetting.Set(b.Ctx, collections.Join3(f.ForgetAt+1, f.Netuid, f.Digest))
		},
		"another's": func(b *bed, f neuron.FirstData) error {
			at := collections.Join(f.Netuid, f.Digest)
			f.Netuid = 7
			return b.neurons.FirstData.Set(b.Ctx, at, f)
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := lived(t)
			require.NoError(t, spoil(b, b.remembered()[0]))
			for _, law := range b.neurons.Laws() {
				holds, detail, err := law.Check(b.Ctx)
				require.NoError(t, err)
				require.Equal(t, law.Name != "neuron/first-data", holds, detail)
			}
		})
	}
}

// R-NEURON-16
func TestRankingIsShown(t *testing.T) {
	b := lived(t)
	r, err := b.query.Ranking(b.Ctx, &neuron.QueryRankingRequest{Netuid: 1})
	require.NoError(t, err)
	require.Equal(t, neuron.Ranking{Netuid: 1, EmissionRao: []uint64{5, 0, 6}}, r.Ranking, "dan took the slot of who was paid 4")
	r, err = b.query.Ranking(b.Ctx, &neuron.QueryRankingRequest{Netuid: 2})
	require.NoError(t, err)
	require.Empty(t, r.Ranking.EmissionRao)
	_, err = b.query.Ranking(b.Ctx, &neuron.QueryRankingRequest{Netuid: 9})
	require.ErrorIs(t, err, subnet.ErrSubnetUnknown)
}
