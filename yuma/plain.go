package yuma

import "github.com/dendra-net/dendra/fixed"

// plain is plain Yuma: bonds are shares of a column, bought with stake times vote. What is stored is relative to the
// largest bond of the column, so that it survives quantising.
func (b *bonding) plain() {
	add, keep := b.purchases(), b.holdings()
	sum, top := make([]fixed.Wide, b.n), make([]fixed.Frac, b.n)
	for i := range b.n {
		pairs, row, stake, k := b.meet(i), b.votes.rows[i][:cap(b.votes.rows[i])], b.voters[i], 0
		for _, p := range pairs {
			j := p.column
			bought := add[j].weigh(fixed.Product(stake, uint64(p.vote)))
			bond := fixed.Frac(bought.Add(keep[j].weighShare(p.old)).Shift(fixed.FracBits))
			if bond > 0 {
				row[k] = Cell{j, bond}
				sum[j].Lo += uint64(bond)
				top[j] = max(top[j], bond)
				k++
			}
		}
		b.votes.rows[i] = row[:k:k]
	}
	b.collect(sum)
	b.relate(top)
}

// purchases prepares how stake times vote turns into a new bond: its part of the column times the speed.
func (b *bonding) purchases() []scale {
	out := make([]scale, b.n)
	for j := range b.n {
		out[j] = newScale(b.add, b.bought[j])
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

// holdings prepares how an old bond turns into what is kept of it: its part of the column times the memory.
func (b *bonding) holdings() []scale {
	held, out := make([]fixed.Wide, b.n), make([]scale, b.n)
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
	for j := range b.n {
		out[j] = newScale(b.keep, held[j])
	}
	return out
}

// relate divides the bonds of each column by the largest.
func (b *bonding) relate(top []fixed.Frac) {
	largest := make([]fixed.Divisor, b.n)
	for j := range b.n {
		largest[j] = fixed.NewDivisor(uint64(top[j]))
	}
	for _, row := range b.votes.rows {
		for k, c := range row {
			row[k].Value = largest[c.UID].Frac(uint64(c.Value))
		}
	}
}
