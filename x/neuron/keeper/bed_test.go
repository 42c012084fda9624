package keeper_test

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"testing"

	cryptocodec "github.com/cosmos/cosmos-sdk/crypto/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/internal/teststore"
	"github.com/dendra-net/dendra/seal"
	"github.com/dendra-net/dendra/x/emission"
	emissionkeeper "github.com/dendra-net/dendra/x/emission/keeper"
	"github.com/dendra-net/dendra/x/guard"
	"github.com/dendra-net/dendra/x/neuron"
	"github.com/dendra-net/dendra/x/neuron/keeper"
	"github.com/dendra-net/dendra/x/stake"
	stakekeeper "github.com/dendra-net/dendra/x/stake/keeper"
	"github.com/dendra-net/dendra/x/subnet"
	subnetkeeper "github.com/dendra-net/dendra/x/subnet/keeper"
)

const (
	tao  = subnet.Tao
	rich = 1_000_000 * tao
)

var (
	olga = teststore.Address("olga") // owns subnets
	carl = teststore.Address("carl") // pays for hotkeys
	cora = teststore.Address("cora") // pays too
)

// hotkey is a key made of its name.
type hotkey struct{ private ed25519.PrivateKey }

func key(name string) hotkey {
	seed := sha256.Sum256([]byte("hotkey " + name))
	return hotkey{ed25519.NewKeyFromSeed(seed[:])}
}

func (h hotkey) public() []byte { return h.private.Public().(ed25519.PublicKey) }

func (h hotkey) address() sdk.AccAddress {
	sum := sha256.Sum256(h.public())
	return sum[:20]
}

func (h hotkey) proof(netuid uint32, coldkey sdk.AccAddress) []byte {
	return ed25519.Sign(h.private, seal.Possession("dendra-test", uint16(netuid), coldkey))
}

// bed is a set of subnets and neurons on real stores with the real keepers below them.
type bed struct {
	*teststore.Store
	t        testing.TB
	stakes   *stakekeeper.Keeper
	emission *emissionkeeper.Keeper
	subnets  *subnetkeeper.Keeper
	neurons  *keeper.Keeper
	msg      neuron.MsgServer
	query    neuron.QueryServer
}

func newBed(t testing.TB) *bed {
	b := emptyBed(t)
	require.NoError(t, b.subnets.InitGenesis(b.Ctx, *openGenesis()))
	require.NoError(t, b.neurons.InitGenesis(b.Ctx, *neuron.DefaultGenesis()))
	return b
}

// openGenesis lets subnets be created at any time for little.
func openGenesis() *subnet.GenesisState {
	g := subnet.DefaultGenesis()
	g.Params.CreateInterval, g.Params.LockInterval, g.Params.MinLockRao = 0, 1, 1
	return g
}

// emptyBed has money and open books but neither subnets nor neurons yet.
func emptyBed(t testing.TB) *bed {
	s := teststore.New(t, []string{stake.StoreKey, emission.StoreKey, subnet.StoreKey, neuron.StoreKey}, map[string][]string{
		stake.ModuleName: nil, stake.UnbondingName: nil, subnet.LockName: nil,
		emission.ModuleName: {"minter", "burner"}, emission.BurntName: nil,
	})
	cryptocodec.RegisterInterfaces(s.Registry)
	b := &bed{Store: s, t: t}
	b.stakes = stakekeeper.NewKeeper(s.Codec, s.Service(stake.StoreKey), s.Accounts, s.Bank, s.Authority)
	b.emission = emissionkeeper.NewKeeper(s.Codec, s.Service(emission.StoreKey), s.Bank, b.stakes, s.Authority)
	b.subnets = subnetkeeper.NewKeeper(s.Codec, s.Service(subnet.StoreKey), s.Bank, b.emission, s.Authority)
	b.neurons = keeper.NewKeeper(s.Codec, s.Service(neuron.StoreKey), s.Accounts, b.subnets, b.stakes, b.emission, s.Authority)
	b.subnets.SetHooks(b.neurons)
	b.msg, b.query = keeper.NewMsgServer(b.neurons), keeper.NewQueryServer(b.neurons)
	g := *emission.DefaultGenesis()
	for _, who := range []sdk.AccAddress{olga, carl, cora} {
		s.Fund(t, who, rich)
		g.Books.MintedRao += rich
	}
	require.NoError(t, b.stakes.InitGenesis(b.Ctx, *stake.DefaultGenesis()))
	require.NoError(t, b.emission.InitGenesis(b.Ctx, g))
	return b
}

// block begins the block of a height with a hash of its own.
func (b *bed) block(height int64) {
	b.t.Helper()
	hash := blockHash(height)
	b.Ctx = b.Ctx.WithBlockHeight(height).WithHeaderHash(hash[:])
	require.NoError(b.t, b.neurons.BeginBlock(b.Ctx))
}

func (b *bed) next() {
	b.t.Helper()
	b.block(b.Ctx.BlockHeight() + 1)
}

func blockHash(height int64) [32]byte {
	return sha256.Sum256(binary.BigEndian.AppendUint64([]byte("block"), uint64(height)))
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
	for _, laws := range [][]guard.Law{b.neurons.Laws(), b.subnets.Laws(), b.emission.Laws(), b.stakes.Laws()} {
		for _, law := range laws {
			holds, detail, err := law.Check(b.Ctx)
			require.NoError(b.t, err, law.Name)
			require.True(b.t, holds, "%s: %s", law.Name, detail)
		}
	}
}

// subnet creates a subnet by rules that differ from the defaults as given.
func (b *bed) subnet(name string, rules map[string]int64) uint32 {
	b.t.Helper()
	params, err := b.subnets.Params.Get(b.Ctx)
	require.NoError(b.t, err)
	params.Defaults = subnet.DefaultHyperparameters()
	for _, p := range subnet.HyperparameterList() {
		if v, given := rules[p.Name]; given {
			p.Set(&params.Defaults, v)
		}
	}
	require.NoError(b.t, params.Validate())
	require.NoError(b.t, b.subnets.Params.Set(b.Ctx, params))
	s, err := b.subnets.Create(b.Ctx, olga, &subnet.MsgCreateSubnet{Name: name, MaxLockRao: rich})
	require.NoError(b.t, err)
	return s.Netuid
}

func (b *bed) tune(netuid uint32, name string, value int64) {
	b.t.Helper()
	require.NoError(b.t, b.subnets.SetParam(b.Ctx, &subnet.MsgSetParam{Sender: b.Authority, Netuid: netuid, Name: name, Value: value}))
}

// burnMsg is a well-made registration by burn.
func burnMsg(netuid uint32, h hotkey, coldkey sdk.AccAddress, maxRao uint64) *neuron.MsgRegister {
	return &neuron.MsgRegister{Coldkey: coldkey.String(), Netuid: netuid, HotkeyPubkey: h.public(), MaxPriceRao: maxRao, Proof: h.proof(netuid, coldkey)}
}

func (b *bed) register(m *neuron.MsgRegister) (r *neuron.MsgRegisterResponse, err error) {
	b.t.Helper()
	err = b.try(func(ctx context.Context) (err error) {
		r, err = b.msg.Register(ctx, m)
		return err
	})
	return r, err
}

func (b *bed) mustRegister(netuid uint32, name string) neuron.Neuron {
	b.t.Helper()
	r, err := b.register(burnMsg(netuid, key(name), carl, rich))
	require.NoError(b.t, err)
	n, err := b.neurons.ByUID(b.Ctx, netuid, r.Uid)
	require.NoError(b.t, err)
	return n
}

// workMsg is a registration by work bound to the block of a height, with the first nonce that meets the difficulty, or
// with the first that does not when lazy.
func workMsg(netuid uint32, h hotkey, coldkey sdk.AccAddress, height int64, difficulty uint64, lazy bool) *neuron.MsgRegisterWork {
	hash := blockHash(height)
	challenge := seal.Challenge(hash[:], h.address(), uint16(netuid), "dendra-test")
	nonce := uint64(0)
	for seal.Meets(seal.Work(challenge, nonce), difficulty) == lazy {
		nonce++
	}
	return &neuron.MsgRegisterWork{
		Hotkey: h.address().String(), Coldkey: coldkey.String(), Netuid: netuid, HotkeyPubkey: h.public(),
		Height: height, Nonce: nonce, Proof: h.proof(netuid, coldkey),
	}
}

// registerWork sends a registration by work as the application does: through the door, then to its handler.
func (b *bed) registerWork(m *neuron.MsgRegisterWork) (r *neuron.MsgRegisterWorkResponse, err error) {
	b.t.Helper()
	door := b.neurons.CheckWork(b.Ctx, m)
	err = b.try(func(ctx context.Context) (err error) {
		r, err = b.msg.RegisterWork(ctx, m)
		return err
	})
	require.Equal(b.t, door == nil, err == nil, "door: %v, handler: %v", door, err)
	return r, err
}

func (b *bed) price(netuid uint32) *neuron.QueryPriceResponse {
	b.t.Helper()
	p, err := b.query.Price(b.Ctx, &neuron.QueryPriceRequest{Netuid: netuid})
	require.NoError(b.t, err)
	return p
}
