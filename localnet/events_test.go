package localnet

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/neuron"
)

func TestNarrator(t *testing.T) {
	n := narrator{names: map[neuron.Address]string{"a": "miner-1"}, seen: map[uint16]neuron.Subnet{}}
	before := neuron.Subnet{Netuid: 1, Name: "text", Epoch: 3, Neurons: []neuron.Neuron{{UID: 0, Hotkey: "a"}}}
	require.Empty(t, n.tell(10, before), "the first look is no news")
	require.Empty(t, n.tell(11, before))

	after := before
	after.Epoch = 4
	after.Neurons = []neuron.Neuron{{UID: 0, Hotkey: "a", Incentive: 0.75, EmissionRao: 1_500_000_000}, {UID: 1, Hotkey: "stranger", Incentive: 0.25, EmissionRao: 500_000_000}}
	require.Equal(t, []string{
		"height 21     text   stranger registered as neuron 1",
		"height 21     text   epoch 3 paid 2.000000 TAO: miner-1 0.750, stranger 0.250",
	}, n.tell(21, after))

	replaced := after
	replaced.Neurons = []neuron.Neuron{{UID: 0, Generation: 1, Hotkey: "b"}, after.Neurons[1]}
	require.Equal(t, []string{"height 22     text   b registered as neuron 0"}, n.tell(22, replaced))

	idle := replaced
	idle.Epoch, idle.Neurons = 5, []neuron.Neuron{{UID: 0, Generation: 1, Hotkey: "b"}, {UID: 1, Hotkey: "stranger"}}
	require.Equal(t, []string{"height 41     text   epoch 4 paid 0.000000 TAO: nobody earned yet; the pay waits"}, n.tell(41, idle))
}
