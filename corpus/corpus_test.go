package corpus

import (
	"bytes"
	"crypto/sha256"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// pinned is the corpus as it is shipped. Who changes it knows that trained models and figures must be made anew.
const pinned = "718d741d1e15cd6eda32aa45257167b9f76d76e076107ada902bb2462f09bf0c"

func TestCorpusIsWhatTheManifestSays(t *testing.T) {
	require.NoError(t, Verify())
	require.Equal(t, pinned, Hash())
}

// Each kind has two to six megabytes, of which about a tenth is held out.
func TestKindsAreLargeEnough(t *testing.T) {
	for _, kind := range Kinds() {
		training, err := Text(kind, Training)
		require.NoError(t, err)
		held, err := Text(kind, HeldOut)
		require.NoError(t, err)
		all := len(training) + len(held)
		require.Greater(t, all, 2<<20, kind)
		require.Less(t, all, 6<<20, kind)
		require.InDelta(t, 0.1, float64(len(held))/float64(all), 0.05, kind)
	}
	_, err := Text("drama", Training)
	require.ErrorContains(t, err, "drama")
}

// No document is there twice, so none can be trained on under another name.
func TestDocumentsDiffer(t *testing.T) {
	list, err := Documents()
	require.NoError(t, err)
	sums, names := map[[32]byte]string{}, map[string]bool{}
	for _, d := range list {
		require.Empty(t, sums[d.Sum], "%s is also there as %s", d.Name, sums[d.Sum])
		require.False(t, names[d.Name], d.Name)
		sums[d.Sum], names[d.Name] = d.Name, true
	}
}

// The texts that were meant are there, without what their publishers put around them.
func TestTexts(t *testing.T) {
	for kind, phrases := range map[Kind][]string{
		Prose: {"Well, Prince, so Genoa and Lucca", "To Sherlock Holmes she is always THE woman", "Tom Sawyer",
			"It is a truth universally acknowledged", "Rays of Light"},
		Code:       {"package bufio", "func (b *Builder) WriteString", "Copyright 2009 The Go Authors"},
		Reference:  {"Whetting Your Appetite", "argparse"},
		Dictionary: {" (noun): ", " (verb): "},
	} {
		all, err := open(kind)
		require.NoError(t, err)
		for _, p := range phrases {
			require.Contains(t, string(all), p)
		}
		require.NotContains(t, string(all), "Project Gutenberg", kind)
	}
}

var number = regexp.MustCompile(`/\d{3}$`)

// The files are what Build makes of the works they hold.
func TestFilesAreCurrent(t *testing.T) {
	list, err := Documents()
	require.NoError(t, err)
	var works []Work
	for _, d := range list {
		if d.Kind == Dictionary {
			continue
		}
		text, err := d.Text()
		require.NoError(t, err)
		name := number.ReplaceAllString(d.Name, "")
		if n := len(works); n == 0 || works[n-1].Name != name {
			works = append(works, Work{Kind: d.Kind, Name: name})
		}
		w := &works[len(works)-1]
		w.Body = append(w.Body, text...)
	}
	files, err := Build(works)
	require.NoError(t, err)
	for name, want := range map[string][]byte{"manifest.txt": manifest, "prose.zst": prose, "code.zst": code, "reference.zst": reference} {
		require.True(t, bytes.Equal(want, files[name]), "%s: run go generate ./corpus and commit the result", name)
	}
	require.Len(t, files, 4)
}

func TestBuildRefuses(t *testing.T) {
	for name, w := range map[string]Work{
		"no name":      {Prose, "", []byte("x")},
		"space":        {Prose, "a b", []byte("x")},
		"empty":        {Prose, "a", nil},
		"not text":     {Prose, "a", []byte{0xff}},
		"a zero":       {Prose, "a", []byte("a\x00b")},
		"carriage end": {Prose, "a", []byte("a\r\n")},
	} {
		_, err := Build([]Work{w})
		require.Error(t, err, name)
	}
}

// Whatever is cut is whole again when it is joined, and no piece is too long.
func TestCut(t *testing.T) {
	line, paragraph := strings.Repeat("word ", 12)+"\n", strings.Repeat(strings.Repeat("word ", 12)+"\n", 9)+"\n"
	for name, text := range map[string]string{
		"short": "x", "exact": strings.Repeat("x", DocumentBytes), "no lines": strings.Repeat("x", 3*DocumentBytes+1),
		"lines": strings.Repeat(line, 2000), "paragraphs": strings.Repeat(paragraph, 300),
	} {
		pieces := cut([]byte(text))
		require.Equal(t, text, string(bytes.Join(pieces, nil)), name)
		for i, p := range pieces {
			require.LessOrEqual(t, len(p), DocumentBytes, name)
			if name == "paragraphs" && i < len(pieces)-1 {
				require.True(t, bytes.HasSuffix(p, []byte("\n\n")))
			}
		}
	}
}

func TestDamageIsSeen(t *testing.T) {
	list, err := Documents()
	require.NoError(t, err)
	for name, change := range map[string]func(*Document){
		"another hash": func(d *Document) { d.Sum[3]++ },
		"shifted":      func(d *Document) { d.at++ },
		"before":       func(d *Document) { d.at = -1 },
		"behind":       func(d *Document) { d.at = 1 << 30 },
		"kind":         func(d *Document) { d.Kind = "drama" },
	} {
		d := list[0]
		change(&d)
		_, err := d.Text()
		require.ErrorIs(t, err, ErrDamaged, name)
	}
	_, err = decompress([]byte("not compressed"))
	require.ErrorIs(t, err, ErrDamaged)
	_, err = decompress(prose[:len(prose)/2])
	require.ErrorIs(t, err, ErrDamaged)
}

func TestManifestIsParsedStrictly(t *testing.T) {
	good := Document{Kind: Prose, Name: "a/b", Bytes: 3, Sum: sha256.Sum256([]byte("abc"))}
	list, err := parse([]byte(good.line() + good.line()))
	require.NoError(t, err)
	require.Equal(t, 3, list[1].at)
	for _, bad := range []string{
		"", "prose a 3", strings.Replace(good.line(), "prose", "drama", 1), strings.Replace(good.line(), " 3 ", " x ", 1),
		strings.Replace(good.line(), " 3 ", " 0 ", 1), strings.Replace(good.line(), " 3 ", " 99999 ", 1),
		strings.Replace(good.line(), " 3 ", " -3 ", 1), "prose a 3 xyz\n", "prose a 3 abcd\n", good.line() + "\n",
	} {
		_, err := parse([]byte(bad))
		require.ErrorIs(t, err, ErrDamaged, "%q", bad)
	}
}

func BenchmarkProse(b *testing.B) {
	for b.Loop() {
		text, err := decompress(prose)
		require.NoError(b, err)
		b.SetBytes(int64(len(text)))
	}
}
