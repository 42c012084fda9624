package collective

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// With 2,500 positions an epoch nobody is paid on this text for turning into another, and who it turns into loses nothing.
// On other text some are: docs/intelligence-cheats.md says how many.
func TestTurncoatsAtFullPanels(t *testing.T) {
	all, err := experts("")
	require.NoError(t, err)
	w, err := newWorld(1, 4, 104, all)
	require.NoError(t, err)
	for _, c := range turncoats() {
		r := newRow(c)
		require.NoError(t, r.play(t.Context(), w, c))
		require.GreaterOrEqual(t, r.Games, 3, r.Cheat)
		require.LessOrEqual(t, r.ThiefWorst, 0.05, r.Cheat)
		require.GreaterOrEqual(t, r.KeptWorst, 0.95, r.Cheat)
	}
}
