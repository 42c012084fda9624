package fresh

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// folder makes a folder of files.
func folder(t *testing.T, files map[string]string) string {
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	}
	return dir
}

func TestDirDrawsItsTextsAsTheyAre(t *testing.T) {
	one, two := strings.Repeat("one and two are three. ", 200), strings.Repeat("Über allen Gipfeln ist Ruh. ", 200)
	dir := folder(t, map[string]string{"b.txt": one, "a/z.txt": two, "a/empty.txt": ""})
	source, err := Dir(dir, 0)
	require.NoError(t, err)
	require.Equal(t, files{[]byte(two), []byte(one)}, source, "in the order of names")
	list, err := source.Draw([32]byte{1}, 32, 100)
	require.NoError(t, err)
	kinds := map[bool]int{}
	for _, p := range list {
		require.Equal(t, Own, p.Kind)
		require.Equal(t, []Span{{0, 100}}, p.New)
		inOne := bytes.Contains([]byte(one), p.Text)
		kinds[inOne]++
		require.True(t, inOne || bytes.Contains([]byte(two), p.Text), "%s", p.Text)
	}
	require.Greater(t, min(kinds[true], kinds[false]), 10)

	again, err := Dir(dir, 0)
	require.NoError(t, err)
	same, err := again.Draw([32]byte{1}, 32, 100)
	require.NoError(t, err)
	require.Equal(t, list, same)
	other, err := again.Draw([32]byte{2}, 32, 100)
	require.NoError(t, err)
	require.NotEqual(t, list, other)
}

func TestDirEveryPlaceCanBeDrawn(t *testing.T) {
	s := files{[]byte(strings.Repeat("a", 64)), []byte("short"), []byte(strings.Repeat("b", 66))}
	list, err := s.Draw([32]byte{}, 4, 64)
	require.NoError(t, err)
	require.Equal(t, "a", string(list[0].Text[:1]))
	for _, p := range list[1:] {
		require.Equal(t, "b", string(p.Text[:1]))
	}
	_, err = s.Draw([32]byte{}, 5, 64)
	require.ErrorIs(t, err, ErrTexts)
	require.ErrorContains(t, err, "the longest of 66 bytes")
	_, err = s.Draw([32]byte{}, 0, 64)
	require.ErrorIs(t, err, ErrAsked)
}

func TestDirRefuses(t *testing.T) {
	long := strings.Repeat("so long ", 1000)
	for _, c := range []struct {
		name, says string
		files      map[string]string
		max        int
	}{
		{"nothing", "0 files", nil, 0},
		{"too little", "have 5 bytes, it must be 4096", map[string]string{"a": "short"}, 0},
		{"hidden files alone", "0 files", map[string]string{".git/a": long, ".b": long}, 0},
		{"too much", "more than 8100 bytes", map[string]string{"a": long, "b": long}, 8100},
		{"no text", "b.bin in", map[string]string{"a": long, "b.bin": "\xff\xfe\x00"}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Dir(folder(t, c.files), c.max)
			require.ErrorIs(t, err, ErrTexts)
			require.ErrorContains(t, err, c.says)
		})
	}
	pipe := filepath.Join(t.TempDir(), "pipe")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	for _, path := range []string{pipe, filepath.Join(t.TempDir(), "missing"), filepath.Join(folder(t, map[string]string{"a": long}), "a"), ""} {
		_, err := Dir(path, 0)
		require.ErrorIs(t, err, ErrTexts, path)
	}
}

func TestDirDoesNotFollowLinks(t *testing.T) {
	long := strings.Repeat("so long ", 1000)
	outside := folder(t, map[string]string{"secret": "secret " + long, "more/secret": "secret " + long})
	dir := folder(t, map[string]string{"a": long})
	for name, target := range map[string]string{"file": filepath.Join(outside, "secret"), "folder": filepath.Join(outside, "more"), "loop": dir, "within": filepath.Join(dir, "a")} {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Skip("this system makes no symbolic links:", err)
		}
	}
	source, err := Dir(dir, 0)
	require.NoError(t, err)
	require.Equal(t, files{[]byte(long)}, source)
}

func TestDirNamesWhatItCannotRead(t *testing.T) {
	dir := folder(t, map[string]string{"a": strings.Repeat("so long ", 1000), "b": "locked"})
	require.NoError(t, os.Chmod(filepath.Join(dir, "b"), 0))
	if f, err := os.Open(filepath.Join(dir, "b")); err == nil {
		f.Close()
		t.Skip("this user may read everything")
	}
	_, err := Dir(dir, 0)
	require.ErrorIs(t, err, ErrTexts)
	require.ErrorContains(t, err, "b")
}
