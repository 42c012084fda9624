package yuma_test

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/fixed"
	"github.com/dendra-net/dendra/yuma"
)

// The same for votes averaged over epochs, information and receipts: networks that live through several epochs, each with
// what the one before left.
func TestRulesArePinned(t *testing.T) {
	for _, c := range []struct {
		name   string
		drawn  uint64
		epochs int
		shape  shape
		want   string
	}{
		{"small and strange", 240, 6, shape{neurons: 14, strange: true}, "c2330829360732ad1f3863e6"},
		{"middling", 60, 6, shape{neurons: 90, strange: true}, "92f35695f6618a370f9ac9c5"},
		{"many voters", 4, 4, shape{neurons: 300, all: true}, "f2ba3cdcb9dd4f7018e0a969"},
		{"many neurons", 2, 5, shape{neurons: 1_500}, "93cea29d95c6e4a7943394c0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			sum, spoke := sha256.New(), 0
			for seed := range c.drawn {
				spoke += hashLife(sum, c.shape, seed, c.epochs)
			}
			require.Equal(t, c.want, hex.EncodeToString(sum.Sum(nil)[:12]))
			require.NotZero(t, spoke, "somebody's votes told something")
		})
	}
}

// hashLife feeds some epochs of one network into a hash. It returns how many correlations were not zero.
func hashLife(h hash.Hash, s shape, seed uint64, epochs int) (spoke int) {
	in, r := s.draw(seed), rng(seed+77)
	pick := func(n uint64) uint64 { return r.next() % n }
	drawRules(&in.Params, pick)
	level := pick(3)
	for i := range in.Stake {
		switch level {
		case 0:
			in.Stake[i] = 1e12
		case 1:
			in.Stake[i] = 1e12 + pick(1e12)
		}
	}
	for range epochs {
		drawDay(&in, pick)
		hashEpoch(h, in)
		out := yuma.Epoch(in)
		hashMemory(h, out)
		for _, c := range out.Memory.Correlation {
			if c != 0 {
				spoke++
			}
		}
		in.Bonds, in.Memory = out.Bonds, out.Memory
		if s.strange {
			disturbMemory(&in.Memory, pick)
		}
	}
	return spoke
}

func drawRules(p *yuma.Params, pick func(uint64) uint64) {
	p.VoteMemoryPPM = []uint32{700_000, 700_000, 0, 2_000_000, uint32(pick(1_000_001))}[pick(5)]
	p.InformationShare = []uint16{32_768, 32_768, 65_535, uint16(pick(65_536))}[pick(4)]
	p.InformationMemoryPPM = []uint32{950_000, 0, 1_000_000, uint32(pick(1_000_001))}[pick(4)]
	p.ReceiptShare = []uint16{0, 9_000, uint16(pick(65_536))}[pick(3)]
}

// drawDay moves the votes by a little, some of them by chance alone and some all alike, and renews a neuron or two.
func drawDay(in *yuma.Input, pick func(uint64) uint64) {
	n := uint64(len(in.Stake))
	common := make([]uint64, n)
	for j := range common {
		common[j] = pick(3_000)
	}
	in.Renewed, in.Receipts = nil, nil
	if pick(2) == 0 {
		in.Renewed, in.Receipts = make([]bool, pick(n+1)), make([]fixed.Frac, pick(n+1))
	}
	for i := range in.Renewed {
		in.Renewed[i] = pick(4) > 0
	}
	for i := range in.Receipts {
		in.Receipts[i] = fixed.Frac(pick(1<<62) + pick(1<<62))
	}
	for i, row := range in.Weights {
		noise, next := 1+pick(3_000), make([]yuma.Weight, len(row))
		for k, w := range row {
			next[k] = yuma.Weight{UID: w.UID, Value: uint16(uint64(w.Value) + common[uint64(w.UID)%n] + pick(noise))}
		}
		in.Weights[i] = next[:len(next)-len(next)/3*int(pick(6)/5)]
	}
	if len(in.RegisteredAt) == int(n) && pick(3) == 0 {
		in.RegisteredAt[pick(n)] = 9_800
	}
}

// disturbMemory breaks what Memory promises.
func disturbMemory(m *yuma.Memory, pick func(uint64) uint64) {
	cut := func(n int) int { return int(pick(uint64(n) + 1)) }
	switch pick(12) {
	case 0:
		m.Median, m.Fast = m.Median[:cut(len(m.Median))], m.Fast[:cut(len(m.Fast))]
		m.Votes, m.Correlation = m.Votes[:cut(len(m.Votes))], m.Correlation[:cut(len(m.Correlation))]
	case 1:
		for _, row := range m.Votes {
			for k := range len(row) / 2 {
				row[k] = yuma.Cell{UID: uint16(pick(2 * uint64(len(row)))), Value: fixed.Frac(pick(3) << 62)}
			}
		}
	case 2:
		for j := range m.Slow {
			m.Slow[j], m.Before[j] = fixed.Frac(pick(1<<62)*4*pick(2)), fixed.Frac(pick(1<<62))
		}
	case 3:
		for i := range m.Correlation {
			m.Correlation[i] = int64(pick(1<<40)) - 1<<39
		}
	}
}

func hashMemory(h hash.Hash, out yuma.Output) {
	m := out.Memory
	for _, v := range [][]fixed.Frac{out.Information, m.Median, m.Before, m.Consensus, m.Fast, m.Slow, m.Slowest} {
		hashInts(h, v)
	}
	hashRows(h, m.Votes)
	correlation := make([]uint64, len(m.Correlation))
	for i, c := range m.Correlation {
		correlation[i] = uint64(c)
	}
	hashInts(h, correlation)
}
