package sim

// lazy measures once every few epochs and repeats itself in between.
type lazy struct {
	every int
	row   []float64
}

// Lazy makes a validator that measures in one epoch of so many, and commits the same row again in the others; 0: it
// measures only once.
func Lazy(every int) func() Actor { return func() Actor { return &lazy{every: every} } }

func (l *lazy) Act(v *View) Action {
	if l.row == nil || l.every > 0 && v.Epoch%l.every == 0 {
		l.row = v.MeasureAll()
		return Action{Row: l.row, Asked: 1, Signed: 1}
	}
	return Action{Row: l.row}
}

// constant gives all miners the same.
type constant struct{}

// Constant makes a validator that finds all miners equally good.
func Constant() Actor { return constant{} }

func (constant) Act(v *View) Action {
	row := make([]float64, v.size)
	for _, uid := range v.Miners {
		row[uid] = 1
	}
	return Action{Row: row}
}

// selfish votes for its friends, and for strangers as far as a part says.
type selfish struct{ toStrangers float64 }

// Selfish makes a validator of a cabal: it divides its votes equally among its friends and gives strangers only a part
// of all weight, by true measurements.
func Selfish(toStrangers float64) func() Actor { return func() Actor { return selfish{toStrangers} } }

func (s selfish) Act(v *View) Action {
	row := make([]float64, v.size)
	a := Action{Row: row}
	if s.toStrangers > 0 {
		row = v.MeasureAll()
		sum := 0.0
		for _, x := range row {
			sum += x
		}
		for uid := range row {
			row[uid] *= s.toStrangers / max(sum, 1e-300)
		}
		a = Action{Row: row, Asked: 1, Signed: 1}
	}
	for _, uid := range v.Friends {
		row[uid] += (1 - s.toStrangers) / float64(len(v.Friends))
	}
	return a
}

// nobody votes for no miner at all.
type nobody struct {
	first, epochs, every int
}

// Nobody makes a validator that votes for nobody in the first epochs out of every so many, from the first on, and works
// in between. With epochs as large as every it never works.
func Nobody(first, epochs, every int) func() Actor {
	return func() Actor { return nobody{first, epochs, max(every, 1)} }
}

func (n nobody) Act(v *View) Action {
	if v.Epoch >= n.first && (v.Epoch-n.first)%n.every < n.epochs {
		return Action{Row: make([]float64, v.size)}
	}
	return honest{}.Act(v)
}

// hidden commits and never reveals.
type hidden struct{ first int }

// Hidden makes a validator that works, and from an epoch on reveals nothing that it commits.
func Hidden(first int) func() Actor { return func() Actor { return hidden{first} } }

func (h hidden) Act(v *View) Action {
	a := honest{}.Act(v)
	a.Withheld = v.Epoch >= h.first
	return a
}

// Flash is a validator that borrows stake for some epochs, and works otherwise.
type Flash struct {
	Epoch, Epochs int
	// Share is the part of all stake that it has then.
	Share float64
	// Friends: it votes for its friends meanwhile, from so many epochs before on; negative: it goes on working.
	Friends int
}

// Actor makes one.
func (f Flash) Actor() Actor { return &flash{Flash: f} }

type flash struct {
	Flash
	own uint64
}

func (f *flash) Act(v *View) Action {
	a := honest{}.Act(v)
	if f.own == 0 {
		f.own = v.Stake
	}
	a.Stake = f.own
	if during := v.Epoch - f.Epoch; during >= 0 && during < f.Epochs {
		others := float64(v.AllRao - v.Stake)
		a.Stake = uint64(f.Share / (1 - f.Share) * others)
	}
	if from := v.Epoch - f.Epoch + f.Friends; f.Friends >= 0 && from >= 0 && from < f.Epochs+f.Friends {
		a.Row = Selfish(0)().Act(v).Row
	}
	return a
}

// Snipe is a validator that gives a newcomer a part of its votes as soon as it sees one, for some epochs, and works
// otherwise: it buys bonds before the others find out how good the newcomer is.
type Snipe struct {
	Part   float64
	Epochs int
}

// Actor makes one.
func (s Snipe) Actor() Actor { return &sniper{Snipe: s, until: -1} }

type sniper struct {
	Snipe
	until, target int
}

func (s *sniper) Act(v *View) Action {
	if len(v.Fresh) > 0 {
		s.target, s.until = v.Fresh[len(v.Fresh)-1], v.Epoch+s.Epochs
	}
	a := honest{}.Act(v)
	if v.Epoch >= s.until {
		return a
	}
	sum := 0.0
	a.Row[s.target] = 0
	for _, x := range a.Row {
		sum += x
	}
	for uid := range a.Row {
		a.Row[uid] *= (1 - s.Part) / max(sum, 1e-300)
	}
	a.Row[s.target] = s.Part
	return a
}
