package yuma

import "github.com/dendra-net/dendra/fixed"

// market is what plain Yuma needs of one column: how stake times vote turns into a new bond (its part of the column times
// the speed), what is kept of an old one (its part times the memory), and the sum and the largest of the bonds there are.
type market struct {
	buy, keep scale
	sum, top  fixed.Frac
}

// plain is plain Yuma: bonds are shares of a column, bought with stake times vote. What is stored is relative to the
// largest bond of the column, so that it survives quantising.
func (b *bonding) plain() {
	markets := b.markets()
	for i := range b.n {
		pairs, row := b.meet(i), b.votes.rows[i]
		k := trade(row[:cap(row)], pairs, markets, b.voters[i])
		b.votes.rows[i] = row[:k:k]
	}
	held := make([]fixed.Wide, b.n)
	for j := range markets {
		held[j].Lo = uint64(markets[j].sum)
	}
	b.collect(held)
	b.relate(markets)
}

// trade writes the bonds that a row of old ones and votes turns into, and returns how many they are.
func trade(row []Cell, pairs []pair, markets []market, stake uint64) (k int) {
	for i := range pairs {
		p := &pairs[i]
		m := &markets[p.column]
		bought := m.buy.weigh(fixed.Product(stake, uint64(p.vote)))
		bond := fixed.Frac(bought.Add(m.keep.weighShare(p.old)).Shift(fixed.FracBits))
		if bond > 0 {
			row[k] = Cell{p.column, bond}
			m.sum += bond
			m.top = max(m.top, bond)
			k++
		}
	}
	return k
}

// markets prepares the columns for the bonds to come.
func (b *bonding) markets() []market {
	held, out := b.holdings(), make([]market, b.n)
	for j := range out {
		out[j].buy, out[j].keep = newScale(b.add, b.bought[j]), newScale(b.keep, held[j])
	}
	return out
}

// buy adds up stake times vote for server j, votes clipped as the penalty says.
func (e *epoch) buy(j int, ballots []ballot) (sum fixed.Wide) {
	if e.penalty == fixed.FracOne {
		return e.rank[j]
	}
	for _, v := range ballots {
		sum = sum.AddProduct(v.stake, uint64(e.penalise(v.weight, e.out.Consensus[j])))
	}
	return sum
}

// holdings adds up the old bonds of each column.
func (b *bonding) holdings() []fixed.Wide {
	held := make([]fixed.Wide, b.n)
	for i := range b.n {
		last := -1
		for _, c := range b.in.Bonds[i] {
			j := int(c.UID)
			if j <= last {
				continue
			}
			if last = j; j < len(held) {
				held[j] = held[j].Add(fixed.Wide{Lo: uint64(c.Value.Clamp() & b.servers[j].memory)})
			}
		}
	}
	return held
}

// relate divides the bonds of each column by the largest.
func (b *bonding) relate(markets []market) {
	largest := make([]fixed.FracDivisor, b.n)
	for j := range b.n {
		largest[j] = fixed.NewFracDivisor(markets[j].top)
	}
	for _, row := range b.votes.rows {
		for k := range row {
			c := &row[k]
			c.Value = largest[c.UID].Frac(c.Value)
		}
	}
}
