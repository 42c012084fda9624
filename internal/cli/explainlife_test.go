package cli_test

import (
	"fmt"

	"github.com/stretchr/testify/require"
)

// liveExplained asks for every number of the neurons of a subnet that pays, and compares with what other commands show.
func liveExplained(p person) {
	scores := p.read("weights scores --subnet 1")
	epoch := scores["epoch"].(float64)
	at := func(topic string, uid int) string {
		return fmt.Sprintf("explain %s --subnet 1 --neuron %d --epoch %.0f", topic, uid, epoch)
	}
	for _, topic := range []string{"incentive", "dividend", "emission", "permit", "prune"} {
		for uid, s := range scores["scores"].([]any) {
			said, stored := p.read(at(topic, uid)), s.(map[string]any)
			require.Equal(p.t, true, said["equal_to_chain"])
			require.Equal(p.t, epoch, said["epoch"])
			require.Equal(p.t, stored["hotkey"], said["hotkey"])
			for field, same := range map[string]string{"incentive": "incentive", "dividend": "dividend", "permit": "permit", "server_rao": "server_rao",
				"validator_rao": "validator_rao", "consensus": "consensus", "validator_trust": "validator_trust", "stake_rao": "stake_rao"} {
				if v, has := said[field]; has && (topic != "dividend" || field != "stake_rao") {
					require.Equal(p.t, stored[same], v, "%s of %d: %s", topic, uid, field)
				}
			}
			require.Contains(p.t, p.shows(at(topic, uid)), "computed again: equal to the chain's\n")
		}
	}
	require.Contains(p.t, p.shows("explain incentive --subnet 1 --neuron worker"), "<- line")
	require.Regexp(p.t, `^neuron 1 \(worker\) earned \d+\.\d{9} TAO in epoch \d+: `, p.shows("explain emission --subnet 1 --neuron 1"))
	require.Contains(p.t, p.shows("explain dividend --subnet 1 --neuron worker"), "its votes did not count in this epoch")
	require.Contains(p.t, p.shows("explain prune --subnet 1 --neuron 0 --all"), "keeps its slot while 254 are free")
	sealed := p.read("weights scores --subnet 2") // neuron 0 has a permit by now, so it sat there when an epoch closed
	require.NotEmpty(p.t, sealed["scores"])
	require.Equal(p.t, float64(0), p.read(fmt.Sprintf("explain permit --subnet 2 --neuron 0 --epoch %.0f", sealed["epoch"]))["generation"])
	p.fails("no_such_neuron", "explain incentive --subnet 1 --neuron 2")
	p.fails("no_such_neuron", "explain prune --subnet 1 --neuron 99999999999999999999999")
	p.fails("no_such_neuron", "explain incentive --subnet 1 --neuron alice")
	p.fails("no_such_epoch", "explain emission --subnet 1 --neuron 0 --epoch 18446744073709551615")
	p.fails("subnet_unknown", "explain emission --subnet 99 --neuron 0")
	require.Contains(p.t, p.fails("no_such_neuron", "explain permit --subnet 1 --neuron 0 --epoch 0"), "dendra subnet show 1", "it came later")
}
