package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/chain"
	"github.com/dendra-net/dendra/chain/node"
	"github.com/dendra-net/dendra/internal/cli"
	"github.com/dendra-net/dendra/internal/prefix"
	"github.com/dendra-net/dendra/wallet"
	"github.com/dendra-net/dendra/x/producer"
	"github.com/dendra-net/dendra/x/subnet"
)

const tao = 1_000_000_000

// person is somebody with a home and a chain to talk to.
type person struct {
	t    *testing.T
	home string
	wire *wire
}

// in is the same person in a part of a test.
func (p person) in(t *testing.T) person { p.t = t; return p }

// startChain runs a node of fast blocks with two open subnets, and returns somebody who has the faucet's keys.
func startChain(t *testing.T) person {
	prefix.Set()
	p := person{t: t, home: t.TempDir()}
	nodeHome := filepath.Join(p.home, "node")
	identity, err := node.InitHome(nodeHome)
	require.NoError(t, err)
	owner := p.account("alice")
	g := chain.NewGenesis("dendra-local-test", time.Now().UTC(), producer.Producer{Name: "one", Operator: owner.String(), ConsensusPubkey: identity.ConsensusKey, Power: 1})
	g.Grants = []chain.Grant{{Address: owner, Rao: 1000 * tao}, {Address: p.account("faucet"), Rao: 5000 * tao}}
	rules := &g.Subnet.Params
	rules.Defaults.Tempo, rules.Defaults.CommitReveal, rules.Defaults.MinWeights = 5, false, 1
	rules.Defaults.MinDifficulty, rules.Defaults.WeightsRateLimit, rules.Defaults.MinValidatorStakeRao = 2000, 1, 0
	rules.MinLockRao, rules.CreateInterval, rules.FreezeBlocks = 10*tao, 0, 0
	sealed := rules.Defaults
	sealed.CommitReveal, sealed.Tempo, sealed.RevealEpochs = true, 15, 1
	g.Subnet.Subnets = []subnet.Subnet{{Netuid: 1, Name: "open", Hyperparameters: rules.Defaults}, {Netuid: 2, Name: "sealed", Hyperparameters: sealed}}
	g.Subnet.NextNetuid = 3
	g.Stake.Params.UnbondingBlocks = 2
	doc, err := g.Doc()
	require.NoError(t, err)
	require.NoError(t, node.WriteGenesis(nodeHome, doc))
	address := freeAddress(t)
	n, err := node.Start(t.Context(), node.Options{Home: nodeHome, P2P: freeAddress(t), GRPC: address, BlockTime: 50 * time.Millisecond, CheckLaws: true})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, n.Close()) })
	p.wire, address = startWire(t, address)
	card := fmt.Sprintf(`{"chain_id":"dendra-local-test","grpc":%q}`, address)
	require.NoError(t, os.WriteFile(filepath.Join(p.home, "network.json"), []byte(card), 0o600))
	require.Eventually(t, func() bool { return n.Height() > 1 }, 20*time.Second, 10*time.Millisecond)
	return p
}

func freeAddress(t *testing.T) string {
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().String()
}

// account makes a wallet of a local network and returns its coldkey's address.
func (p person) account(name string) sdk.AccAddress {
	info, err := wallet.Store{Home: p.home}.EnsureLocal(name, "default")
	require.NoError(p.t, err)
	b, err := info.Address.Bytes()
	require.NoError(p.t, err)
	return b
}

// types runs a command line.
func (p person) types(line string) (code int, stdout, stderr string) {
	p.t.Helper()
	p.wire.typed(line)
	ctx, cancel := context.WithTimeout(p.t.Context(), 30*time.Second)
	defer cancel()
	var out, errs bytes.Buffer
	code = cli.Main(ctx, cli.Env{Args: strings.Fields(line), Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Argon2: cheap,
		Getenv: func(name string) string { return map[string]string{"DENDRA_HOME": p.home}[name] }})
	return code, out.String(), errs.String()
}

// does wants the command to succeed and returns what it printed.
func (p person) does(line string) string {
	p.t.Helper()
	code, out, errs := p.types(line)
	require.Zero(p.t, code, "%s\n%s%s", line, out, errs)
	return out
}

// shows wants a reading to fit on a screen, and returns it.
func (p person) shows(line string) string {
	p.t.Helper()
	out := p.does(line)
	for _, l := range strings.Split(out, "\n") {
		require.LessOrEqual(p.t, utf8.RuneCountInString(l), screen, "%s: %s", line, l)
	}
	return out
}

// read wants the command to succeed and decodes its JSON.
func (p person) read(line string) map[string]any {
	p.t.Helper()
	var v map[string]any
	out := p.does(line + " --json")
	require.NoError(p.t, json.Unmarshal([]byte(out), &v), out)
	amountsAreStrings(p.t, line, v)
	return v
}

// amountsAreStrings wants every amount in a result to be a string of digits.
func amountsAreStrings(t *testing.T, name string, v any) {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			if key == "rao" || strings.HasSuffix(key, "_rao") {
				require.Regexp(t, `^\d+$`, value, "%s: %s", name, key)
				require.IsType(t, "", value, "%s: %s", name, key)
			}
			amountsAreStrings(t, name+" "+key, value)
		}
	case []any:
		for _, value := range v {
			amountsAreStrings(t, name, value)
		}
	}
}

// fails wants an error of that code and returns the fix.
func (p person) fails(code, line string) string {
	p.t.Helper()
	rc, out, errs := p.types(line)
	require.NotZero(p.t, rc, "%s\n%s", line, out)
	require.Contains(p.t, errs, "error "+code+": ", line)
	require.Empty(p.t, out)
	_, fix, found := strings.Cut(errs, "\n  fix: ")
	require.True(p.t, found, errs)
	return strings.TrimSpace(fix)
}

// doesUnlessFrozen repeats a change that an epoch's block refuses.
func (p person) doesUnlessFrozen(line string) string {
	p.t.Helper()
	var out string
	require.Eventually(p.t, func() bool {
		code, stdout, stderr := p.types(line)
		out = stdout
		require.True(p.t, code == 0 || strings.Contains(stderr, "error frozen: "), stderr)
		return code == 0
	}, 30*time.Second, 10*time.Millisecond)
	return out
}

// waits repeats a reading until it is as wanted.
func (p person) waits(line string, wanted func(map[string]any) bool) map[string]any {
	p.t.Helper()
	var last map[string]any
	require.Eventually(p.t, func() bool { last = p.read(line); return wanted(last) }, 30*time.Second, 50*time.Millisecond, "%s: %v", line, last)
	return last
}

func neurons(v map[string]any) []any { return v["neurons"].([]any) }

func neuronAt(v map[string]any, uid int) map[string]any { return neurons(v)[uid].(map[string]any) }

// TestALifeOnTheChain goes every way of the command line that needs a chain.
func TestALifeOnTheChain(t *testing.T) {
	if testing.Short() {
		t.Skip("runs a node for some seconds")
	}
	p := startChain(t)

	t.Run("look", func(t *testing.T) {
		p := p.in(t)
		status := p.read("chain status")
		require.Equal(t, "dendra-local-test", status["chain_id"])
		for _, law := range status["laws"].([]any) {
			require.Equal(t, true, law.(map[string]any)["holds"])
		}
		require.Regexp(t, `(?m)^laws     (\d+) of (\d+) hold$`, p.does("chain status"))
		require.Contains(t, p.does("chain params"), "subnet.defaults.tempo")
		require.Contains(t, p.does("chain params subnet"), "subnet.min_lock_rao")
		p.fails("no_such_module", "chain params nonsense")
		require.Len(t, p.read("subnet list")["subnets"], 2)
		require.Contains(t, p.does("subnet list"), "sealed")
		require.Equal(t, "open", p.read("subnet show 1")["name"])
		require.Contains(t, p.fails("subnet_unknown", "subnet show 9"), "dendra subnet list")
		require.Contains(t, p.does("subnet price"), "a new subnet locks 10.000000000 TAO; 2 of ")
		require.Contains(t, p.does("doctor"), "laws hold")
	})

	t.Run("money", func(t *testing.T) {
		p := p.in(t)
		p.does("wallet create me --plain")
		require.Contains(t, p.fails("insufficient_funds", "wallet send --wallet me --to alice 1 --yes"), "dendra faucet me ")
		require.Contains(t, p.does("faucet me 50"), "the faucet gave 50.000000000 TAO to me")
		require.Equal(t, "50000000000", p.read("wallet balance me")["free_rao"])
		require.Contains(t, p.fails("needs_confirmation", "wallet send --from me --to alice 1"), "--yes")
		look := p.read("wallet send --from me --to alice 1 --dry-run")
		require.Equal(t, "1000000000", look["cost_rao"])
		require.NotEqual(t, "0", look["fee_rao"])
		require.Equal(t, "50000000000", p.read("wallet balance me")["free_rao"], "a dry run sends nothing")
		sent := p.read("wallet send --from me --to alice 1 --yes")
		require.Len(t, sent["tx"], 64)
		require.Equal(t, look["balance_after_rao"], p.read("wallet balance me")["free_rao"], "what was foretold")
		p.fails("insufficient_funds", "wallet send --from me --to alice 48.999999999 --yes") // leaves nothing for the fee
	})

	t.Run("register", func(t *testing.T) {
		p := p.in(t)
		require.Contains(t, p.fails("not_registered", "neuron status --subnet 1 --wallet me"), "dendra neuron register --subnet 1")
		p.fails("price_above_max", "neuron register --subnet 1 --wallet me --max-price 1rao --yes")
		p.fails("needs_confirmation", "neuron register --subnet 1 --wallet me")
		require.Contains(t, p.does("neuron register --subnet 1 --wallet me --dry-run"), "burned")
		require.Contains(t, p.does("neuron register --subnet 1 --wallet me --yes"), "registered: subnet 1 neuron 0, burned ")
		p.fails("already_registered", "neuron register --subnet 1 --wallet me --yes")

		p.does("wallet create worker --plain") // has no TAO and needs none
		require.Contains(t, p.does("neuron register --subnet 1 --wallet worker --work --dry-run"), "hashes")
		require.Contains(t, p.does("neuron register --subnet 1 --wallet worker --work"), "registered: subnet 1 neuron 1 by work")
		p.fails("already_registered", "neuron register --subnet 1 --wallet worker --work")
		require.Contains(t, p.does("neuron list --subnet 1"), "worker")
		require.Contains(t, p.does("neuron status --subnet 1 --wallet me"), "neuron 0")
	})

	t.Run("serve", func(t *testing.T) {
		p := p.in(t)
		p.fails("bad_endpoint", "neuron serve --subnet 1 --wallet worker ftp://x")
		require.Contains(t, p.does("neuron serve --subnet 1 --wallet worker http://127.0.0.1:9"), `answers at "http://127.0.0.1:9"`)
		p.fails("serve_too_soon", "neuron serve --subnet 1 --wallet worker http://127.0.0.1:10")
		worker := neuronAt(p.read("subnet show 1"), 1)
		require.Equal(t, "http://127.0.0.1:9", worker["endpoint"])
		require.Equal(t, "miner", worker["role_hint"])
	})

	t.Run("stake and vote", func(t *testing.T) {
		p := p.in(t)
		p.fails("insufficient_funds", "stake add 100000 --wallet alice --to me --yes")
		require.Contains(t, p.does("stake add 20 --wallet alice --to me --yes"), "staked 20.000000000 TAO behind tao1")
		require.Contains(t, p.does("stake list alice"), "20.000000000")
		p.waits("subnet show 1", func(v map[string]any) bool {
			return neuronAt(v, 0)["permit"] == true && neuronAt(v, 1)["permit"] == false
		})
		p.fails("no_permit", "weights set --subnet 1 --wallet worker 0=1")
		p.fails("no_such_neuron", "weights set --subnet 1 --wallet me 7=1")
		require.Contains(t, p.does("weights set --subnet 1 --wallet me 1=1"), "set 1 weights on subnet 1")
		require.Contains(t, p.does("weights show --subnet 1"), "1:1.000")
		paid := p.waits("subnet show 1", func(v map[string]any) bool { return neuronAt(v, 1)["incentive"].(float64) == 1 })
		require.Equal(t, "validator", neuronAt(paid, 0)["role_hint"])
		require.NotEqual(t, "0", neuronAt(paid, 1)["emission_rao"])
		require.Contains(t, p.does("subnet show 1"), strings.Repeat("#", 12))

		p.does("root set 1=3 2=1 --wallet me")
		p.fails("root_vote_too_soon", "root set 1=1 --wallet me")
		require.Contains(t, p.does("root show"), "1:0.750")
		p.fails("not_enough_stake", "stake remove 500 --wallet alice --from me --yes")
		require.Contains(t, p.does("stake remove 5 --wallet alice --from me --yes"), "unstaked 5.000000000 TAO, free at height ")
	})

	t.Run("sealed votes", func(t *testing.T) {
		p := p.in(t)
		p.does("neuron register --subnet 2 --wallet me --yes")
		p.does("neuron register --subnet 2 --wallet worker --work")
		p.waits("subnet show 2", func(v map[string]any) bool { return neuronAt(v, 0)["permit"] == true })
		p.fails("nothing_to_reveal", "weights set --subnet 2 --wallet me --reveal")
		committed := p.read("weights set --subnet 2 --wallet me 1=1")
		require.Len(t, p.read("weights show --subnet 2")["rows"], 0)
		require.Len(t, p.read("weights commits --subnet 2")["commits"], 1)
		from := committed["reveal_from"].(float64)
		p.waits("chain status", func(v map[string]any) bool { return v["height"].(float64) >= from })
		require.Contains(t, p.does("weights set --subnet 2 --wallet me --reveal"), "revealed 1 weights")
		require.Len(t, p.read("weights show --subnet 2")["rows"], 1)
	})

	t.Run("create", func(t *testing.T) {
		p := p.in(t)
		p.fails("price_above_max", "subnet create --name haiku --wallet alice --max-price 1 --yes")
		require.Contains(t, p.does("subnet create --name haiku --wallet alice --yes"), "created subnet 3 haiku, locked 10.000000000 TAO")
		p.fails("name_taken", "subnet create --name haiku --wallet alice --yes --max-price 1000")
	})

	t.Run("books", func(t *testing.T) {
		p := p.in(t)
		now := p.read("chain supply")
		require.Contains(t, p.does("chain supply"), "subnet_lock")
		then := p.read("chain supply --at 3")
		require.Equal(t, float64(3), then["height"])
		require.NotEqual(t, now["issued_rao"], then["issued_rao"])
		old := p.read("subnet show 1 --at 3")
		require.Empty(t, neurons(old))
		p.fails("bad_height", "chain supply --at 99999999")
	})

	t.Run("one neuron", func(t *testing.T) {
		p := p.in(t)
		require.Contains(t, p.shows("neuron price --subnet 1"), "254 of 256 are free")
		require.Regexp(t, `^\d{4}$`, p.read("neuron price --subnet 1")["difficulty"])
		require.Contains(t, p.shows("neuron show --subnet 1 1"), "data        none committed")
		p.fails("bad_data_size", "neuron commit --subnet 1 --wallet worker 0x"+strings.Repeat("ab", 500))
		require.Contains(t, p.does("neuron commit --subnet 1 --wallet worker sha256:0a1b --dry-run"), `everybody can read "sha256:0a1b"`)
		require.Contains(t, p.does("neuron commit --subnet 1 --wallet worker sha256:0a1b"), "published 11 bytes")
		p.fails("data_too_soon", "neuron commit --subnet 1 --wallet worker again")
		require.Contains(t, p.shows("neuron show --subnet 1 worker"), `"sha256:0a1b" (11 bytes, committed at height`)
		require.Equal(t, fmt.Sprintf("%x", "sha256:0a1b"), p.read("neuron show --subnet 1 1")["data"])
		p.fails("not_registered", "neuron show --subnet 1 9")
		p.fails("not_registered", "neuron show --subnet 1 alice")
		require.NotZero(t, neuronAt(p.read("neuron list --subnet 1"), 1)["served_at"])
	})

	t.Run("delegators", func(t *testing.T) {
		p := p.in(t)
		require.Contains(t, p.shows("stake hotkeys"), "18.00")
		require.Contains(t, p.does("stake take 10% --wallet me --yes --dry-run"), "18.00 % becomes 10.00 %")
		require.Contains(t, p.does("stake take 10% --wallet me --yes"), "keeps 10.00 % of its delegators' dividends")
		p.fails("take_too_soon", "stake take 0.11 --wallet me --yes")
		p.fails("take_too_high", "stake take 90% --wallet me --yes")
		p.fails("not_hotkey_owner", "stake take 5% --wallet alice --of me --yes")
		list := p.read("stake delegators me")
		require.Equal(t, float64(6553), list["take_u16"])
		require.Contains(t, fmt.Sprint(list["delegators"]), p.account("alice").String())
		require.Contains(t, p.shows("stake delegators me"), "alice")
		p.fails("hotkey_unknown", "stake delegators alice")
		p.shows("stake list alice")
	})

	t.Run("what came of votes", func(t *testing.T) {
		p := p.in(t)
		p.waits("weights bonds --subnet 1", func(v map[string]any) bool { return len(v["bonds"].([]any)) == 1 })
		require.Regexp(t, `(?m)^  0  me +1:[01]\.\d{4}$`, p.shows("weights bonds --subnet 1"))
		scores := p.read("weights scores --subnet 1")
		require.Len(t, scores["scores"], 2)
		require.IsType(t, "", scores["carried_rao"])
		require.Contains(t, p.shows("weights scores --subnet 1"), "worker")
	})

	t.Run("an owner", func(t *testing.T) {
		p := p.in(t)
		require.Contains(t, p.shows("subnet params 3"), "burn_half_life")
		require.Contains(t, p.shows("subnet params 1"), "owner nobody")
		p.fails("not_subnet_owner", "subnet set 1 yuma3=off --wallet alice --yes")
		p.fails("not_subnet_owner", "subnet dissolve 3 --wallet me --yes")
		p.fails("governance_only", "subnet set 3 kappa_u16=40000 --wallet alice --yes")
		p.fails("param_out_of_bounds", "subnet set 3 tempo=20 --wallet alice --yes")
		require.Contains(t, p.does("subnet set 3 work_allowed=off min_burn_rao=0.5tao --wallet alice --dry-run"), "work_allowed: 1 becomes 0")
		done := p.doesUnlessFrozen("subnet set 3 work_allowed=off min_burn_rao=0.5tao --wallet alice --yes")
		require.Contains(t, done, "min_burn_rao: 500000 becomes 500000000")
		require.Regexp(t, `(?m)^work_allowed +0 `, p.does("subnet params 3"))
		p.fails("param_too_soon", "subnet set 3 work_allowed=on --wallet alice --yes")

		require.Contains(t, p.does("subnet describe 3 --url https://haiku.example --wallet alice --yes"), "https://haiku.example")
		require.Contains(t, p.does("subnet describe 3 --description seventeen --wallet alice --yes"), `description "seventeen", url "https://haiku.example"`)
		require.Contains(t, p.shows("subnet list"), "seventeen")

		p.fails("needs_confirmation", "subnet dissolve 3 --wallet alice")
		require.Contains(t, p.does("subnet dissolve 3 --wallet alice --dry-run"), "of the lock come back")
		require.Regexp(t, `^dissolved subnet 3; 9\.9\d{8} TAO came back\n`, p.does("subnet dissolve 3 --wallet alice --yes"))
		p.fails("subnet_unknown", "subnet show 3")
	})

	t.Run("the chain", func(t *testing.T) {
		p := p.in(t)
		require.Regexp(t, `(?m)^stake/\S+ +yes$`, p.shows("chain laws"))
		require.Contains(t, p.shows("chain producers"), "alice")
		require.Contains(t, p.does("chain burn 3 --wallet alice --yes"), "burnt 3.000000000 TAO of alice")
		require.Equal(t, "3000000000", p.read("chain supply")["burnt_rao"])
		p.fails("insufficient_funds", "chain burn 100000 --wallet alice --yes")
		for _, line := range []string{"chain status", "chain supply", "root show", "subnet show 1", "subnet list", "neuron list --subnet 1",
			"neuron status --subnet 1 worker", "weights show --subnet 1", "weights commits --subnet 2", "wallet list", "wallet balance me", "doctor"} {
			p.shows(line)
		}
		rules := p.read("chain params")["stake"].(map[string]any)
		require.IsType(t, "", rules["min_stake_rao"], "amounts are strings")
		require.Contains(t, p.read("chain params subnet")["subnet"].(map[string]any)["defaults"], "commit_reveal", "what is false is there too")
	})

	t.Run("the past", func(t *testing.T) {
		p := p.in(t)
		require.Empty(t, p.read("neuron list --subnet 1 --at 3")["neurons"])
		require.Equal(t, float64(3), p.read("neuron price --subnet 1 --at 3")["height"])
		require.Equal(t, float64(3), p.read("chain laws --at 3")["height"])
		require.Equal(t, float64(3), p.read("chain status --at 3")["height"])
		require.Equal(t, "0", p.read("wallet balance me --at 3")["free_rao"])
		require.Len(t, p.read("subnet list --at 3")["subnets"], 2)
		require.Empty(t, p.read("stake list alice --at 3")["stake"])
		require.Empty(t, p.read("stake hotkeys --at 3")["hotkeys"])
		require.Empty(t, p.read("root show --at 3")["votes"])
		require.Empty(t, p.read("weights show --subnet 1 --at 3")["rows"])
		p.fails("bad_height", "weights bonds --subnet 1 --at 99999999")
	})

	t.Run("every message and query", p.wire.requireAll)

	t.Run("the wrong chain", func(t *testing.T) {
		p := p.in(t)
		raw, err := os.ReadFile(filepath.Join(p.home, "network.json"))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(p.home, "network.json"), bytes.Replace(raw, []byte("local-test"), []byte("local-other"), 1), 0o600))
		require.Contains(t, p.fails("wrong_chain", "chain status"), "--node")
	})
}
