package weights_test

import (
	"crypto/sha256"
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/corpus"
	"github.com/dendra-net/dendra/corpus/course"
	"github.com/dendra-net/dendra/nn/weights"
)

// Who trains the model anew changes these.
const (
	pinned = "f3d99b29527ac73cf6915fb44f3da64e91e86f8d3f3f9fea05079f26b389b010"
	mean   = 1.8923 // bits per byte of held-out text, over the kinds
)

// slack is what rounding on other processors may change, and what the figures are good to.
const slack = 0.005

func TestFileAndCardBelongTogether(t *testing.T) {
	card, err := weights.Describe()
	require.NoError(t, err)
	sum := sha256.Sum256(weights.File())
	require.Equal(t, pinned, hex.EncodeToString(sum[:]))
	require.Equal(t, pinned, card.SHA256)
	require.Equal(t, corpus.Hash(), card.Corpus)
	require.Less(t, len(weights.File()), 1<<20)
	require.Equal(t, course.Shipped.Steps, card.Steps)
	require.Equal(t, course.Shipped.Bytes(card.Steps), card.TrainedBytes)
}

func TestHeldOutFigures(t *testing.T) {
	card, err := weights.Describe()
	require.NoError(t, err)
	m, err := weights.Default()
	require.NoError(t, err)
	require.Equal(t, course.Shipped.Shape, m.Config())
	got, err := course.Measure(t.Context(), m, weights.PartBytes)
	require.NoError(t, err)
	sum := 0.0
	for _, kind := range corpus.Kinds() {
		t.Logf("%s: %.4f bits/byte on part of it, card %.4f", kind, got[kind], card.HeldOut[string(kind)])
		require.InDelta(t, card.Part[string(kind)], got[kind], slack, kind)
		require.InDelta(t, card.HeldOut[string(kind)], got[kind], 0.2, "the smaller part is like the larger")
		sum += card.HeldOut[string(kind)]
	}
	require.InDelta(t, mean, sum/4, slack)
}

// The log tells of the whole course, and of a loss that fell to what the card says.
func TestLog(t *testing.T) {
	lines, err := course.ReadLog("default.tsv")
	require.NoError(t, err)
	require.Len(t, lines, course.Shipped.Steps/course.Shipped.Every)
	for i, l := range lines {
		require.Equal(t, (i+1)*course.Shipped.Every, l.Step)
		require.Equal(t, course.Shipped.Bytes(l.Step), l.Bytes)
		if i > 0 {
			require.Greater(t, l.CPUSeconds, lines[i-1].CPUSeconds)
		}
	}
	last := lines[len(lines)-1]
	require.Less(t, last.HeldOut, lines[0].HeldOut-0.5)
	require.InDelta(t, mean, last.HeldOut, 0.15)
}
