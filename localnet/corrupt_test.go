package localnet_test

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// refusesCorruptHomes breaks one file of the home after the other: the market must not start, say which, and touch
// nothing; with the file mended it must start again.
func (m *market) refusesCorruptHomes(t *testing.T) {
	for _, c := range []struct {
		file    string
		content []byte // nil: half of what was there
	}{
		{"manifest.json", nil},
		{"manifest.json", []byte("garbage")},
		{"manifest.json", []byte(`{"ChainID":"x"}`)},
		{"node/config/genesis.json", nil},
		{"node/config/genesis.json", []byte("\x00\x01garbage")},
		{"node/config/genesis.json", []byte(`{}`)},
		{"node/config/priv_validator_key.json", nil},
		{"node/config/priv_validator_key.json", []byte(`{}`)},
		{"node/data/priv_validator_state.json", nil},
		{"node/config/node_key.json", nil},
		{"node/config/node_key.json", []byte(`{}`)},
	} {
		t.Run(c.file+" "+string(c.content), func(t *testing.T) {
			path := filepath.Join(m.dir, c.file)
			whole, err := os.ReadFile(path)
			require.NoError(t, err)
			defer func() { require.NoError(t, os.WriteFile(path, whole, 0o600)) }()
			broken := c.content
			if broken == nil {
				broken = whole[:len(whole)/2]
			}
			require.NoError(t, os.WriteFile(path, broken, 0o600))
			m.refusesHome(t, c.file)
		})
	}
	for _, file := range []string{"manifest.json", "node/config/genesis.json", "node/config/priv_validator_key.json", "node/data/priv_validator_state.json"} {
		t.Run(file+" missing", func(t *testing.T) {
			path := filepath.Join(m.dir, file)
			require.NoError(t, os.Rename(path, path+".away"))
			defer func() { require.NoError(t, os.Rename(path+".away", path)) }()
			m.refusesHome(t, file)
			require.NoFileExists(t, path, "a new one would hide the loss")
		})
	}
	m.up(t)
	require.True(t, m.card.Resumed)
	m.do(t, &struct{}{}, "down")
}

// refusesHome starts a market in its broken home, detached and not.
func (m *market) refusesHome(t *testing.T, file string) {
	t.Helper()
	before := m.homeDigest(t)
	for _, args := range [][]string{{"up", "--detach"}, {"up"}} {
		c := m.refuse(t, append(args, "--port", strconv.Itoa(m.port))...)
		require.Equal(t, "corrupt_home", c.Code, c.Message)
		require.Contains(t, c.Message, filepath.Base(file), "the message must name the file")
		require.Contains(t, c.Fix, "restore the file")
		require.Contains(t, c.Fix, "dendra reset")
	}
	require.Equal(t, before, m.homeDigest(t))
	require.True(t, portsFree(m.port, portCount))
}

// homeDigest sums up the files that a market's life depends on; logs and databases' own housekeeping are none of them.
func (m *market) homeDigest(t *testing.T) string {
	t.Helper()
	sum := sha256.New()
	for _, part := range []string{"manifest.json", "wallets", "miners", "validators", "requests", "node/config", "node/data/priv_validator_state.json"} {
		err := filepath.WalkDir(filepath.Join(m.dir, part), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			raw, err := os.ReadFile(path)
			sum.Write([]byte(path))
			sum.Write(raw)
			return err
		})
		if !os.IsNotExist(err) {
			require.NoError(t, err)
		}
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// refusesTakenPorts starts a new market where somebody listens already, first at the gateway's door, then at a miner's.
func (m *market) refusesTakenPorts(t *testing.T) {
	for _, offset := range []int{0, 3, 12} {
		home := filepath.Join(t.TempDir(), "market")
		taken, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(m.port+offset)))
		require.NoError(t, err)
		for _, args := range [][]string{{"up", "--detach"}, {"up"}} {
			c := m.fails(t, 1, append(args, "--home", home, "--port", strconv.Itoa(m.port))...)
			require.Equal(t, "port_in_use", c.Code)
			require.Contains(t, c.Message, strconv.Itoa(m.port+offset))
			require.Contains(t, c.Fix, "--port")
		}
		require.NoError(t, taken.Close())
		require.NoFileExists(t, filepath.Join(home, "manifest.json"), "nothing is decided before the market can start")
		require.NoDirExists(t, filepath.Join(home, "node"))
		require.True(t, portsFree(m.port, portCount), "the refused market left a door open")
		require.Equal(t, "not_running", m.fails(t, 1, "down", "--home", home).Code)
	}
}
