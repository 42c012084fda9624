package merit

import (
	"math"
	"math/rand/v2"
)

// Bar is how many bits per byte a newcomer must be seen to tell beyond prior art when that is known with this standard
// error.
//
// It was chosen for power before anything was attacked. The least that counts is 0.01 bits, four thousandths of the
// loss. One panel of 2,500 positions in a hundred passages measures what a newcomer tells with an error of 0.003 to 0.01
// bits. With two standard errors asked, Power says that who tells 0.02 bits, known to 0.006, is let in at once in nine
// cases of ten and within the four panels of its probation in 99 of 100; and who tells nothing, as a copy, never.
func Bar(standardError float64) float64 { return max(leastBits, leastSigma*standardError) }

// KinBar is the same for a newcomer that is near another, as a copy is that was trained on: what it is paid for, the other
// told before it. It is as high as it can be when who tells 0.02 bits, known to 0.006 by a panel, is to be let in within its
// probation in 95 cases of 100: the more is asked of kin, the more a copy has to learn of its own. It is decided by two
// panels at least, and paid for what is beyond the bar.
func KinBar(standardError float64) float64 { return max(leastOfKin, leastSigma*standardError) }

// Power is the part of newcomers who are let in within so many panels when they tell truth bits beyond prior art and one
// panel measures it with this standard error. It is found by playing 20,000 of them with a fixed seed.
func Power(truth, standardError float64, panels int) float64 {
	return powerOf(Bar, truth, standardError, 1, panels)
}

// KinPower is Power for newcomers who are near another.
func KinPower(truth, standardError float64, panels int) float64 {
	return powerOf(KinBar, truth, standardError, kinPanels, panels)
}

func powerOf(bar func(float64) float64, truth, standardError float64, from, panels int) float64 {
	const players = 20_000
	r := rand.New(rand.NewPCG(1, 2))
	in := 0
	for range players {
		var s sample
		for panel := range panels {
			fresh := sample{truth + standardError*r.NormFloat64(), standardError * standardError, 100}
			s = s.fade(keep).blend(fresh)
			if panel+1 >= from && s.Mean > bar(math.Sqrt(s.Var)) {
				in++
				break
			}
		}
	}
	return float64(in) / players
}
