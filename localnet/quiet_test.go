package localnet

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/corpus/fresh"
	"github.com/dendra-net/dendra/subnets/pretrain"
)

// --quiet-miners reaches every miner that trains, and no other way of starting does.
func TestQuietReachesTheMiners(t *testing.T) {
	m := &Market{manifest: Default(), card: Card{Home: t.TempDir()}}
	var err error
	m.logs, err = openLogs(LogDir(m.card.Home))
	require.NoError(t, err)
	defer func() { require.NoError(t, m.logs.Close()) }()
	for _, quiet := range []bool{true, false} {
		trainers := 0
		for _, p := range m.manifest.Miners {
			if p.kindOf(m.manifest).Name != pretrain.Name {
				continue
			}
			work, err := m.work(t.Context(), p, quiet, nil)
			require.NoError(t, err)
			require.Equal(t, quiet, work.Handler.(*pretrain.Miner).Quiet, p.Name)
			trainers++
		}
		require.Greater(t, trainers, 2)
	}
}

func TestStartLooksAtTheShardsFirst(t *testing.T) {
	home := filepath.Join(t.TempDir(), "home")
	_, err := Start(t.Context(), Options{Home: home, Shards: t.TempDir()})
	require.ErrorIs(t, err, fresh.ErrTexts)
	require.NoDirExists(t, home)
}
