package sim

import (
	"math"
	"math/rand/v2"
)

// World is what there is to find out: how good miners are, how that moves, and how well a validator can measure it.
type World struct {
	Name string
	// Drift is the standard deviation of how the log of a miner's quality moves in one epoch. It is drawn back to what is
	// usual for its group just so much that the miners stay as unequal as they began; less than Spread.
	Drift float64
	// Noise is the standard deviation of one measurement, as a part of the quality.
	Noise float64
	// Spread is the standard deviation of the log of quality among miners; 0 stands for 0.7.
	Spread float64
	// Bias is the standard deviation of what a validator always gets wrong about a miner, as a part of its quality.
	Bias float64
}

const defaultSpread = 0.7

// The six environments, calibrated so that the original pays its copier 1.05, 1.04, 1.01, 0.91, 1.17 and 1.15 of what it
// pays the honest (docs/incentives.md).
var environments = []World{
	{Name: "static", Drift: 0, Noise: 0.2},
	{Name: "slow", Drift: 0.05, Noise: 0.2},
	{Name: "medium", Drift: 0.16, Noise: 0.2},
	{Name: "fast", Drift: 0.45, Noise: 0.2},
	{Name: "slow-noisy", Drift: 0.05, Noise: 0.57},
	{Name: "medium-noisy", Drift: 0.16, Noise: 0.57},
}

// Environments are the worlds in which copying is measured.
func Environments() []World { return append([]World{}, environments...) }

// WorldByName finds one of Environments.
func WorldByName(name string) (World, bool) {
	for _, w := range environments {
		if w.Name == name {
			return w, true
		}
	}
	return World{}, false
}

// stream returns a source of randomness of its own: streams of one seed do not depend on each other.
func stream(seed, number uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, number)) }

// nature is the true quality of every miner; validators' slots have none.
type nature struct {
	world   World
	keep    float64 // of the distance to what is usual, each epoch
	rand    *rand.Rand
	usual   []float64 // log of quality
	log     []float64
	quality []float64
}

func newNature(w World, r *rand.Rand, factor []float64) *nature {
	if w.Spread == 0 {
		w.Spread = defaultSpread
	}
	n := len(factor)
	t := &nature{
		world: w, keep: math.Sqrt(max(0, 1-w.Drift*w.Drift/(w.Spread*w.Spread))), rand: r,
		usual: make([]float64, n), log: make([]float64, n), quality: make([]float64, n),
	}
	for uid, f := range factor {
		if f > 0 {
			t.appear(uid, math.Log(f), w.Spread*r.NormFloat64())
		}
	}
	return t
}

// appear puts a miner into a slot, so much better than usual.
func (t *nature) appear(uid int, usual, better float64) {
	t.usual[uid], t.log[uid] = usual, usual+better
	t.quality[uid] = math.Exp(t.log[uid])
}

// move lets an epoch pass.
func (t *nature) move() {
	for uid, q := range t.quality {
		if q == 0 {
			continue
		}
		step := t.rand.NormFloat64() // drawn also where nothing moves: worlds of one seed begin alike
		t.log[uid] = t.usual[uid] + t.keep*(t.log[uid]-t.usual[uid]) + t.world.Drift*step
		t.quality[uid] = math.Exp(t.log[uid])
	}
}

// eye is how one validator sees the world.
type eye struct {
	nature *nature
	rand   *rand.Rand
	noise  float64
	bias   []float64 // factor per uid; nil without
}

func newEye(t *nature, r *rand.Rand, noise float64) *eye {
	e := &eye{nature: t, rand: r, noise: noise}
	if t.world.Bias > 0 {
		e.bias = make([]float64, len(t.quality))
		for uid := range e.bias {
			e.bias[uid] = max(0, 1+t.world.Bias*r.NormFloat64())
		}
	}
	return e
}

// measure evaluates one miner.
func (e *eye) measure(uid int) float64 {
	q := e.nature.quality[uid]
	if q == 0 {
		return 0
	}
	if e.bias != nil {
		q *= e.bias[uid]
	}
	return max(0, q*(1+e.noise*e.rand.NormFloat64()))
}
