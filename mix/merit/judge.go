package merit

import "fmt"

// Result is what a panel says.
type Result struct {
	Miners []Standing // in the order of Panel.Miners
	// Losses are in bits per byte. Mixture is that of all who are admitted, and the public model; its weights at any
	// position are fitted on other passages.
	Base, Mixture, MixtureSE float64
	Best                     int // number of the best single miner; -1 when nobody answered
	BestLoss                 float64
	Gain, GainSE             float64 // of the mixture over the best single miner, paired
}

// Standing is what a panel says of a miner. Errors are standard errors by passages.
type Standing struct {
	Answered             bool
	Admitted             bool
	Begun                int64 // height at which this version of it began
	Loss                 float64
	Marginal, MarginalSE float64 // bits per byte told beyond prior art, over the panels of this version
	Pruning, PruningSE   float64 // by how much the mixture loses without it
	Skill, SkillSE       float64 // bits per byte better than the public model
	Novelty              float64 // part of what it tells that is beyond prior art, 0 to 1
	Share, ShareSE       float64 // of the pay
	// Turn is by how many times what chance leaves the answers of one that is in no longer follow from the others' and from
	// the text as they did: 1 or so when it is what it was. 0 when there is nothing to tell it by.
	Turn   float64
	Reason string // why the share is what it is, where that is not plain
}

// Once judges a panel without a memory, as of artifacts that are published and run: prior art is what Panel.Prior says,
// and who in the panel is earlier.
func Once(p Panel) (Result, error) { return new(State).judge(p, true) }

// Judge says what a panel means, and remembers. When it fails the State is as it was. Panels come in the order of
// their heights.
func (s *State) Judge(p Panel) (Result, error) { return s.judge(p, false) }

func (s *State) judge(p Panel, once bool) (Result, error) {
	if err := p.check(); err != nil {
		return Result{}, err
	}
	if p.Height < s.Height {
		return Result{}, fmt.Errorf("%w: height %d after height %d", ErrPanel, p.Height, s.Height)
	}
	e := newExam(&p)
	e.memory, e.ties, e.once = s.Gate, s.Ties, once
	e.recall(s)
	e.admit()
	e.note()
	result := e.pay()
	e.study()
	s.Height, s.Gate = p.Height, e.memory
	e.remember(s)
	return result, nil
}

// entrant is a miner of a panel and the version of it that is judged.
type entrant struct {
	index    int // in the panel
	column   int // in the pools; 0 when it did not answer
	owner    string
	skill    sample
	version  version
	quarrel  quarrel // of the version when the panel began
	standing *Standing
	prior    []int  // columns of its prior art, best first
	marginal sample // in this panel
	novelty  float64
	kin      bool // it is near one of its prior art
}

// exam is one panel at work.
type exam struct {
	panel    *Panel
	pools    *pools
	entrants []*entrant // in the order of the panel
	older    []older
	result   Result
	memory   memory
	ties     []ties            // of former panels
	now      ties              // of this one, as its miners were before any began anew; empty until asked for
	once     bool              // there is no probation: who is not let in now is nobody
	logs     map[int][]float64 // binary logarithms of columns
	offs     map[int][]float64 // the same, but not below faint, less their mean
	traits   [][]float64       // columns of traits; nil until asked for
}

type older struct {
	Artifact
	column int
	skill  float64
}

func newExam(p *Panel) *exam {
	e := &exam{panel: p, pools: newPools(p.Positions, p.Base, p.Cache), logs: map[int][]float64{}, offs: map[int][]float64{}}
	e.result = Result{Miners: make([]Standing, len(p.Miners)), Best: -1}
	base := e.pools.alone(0)
	for i, m := range p.Miners {
		n := &entrant{index: i, owner: m.owner(), standing: &e.result.Miners[i]}
		if m.Likelihoods != nil {
			n.column = e.pools.add(m.Likelihoods)
			alone := e.pools.alone(n.column)
			n.skill = paired(base, alone, e.pools.passages)
			n.standing.Answered, n.standing.Loss = true, meanOf(alone, e.pools.passages).Mean
			n.standing.Skill, n.standing.SkillSE = n.skill.Mean, n.skill.se()
		}
		e.entrants = append(e.entrants, n)
	}
	for _, a := range p.Prior {
		column := e.pools.add(a.Likelihoods)
		e.older = append(e.older, older{a, column, paired(base, e.pools.alone(column), e.pools.passages).Mean})
	}
	return e
}

// gain is what the columns of after tell beyond those of before.
func (e *exam) gain(before, after []int) sample {
	return paired(e.pools.loss(before), e.pools.loss(after), e.pools.passages)
}

// with is a set of columns and one more.
func with(members []int, more ...int) []int {
	return append(members[:len(members):len(members)], more...)
}

// without is a set of columns but for some.
func without(members []int, less ...int) []int {
	rest := make([]int, 0, len(members))
next:
	for _, m := range members {
		for _, l := range less {
			if m == l {
				continue next
			}
		}
		rest = append(rest, m)
	}
	return rest
}
