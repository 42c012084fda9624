package sim

// Source makes a row of what is public, or nil when nothing is known yet. The row may be changed by the caller.
type Source struct {
	Name string
	Late bool // it needs the rows of the running epoch: only where rows are public as they are set
	// Filler marks what those who measure a part fill the rest from.
	Filler bool
	row    func(v *View) []float64
}

// The plain sources.
var (
	LastConsensus = Source{Name: "last-consensus", row: func(v *View) []float64 { return copied(lastConsensus(v.History)) }}
	LastMedian    = Source{Name: "last-median", Filler: true, row: func(v *View) []float64 { return copied(v.History.Median(0)) }}
	// LateMedian waits until the others have set their rows.
	LateMedian = Source{Name: "late-median", Late: true, row: func(v *View) []float64 { return copied(v.History.Median(0)) }}
	// Follow repeats the last row of one stranger, and Hop that of another one each epoch.
	Follow = Source{Name: "follow", row: func(v *View) []float64 { return copied(follow(v, 0)) }}
	Hop    = Source{Name: "hop", row: func(v *View) []float64 { return copied(follow(v, v.Rand.IntN(1<<16))) }}
)

// lastConsensus is the newest consensus there is: that of the running epoch is not known while its rows are set openly.
func lastConsensus(h *History) []float64 {
	if c := h.Consensus(0); c != nil {
		return c
	}
	return h.Consensus(1)
}

func copied(row []float64) []float64 {
	if row == nil {
		return nil
	}
	return append([]float64{}, row...)
}

// follow returns the newest row of one of the others.
func follow(v *View, which int) []float64 {
	var others [][]float64
	for uid, row := range v.History.Rows(0) {
		if row != nil && uid != v.Self {
			others = append(others, row)
		}
	}
	if len(others) == 0 {
		return nil
	}
	return others[which%len(others)]
}

// Average copies the mean of the last medians.
func Average(name string, epochs int) Source {
	return Source{Name: name, row: func(v *View) []float64 { return v.History.Average(epochs) }}
}

// fillerKeep is the smoothing that serves in most worlds.
const fillerKeep = 0.85

// Smoothed copies an exponential average of the medians.
func Smoothed(name string, keep float64) Source {
	return Source{Name: name, Filler: keep == fillerKeep, row: func(v *View) []float64 { return v.History.Smoothed(keep) }}
}

// Older copies the median of some epochs ago.
func Older(name string, back int) Source {
	return Source{Name: name, row: func(v *View) []float64 {
		return copied(v.History.Median(min(back, v.History.Len()-1)))
	}}
}

// Jittered adds noise of its own to another source, as a part of each weight.
func Jittered(name string, s Source, noise float64) Source {
	return Source{Name: name, row: func(v *View) []float64 {
		row := s.row(v)
		for uid := range row {
			row[uid] = max(0, row[uid]*(1+noise*v.Rand.NormFloat64()))
		}
		return row
	}}
}

// Sum mixes two sources; a negative part takes away. So extrapolation is Sum(newer, 1.5, older, -0.5).
func Sum(name string, a Source, partA float64, b Source, partB float64) Source {
	return Source{Name: name, row: func(v *View) []float64 {
		x, y := a.row(v), b.row(v)
		if x == nil || y == nil {
			return x
		}
		for uid := range x {
			x[uid] = max(0, partA*x[uid]+partB*y[uid])
		}
		return x
	}}
}

// Sources are what a copier chooses from.
func Sources() []Source {
	return []Source{
		LastConsensus, LastMedian, LateMedian, Average("average-5", 5), Average("average-20", 20), Average("average-60", 60),
		Smoothed("smoothed-0.5", 0.5), Smoothed("smoothed-0.85", fillerKeep), Smoothed("smoothed-0.9", 0.9),
		Jittered("jittered-0.1", LastMedian, 0.1), Jittered("jittered-0.3", LastMedian, 0.3),
		Follow, Hop, Older("second-last", 1), Older("third-last", 2), Older("twentieth-last", 19),
		Sum("extrapolated-0.5", LastMedian, 1.5, Older("", 1), -0.5),
		Sum("extrapolated-1", LastMedian, 2, Older("", 1), -1),
		Sum("trend-5", Average("", 5), 1.5, Average("", 20), -0.5),
		Sum("extrapolated-2", LastMedian, 3, Older("", 1), -2),
		Sum("extrapolated-older", Older("", 1), 1.5, Older("", 2), -0.5),
		Smoothed("smoothed-0.97", 0.97), Sum("slow-less-fast", Average("", 60), 2, LastMedian, -1),
		Sum("trend-60", Average("", 20), 2, Average("", 60), -1),
	}
}

// Part says which queries a copier still makes, when it makes a part of them.
type Part int

// Ways to make a part of the queries: all in some epochs, or those to some miners in every epoch.
const (
	SomeEpochs Part = iota
	SomeMiners
	// Blended asks all miners so much less that the measurements are as much noisier, and mixes them with what it copied.
	Blended
)

func (p Part) String() string { return [...]string{"epochs", "miners", "blended"}[p] }

// Copy is a validator that repeats what is public, and makes a fraction of the queries of an honest one.
type Copy struct {
	From     Source
	Fraction float64
	Part     Part
	// Receipts adds to the part of queries it has receipts for without having paid for them: friendly miners signed.
	Receipts float64
}

// Actor makes one.
func (c Copy) Actor() Actor { return &copier{Copy: c} }

type copier struct {
	Copy
	owed float64 // queries, in epochs' worth
	turn int     // which miners come next
}

// Act copies; until there is something to copy it works.
func (c *copier) Act(v *View) Action {
	row := c.From.row(v)
	if row == nil {
		return honest{}.Act(v)
	}
	done := 0.0
	switch {
	case c.Fraction <= 0:
	case c.Part == SomeEpochs:
		row, done = c.inSomeEpochs(v, row)
	case c.Part == SomeMiners:
		done = c.askSome(v, row)
	default:
		done = c.blend(v, row)
	}
	return Action{Row: row, Asked: done, Signed: min(1, done+c.Receipts)}
}

func (c *copier) inSomeEpochs(v *View, row []float64) ([]float64, float64) {
	measured := v.MeasureAll() // also when it is thrown away, so that chance stays alike
	c.owed += c.Fraction
	if c.owed < 1 {
		return row, 0
	}
	c.owed--
	return measured, 1
}

// askSome measures as many miners as the fraction says, in turns, on the scale of what it copied.
func (c *copier) askSome(v *View, row []float64) float64 {
	measured := v.MeasureAll()
	k := int(c.Fraction*float64(len(v.Miners)) + 0.5)
	if k == 0 {
		return 0
	}
	asked, copied := 0.0, 0.0
	chosen := make([]int, k)
	for i := range chosen {
		chosen[i] = v.Miners[(c.turn+i)%len(v.Miners)]
		asked += measured[chosen[i]]
		copied += row[chosen[i]]
	}
	c.turn = (c.turn + k) % len(v.Miners)
	scale := copied / max(asked, 1e-300)
	for _, uid := range chosen {
		row[uid] = measured[uid] * scale
	}
	return float64(k) / float64(len(v.Miners))
}

// blend measures everybody with fewer queries: an error whose square is larger by what the fraction is smaller.
func (c *copier) blend(v *View, row []float64) float64 {
	own, ownSum, rowSum := v.measureWith(c.Fraction), 0.0, 0.0
	for uid := range row {
		ownSum += own[uid]
		rowSum += row[uid]
	}
	for uid := range row {
		row[uid] = (1-c.Fraction)*row[uid]/max(rowSum, 1e-300) + c.Fraction*own[uid]/max(ownSum, 1e-300)
	}
	return c.Fraction
}
