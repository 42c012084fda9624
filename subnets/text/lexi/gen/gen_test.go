package main

import (
	"os"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/subnets/text/lexi/wordnet"
)

const installed = "/usr/share/wordnet"

// TestCommittedFileIsCurrent rebuilds the embedded file from the installed database.
func TestCommittedFileIsCurrent(t *testing.T) {
	if _, err := os.Stat(installed + "/data.noun"); err != nil {
		t.Skipf("WordNet is not installed (Debian: apt-get install wordnet-base): %v", err)
	}
	src, err := read(os.DirFS(installed))
	require.NoError(t, err)
	file, err := wordnet.Build(src)
	require.NoError(t, err)
	committed, err := os.ReadFile("../wordnet.bin.zst")
	require.NoError(t, err)
	require.True(t, string(file) == string(committed), "run go generate ./subnets/text/lexi and commit the result")
}

func small() fstest.MapFS {
	m := fstest.MapFS{}
	for _, pos := range posFiles {
		for _, kind := range []string{"data.", "index."} {
			m[kind+pos] = &fstest.MapFile{}
		}
		m[pos+".exc"] = &fstest.MapFile{}
	}
	m["cntlist.rev"] = &fstest.MapFile{Data: []byte("dog%1:05:00:: 1 42\n")}
	m["data.noun"] = &fstest.MapFile{Data: []byte("  1 a licence line\n" +
		"00000010 05 n 01 animal 0 000 | a living thing  \n" +
		"00000020 05 n 02 dog 0 Canis_familiaris 0 002 @ 00000010 n 0000 + 00000010 n 0101 | an animal that barks  \n")}
	m["index.noun"] = &fstest.MapFile{Data: []byte("animal n 1 0 1 0 00000010  \ncanis_familiaris n 1 1 @ 1 0 00000020  \ndog n 1 1 @ 1 1 00000020  \n")}
	m["noun.exc"] = &fstest.MapFile{Data: []byte("doggies dog\n")}
	return m
}

func TestRead(t *testing.T) {
	src, err := read(small())
	require.NoError(t, err)
	require.Len(t, src.Synsets, 2)
	require.Equal(t, wordnet.Synset{ID: 1, Words: []string{"dog", "Canis familiaris"}, Gloss: "an animal that barks",
		Links: []wordnet.Link{{Kind: wordnet.Hypernym, Target: 0}}}, src.Synsets[1])
	require.Equal(t, []wordnet.Sense{{ID: 1, Count: 42}}, src.Senses["dog"])
	require.Equal(t, []wordnet.Inflection{{Form: "doggies", Base: "dog"}}, src.Exceptions)
}

func TestReadRefusesDamage(t *testing.T) {
	for name, change := range map[string]func(fstest.MapFS){
		"missing file": func(m fstest.MapFS) { delete(m, "index.verb") },
		"no gloss":     func(m fstest.MapFS) { m["data.adv"] = &fstest.MapFile{Data: []byte("00000001 02 r 01 well 0 000\n")} },
		"bad words": func(m fstest.MapFS) {
			m["data.adv"] = &fstest.MapFile{Data: []byte("00000001 02 r zz well 0 000 | x\n")}
		},
		"bad pointers": func(m fstest.MapFS) {
			m["data.adv"] = &fstest.MapFile{Data: []byte("00000001 02 r 01 well 0 009 | x\n")}
		},
		"dangling link": func(m fstest.MapFS) {
			m["data.adv"] = &fstest.MapFile{Data: []byte("00000001 02 r 01 well 0 001 ! 77777777 r 0101 | x\n")}
		},
		"dangling sense": func(m fstest.MapFS) { m["index.adv"] = &fstest.MapFile{Data: []byte("well r 1 0 1 0 77777777\n")} },
		"bad count":      func(m fstest.MapFS) { m["cntlist.rev"] = &fstest.MapFile{Data: []byte("dog 1 x\n")} },
	} {
		t.Run(name, func(t *testing.T) {
			m := small()
			change(m)
			_, err := read(m)
			require.Error(t, err)
		})
	}
}
