package mix

// Predict fills d with what the model expects after context, of which it heeds the last Order bytes. An untrained model
// gives the uniform distribution.
func (m *NGram) Predict(context []byte, d *Dist) {
	var weights [256]float64
	rest := 1.0 // what longer contexts have left to shorter ones
	history, length := m.history(context)
	for n := length; n > 0; n-- {
		if c := m.tables.find(keyOf(history, n)); c != nil && c.total > 0 {
			rest = m.share(n, c, rest, &weights)
		}
	}
	rest = m.shareUnit(rest, &weights)
	for b := range weights {
		weights[b] += float64(rest / 256)
	}
	d.set(&weights)
}

// share gives a context's followers their parts of rest, and returns what is left.
func (m *NGram) share(length int, n *node, rest float64, weights *[256]float64) float64 {
	less := m.tallies[length].discounts()
	unit, cut := rest/float64(n.total), [3]uint32{}
	for i := n.head; i != 0; i = m.tables.pool[i].next {
		f := m.tables.pool[i]
		weights[f.symbol()] += float64(unit * (float64(f.count()) - less.of(f.count())))
		cut[min(f.count(), 3)-1]++
	}
	// Summed by kind, so that the order of the list, which only its owner knows, does not show.
	taken := float64(float64(cut[0])*less[0]) + float64(float64(cut[1])*less[1]) + float64(float64(cut[2])*less[2])
	return unit * taken
}

func (m *NGram) shareUnit(rest float64, weights *[256]float64) float64 {
	if m.total == 0 {
		return rest
	}
	less := m.tallies[0].discounts()
	unit, taken := rest/float64(m.total), 0.0
	for b, c := range m.unit {
		if c > 0 {
			weights[b] += float64(unit * (float64(c) - less.of(c)))
			taken += less.of(c)
		}
	}
	return unit * taken
}
