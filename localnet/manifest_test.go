package localnet

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestDefaultManifestIsSound(t *testing.T) {
	m := Default()
	require.NoError(t, m.Check())
	require.GreaterOrEqual(t, len(m.Subnets), 2)
	require.GreaterOrEqual(t, len(m.Miners), 6)
	require.GreaterOrEqual(t, len(m.Validators), 3)
}

func TestManifestCheck(t *testing.T) {
	for name, spoil := range map[string]func(*Manifest){
		"no chain id":             func(m *Manifest) { m.ChainID = "" },
		"no time between blocks":  func(m *Manifest) { m.BlockTime = 0 },
		"an hour between blocks":  func(m *Manifest) { m.BlockTime = time.Hour },
		"tempo too short":         func(m *Manifest) { m.Tempo = 1 },
		"no subnets":              func(m *Manifest) { m.Subnets = nil },
		"no validators":           func(m *Manifest) { m.Validators = nil },
		"unknown kind":            func(m *Manifest) { m.Subnets[0].Kind = "tea leaves" },
		"two of one name":         func(m *Manifest) { m.Miners[0].Name = "alice" },
		"mines on no subnet":      func(m *Manifest) { m.Miners[0].Subnet = "elsewhere" },
		"copies nobody":           func(m *Manifest) { m.Miners[4].Victim = "" },
		"copies itself":           func(m *Manifest) { m.Miners[4].Victim = m.Miners[4].Name },
		"copies another subnet's": func(m *Manifest) { m.Miners[4].Victim = "miner-6" },
	} {
		m := Default()
		m.Miners[4].Model = ModelCopycat
		spoil(&m)
		require.ErrorIs(t, m.Check(), ErrManifest, name)
	}
}

// Two genesis of one manifest are alike but for the node's key and the time.
func TestGenesisIsAFunctionOfTheManifest(t *testing.T) {
	key, now := make([]byte, 32), time.Unix(1_700_000_000, 0).UTC()
	one, err := Default().genesis(key, now)
	require.NoError(t, err)
	two, err := Default().genesis(key, now)
	require.NoError(t, err)
	a, err := one.Doc()
	require.NoError(t, err)
	b, err := two.Doc()
	require.NoError(t, err)
	require.JSONEq(t, string(a.AppState), string(b.AppState))
}
