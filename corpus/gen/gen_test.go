package main

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/corpus"
)

// The committed files are rebuilt from their sources where these are at hand: CORPUS_DEBIAN names the directory in which
// the two Debian packages are unpacked.
func TestCommittedFilesAreCurrent(t *testing.T) {
	debian := os.Getenv("CORPUS_DEBIAN")
	if debian == "" {
		t.Skip("CORPUS_DEBIAN is not set: the directory that holds the sources, see the comment of the command")
	}
	r := roots{debian: debian}
	require.NoError(t, r.complete())
	works, err := r.works()
	require.NoError(t, err)
	files, err := corpus.Build(works)
	require.NoError(t, err)
	for name, file := range files {
		committed, err := os.ReadFile(filepath.Join("..", name))
		require.NoError(t, err)
		require.True(t, bytes.Equal(committed, file), "%s: run the command and commit the result", name)
	}
}

func number(n int) []byte { return binary.BigEndian.AppendUint32(nil, uint32(n)) }

func object(lines ...string) []byte {
	b := bytes.Join([][]byte{[]byte("X\n"), number(3), number(1), number(2), number(5), []byte("UTF-8"), number(16), number(len(lines))}, nil)
	for _, l := range lines {
		b = append(append(append(b, number(0x40009)...), number(len(l))...), l...)
	}
	return b
}

func rdata(t *testing.T, objects ...[]byte) []byte {
	var file bytes.Buffer
	for _, o := range objects {
		file.Write(number(len(o)))
		z := zlib.NewWriter(&file)
		_, err := z.Write(o)
		require.NoError(t, err)
		require.NoError(t, z.Close())
	}
	return file.Bytes()
}

func TestBooks(t *testing.T) {
	list, err := books(rdata(t, object("A TITLE", "", "a line"), object("another")))
	require.NoError(t, err)
	require.Equal(t, [][]byte{[]byte("A TITLE\n\na line\n"), []byte("another\n")}, list)
}

func TestDamagedBooksAreRefused(t *testing.T) {
	good := object("some", "lines")
	for name, file := range map[string][]byte{
		"cut in a length": {0, 0},
		"not compressed":  []byte("\x00\x00\x00\x04text"),
		"wrong length":    append(number(7), rdata(t, good)[4:]...),
		"cut short":       rdata(t, good[:len(good)-1]),
		"too long":        rdata(t, append(good[:len(good):len(good)], 0)),
		"another mark":    rdata(t, append([]byte("A\n"), good[2:]...)),
		"many claimed":    rdata(t, bytes.Replace(good, number(2), number(1<<31-1), -1)),
		"nothing":         rdata(t, nil),
	} {
		_, err := books(file)
		require.ErrorIs(t, err, errRdata, name)
	}
}

// A source of another version is refused with both hashes.
func TestOtherVersionsAreRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "book.txt")
	require.NoError(t, os.WriteFile(path, []byte("another book"), 0o600))
	_, err := novel{name: "newton-opticks", path: path}.read()
	require.ErrorContains(t, err, sums["newton-opticks"])
	_, err = roots{debian: t.TempDir()}.reference()
	require.ErrorContains(t, err, "another version")
	_, err = roots{debian: t.TempDir()}.austen()
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestPlain(t *testing.T) {
	require.Equal(t, "a\nb\n", string(plain([]byte("\ufeffa\r\nb\n"))))
}
