package cli_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestALifeOnTheChain goes every way of the command line that needs a chain. Each part goes on where the last one ended.
func TestALifeOnTheChain(t *testing.T) {
	if testing.Short() {
		t.Skip("runs a node for some seconds")
	}
	p := startChain(t)
	for _, part := range []struct {
		name string
		live func(person)
	}{
		{"look", liveLook},
		{"money", liveMoney},
		{"register", liveRegister},
		{"serve", liveServe},
		{"stake and vote", liveStakeAndVote},
		{"sealed votes", liveSealedVotes},
		{"create", liveCreate},
		{"books", liveBooks},
		{"one neuron", liveOneNeuron},
		{"delegators", liveDelegators},
		{"what came of votes", liveWhatCameOfVotes},
		{"why a number is what it is", liveExplained},
		{"evidence", liveAudit},
		{"an owner", liveAnOwner},
		{"the chain", liveTheChain},
		{"the past", liveThePast},
		{"every message and query", func(p person) { p.wire.requireAll(p.t) }},
		{"the wrong chain", liveTheWrongChain},
	} {
		t.Run(part.name, func(t *testing.T) { part.live(p.in(t)) })
	}
}

func liveLook(p person) {
	status := p.read("chain status")
	require.Equal(p.t, "dendra-local-test", status["chain_id"])
	for _, law := range status["laws"].([]any) {
		require.Equal(p.t, true, law.(map[string]any)["holds"])
	}
	require.Regexp(p.t, `(?m)^laws     (\d+) of (\d+) hold$`, p.does("chain status"))
	require.Contains(p.t, p.does("chain params"), "subnet.defaults.tempo")
	require.Contains(p.t, p.does("chain params subnet"), "subnet.min_lock_rao")
	p.fails("no_such_module", "chain params nonsense")
	require.Len(p.t, p.read("subnet list")["subnets"], 2)
	require.Contains(p.t, p.does("subnet list"), "sealed")
	require.Equal(p.t, "open", p.read("subnet show 1")["name"])
	require.Contains(p.t, p.fails("subnet_unknown", "subnet show 9"), "dendra subnet list")
	require.Contains(p.t, p.does("subnet price"), "a new subnet locks 10.000000000 TAO; 2 of ")
	require.Contains(p.t, p.does("doctor"), "laws hold")
}

func liveMoney(p person) {
	p.does("wallet create me --plain")
	require.Contains(p.t, p.fails("insufficient_funds", "wallet send --wallet me --to alice 1 --yes"), "dendra faucet me ")
	require.Contains(p.t, p.does("faucet me 50"), "the faucet gave 50.000000000 TAO to me")
	require.Equal(p.t, "50000000000", p.read("wallet balance me")["free_rao"])
	require.Contains(p.t, p.fails("needs_confirmation", "wallet send --from me --to alice 1"), "--yes")
	look := p.read("wallet send --from me --to alice 1 --dry-run")
	require.Equal(p.t, "1000000000", look["cost_rao"])
	require.NotEqual(p.t, "0", look["fee_rao"])
	require.Equal(p.t, "50000000000", p.read("wallet balance me")["free_rao"], "a dry run sends nothing")
	sent := p.read("wallet send --from me --to alice 1 --yes")
	require.Len(p.t, sent["tx"], 64)
	require.Equal(p.t, look["balance_after_rao"], p.read("wallet balance me")["free_rao"], "what was foretold")
	p.fails("insufficient_funds", "wallet send --from me --to alice 48.999999999 --yes") // leaves nothing for the fee
}

func liveRegister(p person) {
	require.Contains(p.t, p.fails("not_registered", "neuron status --subnet 1 --wallet me"), "dendra neuron register --subnet 1")
	p.fails("price_above_max", "neuron register --subnet 1 --wallet me --max-price 1rao --yes")
	p.fails("needs_confirmation", "neuron register --subnet 1 --wallet me")
	require.Contains(p.t, p.does("neuron register --subnet 1 --wallet me --dry-run"), "burned")
	require.Contains(p.t, p.does("neuron register --subnet 1 --wallet me --yes"), "registered: subnet 1 neuron 0, burned ")
	p.fails("already_registered", "neuron register --subnet 1 --wallet me --yes")

	p.does("wallet create worker --plain") // has no TAO and needs none
	require.Contains(p.t, p.does("neuron register --subnet 1 --wallet worker --work --dry-run"), "hashes")
	require.Contains(p.t, p.does("neuron register --subnet 1 --wallet worker --work"), "registered: subnet 1 neuron 1 by work")
	p.fails("already_registered", "neuron register --subnet 1 --wallet worker --work")
	require.Contains(p.t, p.does("neuron list --subnet 1"), "worker")
	require.Contains(p.t, p.does("neuron status --subnet 1 --wallet me"), "neuron 0")
}

func liveServe(p person) {
	p.fails("bad_endpoint", "neuron serve --subnet 1 --wallet worker ftp://x")
	require.Contains(p.t, p.does("neuron serve --subnet 1 --wallet worker http://127.0.0.1:9"), `answers at "http://127.0.0.1:9"`)
	p.fails("serve_too_soon", "neuron serve --subnet 1 --wallet worker http://127.0.0.1:10")
	worker := neuronAt(p.read("subnet show 1"), 1)
	require.Equal(p.t, "http://127.0.0.1:9", worker["endpoint"])
	require.Equal(p.t, "miner", worker["role_hint"])
}

func liveStakeAndVote(p person) {
	p.fails("insufficient_funds", "stake add 100000 --wallet alice --to me --yes")
	require.Contains(p.t, p.does("stake add 20 --wallet alice --to me --yes"), "staked 20.000000000 TAO behind tao1")
	require.Contains(p.t, p.does("stake list alice"), "20.000000000")
	p.waits("subnet show 1", func(v map[string]any) bool {
		return neuronAt(v, 0)["permit"] == true && neuronAt(v, 1)["permit"] == false
	})
	p.fails("no_permit", "weights set --subnet 1 --wallet worker 0=1")
	p.fails("no_such_neuron", "weights set --subnet 1 --wallet me 7=1")
	require.Contains(p.t, p.does("weights set --subnet 1 --wallet me 1=1"), "set 1 weights on subnet 1")
	require.Contains(p.t, p.does("weights show --subnet 1"), "1:1.000")
	paid := p.waits("subnet show 1", func(v map[string]any) bool { return neuronAt(v, 1)["incentive"].(float64) == 1 })
	require.Equal(p.t, "validator", neuronAt(paid, 0)["role_hint"])
	require.NotEqual(p.t, "0", neuronAt(paid, 1)["emission_rao"])
	require.Contains(p.t, p.does("subnet show 1"), strings.Repeat("#", 12))

	p.does("root set 1=3 2=1 --wallet me")
	p.fails("root_vote_too_soon", "root set 1=1 --wallet me")
	require.Contains(p.t, p.does("root show"), "1:0.750")
	p.fails("not_enough_stake", "stake remove 500 --wallet alice --from me --yes")
	require.Contains(p.t, p.does("stake remove 5 --wallet alice --from me --yes"), "unstaked 5.000000000 TAO, free at height ")
}

func liveSealedVotes(p person) {
	p.does("neuron register --subnet 2 --wallet me --yes")
	p.does("neuron register --subnet 2 --wallet worker --work")
	p.waits("subnet show 2", func(v map[string]any) bool { return neuronAt(v, 0)["permit"] == true })
	p.fails("nothing_to_reveal", "weights set --subnet 2 --wallet me --reveal")
	committed := p.read("weights set --subnet 2 --wallet me 1=1")
	require.Len(p.t, p.read("weights show --subnet 2")["rows"], 0)
	require.Len(p.t, p.read("weights commits --subnet 2")["commits"], 1)
	from := committed["reveal_from"].(float64)
	p.waits("chain status", func(v map[string]any) bool { return v["height"].(float64) >= from })
	require.Contains(p.t, p.does("weights set --subnet 2 --wallet me --reveal"), "revealed 1 weights")
	require.Len(p.t, p.read("weights show --subnet 2")["rows"], 1)
}

func liveCreate(p person) {
	p.fails("price_above_max", "subnet create --name haiku --wallet alice --max-price 1 --yes")
	require.Contains(p.t, p.does("subnet create --name haiku --wallet alice --yes"), "created subnet 3 haiku, locked 10.000000000 TAO")
	p.fails("name_taken", "subnet create --name haiku --wallet alice --yes --max-price 1000")
}

func liveBooks(p person) {
	now := p.read("chain supply")
	require.Contains(p.t, p.does("chain supply"), "subnet_lock")
	then := p.read("chain supply --at 3")
	require.Equal(p.t, float64(3), then["height"])
	require.NotEqual(p.t, now["issued_rao"], then["issued_rao"])
	old := p.read("subnet show 1 --at 3")
	require.Empty(p.t, neurons(old))
	p.fails("bad_height", "chain supply --at 99999999")
}

func liveOneNeuron(p person) {
	require.Contains(p.t, p.shows("neuron price --subnet 1"), "254 of 256 are free")
	require.Regexp(p.t, `^\d{4}$`, p.read("neuron price --subnet 1")["difficulty"])
	require.Contains(p.t, p.shows("neuron show --subnet 1 1"), "data        none committed")
	p.fails("bad_data_size", "neuron commit --subnet 1 --wallet worker 0x"+strings.Repeat("ab", 500))
	require.Contains(p.t, p.does("neuron commit --subnet 1 --wallet worker sha256:0a1b --dry-run"), `everybody can read "sha256:0a1b"`)
	require.Contains(p.t, p.does("neuron commit --subnet 1 --wallet worker sha256:0a1b"), "published 11 bytes")
	p.fails("data_too_soon", "neuron commit --subnet 1 --wallet worker again")
	require.Contains(p.t, p.shows("neuron show --subnet 1 worker"), `"sha256:0a1b" (11 bytes, committed at height`)
	require.Equal(p.t, fmt.Sprintf("%x", "sha256:0a1b"), p.read("neuron show --subnet 1 1")["data"])
	require.Regexp(p.t, `(?m)^ *worker +\d+ +itself +\d+ +"sha256:0a1b"$`, p.shows("neuron data --subnet 1"))
	p.fails("not_registered", "neuron show --subnet 1 9")
	p.fails("not_registered", "neuron show --subnet 1 alice")
	require.NotZero(p.t, neuronAt(p.read("neuron list --subnet 1"), 1)["served_at"])
}

func liveDelegators(p person) {
	require.Contains(p.t, p.shows("stake hotkeys"), "18.00")
	require.Contains(p.t, p.does("stake take 10% --wallet me --yes --dry-run"), "18.00 % becomes 10.00 %")
	require.Contains(p.t, p.does("stake take 10% --wallet me --yes"), "keeps 10.00 % of its delegators' dividends")
	p.fails("take_too_soon", "stake take 0.11 --wallet me --yes")
	p.fails("take_too_high", "stake take 90% --wallet me --yes")
	p.fails("not_hotkey_owner", "stake take 5% --wallet alice --of me --yes")
	list := p.read("stake delegators me")
	require.Equal(p.t, float64(6553), list["take_u16"])
	require.Contains(p.t, fmt.Sprint(list["delegators"]), p.account("alice").String())
	require.Contains(p.t, p.shows("stake delegators me"), "alice")
	p.fails("hotkey_unknown", "stake delegators alice")
	p.shows("stake list alice")
}

func liveWhatCameOfVotes(p person) {
	p.waits("weights bonds --subnet 1", func(v map[string]any) bool { return len(v["bonds"].([]any)) == 1 })
	require.Regexp(p.t, `(?m)^  0  me +1:[01]\.\d{4}$`, p.shows("weights bonds --subnet 1"))
	scores := p.read("weights scores --subnet 1")
	require.Len(p.t, scores["scores"], 2)
	require.IsType(p.t, "", scores["carried_rao"])
	require.Contains(p.t, p.shows("weights scores --subnet 1"), "worker")
}

func liveAnOwner(p person) {
	require.Contains(p.t, p.shows("subnet params 3"), "burn_half_life")
	require.Contains(p.t, p.shows("subnet params 1"), "owner nobody")
	p.fails("not_subnet_owner", "subnet set 1 yuma3=off --wallet alice --yes")
	p.fails("not_subnet_owner", "subnet dissolve 3 --wallet me --yes")
	p.fails("governance_only", "subnet set 3 kappa_u16=40000 --wallet alice --yes")
	p.fails("param_out_of_bounds", "subnet set 3 tempo=20 --wallet alice --yes")
	require.Contains(p.t, p.does("subnet set 3 work_allowed=off min_burn_rao=0.5tao --wallet alice --dry-run"), "work_allowed: 1 becomes 0")
	done := p.doesUnlessFrozen("subnet set 3 work_allowed=off min_burn_rao=0.5tao --wallet alice --yes")
	require.Contains(p.t, done, "min_burn_rao: 500000 becomes 500000000")
	require.Regexp(p.t, `(?m)^work_allowed +0 `, p.does("subnet params 3"))
	p.fails("param_too_soon", "subnet set 3 work_allowed=on --wallet alice --yes")

	require.Contains(p.t, p.does("subnet describe 3 --url https://haiku.example --wallet alice --yes"), "https://haiku.example")
	require.Contains(p.t, p.does("subnet describe 3 --description seventeen --wallet alice --yes"), `description "seventeen", url "https://haiku.example"`)
	require.Contains(p.t, p.shows("subnet list"), "seventeen")

	p.fails("needs_confirmation", "subnet dissolve 3 --wallet alice")
	require.Contains(p.t, p.does("subnet dissolve 3 --wallet alice --dry-run"), "of the lock come back")
	require.Regexp(p.t, `^dissolved subnet 3; 9\.9\d{8} TAO came back\n`, p.does("subnet dissolve 3 --wallet alice --yes"))
	p.fails("subnet_unknown", "subnet show 3")
}

func liveTheChain(p person) {
	require.Regexp(p.t, `(?m)^stake/\S+ +yes$`, p.shows("chain laws"))
	require.Contains(p.t, p.shows("chain producers"), "alice")
	require.Contains(p.t, p.does("chain burn 3 --wallet alice --yes"), "burnt 3.000000000 TAO of alice")
	require.Equal(p.t, "3000000000", p.read("chain supply")["burnt_rao"])
	p.fails("insufficient_funds", "chain burn 100000 --wallet alice --yes")
	for _, line := range []string{"chain status", "chain supply", "root show", "subnet show 1", "subnet list", "neuron list --subnet 1",
		"neuron status --subnet 1 worker", "weights show --subnet 1", "weights commits --subnet 2", "wallet list", "wallet balance me", "doctor"} {
		p.shows(line)
	}
	rules := p.read("chain params")["stake"].(map[string]any)
	require.IsType(p.t, "", rules["min_stake_rao"], "amounts are strings")
	require.Contains(p.t, p.read("chain params subnet")["subnet"].(map[string]any)["defaults"], "commit_reveal", "what is false is there too")
}

func liveThePast(p person) {
	require.Empty(p.t, p.read("neuron list --subnet 1 --at 1")["neurons"])
	require.Equal(p.t, float64(1), p.read("neuron price --subnet 1 --at 1")["height"])
	require.Equal(p.t, float64(1), p.read("chain laws --at 1")["height"])
	require.Equal(p.t, float64(1), p.read("chain status --at 1")["height"])
	require.Equal(p.t, "0", p.read("wallet balance me --at 1")["free_rao"])
	require.Len(p.t, p.read("subnet list --at 1")["subnets"], 2)
	require.Empty(p.t, p.read("stake list alice --at 1")["stake"])
	require.Empty(p.t, p.read("stake hotkeys --at 1")["hotkeys"])
	require.Empty(p.t, p.read("root show --at 1")["votes"])
	require.Empty(p.t, p.read("weights show --subnet 1 --at 1")["rows"])
	p.fails("bad_height", "weights bonds --subnet 1 --at 99999999")
}

func liveTheWrongChain(p person) {
	raw, err := os.ReadFile(filepath.Join(p.home, "network.json"))
	require.NoError(p.t, err)
	require.NoError(p.t, os.WriteFile(filepath.Join(p.home, "network.json"), bytes.Replace(raw, []byte("local-test"), []byte("local-other"), 1), 0o600))
	require.Contains(p.t, p.fails("wrong_chain", "chain status"), "--node")
}
