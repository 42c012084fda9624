package scoring

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/dendra-net/dendra/neuron"
)

// Measure is what one miner showed in one epoch.
type Measure struct {
	Mean     float64       // difficulty-weighted mean of the grades, 0..1
	StdErr   float64       // standard error of Mean
	N        int           // questions put
	Answered int           // questions that got any answer
	Latency  time.Duration // median over the answers; zero without any

	// Of an exam's mark only.
	Pruning float64       `json:",omitempty"` // loss when the miner is left out, bits per byte
	Facts   []neuron.Fact `json:",omitempty"`
	Reason  string        `json:",omitempty"`
}

// measure condenses what was asked of one miner. The standard error is that of a weighted mean after two imagined
// failures and two imagined successes (the rule of Agresti and Coull), so that a few equal grades do not look certain.
func measure(asked []neuron.Asked) Measure {
	m := Measure{N: len(asked)}
	if m.N == 0 {
		return m
	}
	var sum, weights, squares float64
	var times []time.Duration
	for _, a := range asked {
		w := difficulty(a.Question)
		sum += w * a.Score
		weights += w
		squares += w * w
		if a.Answer.Err == nil {
			m.Answered++
			times = append(times, a.Answer.Latency)
		}
	}
	m.Mean, m.Latency = sum/weights, median(times)
	n := weights * weights / squares // how many equal questions these are worth
	center := (n*m.Mean + 2) / (n + 4)
	spread := 2*center*center + 2*(1-center)*(1-center)
	for _, a := range asked {
		spread += n * difficulty(a.Question) / weights * (a.Score - center) * (a.Score - center)
	}
	m.StdErr = math.Sqrt(spread) / (n + 4)
	return m
}

// difficulty guards against a task that breaks its word.
func difficulty(q neuron.Question) float64 {
	if q.Difficulty > 0 && !math.IsInf(q.Difficulty, 0) {
		return q.Difficulty
	}
	return 1
}

// Unit forces a task's number into 0..1.
func Unit(x float64) float64 {
	if math.IsNaN(x) {
		return 0
	}
	return min(max(x, 0), 1)
}

func median[T cmp.Ordered](values []T) T {
	var zero T
	if len(values) == 0 {
		return zero
	}
	s := slices.Sorted(slices.Values(values))
	return s[len(s)/2]
}

const (
	latencyShare = 0.10                  // the most that slowness costs
	latencySlack = 50 * time.Millisecond // above the median, still called equal: networks differ
)

// latencyFactors gives each miner 1, less up to a tenth by how far down the list of latencies it stands. Whoever is
// within a quarter of the median, or within 50 ms, is as fast as the median. Equal latencies get equal factors.
func latencyFactors(latency map[neuron.Address]time.Duration) map[neuron.Address]float64 {
	sorted := slices.Sorted(maps.Values(latency))
	middle := median(sorted)
	allowed := middle + max(middle/4, latencySlack)
	out := make(map[neuron.Address]float64, len(latency))
	for who, d := range latency {
		out[who] = 1
		if d > allowed {
			faster, _ := slices.BinarySearch(sorted, d)
			rank := float64(faster) / float64(len(sorted)-1) // above the median, so there are at least two
			out[who] = 1 - latencyShare*rank
		}
	}
	return out
}

// Results turns an epoch's answers into one measure per miner, with the factors for latency and originality applied.
// A nil originality means that the task cannot tell copies.
func Results(asked []neuron.Asked, originality map[neuron.Address]float64) map[neuron.Address]Measure {
	byMiner := map[neuron.Address][]neuron.Asked{}
	for _, a := range asked {
		byMiner[a.Miner] = append(byMiner[a.Miner], a)
	}
	out := map[neuron.Address]Measure{}
	latency := map[neuron.Address]time.Duration{}
	for who, list := range byMiner {
		out[who] = measure(list)
		if out[who].Answered > 0 {
			latency[who] = out[who].Latency
		}
	}
	speed := latencyFactors(latency)
	for who, m := range out {
		factor := 1.0
		if f, timed := speed[who]; timed {
			factor = f
		}
		if f, judged := originality[who]; judged {
			factor *= Unit(f)
		}
		m.Mean, m.StdErr = m.Mean*factor, m.StdErr*factor
		out[who] = m
	}
	return out
}
