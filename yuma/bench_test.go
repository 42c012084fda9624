package yuma_test

import (
	"fmt"
	"testing"

	"github.com/dendra-net/dendra/yuma"
)

// BenchmarkEpoch runs an epoch with every pair of validator and server present, in votes and in bonds.
func BenchmarkEpoch(b *testing.B) {
	sizes := []struct{ neurons, validators int }{{256, 64}, {1024, 64}, {4096, 64}, {4096, 256}}
	rules := []struct {
		name string
		set  func(*yuma.Params)
	}{
		{"plain", func(p *yuma.Params) { p.Yuma3, p.VoteMemoryPPM, p.InformationShare = false, 0, 0 }},
		{"yuma3", func(p *yuma.Params) { p.VoteMemoryPPM, p.InformationShare = 0, 0 }},
		{"liquid", func(p *yuma.Params) { p.LiquidAlpha, p.VoteMemoryPPM, p.InformationShare = true, 0, 0 }},
		{"averaged", func(p *yuma.Params) { p.InformationShare = 0 }},
		{"chain", func(*yuma.Params) {}},
	}
	for _, size := range sizes {
		for _, rule := range rules {
			b.Run(fmt.Sprintf("%s/%d-%d", rule.name, size.neurons, size.validators), func(b *testing.B) {
				in := lived(size.neurons, size.validators, rule.set)
				b.ReportAllocs()
				for b.Loop() {
					yuma.Epoch(in)
				}
			})
		}
	}
}

// lived is a full network after six epochs of votes that move: everything that can be remembered is.
func lived(neurons, validators int, set func(*yuma.Params)) yuma.Input {
	in, r := fullNetwork(neurons, validators), rng(7)
	set(&in.Params)
	for range 6 {
		for _, row := range in.Weights {
			for k := range row {
				row[k].Value += uint16(r.next() % 500)
			}
		}
		out := yuma.Epoch(in)
		in.Bonds, in.Memory, in.LastStepBlock = out.Bonds, out.Memory, in.Block
		in.Block += 360
		for i := range in.LastUpdate {
			in.LastUpdate[i] = in.Block - 1
		}
	}
	return in
}

// fullNetwork is a network whose first neurons are validators that all vote for all others, differently.
func fullNetwork(neurons, validators int) yuma.Input {
	r := rng(42)
	in := network(neurons)
	in.Params.MaxValidators = uint32(validators)
	for i := range validators {
		in.Stake[i] = 1e12 + r.next()%1e12
		in.Permits[i] = true
		for j := range neurons {
			if j != i {
				in.Weights[i] = append(in.Weights[i], yuma.Weight{UID: uint16(j), Value: uint16(20_000 + 37*j%9_000 + int(r.next()%8_000))})
			}
		}
	}
	return in
}

// network is an epoch input of n neurons without stake, votes or bonds, in the middle of a chain's life.
func network(n int) yuma.Input {
	in := yuma.Input{
		Params: yuma.ChainParams(), Block: 10_000, LastStepBlock: 9_640, Emission: 360_000_000_000,
		Stake: make([]uint64, n), LastUpdate: make([]uint64, n), RegisteredAt: make([]uint64, n), Permits: make([]bool, n),
		Weights: make([][]yuma.Weight, n), Bonds: make([][]yuma.Cell, n),
	}
	for i := range n {
		in.LastUpdate[i], in.RegisteredAt[i] = 9_900, 100
	}
	return in
}

// rng is a small deterministic source (SplitMix64).
type rng uint64

func (r *rng) next() uint64 {
	*r += 0x9E3779B97F4A7C15
	z := uint64(*r)
	z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
	z = (z ^ z>>27) * 0x94D049BB133111EB
	return z ^ z>>31
}
