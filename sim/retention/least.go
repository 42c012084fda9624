package retention

import "math"

// steps is the resolution of utilities, that of vector.LeastUtility: its figures and these are the same.
const (
	steps   = 2048
	million = 1_000_000
)

func ofSteps(k int) uint64 { return (uint64(k)*million + steps/2) / steps }

// quickProbes is after how many probes least stops to be clever and halves what is left.
const quickProbes = 8

// least finds the least part of honest votes, in millionths, at which margin is not negative: what the honest camp keeps
// beyond its stake, taken to stay positive from there on. The margin is nearly straight about its zero, so that following
// it takes about half as many probes as halving. A million when not even that is enough.
func least(margin func(honestSelfPPM uint64) float64) uint64 {
	low, high := 0, steps // kept at high, unless nothing is enough
	var last, before probe
	for count := 0; high-low > 1; count++ {
		at := (low + high) / 2
		if count < quickProbes {
			at = min(max(last.root(before, count), low+1), high-1)
		}
		now := probe{at, margin(ofSteps(at))}
		if now.margin >= 0 {
			high = at
		} else {
			low = at
		}
		last, before = now, last
	}
	return ofSteps(high)
}

// probe is a utility in steps and the margin there.
type probe struct {
	at     int
	margin float64
}

// usual is where searches begin: in the middle of what rules need.
const usual = steps * 7 / 10

// root guesses where the margin is zero: on the line through two probes, or, after one, along a slope of one.
func (p probe) root(before probe, probes int) int {
	slope := 1.0 / steps
	switch {
	case probes == 0:
		return usual
	case probes > 1 && p.at != before.at && (p.margin-before.margin)/float64(p.at-before.at) > slope/steps:
		slope = (p.margin - before.margin) / float64(p.at-before.at)
	}
	return int(math.Floor(math.Min(math.Max(float64(p.at)-p.margin/slope, 0), steps)))
}
