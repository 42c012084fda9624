package yuma

import "github.com/dendra-net/dendra/fixed"

// market is what plain Yuma needs of one column: how stake times vote turns into a new bond (its part of the column times
// the speed), what is kept of an old one (its part times the memory), and the sum and the largest of the bonds
// there are.
type market struct {
	buy, keep scale
	sum, top  fixed.Frac
}

// plain is plain Yuma: bonds are shares of a column, bought with stake times vote. What is stored is relative to the
// largest bond of the column, so that it survives quantising.
func (b *bonding) plain() {
	held := b.holdings()
	markets := b.markets(held)
	for i := range b.n {
		row, olds := b.meet(i)
		k := trade(row, olds, markets, b.voters[i])
		b.votes.rows[i] = row[:k:k]
	}
	b.settle(markets)
}

// trade replaces a row of votes by the bonds that they and the old ones turn into, and returns how many they are.
func trade(row, olds []Cell, markets []market, stake uint64) (k int) {
	olds = olds[:len(row)]
	for i := range row {
		column := row[i].UID
		m := &markets[column]
		bought := m.buy.weigh(fixed.Product(stake, uint64(row[i].Value)))
		kept := m.keep.weighShare(olds[i].Value.Clamp())
		bond := fixed.Frac(bought.Add(kept).Shift(fixed.FracBits))
		if bond > 0 {
			row[k] = Cell{column, bond}
			m.sum += bond
			m.top = max(m.top, bond)
			k++
		}
	}
	return k
}

// markets prepares the columns for the bonds to come.
func (b *bonding) markets(held []fixed.Wide) []market {
	out := make([]market, b.n)
	for j := range out {
		out[j].buy, out[j].keep = newScale(b.add, b.bought[j]), newScale(b.keep, held[j])
	}
	return out
}

// buy adds up stake times vote for server j, votes clipped as the penalty says.
func (e *epoch) buy(j int, ballots []ballot) (sum fixed.Wide) {
	for _, v := range ballots {
		sum = sum.AddProduct(v.stake, uint64(e.penalise(v.weight, e.out.Consensus[j])))
	}
	return sum
}

// holdings adds up the old bonds of each column. Those that are older than their neuron are none: nothing will be kept
// of them.
func (b *bonding) holdings() []fixed.Wide {
	held := make([]fixed.Wide, b.n)
	for _, row := range b.in.Bonds {
		addUp(held, row)
	}
	for j := range held {
		if b.servers[j].memory == 0 {
			held[j] = fixed.Wide{}
		}
	}
	return held
}

// addUp adds the bonds of a row, as far as they are in their place, to those of their columns.
func addUp(held []fixed.Wide, row []Cell) {
	last := -1
	for k := range row {
		j := int(row[k].UID)
		if j <= last {
			continue
		}
		if last = j; j < len(held) {
			held[j] = held[j].Add(fixed.Wide{Lo: uint64(row[k].Value.Clamp())})
		}
	}
}

// settlement is what a bond of one column earns, and what it is divided by to be stored.
type settlement struct {
	earning
	largest fixed.FracDivisor
}

// settle adds up what bonds earn, and makes them relative to the largest of their columns.
func (b *bonding) settle(markets []market) {
	held := make([]fixed.Wide, b.n)
	for j := range held {
		held[j] = fixed.Wide{Lo: uint64(markets[j].sum)}
	}
	columns := make([]settlement, b.n)
	for j, earning := range b.earnings(held) {
		columns[j] = settlement{earning, fixed.NewFracDivisor(markets[j].top)}
	}
	for i, row := range b.votes.rows {
		b.income[i] = earnAndRelate(row, columns)
	}
}

func earnAndRelate(row []Cell, columns []settlement) (income fixed.Wide) {
	for k := range row {
		c := &row[k]
		column := &columns[c.UID]
		income = income.Add(column.weighShare(c.Value).Down(uint(column.down)))
		c.Value = column.largest.Frac(c.Value)
	}
	return income
}
