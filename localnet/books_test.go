package localnet_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// capRao is all the TAO there can ever be.
const capRao = 21_000_000 * tao

// books is what `dendra chain supply --json` prints.
type books struct {
	Height   int64
	Issued   string            `json:"issued_rao"`
	Cap      string            `json:"cap_rao"`
	Recycled string            `json:"recycled_rao"`
	Burnt    string            `json:"burnt_rao"`
	Parts    map[string]string // name to rao
}

// supply is what the bank says there is, at a height.
func (m *market) supply(t *testing.T, height int64) uint64 {
	t.Helper()
	var wire struct{ Amount struct{ Amount string } }
	getJSON(t, m.card.REST+"/cosmos/bank/v1beta1/supply/by_denom?denom=rao", height, &wire)
	return rao(t, wire.Amount.Amount)
}

// balancesAlways adds up the books of every height the chain has had, those before and between crashes included.
func (m *market) balancesAlways(t *testing.T) {
	newest := m.height(t)
	require.Greater(t, newest, int64(60))
	for height := int64(1); height <= newest; height++ {
		var s struct {
			Height string
			Issued string `json:"issued_rao"`
			Cap    string `json:"cap_rao"`
			Parts  []struct{ Name, Rao string }
		}
		getJSON(t, m.card.REST+"/dendra/emission/v1/supply", height, &s)
		require.Equal(t, strconv.FormatInt(height, 10), s.Height)
		sum := uint64(0)
		for _, p := range s.Parts {
			sum += rao(t, p.Rao)
		}
		require.Equal(t, rao(t, s.Issued), sum, "the parts at height %d: %v", height, s.Parts)
		require.Equal(t, sum, m.supply(t, height), "the bank at height %d", height)
		require.Equal(t, uint64(capRao), rao(t, s.Cap))
		require.LessOrEqual(t, sum, uint64(capRao))
		m.lawsHold(t, height)
	}
	t.Logf("the books add up at heights 1 to %d", newest)
	for _, height := range []int64{1, newest / 2, newest} {
		m.printsBooks(t, height)
	}
}

func (m *market) lawsHold(t *testing.T, height int64) {
	t.Helper()
	var laws struct {
		Invariants []struct {
			Name, Detail string
			Holds        bool
		}
	}
	getJSON(t, m.card.REST+"/dendra/guard/v1/invariants", height, &laws)
	require.NotEmpty(t, laws.Invariants)
	for _, l := range laws.Invariants {
		require.True(t, l.Holds, "law %s at height %d: %s", l.Name, height, l.Detail)
	}
}

// printsBooks compares what the command prints with what the bank says.
func (m *market) printsBooks(t *testing.T, height int64) {
	t.Helper()
	var b books
	m.do(t, &b, "chain", "supply", "--at", strconv.FormatInt(height, 10))
	sum := uint64(0)
	for _, amount := range b.Parts {
		sum += rao(t, amount)
	}
	require.Equal(t, height, b.Height)
	require.Equal(t, sum, rao(t, b.Issued))
	require.Equal(t, sum, m.supply(t, height))
	require.Equal(t, strconv.Itoa(capRao), b.Cap)
}

// blockHash is the identity of a block, from CometBFT's own door.
func (m *market) blockHash(t *testing.T, height int64) string {
	t.Helper()
	var wire struct {
		Result struct {
			BlockID struct{ Hash string } `json:"block_id"`
		}
	}
	getJSON(t, fmt.Sprintf("%s/block?height=%d", m.card.RPC, height), 0, &wire)
	require.NotEmpty(t, wire.Result.BlockID.Hash)
	return wire.Result.BlockID.Hash
}

func (m *market) blockTime(t *testing.T, height int64) time.Time {
	t.Helper()
	_, body := get(t, fmt.Sprintf("%s/block?height=%d", m.card.RPC, height), 0)
	var wire struct {
		Result struct {
			Block struct{ Header struct{ Time time.Time } }
		}
	}
	require.NoError(t, json.Unmarshal([]byte(body), &wire))
	return wire.Result.Block.Header.Time
}

// keepsInterfaces holds the forms that programs outside rely on: every field, under its name, of its kind.
func (m *market) keepsInterfaces(t *testing.T) {
	var s map[string]any
	m.do(t, &s, "subnet", "show", "1")
	for field, kind := range map[string]any{"netuid": 0.0, "name": "", "tempo": 0.0, "epoch": 0.0, "neurons": []any{}} {
		require.IsType(t, kind, s[field], field)
	}
	for _, row := range s["neurons"].([]any) {
		n := row.(map[string]any)
		for field, kind := range map[string]any{
			"uid": 0.0, "hotkey": "", "role_hint": "", "stake_rao": "", "permit": false, "consensus": 0.0, "incentive": 0.0, "dividend": 0.0,
			"validator_trust": 0.0, "emission_rao": "", "last_update": 0.0, "registered_at": 0.0, "immune_until": 0.0, "endpoint": "",
		} {
			require.IsType(t, kind, n[field], field)
		}
		for _, fraction := range []string{"consensus", "incentive", "dividend", "validator_trust"} {
			require.GreaterOrEqual(t, n[fraction], 0.0)
			require.LessOrEqual(t, n[fraction], 1.0)
		}
	}
	var b map[string]any
	m.do(t, &b, "chain", "supply")
	for field, kind := range map[string]any{
		"height": 0.0, "issued_rao": "", "cap_rao": "", "recycled_rao": "", "burnt_rao": "", "parts": map[string]any{},
	} {
		require.IsType(t, kind, b[field], field)
	}
	m.recomputesEpoch(t)
}

// recomputesEpoch runs an epoch vector through the command and compares what must be equal to the integer.
func (m *market) recomputesEpoch(t *testing.T) {
	t.Helper()
	var v struct {
		Steps []struct {
			Derived struct{ Exact map[string]json.RawMessage }
		}
	}
	file := vectorFile(t, "edge_half_and_half", &v)
	var got struct {
		Steps []map[string]json.RawMessage
	}
	m.ok(t, &got, "yuma", "run", file)
	require.Len(t, got.Steps, len(v.Steps))
	for i, step := range got.Steps {
		for _, field := range []string{"stake_weight_u16", "consensus_u16", "incentive_u16", "dividends_u16", "validator_trust_u16",
			"server_emission", "validator_emission", "emission", "active", "new_permits", "bonds_u16"} {
			require.JSONEq(t, string(v.Steps[i].Derived.Exact[field]), string(step[field]), "%s of step %d", field, i)
		}
		var reals map[string][]float64
		require.NoError(t, json.Unmarshal(step["reals"], &reals))
		for _, field := range []string{"consensus", "incentive", "dividends", "validator_trust"} {
			require.NotEmpty(t, reals[field], field)
		}
	}
}

// vectorFile returns the absolute path of a shared vector, read into what it holds.
func vectorFile(t *testing.T, id string, into any) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("..", "yuma", "testdata", "public", id+".json"))
	require.NoError(t, err)
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(raw, into))
	return path
}
