package collective

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Who is in and turns into another earns less than a twentieth of what that one does, and takes less than a twentieth of it,
// on average over three texts. Two panels of a thousand positions do not tell who has turned, so these games have 2,496.
func TestTurncoats(t *testing.T) {
	all, err := experts("")
	require.NoError(t, err)
	rows := map[string]*Row{}
	for _, seed := range []uint64{1, 301, 401} {
		w, err := newWorld(seed, 4, 104, all)
		require.NoError(t, err)
		for _, c := range turncoats() {
			if rows[c.name] == nil {
				r := newRow(c)
				rows[c.name] = &r
			}
			require.NoError(t, rows[c.name].play(t.Context(), w, c))
		}
	}
	for name, r := range rows {
		games := float64(r.Games)
		t.Logf("%s: %d games, thief %.3f (worst %.3f), victim keeps %.3f (worst %.3f)", name, r.Games, r.Thief/games, r.ThiefWorst, r.Kept/games, r.KeptWorst)
		require.GreaterOrEqual(t, r.Games, 9, name)
		require.LessOrEqual(t, r.Thief/games, 0.05, name)
		require.GreaterOrEqual(t, r.Kept/games, 0.95, name)
	}
}
