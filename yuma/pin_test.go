package yuma_test

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/fixed"
	"github.com/dendra-net/dendra/yuma"
)

// The chain's history hangs on every bit of an epoch. These are the bits of several hundred drawn networks; whoever makes
// Epoch faster leaves them alone, and whoever changes a rule on purpose draws them anew.
func TestOutputsArePinned(t *testing.T) {
	for _, c := range []struct {
		name  string
		drawn uint64
		shape shape
		want  string
	}{
		{"small and strange", 600, shape{neurons: 14, strange: true}, "8e5618ba41eea4f40333db5a"},
		{"middling", 120, shape{neurons: 90, strange: true}, "43a4537b3f099286a9b5c89e"},
		{"many voters", 8, shape{neurons: 500, all: true}, "94603f42ce41a83865dea36f"},
		{"more than fit a cache", 4, shape{neurons: 2_500}, "4542860260114bf68f149f13"},
	} {
		t.Run(c.name, func(t *testing.T) {
			sum := sha256.New()
			for seed := range c.drawn {
				hashEpoch(sum, c.shape.draw(seed))
			}
			require.Equal(t, c.want, hex.EncodeToString(sum.Sum(nil)[:12]))
		})
	}
}

// shape says what networks to draw.
type shape struct {
	neurons int  // at most
	all     bool // nearly all are validators, with a vote for nearly everybody
	strange bool // as only a broken chain would hand them in
}

// draw makes a network of its seed: opinions that agree, differ or tie, gaps, newcomers, the idle and the poor.
func (s shape) draw(seed uint64) yuma.Input {
	r := rng(seed*0x9E37 + uint64(s.neurons))
	pick := func(n uint64) uint64 { return r.next() % n }
	n := s.neurons/2 + int(pick(uint64(s.neurons/2+1)))
	in := network(n)
	in.Params = drawParams(pick, uint64(n))
	in.Emission, in.LastStepBlock = r.next()>>pick(40), []uint64{9_640, 9_640, 0}[pick(3)]
	votes, spread := 1+pick(8), 1+pick(1<<pick(17))
	for i := range n {
		in.Stake[i] = r.next() >> (4 + pick(60))
		in.Permits[i] = s.all || pick(uint64(n)) < 48
		in.LastUpdate[i] = []uint64{9_900, 9_990, 9_000, 100, 1}[pick(5)*pick(2)]
		in.RegisteredAt[i] = []uint64{100, 0, 9_640, 9_641, 9_950}[pick(5)*pick(2)]
		for j := range n {
			if in.Permits[i] && pick(8) < votes {
				in.Weights[i] = append(in.Weights[i], yuma.Weight{UID: uint16(j), Value: uint16(uint64(j*37) + pick(spread))})
			}
			if in.Permits[i] && pick(8) < 7 || pick(uint64(n)) < 5 {
				in.Bonds[i] = append(in.Bonds[i], yuma.Cell{UID: uint16(j), Value: fixed.Frac(r.next() >> (1 + pick(40)*pick(2)))})
			}
		}
	}
	if s.strange {
		disturb(&in, pick)
	}
	return in
}

// drawParams sets every parameter by itself, so that this file depends on no default.
func drawParams(pick func(uint64) uint64, n uint64) yuma.Params {
	return yuma.Params{
		Kappa:                 []uint16{32_767, 32_768, 0, 65_535, uint16(pick(65_536))}[pick(5)],
		BondsMovingAveragePPM: []uint32{900_000, 0, 1_000_000, uint32(pick(1_000_001))}[pick(4)],
		BondsPenalty:          []uint16{65_535, 0, uint16(pick(65_536))}[pick(3)],
		MaxValidators:         uint32(pick(n + 2)),
		ActivityCutoff:        500,
		Tempo:                 360,
		MinStake:              []uint64{0, 0, 3e9}[pick(3)],
		HasOwner:              pick(3) == 0,
		OwnerUID:              uint16(pick(n)),
		CommitReveal:          pick(2) == 0,
		Yuma3:                 pick(2) == 0,
		LiquidAlpha:           pick(2) == 0,
		AlphaLow:              uint16(pick(65_536)),
		AlphaHigh:             uint16(pick(65_536)),
		AlphaSteepness:        int16(pick(65_536)),
		ExactPayout:           pick(2) == 0,
		CarryIfNoIncentive:    pick(4) == 0,
	}
}

// disturb breaks what Input promises: the order of cells, lengths, and sums within 64 bits.
func disturb(in *yuma.Input, pick func(uint64) uint64) {
	n := uint64(len(in.Stake))
	switch pick(6) {
	case 0:
		for range n {
			in.Stake[pick(n)] = ^uint64(0) - pick(9)
		}
	case 1:
		for i := range in.Weights {
			for range len(in.Weights[i]) / 2 {
				in.Weights[i][pick(uint64(len(in.Weights[i])))].UID = uint16(pick(n + 3))
			}
		}
	case 2:
		for i := range in.Bonds {
			for range len(in.Bonds[i]) / 2 {
				in.Bonds[i][pick(uint64(len(in.Bonds[i])))] = yuma.Cell{UID: uint16(pick(n + 3)), Value: fixed.Frac(pick(3) << 63)}
			}
		}
	case 3:
		in.Weights, in.Bonds = in.Weights[:pick(n+1)], in.Bonds[:pick(n+1)]
		in.LastUpdate, in.Permits = in.LastUpdate[:pick(n+1)], in.Permits[:pick(n+1)]
	case 4:
		in.CommitBlock = make([]uint64, pick(n+1))
		for i := range in.CommitBlock {
			in.CommitBlock[i] = []uint64{yuma.NoCommit, 50, 9_700}[pick(3)]
		}
	}
}

// hashEpoch feeds everything an epoch gives into a hash, traced and not.
func hashEpoch(h hash.Hash, in yuma.Input) {
	out := yuma.Epoch(in)
	hashOutput(h, out)
	out, trace := yuma.EpochTraced(in)
	hashOutput(h, out)
	for _, m := range [][][]yuma.Cell{trace.Weights, trace.Clipped, trace.BondsDelta, trace.Bonds, trace.BondsStored} {
		hashRows(h, m)
	}
}

func hashOutput(h hash.Hash, out yuma.Output) {
	for _, v := range [][]fixed.Frac{
		out.Stake, out.ActiveStake, out.Consensus, out.Prerank, out.Rank, out.Trust, out.ValidatorTrust, out.Incentive,
		out.Dividends, out.ServerShare, out.ValidatorShare, out.Share,
	} {
		hashInts(h, v)
	}
	for _, v := range [][]uint64{out.ServerEmission, out.ValidatorEmission, out.Emission} {
		hashInts(h, v)
	}
	for _, v := range [][]bool{out.Active, out.NewPermits, {out.Carry}} {
		fmt.Fprint(h, v)
	}
	hashRows(h, out.Bonds)
}

func hashRows(h hash.Hash, rows [][]yuma.Cell) {
	for i, row := range rows {
		hashInts(h, []uint64{uint64(i), uint64(len(row))})
		for _, c := range row {
			hashInts(h, []uint64{uint64(c.UID), uint64(c.Value)})
		}
	}
}

func hashInts[T ~uint64](h hash.Hash, v []T) {
	buf := make([]byte, 8*len(v))
	for i, x := range v {
		binary.LittleEndian.PutUint64(buf[8*i:], uint64(x))
	}
	h.Write(buf)
}
