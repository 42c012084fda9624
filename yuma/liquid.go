package yuma

import "github.com/dendra-net/dendra/fixed"

// liquidAlpha gives each pair its own speed of bonding: low while it holds, high when its vote leaves the consensus or
// its bond is sold, along a logistic curve around one half.
type liquidAlpha struct {
	low, span fixed.Frac
	steepness uint64 // hundredths, without its sign
	falling   bool   // the sign: speed falls with the distance
}

func newLiquidAlpha(p Params) *liquidAlpha {
	low, high := fixed.FracFromU16(p.AlphaLow), fixed.FracFromU16(p.AlphaHigh)
	steepness := int64(p.AlphaSteepness)
	return &liquidAlpha{
		low: low, span: max(high, low) - low, steepness: uint64(max(steepness, -steepness)), falling: steepness < 0,
	}
}

// follow moves bonds of Yuma 3 from the old ones towards the votes, each at its own speed.
func (l *liquidAlpha) follow(row, olds []Cell, servers []server) {
	olds = olds[:len(row)]
	for k := range row {
		p := &row[k]
		server := &servers[p.UID]
		old := olds[k].Value.Clamp() & server.memory
		add := l.speed(p.Value, old, server.consensus)
		p.Value = between(old, p.Value, add.Complement(), add)
	}
}

// speed returns alpha for a pair: buying compares the vote with the consensus, selling with the bond.
func (l *liquidAlpha) speed(vote, old, consensus fixed.Frac) fixed.Frac {
	distance := vote - min(vote, consensus)
	if vote < old {
		distance = old - vote
	}
	const half = fixed.FracOne / 2
	if distance >= half {
		return l.at(distance-half, l.falling)
	}
	return l.at(half-distance, !l.falling)
}

// at returns the speed at a distance from the middle of the curve, on its lower or upper side.
func (l *liquidAlpha) at(offset fixed.Frac, lower bool) fixed.Frac {
	scaled := fixed.Product(uint64(offset), l.steepness) // hundredths, 63 fractional bits
	curve := fixed.Logistic(fixed.Q(scaled.Shift(fixed.FracBits-fixed.QBits) / 100))
	if lower {
		curve = curve.Complement()
	}
	return l.low + l.span.Mul(curve)
}
