package localnet

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"cosmossdk.io/math"
	"github.com/cosmos/cosmos-sdk/crypto/keys/ed25519"
	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	"github.com/dendra-net/dendra/chain"
	"github.com/dendra-net/dendra/internal/prefix"
	"github.com/dendra-net/dendra/wallet"
	"github.com/dendra-net/dendra/x/emission"
	"github.com/dendra-net/dendra/x/neuron"
	"github.com/dendra-net/dendra/x/producer"
	"github.com/dendra-net/dendra/x/stake"
	"github.com/dendra-net/dendra/x/subnet"
)

// hotkeyName is the hotkey every participant of a local network uses.
const hotkeyName = "default"

// member is a participant's addresses as the chain writes them.
type member struct {
	hot, cold sdk.AccAddress
	account   authtypes.GenesisAccount
}

func newMember(name string) (member, error) {
	cold, err := wallet.LocalColdkey(name)
	if err != nil {
		return member{}, err
	}
	coldBytes, err := cold.Address().Bytes()
	if err != nil {
		return member{}, err
	}
	pub := &ed25519.PubKey{Key: wallet.LocalHotkey(name, hotkeyName).Public()}
	m := member{hot: sdk.AccAddress(pub.Address()), cold: coldBytes}
	base := authtypes.NewBaseAccountWithAddress(m.hot)
	if err := base.SetPubKey(pub); err != nil {
		return member{}, err
	}
	m.account = base
	return m, nil
}

// genesis turns the manifest into the beginning of a chain whose blocks are made by one producer.
func (m Manifest) genesis(consensusKey []byte, now time.Time) (chain.Genesis, error) {
	prefix.Set()
	operator, err := newMember("owner")
	if err != nil {
		return chain.Genesis{}, err
	}
	g := chain.NewGenesis(m.ChainID, now, producer.Producer{
		Name: "local", Operator: operator.cold.String(), ConsensusPubkey: consensusKey, Power: 1,
	})
	m.rules(&g)
	for i, p := range m.Subnets {
		g.Subnet.Subnets = append(g.Subnet.Subnets, subnet.Subnet{
			Netuid: uint32(i + 1), Name: p.Name, Description: p.Description, Hyperparameters: p.rules(g.Subnet.Params.Defaults),
		})
	}
	g.Subnet.NextNetuid = uint32(len(m.Subnets) + 1)
	for _, a := range m.Accounts {
		cold, err := newMember(a.Name)
		if err != nil {
			return g, err
		}
		g.Grants = append(g.Grants, chain.Grant{Address: cold.cold, Rao: a.Rao})
	}
	if err := m.seatValidators(&g); err != nil {
		return g, err
	}
	if err := m.seatMiners(&g); err != nil {
		return g, err
	}
	slices.SortStableFunc(g.Neuron.Neurons, func(a, b neuron.Neuron) int {
		return cmp.Or(cmp.Compare(a.Netuid, b.Netuid), cmp.Compare(a.Uid, b.Uid))
	})
	return g, nil
}

// rules shortens the chain's times to those of a network that lives for minutes.
func (m Manifest) rules(g *chain.Genesis) {
	h := &g.Subnet.Params.Defaults
	h.Tempo = m.Tempo
	h.ImmunityBlocks = 10 * m.Tempo
	h.ActivityCutoff = 20 * m.Tempo
	h.WeightsRateLimit = max(m.Tempo/2, 1)
	h.ServeRateLimit = 5
	h.BurnHalfLife = 120
	h.MinDifficulty = 200_000
	h.MinValidatorStakeRao = 10 * tao
	g.Subnet.Params.MinLockRao = 10 * tao
	g.Subnet.Params.CreateInterval = 5
	g.Subnet.Params.LockInterval = 600
	g.Subnet.Params.FreezeBlocks = 2
	g.Stake.Params.UnbondingBlocks = 20
	g.Stake.Params.FreeUnstakeBlocks = 5
	g.Stake.Params.TakeRaiseBlocks = 100
	g.Emission.Params.BlockMillis = uint64(m.BlockTime / time.Millisecond)
	g.Emission.Params.RootTempo = m.Tempo
	g.Emission.Params.RootRateLimit = 5
	g.Emission.Params.RootStaleBlocks = 7 * 24 * 3600
	g.Neuron.Params.WorkWindow = 100
	g.Neuron.Params.DataRateLimit = 3
}

// rules are the subnet's own.
func (p SubnetPlan) rules(h subnet.Hyperparameters) subnet.Hyperparameters {
	h.PruneByEvidence = p.PruneByEvidence
	return h
}

func (m Manifest) seatValidators(g *chain.Genesis) error {
	vote := emission.RootVote{}
	for i, p := range m.Subnets {
		vote.Netuids, vote.Weights = append(vote.Netuids, uint32(i+1)), append(vote.Weights, uint32(p.RootWeight))
	}
	for _, v := range m.Validators {
		who, err := newMember(v.Name)
		if err != nil {
			return err
		}
		for i := range m.Subnets {
			seat(g, uint32(i+1), who)
		}
		bind(g, who, v.StakeRao)
		own := vote
		own.Hotkey = who.hot.String()
		g.Emission.Votes = append(g.Emission.Votes, own)
	}
	return nil
}

func (m Manifest) seatMiners(g *chain.Genesis) error {
	for _, p := range m.Miners {
		who, err := newMember(p.Name)
		if err != nil {
			return err
		}
		netuid, ok := m.netuid(p.Subnet)
		if !ok {
			return fmt.Errorf("%w: no subnet %q", ErrManifest, p.Subnet)
		}
		seat(g, uint32(netuid), who)
		bind(g, who, 0)
	}
	return nil
}

// seat gives the member the next free uid.
func seat(g *chain.Genesis, netuid uint32, who member) {
	uid := uint32(0)
	for _, n := range g.Neuron.Neurons {
		if n.Netuid == netuid {
			uid++
		}
	}
	g.Neuron.Neurons = append(g.Neuron.Neurons, neuron.Neuron{
		Netuid: netuid, Uid: uid, Hotkey: who.hot.String(), Coldkey: who.cold.String(),
	})
}

// bind makes the hotkey known, with the owner's stake behind it.
func bind(g *chain.Genesis, who member, rao uint64) {
	g.Accounts = append(g.Accounts, who.account, authtypes.NewBaseAccountWithAddress(who.cold))
	shares := math.NewIntFromUint64(rao)
	g.Stake.Hotkeys = append(g.Stake.Hotkeys, stake.Hotkey{
		Hotkey: who.hot.String(), Coldkey: who.cold.String(), TakeU16: g.Stake.Params.DefaultTakeU16, PoolRao: rao, Shares: shares,
	})
	if rao > 0 {
		g.Stake.Positions = append(g.Stake.Positions, stake.Position{Hotkey: who.hot.String(), Coldkey: who.cold.String(), Shares: shares})
	}
}
