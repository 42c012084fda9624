package wordnet_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/subnets/text/lexi/wordnet"
)

func open(t testing.TB) *wordnet.DB {
	t.Helper()
	file, err := os.ReadFile("../wordnet.bin.zst")
	require.NoError(t, err)
	db, err := wordnet.Open(file)
	require.NoError(t, err)
	return db
}

// tiny is a source with every feature of the format: links of all kinds, odd spelling, several senses, exceptions.
func tiny() wordnet.Source {
	return wordnet.Source{
		Synsets: []wordnet.Synset{
			{ID: 0, POS: wordnet.Noun, Words: []string{"animal", "beast"}, Gloss: "a living thing that moves; \"an animal ran\"", Links: []wordnet.Link{{Kind: wordnet.Part, Target: 1}}},
			{ID: 1, POS: wordnet.Noun, Words: []string{"dog", "Canis familiaris"}, Gloss: "an animal that barks", Links: []wordnet.Link{{Kind: wordnet.Hypernym, Target: 0}}},
			{ID: 2, POS: wordnet.Adjective, Words: []string{"hot"}, Gloss: "of high temperature", Links: []wordnet.Link{{Kind: wordnet.Antonym, Target: 3, From: 1, To: 1}}},
			{ID: 3, POS: wordnet.Adjective, Words: []string{"cold"}, Gloss: "of low temperature", Links: []wordnet.Link{{Kind: wordnet.Antonym, Target: 2, From: 1, To: 1}}},
			{ID: 4, POS: wordnet.Noun, Words: []string{"NATO", "Rin-Tin-Tin"}, Gloss: "a dog", Links: []wordnet.Link{{Kind: wordnet.Instance, Target: 1}}},
		},
		Senses: map[string][]wordnet.Sense{
			"animal": {{ID: 0, Count: 9}}, "beast": {{ID: 0}}, "dog": {{ID: 1, Count: 300}, {ID: 4}}, "canis familiaris": {{ID: 1}},
			"hot": {{ID: 2}}, "cold": {{ID: 3}}, "nato": {{ID: 4}}, "rin-tin-tin": {{ID: 4}}, "ox": {{ID: 0}},
		},
		Exceptions: []wordnet.Inflection{{Form: "oxen", Base: "ox", POS: wordnet.Noun}},
	}
}

func TestBuildThenOpenKeepsEverything(t *testing.T) {
	src := tiny()
	file, err := wordnet.Build(src)
	require.NoError(t, err)
	again, err := wordnet.Build(src)
	require.NoError(t, err)
	require.Equal(t, file, again, "equal sources must give equal bytes")

	db, err := wordnet.Open(file)
	require.NoError(t, err)
	require.Equal(t, len(src.Synsets), db.Len())
	for i, want := range src.Synsets {
		if want.Links == nil {
			want.Links = []wordnet.Link{}
		}
		require.Equal(t, want, db.Synset(wordnet.ID(i)))
	}
	for word, senses := range src.Senses {
		require.Equal(t, senses, db.Senses(word), word)
	}
	require.Equal(t, 300, db.Frequency("dog"))
	require.Equal(t, []string{"ox"}, db.Base("oxen"))
	require.Equal(t, []string{"dog"}, db.Base("Dogs"))
	require.Equal(t, []string{"oxen"}, db.Inflected("ox", wordnet.Noun))
	require.Empty(t, db.Inflected("ox", wordnet.Verb))
	require.Equal(t, []string{"cold"}, db.Antonyms(2, "hot"))
	require.Equal(t, []wordnet.ID{1}, db.Inverse(0, wordnet.Hypernym))
	require.Equal(t, []wordnet.ID{1, 0}, db.Ancestors(4, 5))
	require.Equal(t, "a living thing that moves", db.Synset(0).Definition())
	require.Equal(t, []string{"an animal ran"}, db.Synset(0).Examples())
	require.Equal(t, wordnet.ID(1), db.Search("which animals bark?", 1, nil)[0].ID)
}

func TestOpenRefusesDamage(t *testing.T) {
	file, err := wordnet.Build(tiny())
	require.NoError(t, err)
	for name, bad := range map[string][]byte{
		"empty": nil, "text": []byte("not a word file at all"), "half": file[:len(file)/2], "no end": file[:len(file)-1],
	} {
		_, err := wordnet.Open(bad)
		require.ErrorIs(t, err, wordnet.ErrFormat, name)
	}
	for i := range file {
		bad := slices.Clone(file)
		bad[i] ^= 0x41
		if db, err := wordnet.Open(bad); err == nil {
			require.Equal(t, 5, db.Len(), "a flip at byte %d changed what is read", i)
		}
	}
}

func TestOutOfRangeIsEmpty(t *testing.T) {
	db := open(t)
	far := wordnet.ID(db.Len() + 7)
	require.Empty(t, db.Synset(far).Words)
	require.Empty(t, db.Inverse(far, wordnet.Hypernym))
	require.Empty(t, db.Inverse(0, 99))
	require.Empty(t, db.Senses("zzzqqq"))
	require.Empty(t, db.Search("", 5, nil))
	require.Empty(t, db.Base(strings.Repeat("x", 10_000)))
}

func TestShippedFile(t *testing.T) {
	db := open(t)
	require.Equal(t, 117_659, db.Len())
	require.Equal(t, 147_306, db.Lemmas())
	for i := 1; i < db.Lemmas(); i += 97 {
		require.Less(t, db.Lemma(i-1), db.Lemma(i), "lemmas must be sorted")
	}
	dog := db.Synset(db.Senses("dog")[0].ID)
	require.Equal(t, "dog", dog.Words[0])
	require.Contains(t, dog.Definition(), "genus Canis")
	require.Contains(t, db.Base("geese"), "goose")
	require.Contains(t, db.Base("running"), "run")
	require.Contains(t, db.Base("happiest"), "happy")
	from, to := db.LemmasWithPrefix("zyg")
	require.Greater(t, to, from)
	for i := from; i < to; i++ {
		require.True(t, strings.HasPrefix(db.Lemma(i), "zyg"))
	}
}

// TestInverseMirrorsLinks compares the inverse index with a scan.
func TestInverseMirrorsLinks(t *testing.T) {
	db := open(t)
	bird := db.Senses("bird")[0].ID
	var scanned []wordnet.ID
	for i := range db.Len() {
		if slices.Contains(db.Linked(wordnet.ID(i), wordnet.Hypernym), bird) {
			scanned = append(scanned, wordnet.ID(i))
		}
	}
	require.NotEmpty(t, scanned)
	require.Equal(t, scanned, db.Inverse(bird, wordnet.Hypernym))
}

// TestSearchFindsOwnDefinition: a definition is nearest to itself, or ties with one that has the same words.
func TestSearchFindsOwnDefinition(t *testing.T) {
	db := open(t)
	missed := 0
	for i := 0; i < db.Len(); i += 1171 {
		hits := db.Search(db.Synset(wordnet.ID(i)).Definition(), 3, nil)
		if !slices.ContainsFunc(hits, func(h wordnet.Hit) bool { return h.ID == wordnet.ID(i) }) {
			missed++
		}
	}
	require.LessOrEqual(t, missed, 5, "of 101")
}

func TestSearchKeepFilters(t *testing.T) {
	db := open(t)
	verbs := func(id wordnet.ID) bool { return db.Synset(id).POS == wordnet.Verb }
	for _, h := range db.Search("move fast on foot", 20, verbs) {
		require.Equal(t, wordnet.Verb, db.Synset(h.ID).POS)
	}
}

func TestTerms(t *testing.T) {
	require.Equal(t, []string{"small", "dog", "bark"}, wordnet.Terms("the small Dogs, barking"))
	require.Equal(t, wordnet.Terms("stopped colored"), wordnet.Terms("stop color"))
	require.Empty(t, wordnet.Terms("of the a"))
}

func BenchmarkOpen(b *testing.B) {
	file, err := os.ReadFile("../wordnet.bin.zst")
	require.NoError(b, err)
	for b.Loop() {
		if _, err := wordnet.Open(file); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSearch(b *testing.B) {
	db := open(b)
	db.Search("x", 1, nil)
	for b.Loop() {
		db.Search("breed of small stocky black dogs originally used as watchdogs on boats", 40, nil)
	}
}

func TestRangesCoverThePartsOfSpeech(t *testing.T) {
	db := open(t)
	next := wordnet.ID(0)
	for p := wordnet.Noun; p <= wordnet.Adverb; p++ {
		from, to := db.Range(p)
		require.Equal(t, next, from)
		require.Equal(t, p, db.Synset(from).POS)
		require.Equal(t, p, db.Synset(to-1).POS)
		next = to
	}
	require.Equal(t, db.Len(), int(next))
}
