package durable_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/internal/durable"
)

func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}

func TestCreateNeverOverwrites(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "key")
	require.NoError(t, durable.Create(path, []byte("first"), 0o600))
	require.ErrorIs(t, durable.Create(path, []byte("second"), 0o600), fs.ErrExist)
	got, err := durable.Read(path, 100)
	require.NoError(t, err)
	require.Equal(t, "first", string(got))
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, fs.FileMode(0o600), info.Mode().Perm())
	require.Equal(t, []string{"key"}, names(t, dir), "no temporary file stays behind")
}

func TestReplaceKeepsTheOldFileWhenItFails(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "state")
	require.NoError(t, durable.Replace(path, []byte("one"), 0o600))
	require.NoError(t, durable.Replace(path, []byte("two"), 0o600))
	got, err := durable.Read(path, 3)
	require.NoError(t, err)
	require.Equal(t, "two", string(got))

	taken := filepath.Join(dir, "taken")
	require.NoError(t, os.MkdirAll(filepath.Join(taken, "inside"), 0o700))
	require.Error(t, durable.Replace(taken, []byte("x"), 0o600))
	require.Equal(t, []string{"state", "taken"}, names(t, dir), "no temporary file stays behind")
}

func TestReadRefusesWhatIsTooLargeOrNoFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "big")
	require.NoError(t, durable.Create(path, make([]byte, 11), 0o600))
	_, err := durable.Read(path, 10)
	require.ErrorIs(t, err, durable.ErrTooLarge)
	_, err = durable.Read(dir, 10)
	require.ErrorIs(t, err, durable.ErrIrregular)
	_, err = durable.Read(filepath.Join(dir, "none"), 10)
	require.ErrorIs(t, err, fs.ErrNotExist)
}

// TestReadWaitsForNobody: a pipe that nobody writes to is refused at once, itself and behind a link.
func TestReadWaitsForNobody(t *testing.T) {
	dir := t.TempDir()
	pipe, link := filepath.Join(dir, "pipe"), filepath.Join(dir, "link")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	require.NoError(t, os.Symlink(pipe, link))
	for _, path := range []string{pipe, link, "/dev/null"} {
		_, err := durable.Read(path, 10)
		require.ErrorIs(t, err, durable.ErrIrregular, path)
	}
}
