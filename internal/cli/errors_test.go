package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	errorsmod "cosmossdk.io/errors"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/chainclient"
	"github.com/dendra-net/dendra/wallet"
	"github.com/dendra-net/dendra/x/emission"
	"github.com/dendra-net/dendra/x/guard"
	neuronmod "github.com/dendra-net/dendra/x/neuron"
	"github.com/dendra-net/dendra/x/producer"
	"github.com/dendra-net/dendra/x/stake"
	"github.com/dendra-net/dendra/x/subnet"
	"github.com/dendra-net/dendra/x/weights"
)

// registered returns the code numbers of a module's errors.
func registered(codespace string) []uint32 {
	var out []uint32
	for code := uint32(2); code < 500; code++ {
		unknown := errorsmod.ABCIError("no-such-module", code, "")
		if err := errorsmod.ABCIError(codespace, code, ""); err.Error() != unknown.Error() {
			out = append(out, code)
		}
	}
	return out
}

func TestEveryErrorOfTheChainHasAFix(t *testing.T) {
	for _, module := range []string{stake.ModuleName, emission.ModuleName, subnet.ModuleName, neuronmod.ModuleName,
		weights.ModuleName, guard.ModuleName, producer.ModuleName, banktypes.ModuleName} {
		codes := registered(module)
		if module != producer.ModuleName {
			require.NotEmpty(t, codes, module)
		}
		for _, code := range codes {
			known, ok := chainErrors[chainKey{module, code}]
			require.True(t, ok, "%s/%d (%v) has no entry", module, code, errorsmod.ABCIError(module, code, ""))
			require.NotEmpty(t, known.fix)
		}
	}
}

func TestTheTableHoldsNothingStale(t *testing.T) {
	for key, known := range chainErrors {
		require.Regexp(t, `^[a-z]+(_[a-z]+)*$`, known.code)
		if key.codespace == "sdk" || key.codespace == "undefined" {
			continue
		}
		require.Contains(t, registered(key.codespace), key.code, "%s/%d is not registered any more", key.codespace, key.code)
	}
}

var codeForm = regexp.MustCompile(`^[a-z]+(_[a-z]+)*$`)

// TestEveryErrorOfTheCommandHasAFix reads the sources: each code of failf and usagef is in the table of fixes.
func TestEveryErrorOfTheCommandHasAFix(t *testing.T) {
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	used := map[string]bool{}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		require.NoError(t, err)
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) < 2 {
				return true
			}
			id, ok := call.Fun.(*ast.Ident)
			if !ok || id.Name != "failf" && id.Name != "usagef" {
				return true
			}
			if literal, ok := call.Args[0].(*ast.BasicLit); ok {
				code, err := strconv.Unquote(literal.Value)
				require.NoError(t, err)
				used[code] = true
			}
			return true
		})
	}
	require.Greater(t, len(used), 30)
	for code := range used {
		require.Regexp(t, codeForm, code)
		require.NotEmpty(t, fixes[code], "code %q has no fix", code)
	}
	for _, known := range sentinels {
		require.Regexp(t, codeForm, known.code)
		require.NotEmpty(t, known.fix)
	}
}

// TestFixesNameRealCommands holds every "dendra ..." of the tables against the commands there are.
func TestFixesNameRealCommands(t *testing.T) {
	all := maps.Clone(fixes)
	for key, known := range chainErrors {
		all[fmt.Sprintf("%s/%d", key.codespace, key.code)] = known.fix
	}
	for _, known := range sentinels {
		all[known.code] = known.fix
	}
	command := regexp.MustCompile(`dendra ([a-z]+)(?: ([a-z]+))?`)
	a := &app{Env: Env{}.complete()}
	for where, fix := range all {
		for _, found := range command.FindAllStringSubmatch(fix, -1) {
			noun, _, err := a.root().Find([]string{found[1]})
			require.NoError(t, err, where)
			if !noun.HasSubCommands() || noun.Name() == "dendra" {
				continue
			}
			verb, _, err := a.root().Find([]string{found[1], found[2]})
			require.NoError(t, err, where)
			require.NotEqual(t, noun.Name(), verb.Name(), "%s: %q names no verb of %s", where, fix, noun.Name())
		}
	}
}

func TestRefusalsAreExplained(t *testing.T) {
	err := fmt.Errorf("set weights on subnet 1: %w", &chainclient.TxError{Codespace: "weights", Code: 10,
		Message: "12 blocks since the last, 100 needed: setting weights too fast", Hash: strings.Repeat("AB", 32), Height: 7})
	var out bytes.Buffer
	require.Equal(t, 1, render(&out, err, false))
	require.Equal(t, "error weights_too_soon: set weights on subnet 1: 12 blocks since the last, 100 needed: setting weights too fast; "+
		"transaction ABABABAB..ABAB failed at height 7\n  fix: wait until the height in the message\n  docs: dendra explain weights_too_soon\n", out.String())

	out.Reset()
	require.Equal(t, 1, render(&out, &chainclient.TxError{Codespace: "later", Code: 77, Message: "new"}, true))
	require.JSONEq(t, `{"error":{"code":"later_77","message":"new","fix":"look the code up in the chain's source, or try a newer dendra"}}`, out.String())
}

func TestErrorsAreRenderedOneWay(t *testing.T) {
	for _, c := range []struct {
		name string
		err  error
		code int
		want string
	}{
		{"usage", usagef("bad_flag", "no such flag"), 2, "error bad_flag: no such flag\n  fix: dendra --help\n"},
		{"sentinel", fmt.Errorf("unlock: %w", wallet.ErrWrongPassword), 1, "error wrong_password: unlock: wrong password\n"},
		{"interrupted", context.Canceled, 130, "error cancelled: context canceled\n"},
		{"unknown", errors.New("strange"), 1, "error failed: strange\n  fix: dendra doctor looks for the cause\n"},
		{"hostile", failf("gateway_error", "evil \x1b[2J\nsecond"), 1, "error gateway_error: evil ?[2J\n  second\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out bytes.Buffer
			require.Equal(t, c.code, render(&out, c.err, false))
			require.True(t, strings.HasPrefix(out.String(), c.want), out.String())
		})
	}
}
