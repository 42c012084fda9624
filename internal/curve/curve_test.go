package curve_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/evidence"
	"github.com/dendra-net/dendra/internal/curve"
	"github.com/dendra-net/dendra/internal/plot"
	"github.com/dendra-net/dendra/neuron"
)

func loss(who neuron.Address, bits float64) evidence.MinerPoint {
	return evidence.MinerPoint{Hotkey: who, Share: 0.5, Facts: []evidence.Fact{{Name: curve.Loss, Value: bits}}}
}

func TestLossesAreDrawnWhereThereAreAny(t *testing.T) {
	a, b := neuron.KeyFromSeed([32]byte{1}).Address(), neuron.KeyFromSeed([32]byte{2}).Address()
	c := evidence.Curve{Points: []evidence.Point{
		{Epoch: 3, Miners: []evidence.MinerPoint{loss(a, 3)}},
		{Epoch: 4, Miners: []evidence.MinerPoint{loss(b, 2.5), {Hotkey: a}}, Facts: []evidence.Fact{{Name: "mixture", Value: 2.2}}},
		{Epoch: 6, Miners: []evidence.MinerPoint{loss(a, 2), loss(b, 2.4), {Hotkey: neuron.KeyFromSeed([32]byte{3}).Address()}}, Facts: []evidence.Fact{{Name: "mixture", Value: 1.9}}},
	}}
	chart := curve.Chart(c, curve.Options{Title: "pretrain", Names: map[neuron.Address]string{a: "anna", b: "ben"}, Together: curve.Collective()})
	require.Equal(t, "loss on unseen text, bits per byte", chart.Y.Label)
	require.Len(t, chart.Series, 3)
	anna := chart.Series[0]
	require.Equal(t, "anna", anna.Name)
	require.Equal(t, []float64{3, 4, 6}, []float64{anna.Points[0].X, anna.Points[1].X, anna.Points[2].X})
	require.True(t, math.IsNaN(anna.Points[1].Y), "an epoch without a figure is a gap")
	require.Equal(t, []plot.Point{{X: 4, Y: 2.5}, {X: 6, Y: 2.4}}, chart.Series[1].Points)
	require.Equal(t, []plot.Point{{X: 4, Y: 2.2}, {X: 6, Y: 1.9}}, chart.Series[2].Points)
	_, err := chart.SVG()
	require.NoError(t, err)
}

func TestScoresAreDrawnOtherwise(t *testing.T) {
	c := evidence.Curve{}
	for i := range 20 {
		who := neuron.KeyFromSeed([32]byte{byte(i + 1)}).Address()
		c.Points = append(c.Points, evidence.Point{Epoch: uint64(i), Miners: []evidence.MinerPoint{{Hotkey: who, Share: 0.25}}})
	}
	chart := curve.Chart(c, curve.Options{Together: curve.Collective()})
	require.Equal(t, "score of the epoch", chart.Y.Label)
	require.Len(t, chart.Series, 12, "more than a chart can show")
	require.Regexp(t, "^tao1.*…", chart.Series[0].Name)
	require.Empty(t, curve.Chart(evidence.Curve{}, curve.Options{}).Series)
}
