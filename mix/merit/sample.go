package merit

import "math"

// sample is a mean over passages with its standard error. Passages may differ in length; what they sum to is
// independent between them, not within.
type sample struct {
	Mean, Var float64 // Var is the variance of Mean
	N         int     // passages
}

func (s sample) se() float64 { return math.Sqrt(s.Var) }

// paired is the mean of before less after by position, with its error by passages.
func paired(before, after []float64, passages [][]int32) sample {
	diff := make([]float64, len(before))
	for i := range before {
		diff[i] = before[i] - after[i]
	}
	return meanOf(diff, passages)
}

func meanOf(values []float64, passages [][]int32) sample {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	n := float64(len(values))
	mean, squares := sum/n, 0.0
	for _, passage := range passages {
		off := 0.0
		for _, i := range passage {
			off += values[i] - mean
		}
		squares += float64(off * off)
	}
	b := float64(len(passages))
	return sample{mean, squares / (n * n) * b / (b - 1), len(passages)}
}

// blend joins what was known with what is new, each as heavy as it has passages.
func (s sample) blend(fresh sample) sample {
	if s.N == 0 {
		return fresh
	}
	n := s.N + fresh.N
	old, now := float64(s.N)/float64(n), float64(fresh.N)/float64(n)
	return sample{
		Mean: float64(old*s.Mean) + float64(now*fresh.Mean),
		Var:  float64(old*old*s.Var) + float64(now*now*fresh.Var),
		N:    n,
	}
}

// fade lets what was measured long ago count for less.
func (s sample) fade(keep float64) sample {
	s.N = int(float64(s.N) * keep)
	if s.N == 0 {
		return sample{}
	}
	s.Var /= keep
	return s
}
