package audit

import (
	"maps"
	"net/http"
	"slices"

	"github.com/dendra-net/dendra/evidence"
	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/validator/scoring"
)

// maxPlanned bounds the questions that are drawn again for one audit.
const maxPlanned = 300_000

// roundChecks are what the rounds of a task are held against.
type roundChecks struct{ draws, questions, coverage, grades *Check }

// rounds draws the questions again, grades the answers again, and measures again.
func (a *auditor) rounds() map[neuron.Address]scoring.Measure {
	c := roundChecks{a.check("rounds"), a.check("questions"), a.check("coverage"), a.check("grades")}
	planned := 0
	for _, r := range a.file.Rounds {
		planned += len(r.Miners) * (r.Shared + r.Own)
	}
	if planned > maxPlanned {
		c.draws.wrong("%d questions would be drawn, at most %d are", planned, maxPlanned)
		return nil
	}
	var asked, history []neuron.Asked
	for i, r := range a.file.Rounds {
		if a.ctx.Err() != nil {
			return nil
		}
		c.round(a, i, r)
		all, shared := a.again(c, i, r)
		if r.Epoch == a.file.Epoch {
			asked = append(asked, all...)
		}
		if r.Remembered {
			history = append(history, shared...)
		}
	}
	return scoring.Results(asked, a.originality(history))
}

// round holds that a round was drawn as the secret says.
func (c roundChecks) round(a *auditor, i int, r evidence.Round) {
	f := a.file
	c.draws.hold(r.Epoch <= f.Epoch && (r.Epoch < f.Epoch || r.Secret == f.Secret), "round %d is of epoch %d with a secret of its own", i, r.Epoch)
	if r.Epoch == f.Epoch {
		deadline := f.End - scoring.Reserve(f.End-f.Begin)
		c.draws.hold(r.Height >= f.Begin && r.Height < deadline && r.Height <= f.Height, "round %d began at block %d, not in %d to %d", i, r.Height, f.Begin, deadline-1)
	}
	sample := scoring.Sample(scoring.RoundSeed(r.Secret, r.Epoch, r.Height, r.Index), slices.Clone(r.Serving), r.Sample)
	c.draws.hold(slices.Equal(sample, r.Miners), "round %d asked others than its seed draws", i)
}

// key names a question to a miner.
type key struct {
	miner    neuron.Address
	question string
}

// again grades the answers of one round again. It returns them in the order in which they count.
func (a *auditor) again(c roundChecks, i int, r evidence.Round) (all, shared []neuron.Asked) {
	plan := a.plan(r)
	for n, x := range a.file.Exchanges {
		if x.Round != i {
			continue
		}
		k := key{x.Miner, x.Question}
		put, drawn := plan[k]
		delete(plan, k)
		if !drawn || put.Shared != x.Shared {
			c.questions.wrong("exchange %d with %s: question %.64q is not one the seed gives, or came twice", n, x.Miner, x.Question)
			continue
		}
		c.questions.hold(x.Proof == nil || sent(x.Proof, http.MethodPost, put.Question.Path, put.Question.Body),
			"exchange %d with %s: what was sent is not the question %s that the seed gives", n, x.Miner, x.Question)
		answer := a.answerOf(x)
		score, err := scoring.Grade(a.Task, put.Question, answer)
		if err != nil {
			c.grades.note("question %s: %v", x.Question, err)
		}
		c.grades.hold(near(score, x.Score, sumTolerance), "exchange %d with %s: question %s is graded %g, and %g again", n, x.Miner, x.Question, x.Score, score)
		asked := neuron.Asked{Question: put.Question, Miner: x.Miner, Answer: answer, Score: score}
		all = append(all, asked)
		if x.Shared {
			shared = append(shared, asked)
		}
	}
	a.missing(c.coverage, i, r, plan)
	return all, shared
}

// plan draws what a round asked. Of a round of an earlier epoch only the shared questions are in the file.
func (a *auditor) plan(r evidence.Round) map[key]scoring.Put {
	seed := scoring.RoundSeed(r.Secret, r.Epoch, r.Height, r.Index)
	drawn := scoring.DrawRound(a.Task, seed, r.Shared)
	own := r.Own
	if r.Epoch < a.file.Epoch {
		own = 0
	}
	plan := map[key]scoring.Put{}
	for _, miner := range r.Miners {
		for _, p := range scoring.PlanFor(a.Task, seed, drawn, miner, own) {
			plan[key{miner, p.Question.ID}] = p
		}
	}
	return plan
}

// missing counts planned questions without an exchange: none may be left out, but where the deadline cut the round.
func (a *auditor) missing(c *Check, i int, r evidence.Round, left map[key]scoring.Put) {
	if r.Cut {
		c.ok()
		c.note("round %d was cut by its deadline: %d questions were not put", i, len(left))
		return
	}
	if len(left) == 0 {
		c.ok()
		return
	}
	byMiner := map[neuron.Address]int{}
	for k := range left {
		byMiner[k.miner]++
	}
	for _, who := range slices.Sorted(maps.Keys(byMiner)) {
		c.wrong("round %d: %d questions to %s are missing", i, byMiner[who], who)
	}
}

// originality judges copies again.
func (a *auditor) originality(history []neuron.Asked) map[neuron.Address]float64 {
	c := a.check("originality")
	factors, err := scoring.Originality(a.Task, history)
	if err != nil {
		c.note("%v", err)
	}
	c.hold(len(factors) == len(a.file.Originality), "%d factors are stored, %d come out", len(a.file.Originality), len(factors))
	for _, who := range slices.Sorted(maps.Keys(factors)) {
		stored, ok := a.file.Originality[who]
		c.hold(ok && near(stored, factors[who], sumTolerance), "%s: factor %g is stored, %g comes out", who, stored, factors[who])
	}
	return factors
}
