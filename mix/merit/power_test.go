package merit

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// More cannot be asked of kin: with a thousandth of a bit more an honest improver would be kept out too often.
func TestKinBarIsTheMostThatPowerAllows(t *testing.T) {
	asked := func(bits float64) float64 {
		bar := func(standardError float64) float64 { return max(bits, leastSigma*standardError) }
		return powerOf(bar, 0.02, 0.006, kinPanels, probation)
	}
	require.GreaterOrEqual(t, asked(leastOfKin), 0.95)
	require.Less(t, asked(leastOfKin+0.001), 0.95)
}
