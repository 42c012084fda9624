package chain_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/chain"
	"github.com/dendra-net/dendra/internal/testchain"
	"github.com/dendra-net/dendra/x/emission"
	"github.com/dendra-net/dendra/x/subnet"
)

// When every slot is taken, a new subnet takes the place of the one past immunity that earns least, and of no younger
// one.
func TestANewSubnetReplacesTheLeastPaid(t *testing.T) {
	g := testchain.Genesis()
	g.Subnet.Params.Slots, g.Subnet.Params.ImmunityBlocks, g.Subnet.Params.CreateInterval = 2, 8, 1
	g.Emission.Params.RootTempo = 2
	alice := testchain.Cold("alice")
	g.Grants = []chain.Grant{{Address: alice.Address(), Rao: 10_000_000_000_000}}
	voter := testchain.Member{Name: "voter", StakeRao: 100_000_000_000}
	testchain.AddSubnet(&g, "loved", nil, voter)
	testchain.AddSubnet(&g, "lonely", nil, voter)
	c := testchain.New(t, g)
	c.Block()
	c.Must(testchain.Hot("voter"), &emission.MsgSetRootWeights{
		Hotkey: testchain.Hot("voter").Address().String(), Netuids: []uint32{1, 2}, Weights: []uint32{9, 1},
	})
	c.To(4)
	create := func(name string) *subnet.MsgCreateSubnet {
		return &subnet.MsgCreateSubnet{Coldkey: alice.Address().String(), Name: name, MaxLockRao: 5_000_000_000_000}
	}
	refused := c.Deliver(alice, create("early"))
	require.Equal(t, subnet.ErrSlotsFull.ABCICode(), refused.Code, refused.Log)
	c.To(12)
	c.Must(alice, create("newcomer"))
	left, err := c.App.Subnets.List(c.Ctx())
	require.NoError(t, err)
	var names []string
	for _, s := range left {
		names = append(names, s.Name)
	}
	require.Equal(t, []string{"loved", "newcomer"}, names)
	c.To(20) // the laws hold at the end of each of these blocks
}
