package fresh

import (
	"fmt"
	"index/suffixarray"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/corpus"
	"github.com/dendra-net/dendra/mix"
)

func drawn(t testing.TB, seed byte, passages, size int) []Passage {
	source, err := Corpus()
	require.NoError(t, err)
	list, err := source.Draw([32]byte{seed}, passages, size)
	require.NoError(t, err)
	return list
}

func TestTheSameSeedDrawsTheSame(t *testing.T) {
	once := drawn(t, 1, 8, 1024)
	require.NotEqual(t, once, drawn(t, 2, 8, 1024))
	var all sync.WaitGroup
	again := make([][]Passage, 4)
	for i := range again {
		all.Go(func() { again[i] = drawn(t, 1, 8, 1024) })
	}
	all.Wait()
	for _, a := range again {
		require.Equal(t, once, a)
	}
}

var pinned = []string{
	"reference:    :meth:`__str__` method colour arithmetic first to initscr data files\n   :meth:`__str__` metho",
	"dictionary: instrument (noun): any of various long-skilled bipedalism-scraping hawks of Helichrysum Haemospo",
	"prose: minute horse to the Angles. \"Only\" was one; \"Angles of Larger\nGlass\"; \"Doctor in July\"; \"Natasha",
	"code: \t\t\tflags |= goBuild\n\t\t}\n\t\t_, err := appendIndent(r, newname, flags, nil, func(its fixLongPath, n",
}

// The rewriting is pinned: validators on different machines and versions must draw the same.
func TestWhatIsDrawnIsPinned(t *testing.T) {
	p := drawn(t, 1, 4, 96)
	require.Len(t, p, len(pinned))
	for i, want := range pinned {
		require.Equal(t, want, p[i].Kind+": "+string(p[i].Text), i)
	}
}

func TestKindsComeEvenly(t *testing.T) {
	counts := map[string]int{}
	for _, p := range drawn(t, 3, 10, 512) {
		counts[p.Kind]++
		require.Len(t, p.Text, 512)
	}
	for _, kind := range corpus.Kinds() {
		require.Contains(t, []int{2, 3}, counts[string(kind)], kind)
	}
}

func TestAboutHalfIsNew(t *testing.T) {
	fresh, all := map[string]int{}, map[string]int{}
	for _, p := range drawn(t, 4, 64, 2048) {
		fresh[p.Kind] += p.NewBytes()
		all[p.Kind] += len(p.Text)
	}
	for kind, n := range all {
		part := float64(fresh[kind]) / float64(n)
		t.Logf("%s: %.3f of %d bytes are new", kind, part, n)
		require.InDelta(t, 0.45, part, 0.15, kind)
	}
}

// Where a passage says that it is new there is another word than in the source, from its first byte on; elsewhere it is
// the source.
func TestSpansAreTrue(t *testing.T) {
	source, err := Corpus()
	require.NoError(t, err)
	for _, d := range source.(rewriter) {
		old := d.text[:8192]
		w := writer{domain: d, random: rand.New(rand.NewPCG(1, 2)), size: 1 << 20, as: map[string]string{}, taken: map[string]bool{}}
		w.rewrite(old)
		spans := w.spans
		a, b := 0, 0
		for {
			was, is := next(old, a), next(w.out, b)
			require.Equal(t, string(old[a:was.begin]), string(w.out[b:is.begin]), "between words of %s", d.kind)
			if was.begin == was.end {
				break
			}
			word, now := old[was.begin:was.end], w.out[is.begin:is.end]
			if len(spans) > 0 && spans[0] == (Span{is.begin, is.end}) {
				require.NotEqual(t, word[0], now[0], "%s became %s", word, now)
				require.Equal(t, was.class, is.class, "%s became %s", word, now)
				spans = spans[1:]
			} else {
				require.Equal(t, string(word), string(now))
			}
			a, b = was.end, is.end
		}
		require.Empty(t, spans)
	}
}

func TestIdentifiersStayTheSameInAPassage(t *testing.T) {
	source, err := Corpus()
	require.NoError(t, err)
	d := source.(rewriter)[1]
	require.Equal(t, corpus.Code, d.kind)
	w := writer{domain: d, random: rand.New(rand.NewPCG(5, 5)), size: 1 << 20, as: map[string]string{}, taken: map[string]bool{}}
	w.rewrite([]byte(strings.Repeat("if balanced(weight) { switch horizon.Kind() }\n", 40)))
	lines := strings.Split(strings.TrimSpace(string(w.out)), "\n")
	require.NotEmpty(t, w.spans)
	for _, line := range lines {
		require.Equal(t, lines[0], line)
		require.Regexp(t, `^if \w+\(\w+\) \{ switch \w+\.\w+\(\) \}$`, line)
	}
}

func TestNumbersChangeInEveryDigit(t *testing.T) {
	w := writer{random: rand.New(rand.NewPCG(1, 1))}
	for range 200 {
		for _, old := range []string{"0", "1", "10", "90", "1789", "007"} {
			is := w.digits([]byte(old))
			require.Len(t, is, len(old))
			for i := range old {
				require.NotEqual(t, old[i], is[i], "%s became %s", old, is)
				require.True(t, digit(is[i]))
			}
			require.False(t, len(is) > 1 && is[0] == '0', "%s became %s", old, is)
		}
	}
}

func TestDrawIsBounded(t *testing.T) {
	source, err := Corpus()
	require.NoError(t, err)
	for _, c := range []struct{ passages, bytes int }{{0, 512}, {-1, 512}, {MaxPassages + 1, 512}, {1, MinBytes - 1}, {1, -1}, {1, MaxBytes + 1}, {MaxPassages, MaxBytes}} {
		_, err := source.Draw([32]byte{}, c.passages, c.bytes)
		require.ErrorIs(t, err, ErrAsked, "%+v", c)
	}
	short := rewriter{source.(rewriter)[0]}
	short[0].text = short[0].text[:2*512]
	_, err = short.Draw([32]byte{}, 1, 512)
	require.ErrorIs(t, err, ErrTexts)
	list, err := source.Draw([32]byte{}, 4, MaxBytes)
	require.NoError(t, err)
	for _, p := range list {
		require.Len(t, p.Text, MaxBytes)
	}
}

// cheat knows all shipped text by heart: it finds the longest context that stands there and says what came next.
type cheat struct {
	index *suffixarray.Index
	text  []byte
	doubt float32 // share of what it gives to all bytes alike
}

var newCheat = sync.OnceValues(func() (*cheat, error) {
	var all []byte
	for _, kind := range corpus.Kinds() {
		for _, split := range []corpus.Split{corpus.Training, corpus.HeldOut} {
			text, err := corpus.Text(kind, split)
			if err != nil {
				return nil, err
			}
			all = append(all, text...)
		}
	}
	return &cheat{suffixarray.New(all), all, 0}, nil
})

// Predict gives nearly all to what came next where up to 32 places agree longest with the context.
func (c cheat) Predict(context []byte, d *mix.Dist) {
	var found []int
	for _, n := range []int{48, 32, 24, 16, 12, 8, 6, 5, 4, 3, 2, 1} {
		if n <= len(context) && len(found) == 0 {
			found = c.index.Lookup(context[len(context)-n:], 32)
			for i, at := range found {
				found[i] = min(at+n, len(c.text)-1)
			}
		}
	}
	doubt := c.doubt
	if len(found) == 0 {
		doubt = 1
	}
	for b := range d {
		d[b] = doubt / 256
	}
	for _, at := range found {
		d[c.text[at]] += (1 - doubt) / float32(len(found))
	}
}

// costs are the bits per byte of a predictor on bytes that are new and on those that are not, by kind.
func costs(p mix.Predictor, list []Passage) (fresh, old map[string]float64) {
	fresh, old = map[string]float64{}, map[string]float64{}
	counts := map[string]float64{}
	var d mix.Dist
	for _, passage := range list {
		isNew := make([]bool, len(passage.Text))
		for _, s := range passage.New {
			for i := s.Begin; i < s.End; i++ {
				isNew[i] = true
			}
		}
		for i, b := range passage.Text {
			sums := old
			if isNew[i] {
				sums = fresh
			}
			p.Predict(passage.Text[:i], &d)
			for _, key := range []string{passage.Kind, "all"} {
				sums[key] += d.Bits(b)
				counts[fmt.Sprint(isNew[i], key)]++
			}
		}
	}
	for key := range fresh {
		fresh[key] /= counts["true"+key]
		old[key] /= counts["false"+key]
	}
	return fresh, old
}

func ngram(t testing.TB, order int) *mix.NGram {
	m, err := mix.NewNGram(mix.NGramConfig{Order: order, MaxBytes: 64 << 20})
	require.NoError(t, err)
	for _, kind := range corpus.Kinds() {
		text, err := corpus.Text(kind, corpus.Training)
		require.NoError(t, err)
		m.Train(text[:1<<19])
	}
	return m
}

// Who has all shipped text by heart knows less about new bytes than a small honest model; honest models still do well.
func TestLookingUpDoesNotHelp(t *testing.T) {
	list := drawn(t, 6, 8, 1536)
	bits := map[string]float64{}
	measure := func(name string, p mix.Predictor) {
		fresh, old := costs(p, list)
		t.Logf("%s: new %.3f %v, not new %.3f", name, fresh["all"], fresh, old["all"])
		bits[name] = fresh["all"]
	}
	c, err := newCheat()
	require.NoError(t, err)
	for _, doubt := range []float32{0.1, 0.3, 0.5, 0.7} {
		measure(fmt.Sprint("look-up ", doubt), cheat{c.index, c.text, doubt})
	}
	measure("order 3", ngram(t, 3))
	measure("order 5", ngram(t, 5))
	for name, cost := range bits {
		if strings.HasPrefix(name, "look-up") {
			require.Greater(t, cost, bits["order 3"]+0.3, name)
		}
	}
	require.Less(t, bits["order 5"], 3.2)
}

// The shipped text has hardly any new word after what precedes it in the passage.
func TestNewWordsStandNowhere(t *testing.T) {
	c, err := newCheat()
	require.NoError(t, err)
	found, all := 0, 0
	for _, p := range drawn(t, 7, 16, 2048) {
		for _, s := range p.New {
			if s.Begin < 12 {
				continue
			}
			all++
			if len(c.index.Lookup(p.Text[s.Begin-12:s.End], 1)) > 0 {
				found++
			}
		}
	}
	t.Logf("%d of %d", found, all)
	require.Less(t, found, all/50)
}

func BenchmarkDraw(b *testing.B) {
	source, err := Corpus()
	require.NoError(b, err)
	b.SetBytes(32 << 10)
	for i := 0; b.Loop(); i++ {
		_, err := source.Draw([32]byte{byte(i)}, 16, 2048)
		require.NoError(b, err)
	}
}

func BenchmarkLearn(b *testing.B) {
	text, err := corpus.Text(corpus.Prose, corpus.Training)
	require.NoError(b, err)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		learn(text, func(string) bool { return false })
	}
}

func TestWordsKeepTheirClass(t *testing.T) {
	for _, words := range [][]string{{"walking", "talking"}, {"Prince", "Bridge"}, {"UTF", "FTU"}, {"lookUp", "findIt"}, {"houses", "horses"}, {"dog", "elephant"}} {
		require.Equal(t, classOf([]byte(words[0])), classOf([]byte(words[1])))
	}
	for _, words := range [][]string{{"walking", "walked"}, {"Prince", "prince"}, {"lookUp", "LookUp"}} {
		require.NotEqual(t, classOf([]byte(words[0])), classOf([]byte(words[1])))
	}
	for _, word := range []string{"of", "don't", "naïve", "utf8", "_x", "0x1f"} {
		require.Zero(t, classOf([]byte(word)), word)
	}
	require.Equal(t, token{begin: 2, end: 5, class: class{}}, next([]byte("``def::"), 0))
	require.Zero(t, next([]byte(`\n`), 0).class)
}
