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
