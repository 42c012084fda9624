package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/seal"
	"github.com/dendra-net/dendra/x/emission"
)

func TestAmounts(t *testing.T) {
	for in, want := range map[string]uint64{
		"1": 1e9, "0.5": 5e8, "1tao": 1e9, "1.25 TAO": 1_250_000_000, "1000rao": 1000, "0": 0, " 2 ": 2e9,
		"0.000000001": 1, "18446744072.999999999": 18446744072_999999999, "21000000": 21_000_000e9, "18446744073709551615rao": math.MaxUint64,
	} {
		got, err := parseAmount(in)
		require.NoError(t, err, in)
		require.Equal(t, want, got, in)
	}
	for _, in := range []string{"", "tao", "-1", "+1", "1.", ".5", ".", "1.0000000001", "1e9", "0x1", "1,5", "1.5rao", "18446744073", "99999999999999999999", "1 2", "1btc", "∞", "1..2", "١"} {
		_, err := parseAmount(in)
		var e *Error
		require.ErrorAs(t, err, &e, in)
		require.True(t, e.Usage)
	}
}

func FuzzAmount(f *testing.F) {
	for _, s := range []string{"1", "0.5tao", "7rao", "1.123456789 TAO"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		rao, err := parseAmount(s)
		if err != nil {
			return
		}
		again, err := parseAmount(formatTAO(rao))
		if rao < 18446744072_000000000 {
			require.NoError(t, err)
			require.Equal(t, rao, again)
		}
	})
}

func TestFormatTAO(t *testing.T) {
	require.Equal(t, "12.345678901 TAO", formatTAO(12_345678901))
	require.Equal(t, "0.000000001 TAO", formatTAO(1))
	require.Equal(t, "18446744073.709551615 TAO", formatTAO(math.MaxUint64))
}

func TestScaleMakesTheLargestWeightFull(t *testing.T) {
	got, err := scale(map[uint16]float64{7: 0.3, 2: 0.6, 9: 0, 4: 1e-12})
	require.NoError(t, err)
	require.Equal(t, scaled{ids: []uint16{2, 7}, weights: []uint16{65535, 32768}}, got)
}

func TestVotesNameTheNeuronsOfNow(t *testing.T) {
	market := neuron.Subnet{Netuid: 3, VersionKey: 5, MinWeights: 2, Neurons: []neuron.Neuron{{Generation: 1}, {Generation: 4}}}
	v, err := voteOn(market, scaled{[]uint16{0, 1}, []uint16{65535, 9}})
	require.NoError(t, err)
	require.Equal(t, neuron.Vote{UIDs: []uint16{0, 1}, Generations: []uint32{1, 4}, Weights: []uint16{65535, 9}, Version: 5}, v)
	_, err = voteOn(market, scaled{[]uint16{2}, []uint16{1}})
	require.ErrorContains(t, err, "no_such_neuron")
	_, err = voteOn(market, scaled{[]uint16{1}, []uint16{1}})
	require.ErrorContains(t, err, "too_few_weights")
}

func TestRoleHints(t *testing.T) {
	for _, c := range []struct {
		want string
		n    neuron.Neuron
	}{
		{"validator", neuron.Neuron{Permit: true, LastUpdate: 9, RegisteredAt: 3}},
		{"validator", neuron.Neuron{Permit: true, RegisteredAt: 3}},
		{"miner", neuron.Neuron{Endpoint: "http://a"}},
		{"miner", neuron.Neuron{Permit: true, Endpoint: "http://a"}},
		{"miner", neuron.Neuron{Incentive: 0.1}},
		{"idle", neuron.Neuron{}},
	} {
		require.Equal(t, c.want, roleHint(c.n), "%+v", c.n)
	}
}

func TestStandingCountsOnlyMiners(t *testing.T) {
	market := neuron.Subnet{Neurons: []neuron.Neuron{
		{Hotkey: "v", Permit: true, LastUpdate: 5, Incentive: 0.9},
		{Hotkey: "a", Endpoint: "x", Incentive: 0.5}, {Hotkey: "b", Endpoint: "x", Incentive: 0.3, ImmuneUntil: 30}}}
	s, found := standingOf(market, 10, "b")
	require.True(t, found)
	require.Equal(t, 2, s.Rank)
	require.Equal(t, 2, s.Of)
	require.Equal(t, int64(20), s.ImmuneBlocks)
	_, found = standingOf(market, 10, "z")
	require.False(t, found)
}

func TestWorkIsSolvedAndGivenUp(t *testing.T) {
	challenge := seal.Challenge([]byte("block"), []byte("hotkey"), 1, "test-1")
	var tries atomic.Uint64
	nonce, err := solve(t.Context(), challenge, 5000, 2, &tries)
	require.NoError(t, err)
	require.True(t, seal.Meets(seal.Work(challenge, nonce), 5000))
	require.Positive(t, tries.Load())

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = solve(ctx, challenge, math.MaxUint64, 2, &tries)
	require.ErrorIs(t, err, context.Canceled)
}

func BenchmarkWork(b *testing.B) {
	challenge := seal.Challenge([]byte("block"), []byte("hotkey"), 1, "test-1")
	for i := range b.N {
		seal.Meets(seal.Work(challenge, uint64(i)), math.MaxUint64)
	}
}

func TestSupplyMustAddUp(t *testing.T) {
	res := &emission.QuerySupplyResponse{IssuedRao: 10, Parts: []emission.Part{{Name: "stake", Rao: 4}, {Name: "accounts", Rao: 6}}}
	v, err := viewSupply(res)
	require.NoError(t, err)
	require.Equal(t, map[string]string{"stake": "4", "accounts": "6"}, v.Parts)
	res.Parts[0].Rao = 5
	_, err = viewSupply(res)
	require.ErrorContains(t, err, "sum to 11 rao; issued are 10 rao")
	res.Parts = []emission.Part{{Name: "stake", Rao: 5}, {Name: "stake", Rao: 5}}
	_, err = viewSupply(res)
	require.ErrorContains(t, err, "twice")
}

func TestStreamsAreCopiedToTheirEnd(t *testing.T) {
	piece := func(s string) string {
		text, err := json.Marshal(s)
		require.NoError(t, err)
		return fmt.Sprintf("data: {\"choices\":[{\"delta\":{\"content\":%s}}]}\n\n", text)
	}
	for _, c := range []struct{ name, stream, text, cost, fault string }{
		{"whole", piece("Hello ") + piece("world") + ": dendra cost=0.0000298 prompt_tokens=2\n\ndata: [DONE]\n\n", "Hello world", "0.0000298", ""},
		{"comments", ": keep-alive\n\n" + piece("x") + "event: y\ndata: [DONE]\n", "x", "", ""},
		{"cut", piece("half"), "half", "", "answer_cut"},
		{"error", piece("half") + `data: {"error":{"message":"miner left","code":"no_miner"}}` + "\n\n", "half", "", "no_miner: miner left"},
		{"garbage", "data: {nonsense\n\n", "", "", "answer_cut"},
		{"endless line", "data: " + strings.Repeat("x", maxSSEEvent+1), "", "", "answer_cut"},
		{"control codes", piece("a\x1b[2Jb") + "data: [DONE]\n", "a[2Jb", "", ""},
		{"false cost", ": dendra cost=free\ndata: [DONE]\n", "", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out strings.Builder
			cost, err := copyAnswer(&out, strings.NewReader(c.stream))
			require.Equal(t, c.text, out.String())
			require.Equal(t, c.cost, cost)
			if c.fault == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, c.fault)
		})
	}
}

func TestSettingsPrecedence(t *testing.T) {
	s := settings{network: network{GRPC: addresses{"a:1"}, ChainID: "dendra-local"}}
	require.Equal(t, []string{"a:1"}, s.endpoints())
	require.Equal(t, "dendra-local", s.chainID())
	s.node = "b:2,c:3"
	require.Equal(t, []string{"b:2", "c:3"}, s.endpoints())
	require.Empty(t, s.chainID(), "another node may be of another chain")
	require.Equal(t, []string{defaultGRPC}, (&settings{}).endpoints())
}
