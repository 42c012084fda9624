package keeper_test

import (
	"fmt"
	"testing"

	"github.com/cosmos/cosmos-sdk/crypto/keys/ed25519"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/internal/teststore"
	"github.com/dendra-net/dendra/x/neuron"
	"github.com/dendra-net/dendra/x/subnet"
)

// R-NEURON-1, R-NEURON-4: the price is destroyed, the neuron is found by uid and by hotkey, everyone is told.
func TestRegisterBurnsAndSeats(t *testing.T) {
	b := newBed(t)
	id := b.subnet("text", nil)
	b.block(30)
	before := b.Balance(b.Ctx, carl)
	r, err := b.register(burnMsg(id, key("ada"), carl, tao))
	require.NoError(t, err)
	require.Equal(t, before-r.BurnRao, b.Balance(b.Ctx, carl))
	books, err := b.emission.Books.Get(b.Ctx)
	require.NoError(t, err)
	require.Equal(t, r.BurnRao, books.RecycledRao)

	want := neuron.Neuron{Netuid: id, Hotkey: key("ada").address().String(), Coldkey: carl.String(), RegisteredAt: 30}
	byUID, err := b.neurons.ByUID(b.Ctx, id, 0)
	require.NoError(t, err)
	require.Equal(t, want, byUID)
	byHotkey, err := b.neurons.ByHotkey(b.Ctx, id, key("ada").address())
	require.NoError(t, err)
	require.Equal(t, want, byHotkey)
	owner, err := b.stakes.Owner(b.Ctx, key("ada").address())
	require.NoError(t, err)
	require.Equal(t, carl, owner)

	last := b.Ctx.EventManager().Events()[len(b.Ctx.EventManager().Events())-1]
	require.Equal(t, "dendra.neuron.v1.EventNeuronRegistered", last.Type)
	burnt, found := last.GetAttribute("burn_rao")
	require.True(t, found)
	require.Equal(t, fmt.Sprintf("%q", fmt.Sprint(r.BurnRao)), burnt.Value)
}

// R-NEURON-5: keys the chain never saw can act at once, and the hotkey's public key is known.
func TestRegisterMakesAccounts(t *testing.T) {
	b := newBed(t)
	id := b.subnet("text", map[string]int64{"min_difficulty": 10})
	b.block(2)
	b.block(3)
	stranger := teststore.Address("stranger")
	require.Nil(t, b.Accounts.GetAccount(b.Ctx, stranger))
	_, err := b.registerWork(workMsg(id, key("ada"), stranger, 2, 10, false))
	require.NoError(t, err)
	require.NotNil(t, b.Accounts.GetAccount(b.Ctx, stranger))
	account := b.Accounts.GetAccount(b.Ctx, key("ada").address())
	require.Equal(t, &ed25519.PubKey{Key: key("ada").public()}, account.GetPubKey())

	// A hotkey that was sent coins first has an account without a key; it gets the key and keeps the account.
	require.NoError(t, b.Bank.SendCoins(b.Ctx, carl, key("ben").address(), teststore.Coins(5)))
	had := b.Accounts.NewAccountWithAddress(b.Ctx, key("ben").address())
	b.Accounts.SetAccount(b.Ctx, had)
	_, err = b.registerWork(workMsg(id, key("ben"), stranger, 2, 13, false))
	require.NoError(t, err)
	account = b.Accounts.GetAccount(b.Ctx, key("ben").address())
	require.Equal(t, had.GetAccountNumber(), account.GetAccountNumber())
	require.Equal(t, &ed25519.PubKey{Key: key("ben").public()}, account.GetPubKey())
	require.Equal(t, uint64(5), b.Balance(b.Ctx, key("ben").address()))
}

// R-NEURON-5, R-NEURON-7: what is wrong with a message is refused with its own error, by burn and by work alike.
func TestRegisterRefusesBadMessages(t *testing.T) {
	b := newBed(t)
	id := b.subnet("text", map[string]int64{"min_difficulty": 1})
	other := b.subnet("vision", nil)
	b.block(2)
	b.block(3)
	ada := key("ada")
	for _, c := range []struct {
		name   string
		netuid uint32
		proof  []byte
		pubkey []byte
		want   error
	}{
		{"no such subnet", 9, ada.proof(9, carl), ada.public(), subnet.ErrSubnetUnknown},
		{"a netuid that is the same in two bytes", id + 1<<16, ada.proof(id, carl), ada.public(), subnet.ErrSubnetUnknown},
		{"proof for another subnet", id, ada.proof(other, carl), ada.public(), neuron.ErrBadProof},
		{"proof for another coldkey", id, ada.proof(id, cora), ada.public(), neuron.ErrBadProof},
		{"proof of another hotkey", id, key("ben").proof(id, carl), ada.public(), neuron.ErrBadProof},
		{"proof of wrong size", id, nil, ada.public(), neuron.ErrBadProof},
		{"key of wrong size", id, ada.proof(id, carl), ada.public()[1:], neuron.ErrBadKey},
	} {
		t.Run(c.name, func(t *testing.T) {
			burn := burnMsg(id, ada, carl, rich)
			burn.Netuid, burn.Proof, burn.HotkeyPubkey = c.netuid, c.proof, c.pubkey
			_, err := b.register(burn)
			require.ErrorIs(t, err, c.want)
			work := workMsg(id, ada, carl, 2, 1, false)
			work.Netuid, work.Proof, work.HotkeyPubkey = c.netuid, c.proof, c.pubkey
			_, err = b.registerWork(work)
			require.ErrorIs(t, err, c.want)
		})
	}
	bad := burnMsg(id, ada, carl, rich)
	bad.Coldkey = "carl"
	_, err := b.register(bad)
	require.ErrorIs(t, err, sdkerrors.ErrInvalidAddress)
	size, err := b.neurons.Size(b.Ctx, id)
	require.NoError(t, err)
	require.Zero(t, size)
	require.Equal(t, uint64(rich), b.Balance(b.Ctx, carl))
}

// R-NEURON-6: nothing of the old neuron is the newcomer's.
func TestReplacementLeavesNothingBehind(t *testing.T) {
	b := newBed(t)
	id := b.subnet("text", map[string]int64{"max_neurons": 1, "max_validators": 1, "min_replaceable": 0, "immunity_blocks": 0})
	b.block(10)
	b.mustRegister(id, "ada")
	require.NoError(t, b.neurons.Serve(b.Ctx, &neuron.MsgServe{Hotkey: key("ada").address().String(), Netuid: id, Endpoint: "http://ada.example.org"}))
	require.NoError(t, b.neurons.CommitData(b.Ctx, &neuron.MsgCommitData{Hotkey: key("ada").address().String(), Netuid: id, Data: []byte("ada's")}))
	require.NoError(t, b.neurons.SetRanking(b.Ctx, neuron.Ranking{Netuid: id, EmissionRao: []uint64{77}}))
	b.next()
	ben := b.mustRegister(id, "ben")
	require.Equal(t, neuron.Neuron{Netuid: id, Generation: 1, Hotkey: key("ben").address().String(), Coldkey: carl.String(), RegisteredAt: 11}, ben)
	_, err := b.neurons.ByHotkey(b.Ctx, id, key("ada").address())
	require.ErrorIs(t, err, neuron.ErrNotRegistered)
	_, err = b.query.Data(b.Ctx, &neuron.QueryDataRequest{Netuid: id, Hotkey: key("ada").address().String()})
	require.ErrorIs(t, err, neuron.ErrNoData)
	ranking, err := b.neurons.Rankings.Get(b.Ctx, id)
	require.NoError(t, err)
	require.Equal(t, []uint64{0}, ranking.EmissionRao)
	owner, err := b.stakes.Owner(b.Ctx, key("ada").address())
	require.NoError(t, err)
	require.Equal(t, carl, owner, "a binding is for good")
}

// R-NEURON-8: the chain remembers as many blocks as the window has, and the seals used for them.
func TestBlocksAndSealsAreForgotten(t *testing.T) {
	b := newBed(t)
	id := b.subnet("text", map[string]int64{"min_difficulty": 10})
	for h := int64(2); h <= 20; h++ {
		b.block(h)
		if h == 12 {
			_, err := b.registerWork(workMsg(id, key("ada"), carl, 11, 10, false))
			require.NoError(t, err)
		}
	}
	known := func() (heights []int64, seals int) {
		g, err := b.neurons.ExportGenesis(b.Ctx)
		require.NoError(t, err)
		for _, h := range g.Hashes {
			heights = append(heights, h.Height)
		}
		return heights, len(g.Seals)
	}
	heights, seals := known()
	require.Equal(t, []int64{10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20}, heights)
	require.Equal(t, 1, seals)
	b.block(21)
	_, seals = known()
	require.Equal(t, 1, seals, "block 11 is still in the window")
	b.block(22)
	heights, seals = known()
	require.Equal(t, int64(12), heights[0])
	require.Zero(t, seals)
	b.Ctx = b.Ctx.WithBlockHeight(23).WithHeaderHash(nil)
	require.NoError(t, b.neurons.BeginBlock(b.Ctx))
	heights, _ = known()
	require.Equal(t, int64(22), heights[len(heights)-1], "a block without a hash cannot be worked on")
}

// R-NEURON-7: at the door of the mempool a message is held against the next block: the window has moved, the last
// block's quota is over.
func TestCheckWorkAtTheDoor(t *testing.T) {
	b := newBed(t)
	id := b.subnet("text", map[string]int64{"min_difficulty": 10, "work_per_block": 1})
	for h := int64(2); h <= 12; h++ {
		b.block(h)
	}
	_, err := b.registerWork(workMsg(id, key("ada"), carl, 11, 10, false))
	require.NoError(t, err)
	late := workMsg(id, key("ben"), carl, 3, 13, false)
	require.ErrorIs(t, b.neurons.CheckWork(b.Ctx.WithIsCheckTx(true), workMsg(id, key("ben"), carl, 2, 13, false)), neuron.ErrWorkWindow)
	require.NoError(t, b.neurons.CheckWork(b.Ctx.WithIsCheckTx(true), late))
	require.ErrorIs(t, b.neurons.CheckWork(b.Ctx, late), neuron.ErrWorkPerBlock)
	require.NoError(t, b.neurons.CheckWork(b.Ctx.WithIsCheckTx(true), workMsg(id, key("ben"), carl, 12, 13, false)), "the newest block")
	b.block(13)
	_, err = b.registerWork(late)
	require.NoError(t, err, "what the door let in is good in the next block")
}

func BenchmarkCheckWorkRefusal(bench *testing.B) {
	b := newBed(bench)
	id := b.subnet("text", nil)
	b.block(2)
	b.block(3)
	m := workMsg(id, key("ada"), carl, 2, 2, true)
	bench.ResetTimer()
	for range bench.N {
		if b.neurons.CheckWork(b.Ctx, m) == nil {
			bench.Fatal("admitted")
		}
	}
}

func BenchmarkRegisterOnAFullSubnet(bench *testing.B) {
	b := newBed(bench)
	id := b.subnet("text", map[string]int64{"immunity_blocks": 0, "min_burn_rao": 1, "max_burn_rao": 1})
	b.block(2)
	for i := range 256 {
		b.mustRegister(id, "seat"+string(rune('A'+i)))
	}
	bench.ResetTimer()
	for i := range bench.N {
		b.next()
		if _, _, err := b.neurons.Register(b.Ctx, burnMsg(id, key("new"+string(rune('A'+i))), carl, rich)); err != nil {
			bench.Fatal(err)
		}
	}
}
