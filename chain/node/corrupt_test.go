package node_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/chain/node"
)

// A home that is damaged is refused with its reason, whatever is damaged; what is there stays as it is; mended, the
// chain goes on.
func TestCorruptHomes(t *testing.T) {
	m := network(t, 1)[0]
	m.start()
	reach(t, 3, m)
	m.stop()
	home := m.options.Home
	for _, c := range []struct {
		name, path string
		damage     func(path string) error
		says       string
	}{
		{"no genesis", "config/genesis.json", os.Remove, "genesis"},
		{"torn genesis", "config/genesis.json", torn, "genesis"},
		{"another chain's genesis", "config/genesis.json", strangers, "began with another one"},
		{"no signing state", "data/priv_validator_state.json", os.Remove, "two blocks of one height"},
		{"torn signing state", "data/priv_validator_state.json", torn, "two blocks of one height"},
		{"empty signing state", "data/priv_validator_state.json", empty, "two blocks of one height"},
		{"no consensus key", "config/priv_validator_key.json", os.Remove, "signed with it"},
		{"torn consensus key", "config/priv_validator_key.json", torn, "consensus key"},
		{"a key of nothing", "config/priv_validator_key.json", written("{}"), "no key in it"},
		{"torn peer key", "config/node_key.json", torn, "peer key"},
		{"garbage in the chain's database", "data/blockstore.db", garbage, "blockstore"},
		{"garbage in consensus's database", "data/state.db", garbage, "database state"},
		{"garbage in the state's database", "data/application.db", garbage, "application"},
		{"a file for a database", "data/application.db", fileInstead, "application"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path, keep := filepath.Join(home, c.path), t.TempDir()
			copyTree(t, home, keep)
			require.NoError(t, c.damage(path))
			before := listing(t, home)
			_, err := node.Start(t.Context(), m.options)
			require.ErrorIs(t, err, node.ErrCorruptHome)
			require.ErrorContains(t, err, c.says)
			for name, size := range before {
				require.Contains(t, listing(t, home), name, "of %d bytes", size)
			}
			require.NoError(t, os.RemoveAll(home))
			copyTree(t, keep, home)
		})
	}
	m.start()
	reach(t, m.node.Height()+2, m)
}

// Settings are refused when they are torn, and the defaults when there are none.
func TestSettings(t *testing.T) {
	home := t.TempDir()
	s, err := node.ReadSettings(home)
	require.NoError(t, err)
	require.Equal(t, node.DefaultSettings(), s)
	_, err = node.InitHome(home)
	require.NoError(t, err)
	s.Name, s.Peers = "ada", []string{"id@127.0.0.1:1"}
	require.NoError(t, node.WriteSettings(home, s))
	again, err := node.ReadSettings(home)
	require.NoError(t, err)
	require.Equal(t, s, again)
	for _, damage := range []func(string) error{torn, empty, written(`{"rpc": 5}`), written(`[]`)} {
		path := filepath.Join(home, "config", "node.json")
		require.NoError(t, node.WriteSettings(home, s))
		require.NoError(t, damage(path))
		_, err := node.ReadSettings(home)
		require.ErrorIs(t, err, node.ErrCorruptHome)
		require.ErrorContains(t, err, path)
	}
}

// A crash between the two files of a new key is no damage: there is no chain yet.
func TestKeyIsMadeOnce(t *testing.T) {
	home := t.TempDir()
	first, err := node.InitHome(home)
	require.NoError(t, err)
	again, err := node.InitHome(home)
	require.NoError(t, err)
	require.Equal(t, first, again)
	require.NoError(t, os.Remove(filepath.Join(home, "config", "priv_validator_key.json")))
	other, err := node.InitHome(home)
	require.NoError(t, err)
	require.NotEqual(t, first.ConsensusKey, other.ConsensusKey)
}

// Two nodes cannot run in one home.
func TestHomeInUse(t *testing.T) {
	m := network(t, 1)[0]
	m.start()
	second := m.options
	second.RPC, second.P2P, second.GRPC, second.REST = "", freeAddr(t), "", ""
	_, err := node.Start(t.Context(), second)
	require.ErrorContains(t, err, "lock")
	reach(t, m.node.Height()+2, m)
}

func torn(path string) error {
	raw, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return os.WriteFile(path, raw[:len(raw)/2], 0o600)
}

func empty(path string) error { return os.WriteFile(path, nil, 0o600) }

func written(content string) func(string) error {
	return func(path string) error { return os.WriteFile(path, []byte(content), 0o600) }
}

// strangers puts the genesis of another chain there.
func strangers(path string) error {
	doc, err := node.ReadGenesis(filepath.Dir(filepath.Dir(path)))
	if err != nil {
		return err
	}
	doc.ChainID = "another"
	return doc.SaveAs(path)
}

// garbage overwrites every file of a database.
func garbage(dir string) error {
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		return os.WriteFile(path, []byte("\xde\xad\xbe\xefnot a database"), 0o600)
	})
}

func fileInstead(dir string) error {
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	return os.WriteFile(dir, []byte("file"), 0o600)
}

func copyTree(t *testing.T, from, to string) {
	t.Helper()
	require.NoError(t, os.CopyFS(to, os.DirFS(from)))
}

func listing(t *testing.T, home string) map[string]int64 {
	t.Helper()
	files := map[string]int64{}
	for _, dir := range []string{"config", "data"} {
		entries, err := os.ReadDir(filepath.Join(home, dir))
		require.NoError(t, err)
		for _, e := range entries {
			info, err := e.Info()
			require.NoError(t, err)
			files[filepath.Join(dir, e.Name())] = info.Size()
		}
	}
	return files
}
