package pretrain

import (
	"encoding/hex"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestRackKeepsTheLatest(t *testing.T) {
	dir := t.TempDir()
	r, err := openRack(dir, address("mila"))
	require.NoError(t, err)
	_, ok := r.newest()
	require.False(t, ok)
	var commitments [][32]byte
	for i := range keptArtifacts + 2 {
		file := []byte{byte(i)}
		require.NoError(t, r.put(file))
		c := Commitment(address("mila"), digestOf(file))
		if i%2 == 0 {
			require.NoError(t, r.release(c))
		}
		commitments = append(commitments, c)
		s, ok := r.get(c)
		require.True(t, ok)
		at := time.Unix(int64(1000+i), 0)
		require.NoError(t, os.Chtimes(r.file(s), at, at))
	}
	require.NoError(t, r.put([]byte{2})) // again: now it is the newest
	require.NoError(t, r.release([32]byte{1}), "there is nothing to release")
	for name, r := range map[string]*rack{"same": r, "reopened": reopened(t, dir)} {
		newest, ok := r.newest()
		require.True(t, ok, name)
		require.Equal(t, []byte{2}, newest, name)
		for i, c := range commitments {
			s, has := r.get(c)
			require.Equal(t, i >= 2, has, "%s %d", name, i)
			require.Equal(t, has && i%2 == 1, s.held, "%s %d", name, i)
		}
	}
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, left, keptArtifacts)
}

func reopened(t *testing.T, dir string) *rack {
	t.Helper()
	r, err := openRack(dir, address("mila"))
	require.NoError(t, err)
	return r
}

// What is not what its name says is not handed out.
func TestRackTrustsNoFile(t *testing.T) {
	dir := t.TempDir()
	good := digestOf([]byte("good"))
	for name, content := range map[string]string{
		hex.EncodeToString(good[:]): "good", hex.EncodeToString(make([]byte, 32)): "changed", "notes.txt": "good", "training": "state",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600))
	}
	big := make([]byte, MaxArtifact+1)
	sum := digestOf(big)
	require.NoError(t, os.WriteFile(filepath.Join(dir, hex.EncodeToString(sum[:])), big, 0o600))
	r := reopened(t, dir)
	require.Len(t, r.list, 1)
	newest, _ := r.newest()
	require.Equal(t, "good", string(newest))
}
