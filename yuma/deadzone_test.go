package yuma_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/fixed"
	"github.com/dendra-net/dendra/yuma"
)

// Where bonds are kept in steps of 1/65535 and rounded down, as the original does, a bond below its target sticks when a
// step is more than alpha times what is missing, and one above sinks through it. How far bonds then come, as a part of the
// target, for a validator that gives each of so many servers the same:
//
//	alpha  servers  from below  from above
//	0.025       10       0.994       1.000
//	0.025       64       0.961       0.999
//	0.025      192       0.885       0.999
//	0.025      960       0.425       0.996
//	0.025    4,032       0.000       0.984
//	0.1      4,032       0.431       0.984
//	0.7      4,032       0.923       0.984
//
// Ours come all the way from either side, and stay there.
func TestBondsReachTheirTargetFromBothSides(t *testing.T) {
	for _, keepPPM := range []uint32{975_000, 900_000, 300_000} {
		for _, servers := range []uint16{10, 64, 192, 960, 4_032} {
			for name, start := range map[string]fixed.Frac{"below": 0, "above": fixed.FracOne} {
				t.Run(fmt.Sprintf("alpha %.3f, %d servers, from %s", 1-float64(keepPPM)/1e6, servers, name), func(t *testing.T) {
					reach(t, keepPPM, servers, start)
				})
			}
		}
	}
}

// reach moves one bond for 1,000 epochs towards a vote of 1/servers. Whatever a moving average of so many epochs has still
// to go is allowed for, and then one part in 10^9 of the target; and once it has arrived it must not move any more.
func reach(t *testing.T, keepPPM uint32, servers uint16, start fixed.Frac) {
	const epochs, settled, still = 1_000, 3_000, 100
	in := oneBond(keepPPM, servers, start)
	target, keep := 1/float64(servers), float64(keepPPM)/1e6
	bond := start
	for k := 1; k <= settled+still; k++ {
		before := bond
		in.Bonds = yuma.Epoch(in).Bonds
		bond = bondOf(in)
		off, togo := math.Abs(real64(bond)-target), math.Abs(real64(start)-target)*math.Pow(keep, float64(k))
		switch {
		case k == 1:
			require.NotEqual(t, before, bond, "the first epoch moves it")
		case k <= epochs || k == settled:
			require.LessOrEqualf(t, off, togo+1e-9*target, "after %d epochs", k)
		case k > settled:
			require.Equal(t, before, bond, "drifts after %d epochs", k)
		}
	}
}

// oneBond is a network of a validator and two servers, the first of which gets one part in so many of the vote.
func oneBond(keepPPM uint32, servers uint16, start fixed.Frac) yuma.Input {
	in := network(3)
	in.Params.BondsMovingAveragePPM = keepPPM
	in.Stake[0], in.Permits[0] = 1e12, true
	in.Weights[0] = []yuma.Weight{{UID: 1, Value: 1}, {UID: 2, Value: servers - 1}}
	in.Bonds[0] = []yuma.Cell{{UID: 1, Value: start}}
	return in
}

func bondOf(in yuma.Input) fixed.Frac {
	for _, c := range in.Bonds[0] {
		if c.UID == 1 {
			return c.Value
		}
	}
	return 0
}

func real64(x fixed.Frac) float64 { return float64(x) / float64(fixed.FracOne) }
