package keeper_test

import (
	"context"
	"fmt"
	"testing"

	"cosmossdk.io/collections"
	"github.com/cosmos/cosmos-sdk/types/query"
	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/internal/teststore"
	"github.com/dendra-net/dendra/x/neuron"
	"github.com/dendra-net/dendra/x/stake"
	"github.com/dendra-net/dendra/x/subnet"
)

// lived is a bed on which everything the module stores exists.
func lived(t *testing.T) *bed {
	b := newBed(t)
	text := b.subnet("text", map[string]int64{"min_difficulty": 10, "max_neurons": 3, "max_validators": 1, "immunity_blocks": 2, "min_replaceable": 0})
	vision := b.subnet("vision", map[string]int64{"min_difficulty": 10})
	for h := int64(10); h < 20; h++ {
		b.block(h)
	}
	for _, name := range []string{"ada", "ben", "cas"} {
		b.mustRegister(text, name)
	}
	_, err := b.registerWork(workMsg(vision, key("ada"), carl, 15, 10, false))
	require.NoError(t, err)
	require.NoError(t, b.neurons.SetRanking(b.Ctx, neuron.Ranking{Netuid: text, EmissionRao: []uint64{5, 4, 6}}))
	require.NoError(t, b.free(&neuron.MsgServe{Hotkey: key("ada").address().String(), Netuid: text, Endpoint: "http://ada.example.org"}))
	require.NoError(t, b.free(&neuron.MsgCommitData{Hotkey: key("cas").address().String(), Netuid: text, Data: []byte("model")}))
	b.block(20)
	require.Equal(t, uint32(1), b.mustRegister(text, "dan").Uid)
	return b
}

// R-NEURON-13: what is exported is the whole state, and imported it goes on as if nothing had happened.
func TestGenesisRoundTrip(t *testing.T) {
	b := lived(t)
	want, err := b.neurons.ExportGenesis(b.Ctx)
	require.NoError(t, err)
	require.Len(t, want.Neurons, 4)
	require.NotEmpty(t, want.Seals)
	raw := b.Codec.MustMarshalJSON(want)
	subnets, err := b.subnets.ExportGenesis(b.Ctx)
	require.NoError(t, err)
	stakes, err := b.stakes.ExportGenesis(b.Ctx)
	require.NoError(t, err)

	next := emptyBed(t)
	locks := uint64(0)
	for _, s := range subnets.Subnets {
		locks += s.LockRao
	}
	require.NoError(t, next.Bank.SendCoinsFromAccountToModule(next.Ctx, olga, subnet.LockName, teststore.Coins(locks)))
	require.NoError(t, next.stakes.InitGenesis(next.Ctx, *stakes))
	require.NoError(t, next.subnets.InitGenesis(next.Ctx, *subnets))
	var g neuron.GenesisState
	next.Codec.MustUnmarshalJSON(raw, &g)
	require.NoError(t, next.neurons.InitGenesis(next.Ctx, g))
	next.checkLaws()
	got, err := next.neurons.ExportGenesis(next.Ctx)
	require.NoError(t, err)
	require.Equal(t, want, got)

	for _, old := range []*bed{b, next} {
		old.block(21)
	}
	there, here := b.mustRegister(1, "eve"), next.mustRegister(1, "eve")
	require.Equal(t, there, here)
	require.Equal(t, b.price(1), next.price(1))
}

// R-NEURON-13
func TestGenesisMustFitTheSubnets(t *testing.T) {
	b := lived(t)
	good, err := b.neurons.ExportGenesis(b.Ctx)
	require.NoError(t, err)
	for _, c := range []struct {
		name   string
		change func(*neuron.GenesisState)
		want   error
	}{
		{"neurons of no subnet", func(g *neuron.GenesisState) { g.Neurons[3].Netuid = 9 }, subnet.ErrSubnetUnknown},
		{"price of no subnet", func(g *neuron.GenesisState) { g.Prices = append(g.Prices, neuron.Price{Netuid: 9}) }, subnet.ErrSubnetUnknown},
		{"more than its slots", func(g *neuron.GenesisState) {
			n := g.Neurons[0]
			n.Uid, n.Hotkey = 3, key("zoe").address().String()
			g.Neurons = append(g.Neurons[:3:3], n)
			g.Data, g.Rankings = nil, nil
		}, neuron.ErrBadGenesis},
		{"hotkey of another coldkey", func(g *neuron.GenesisState) { g.Neurons[0].Coldkey = cora.String() }, stake.ErrHotkeyOwned},
		{"no genesis", func(g *neuron.GenesisState) { *g = neuron.GenesisState{} }, neuron.ErrBadParams},
	} {
		t.Run(c.name, func(t *testing.T) {
			next := newBed(t)
			next.subnet("text", map[string]int64{"max_neurons": 3, "max_validators": 1})
			next.subnet("vision", nil)
			var g neuron.GenesisState
			next.Codec.MustUnmarshalJSON(b.Codec.MustMarshalJSON(good), &g)
			require.NoError(t, next.stakes.BindHotkey(next.Ctx, key("ada").address(), carl))
			c.change(&g)
			require.ErrorIs(t, next.neurons.InitGenesis(next.Ctx, g), c.want)
		})
	}
}

// R-NEURON-14
func TestDissolvedSubnetsLeaveNothing(t *testing.T) {
	b := lived(t)
	require.NoError(t, b.try(func(ctx context.Context) error {
		_, err := b.subnets.Dissolve(ctx, 1)
		return err
	}))
	g, err := b.neurons.ExportGenesis(b.Ctx)
	require.NoError(t, err)
	require.Len(t, g.Neurons, 1)
	require.Equal(t, uint32(2), g.Neurons[0].Netuid)
	require.Len(t, g.Prices, 1)
	require.Empty(t, g.Data)
	require.Empty(t, g.FirstData)
	require.Empty(t, g.Rankings)
	size, err := b.neurons.Size(b.Ctx, 1)
	require.NoError(t, err)
	require.Zero(t, size)
	_, err = b.register(burnMsg(1, key("eve"), carl, rich))
	require.ErrorIs(t, err, subnet.ErrSubnetUnknown)
	b.mustRegister(2, "eve")
}

// R-NEURON-14, R-NEURON-3
func TestParamChanging(t *testing.T) {
	b := lived(t)
	shrink := func(to int64) error {
		return b.try(func(ctx context.Context) error {
			return b.subnets.SetParam(ctx, &subnet.MsgSetParam{Sender: b.Authority, Netuid: 1, Name: "max_neurons", Value: to})
		})
	}
	err := shrink(2)
	require.ErrorIs(t, err, neuron.ErrTooManyNeurons)
	require.ErrorContains(t, err, "subnet 1 has 3 neurons; max_neurons cannot be 2")
	require.NoError(t, shrink(3))

	b.block(1000)
	before := b.price(1)
	b.tune(1, "burn_half_life", 1)
	params := neuron.DefaultParams()
	params.DifficultyHalfLife = 1
	_, err = b.msg.UpdateParams(b.Ctx, &neuron.MsgUpdateParams{Authority: b.Authority, Params: params})
	require.NoError(t, err)
	s, err := b.subnets.Get(b.Ctx, 1)
	require.NoError(t, err)
	for netuid := uint32(1); netuid <= 2; netuid++ {
		p, err := b.neurons.Prices.Get(b.Ctx, netuid)
		require.NoError(t, err)
		require.Equal(t, [2]int64{1000, 1000}, [2]int64{max(p.BurnAt, p.DifficultyAt), p.DifficultyAt})
	}
	p, err := b.neurons.Prices.Get(b.Ctx, 1)
	require.NoError(t, err)
	require.InDelta(t, before.BurnRao, p.BurnPrice(s.Hyperparameters, 1000), float64(before.BurnRao)/100, "what had decayed stays as it was")
	require.InDelta(t, p.BurnRao/2, p.BurnPrice(s.Hyperparameters, 1001), 2, "and decays by the new rule from here")
}

// R-NEURON-12
func TestUpdateParamsIsGovernances(t *testing.T) {
	b := newBed(t)
	_, err := b.msg.UpdateParams(b.Ctx, &neuron.MsgUpdateParams{Authority: carl.String(), Params: neuron.DefaultParams()})
	require.ErrorIs(t, err, neuron.ErrNotAuthority)
	_, err = b.msg.UpdateParams(b.Ctx, &neuron.MsgUpdateParams{Authority: b.Authority})
	require.ErrorIs(t, err, neuron.ErrBadParams)
	p := neuron.DefaultParams()
	p.WorkWindow = 3
	_, err = b.msg.UpdateParams(b.Ctx, &neuron.MsgUpdateParams{Authority: b.Authority, Params: p})
	require.NoError(t, err)
	got, err := b.query.Params(b.Ctx, &neuron.QueryParamsRequest{})
	require.NoError(t, err)
	require.Equal(t, p, got.Params)
}

// R-NEURON-16
func TestNeuronsComeInPages(t *testing.T) {
	b := newBed(t)
	one, two := b.subnet("one", nil), b.subnet("two", nil)
	b.block(2)
	for i := range 7 {
		b.mustRegister(one, fmt.Sprint("one", i))
		b.mustRegister(two, fmt.Sprint("two", i))
	}
	var uids []uint32
	page := &query.PageRequest{Limit: 3}
	for {
		r, err := b.query.Neurons(b.Ctx, &neuron.QueryNeuronsRequest{Netuid: one, Pagination: page})
		require.NoError(t, err)
		require.LessOrEqual(t, len(r.Neurons), 3)
		for _, n := range r.Neurons {
			require.Equal(t, one, n.Netuid)
			uids = append(uids, n.Uid)
		}
		if r.Pagination.NextKey == nil {
			break
		}
		page.Key = r.Pagination.NextKey
	}
	require.Equal(t, []uint32{0, 1, 2, 3, 4, 5, 6}, uids)
	_, err := b.query.Neurons(b.Ctx, &neuron.QueryNeuronsRequest{Netuid: 9})
	require.ErrorIs(t, err, subnet.ErrSubnetUnknown)
}

// R-NEURON-16
func TestQueries(t *testing.T) {
	b := lived(t)
	byUID, err := b.query.Neuron(b.Ctx, &neuron.QueryNeuronRequest{Netuid: 1, Uid: 1})
	require.NoError(t, err)
	byHotkey, err := b.query.NeuronByHotkey(b.Ctx, &neuron.QueryNeuronByHotkeyRequest{Netuid: 1, Hotkey: key("dan").address().String()})
	require.NoError(t, err)
	require.Equal(t, byUID.Neuron, byHotkey.Neuron)
	require.Equal(t, uint32(1), byUID.Neuron.Generation)
	_, err = b.query.Neuron(b.Ctx, &neuron.QueryNeuronRequest{Netuid: 1, Uid: 3})
	require.ErrorIs(t, err, neuron.ErrNotRegistered)

	p := b.price(1)
	require.Equal(t, [2]uint32{3, 3}, [2]uint32{p.Neurons, p.MaxNeurons})
	require.Equal(t, key("ada").address().String(), p.Replaces.Hotkey, "dan is immune in the next block")
	b.block(21)
	r, err := b.register(burnMsg(1, key("eve"), carl, p.BurnRao))
	require.NoError(t, err, "what was quoted is what is paid one block later")
	require.Equal(t, p.BurnRao, r.BurnRao)
	require.Equal(t, p.Replaces.Uid, r.Uid)
	require.Nil(t, b.price(2).Replaces, "there are free slots")
	b.tune(1, "min_replaceable", 1000)
	b.tune(1, "immunity_blocks", 0)
	require.Nil(t, b.price(1).Replaces, "nobody may be replaced")

	w, err := b.query.Work(b.Ctx, &neuron.QueryWorkRequest{Netuid: 2})
	require.NoError(t, err)
	hash := blockHash(21)
	require.Equal(t, neuron.QueryWorkResponse{Block: neuron.BlockHash{Height: 21, Hash: hash[:]}, Difficulty: b.price(2).Difficulty, ExpiresAt: 31}, *w)
	b.block(22)
	_, err = b.registerWork(workMsg(2, key("eve"), carl, w.Block.Height, w.Difficulty, false))
	require.NoError(t, err, "work that meets what was asked for is taken")
	fresh := newBed(t)
	_, err = fresh.query.Work(fresh.Ctx, &neuron.QueryWorkRequest{Netuid: 2})
	require.ErrorIs(t, err, subnet.ErrSubnetUnknown)
	id := fresh.subnet("text", nil)
	_, err = fresh.query.Work(fresh.Ctx, &neuron.QueryWorkRequest{Netuid: id})
	require.ErrorIs(t, err, neuron.ErrBlockUnknown)
}

// R-NEURON-15: each law sees the fault that is its own.
func TestLawsSeeWhatIsWrong(t *testing.T) {
	slot := collections.Join(uint32(1), uint32(1))
	for _, c := range []struct {
		name  string
		spoil func(b *bed) error
		want  []string
	}{
		{"nothing", func(*bed) error { return nil }, nil},
		{"a slot is empty", func(b *bed) error { return b.neurons.Neurons.Remove(b.Ctx, slot) }, []string{"neuron/uids", "neuron/hotkeys"}},
		{"the size is wrong", func(b *bed) error { return b.neurons.Sizes.Set(b.Ctx, 1, 2) }, []string{"neuron/uids"}},
		{"a size without neurons", func(b *bed) error { return b.neurons.Sizes.Remove(b.Ctx, 2) }, []string{"neuron/uids"}},
		{"more neurons than allowed", func(b *bed) error {
			s, err := b.subnets.Get(b.Ctx, 1)
			if err != nil {
				return err
			}
			s.Hyperparameters.MaxNeurons = 2
			return b.subnets.Subnets.Set(b.Ctx, 1, s)
		}, []string{"neuron/uids"}},
		{"a neuron is not where it says", func(b *bed) error {
			return b.neurons.Neurons.Set(b.Ctx, slot, neuron.Neuron{Netuid: 1, Uid: 2, Hotkey: key("dan").address().String(), Coldkey: carl.String()})
		}, []string{"neuron/uids"}},
		{"a hotkey leads elsewhere", func(b *bed) error {
			return b.neurons.UIDs.Set(b.Ctx, collections.Join(uint32(1), []byte(key("dan").address())), 0)
		}, []string{"neuron/hotkeys"}},
		{"a hotkey is not in the index", func(b *bed) error {
			return b.neurons.UIDs.Remove(b.Ctx, collections.Join(uint32(1), []byte(key("dan").address())))
		}, []string{"neuron/hotkeys"}},
		{"a hotkey works for another", func(b *bed) error {
			return b.neurons.Neurons.Set(b.Ctx, slot, neuron.Neuron{Netuid: 1, Uid: 1, Hotkey: key("dan").address().String(), Coldkey: cora.String()})
		}, []string{"neuron/owners"}},
		{"a hotkey works for nobody", func(b *bed) error { return b.stakes.Hotkeys.Remove(b.Ctx, key("dan").address()) }, []string{"neuron/owners"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := lived(t)
			require.NoError(t, c.spoil(b))
			var broken []string
			for _, law := range b.neurons.Laws() {
				holds, detail, err := law.Check(b.Ctx)
				require.NoError(t, err)
				require.Equal(t, holds, detail == "", detail)
				if !holds {
					broken = append(broken, law.Name)
				}
			}
			require.Equal(t, c.want, broken)
		})
	}
}
