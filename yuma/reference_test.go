package yuma_test

import (
	"cmp"
	"math/big"
	"slices"

	"github.com/dendra-net/dendra/fixed"
	"github.com/dendra-net/dendra/yuma"
)

// reference is an epoch in rational numbers, written from the formulas and sharing nothing with the package: what Epoch
// approximates. Only the exponential of liquid alpha is rounded, to 200 bits.
type reference struct {
	active, permits                                       []bool
	stake, consensus, trust, incentive, dividends, shares []*big.Rat
	serverShares, validatorShares                         []*big.Rat
	bonds                                                 []map[int]*big.Rat // stored
	newPermits                                            []bool
}

func zero() *big.Rat             { return new(big.Rat) }
func num(v uint64) *big.Rat      { return new(big.Rat).SetUint64(v) }
func add(a, b *big.Rat) *big.Rat { return zero().Add(a, b) }
func sub(a, b *big.Rat) *big.Rat { return zero().Sub(a, b) }
func mul(a, b *big.Rat) *big.Rat { return zero().Mul(a, b) }

func quo(a, b *big.Rat) *big.Rat {
	if b.Sign() == 0 {
		return zero()
	}
	return zero().Quo(a, b)
}

func lesser(a, b *big.Rat) *big.Rat {
	if a.Cmp(b) <= 0 {
		return a
	}
	return b
}

func sumOf(v []*big.Rat) *big.Rat {
	total := zero()
	for _, x := range v {
		total = add(total, x)
	}
	return total
}

func normal(v []*big.Rat) []*big.Rat { return over(v, sumOf(v)) }

func over(v []*big.Rat, total *big.Rat) []*big.Rat {
	out := make([]*big.Rat, len(v))
	for i, x := range v {
		out[i] = quo(x, total)
	}
	return out
}

func zeros(n int) []*big.Rat {
	out := make([]*big.Rat, n)
	for i := range out {
		out[i] = zero()
	}
	return out
}

func refer(in yuma.Input) reference {
	n, p := len(in.Stake), in.Params
	r := reference{active: make([]bool, n), permits: slices.Clone(in.Permits)}
	kept := make([]uint64, n)
	for i := range n {
		r.active[i] = in.LastUpdate[i]+p.ActivityCutoff >= in.Block
		if in.Stake[i] >= p.MinStake || p.HasOwner && i == int(p.OwnerUID) {
			kept[i] = in.Stake[i]
		}
	}
	r.newPermits = referTop(kept, int(p.MaxValidators))
	if p.HasOwner && int(p.OwnerUID) < n {
		r.permits[p.OwnerUID], r.newPermits[p.OwnerUID] = true, true
	}
	stakes, voices := make([]*big.Rat, n), zeros(n)
	for i, s := range kept {
		stakes[i] = num(s)
		if r.active[i] && r.permits[i] {
			voices[i] = num(s)
		}
	}
	r.stake = normal(stakes)
	voices = normal(voices)
	weights := referWeights(in, r.permits)
	r.consensus = referConsensus(weights, voices, p.Kappa)
	r.scores(in, weights, voices)
	return r
}

func referTop(values []uint64, k int) []bool {
	order := make([]int, len(values))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(values[a], values[b]) })
	out := make([]bool, len(values))
	for place, i := range order {
		out[i] = values[i] > 0 && place >= len(values)-k
	}
	return out
}

func referWeights(in yuma.Input, permits []bool) []map[int]*big.Rat {
	out := make([]map[int]*big.Rat, len(in.Stake))
	for i := range out {
		out[i] = map[int]*big.Rat{}
		if !permits[i] {
			continue
		}
		total := zero()
		for _, w := range in.Weights[i] {
			j := int(w.UID)
			own := j == i && !(in.Params.HasOwner && i == int(in.Params.OwnerUID))
			hidden := in.Params.CommitReveal && in.CommitBlock != nil && in.CommitBlock[i] != yuma.NoCommit && j < len(out) && in.CommitBlock[i] < in.RegisteredAt[j]
			if j >= len(out) || own || hidden || in.LastUpdate[i] <= in.RegisteredAt[j] || w.Value == 0 {
				continue
			}
			out[i][j] = num(uint64(w.Value))
			total = add(total, out[i][j])
		}
		for j := range out[i] {
			out[i][j] = quo(out[i][j], total)
		}
	}
	return out
}

// referConsensus tries every weight voted, from the largest down, until enough stake stands behind it.
func referConsensus(weights []map[int]*big.Rat, voices []*big.Rat, kappa uint16) []*big.Rat {
	n := len(weights)
	out, need := zeros(n), big.NewRat(int64(kappa), 65535)
	for j := range n {
		for i := range n {
			w, voted := weights[i][j]
			if !voted || voices[i].Sign() == 0 || w.Cmp(out[j]) <= 0 {
				continue
			}
			support := zero()
			for k := range n {
				if other, ok := weights[k][j]; ok && other.Cmp(w) >= 0 {
					support = add(support, voices[k])
				}
			}
			if support.Cmp(need) >= 0 {
				out[j] = w
			}
		}
	}
	return out
}

func (r *reference) scores(in yuma.Input, weights []map[int]*big.Rat, voices []*big.Rat) {
	n := len(weights)
	rank, forBonds := zeros(n), make([]map[int]*big.Rat, n)
	r.trust = zeros(n)
	penalty := big.NewRat(int64(in.Params.BondsPenalty), 65535)
	for i, row := range weights {
		forBonds[i] = map[int]*big.Rat{}
		for j, w := range row {
			clipped := lesser(w, r.consensus[j])
			r.trust[i] = add(r.trust[i], clipped)
			rank[j] = add(rank[j], mul(voices[i], clipped))
			forBonds[i][j] = add(w, mul(penalty, sub(clipped, w)))
		}
	}
	r.incentive = normal(rank)
	r.bond(in, forBonds, voices)
	both := zeros(n)
	for i := range n {
		both[i] = add(r.incentive[i], r.dividends[i])
	}
	r.shares, r.serverShares, r.validatorShares = normal(both), over(r.incentive, sumOf(both)), over(r.dividends, sumOf(both))
	if sumOf(both).Sign() == 0 {
		r.shares = voices
		if sumOf(voices).Sign() == 0 {
			r.shares = r.stake
		}
		r.validatorShares = r.shares
	}
}

func (r *reference) bond(in yuma.Input, votes []map[int]*big.Rat, voices []*big.Rat) {
	n := len(votes)
	last := in.LastStepBlock + 1
	if in.LastStepBlock == 0 {
		last = in.Block - min(in.Block, in.Params.Tempo)
	}
	old, bought := make([]map[int]*big.Rat, n), make([]map[int]*big.Rat, n)
	for i := range n {
		old[i], bought[i] = map[int]*big.Rat{}, map[int]*big.Rat{}
		for _, c := range in.Bonds[i] {
			if int(c.UID) < n && in.RegisteredAt[c.UID] < last {
				old[i][int(c.UID)] = fracRat(c.Value)
			}
		}
		for j, v := range votes[i] {
			bought[i][j] = v
			if !in.Params.Yuma3 {
				bought[i][j] = mul(voices[i], v)
			}
		}
	}
	if !in.Params.Yuma3 {
		columnNormal(old)
		columnNormal(bought)
	}
	r.bonds = make([]map[int]*big.Rat, n)
	for i := range n {
		r.bonds[i] = map[int]*big.Rat{}
		for j := range n {
			before, held := old[i][j]
			now, voted := bought[i][j]
			if !held && !voted {
				continue
			}
			before, now = orZero(before), orZero(now)
			speed := r.speed(in.Params, now, before, j)
			r.bonds[i][j] = add(mul(sub(num(1), speed), before), mul(speed, now))
		}
	}
	r.divide(voices, in.Params.Yuma3)
}

func orZero(x *big.Rat) *big.Rat {
	if x == nil {
		return zero()
	}
	return x
}

// speed is how fast the bond of a pair moves from old to vote: alpha.
func (r *reference) speed(p yuma.Params, vote, old *big.Rat, j int) *big.Rat {
	if !p.Yuma3 || !p.LiquidAlpha || sumOf(r.consensus).Sign() == 0 {
		return sub(num(1), big.NewRat(int64(p.BondsMovingAveragePPM), 1_000_000))
	}
	distance := sub(vote, r.consensus[j])
	if vote.Cmp(old) < 0 {
		distance = sub(old, vote)
	}
	if distance.Sign() < 0 {
		distance = zero()
	}
	distance = lesser(distance, num(1))
	exponent := mul(big.NewRat(-int64(p.AlphaSteepness), 100), sub(distance, big.NewRat(1, 2)))
	low, high := big.NewRat(int64(p.AlphaLow), 65535), big.NewRat(int64(max(p.AlphaLow, p.AlphaHigh)), 65535)
	return add(low, quo(sub(high, low), add(num(1), exponential(exponent))))
}

// exponential returns e^x to 200 bits: the series for x/2^12, squared twelve times.
func exponential(x *big.Rat) *big.Rat {
	const precision, halvings, terms = 260, 12, 32
	small := new(big.Float).SetPrec(precision).SetRat(x)
	small.SetMantExp(small, -halvings)
	sum, term := big.NewFloat(1).SetPrec(precision), big.NewFloat(1).SetPrec(precision)
	for k := 1; k < terms; k++ {
		term.Mul(term, small)
		term.Quo(term, new(big.Float).SetInt64(int64(k)))
		sum.Add(sum, term)
	}
	for range halvings {
		sum.Mul(sum, sum)
	}
	out, _ := sum.SetPrec(200).Rat(nil)
	return out
}

func (r *reference) divide(voices []*big.Rat, yuma3 bool) {
	n := len(r.bonds)
	shares := make([]map[int]*big.Rat, n)
	for i := range n {
		shares[i] = map[int]*big.Rat{}
		for j, b := range r.bonds[i] {
			shares[i][j] = b
		}
	}
	columnNormal(shares)
	income, top := zeros(n), zeros(n)
	for i := range n {
		for j, b := range shares[i] {
			income[i] = add(income[i], mul(b, r.incentive[j]))
			if b.Cmp(top[j]) > 0 {
				top[j] = b
			}
		}
		if yuma3 {
			income[i] = mul(income[i], voices[i])
		}
	}
	r.dividends = normal(income)
	for i := range n {
		for j := range r.bonds[i] {
			if !yuma3 {
				r.bonds[i][j] = quo(shares[i][j], top[j])
			}
		}
		if !r.newPermits[i] {
			r.bonds[i] = map[int]*big.Rat{}
		}
	}
}

func columnNormal(rows []map[int]*big.Rat) {
	total := zeros(len(rows))
	for _, row := range rows {
		for j, v := range row {
			total[j] = add(total[j], v)
		}
	}
	for _, row := range rows {
		for j, v := range row {
			row[j] = quo(v, total[j])
		}
	}
}

func fracRat(v fixed.Frac) *big.Rat {
	return new(big.Rat).SetFrac(new(big.Int).SetUint64(uint64(v)), new(big.Int).SetUint64(uint64(fixed.FracOne)))
}
