package localnet

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A home keeps its manifest: a flag that asks for another market is refused, not passed over.
func TestResumedBlockTime(t *testing.T) {
	home := t.TempDir()
	require.NoError(t, writeJSON(manifestFile(home), Default()))
	for _, c := range []struct {
		name  string
		asked time.Duration
		want  error
	}{
		{"none", 0, nil},
		{"the same", time.Second, nil},
		{"another", 200 * time.Millisecond, ErrBlockTime},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := &Market{card: Card{Home: home}}
			err := m.loadManifest(Options{BlockTime: c.asked})
			require.ErrorIs(t, err, c.want)
			require.True(t, m.card.Resumed)
			require.Equal(t, time.Second, m.manifest.BlockTime)
		})
	}
	fresh := &Market{card: Card{Home: t.TempDir()}}
	require.NoError(t, fresh.loadManifest(Options{BlockTime: 200 * time.Millisecond}))
	require.False(t, fresh.card.Resumed)
	require.Equal(t, 200*time.Millisecond, fresh.manifest.BlockTime)
}
