package fresh

import (
	"bytes"
	"fmt"
	gotoken "go/token"
	"math/rand/v2"
	"sync"

	"github.com/dendra-net/dendra/corpus"
)

// Corpus is shipped text that is held out of training, of all kinds alike, with about half of its words, identifiers and
// numbers replaced by others of their class, drawn by how frequent they are in the kind. In code and in reference works a
// word becomes the same one all through a passage. It reads the corpus on the first call, which takes about half a second.
func Corpus() (Source, error) { return shipped() }

var shipped = sync.OnceValues(func() (Source, error) {
	var s rewriter
	for _, kind := range corpus.Kinds() {
		held, err := corpus.Text(kind, corpus.HeldOut)
		if err != nil {
			return nil, err
		}
		training, err := corpus.Text(kind, corpus.Training)
		if err != nil {
			return nil, err
		}
		d := domain{kind: kind, text: held, same: kind == corpus.Code || kind == corpus.Reference}
		d.words = learn(training, func(word string) bool { return kind == corpus.Code && gotoken.IsKeyword(word) })
		s = append(s, d)
	}
	return s, nil
})

// share is how many of a hundred words that can be replaced are, by kind: it makes half of the bytes new or a little less.
var share = map[corpus.Kind]int{corpus.Prose: 85, corpus.Code: 90, corpus.Reference: 90, corpus.Dictionary: 70}

// rewriter draws from domains in turn.
type rewriter []domain

// domain is the text of a kind and the words to rewrite it with.
type domain struct {
	kind  corpus.Kind
	text  []byte
	words *vocabulary
	same  bool // a word is replaced alike everywhere in a passage
}

// Draw implements Source.
func (s rewriter) Draw(seed [32]byte, passages, bytes int) ([]Passage, error) {
	if err := checkAsked(passages, bytes); err != nil {
		return nil, err
	}
	r := rand.New(rand.NewChaCha8(seed))
	first := r.IntN(len(s))
	list := make([]Passage, passages)
	for i := range list {
		d := s[(first+i)%len(s)]
		text, spans, err := d.passage(r, i/len(s), (passages+len(s)-1)/len(s), bytes)
		if err != nil {
			return nil, err
		}
		list[i] = Passage{Kind: string(d.kind), Text: text, New: spans}
	}
	return list, nil
}

// passage rewrites a stretch of the i-th of n parts of the domain's text.
func (d domain) passage(r *rand.Rand, i, n, size int) ([]byte, []Span, error) {
	room := len(d.text) - 2*size // words may get shorter, hardly by half
	if room < n {
		return nil, nil, fmt.Errorf("%w: %d bytes of %s for %d passages of %d", ErrTexts, len(d.text), d.kind, n, size)
	}
	at := room/n*i + r.IntN(room/n)
	if line := bytes.IndexByte(d.text[at:at+size], '\n'); line >= 0 {
		at += line + 1
	}
	w := writer{domain: d, random: r, size: size, as: map[string]string{}, taken: map[string]bool{}}
	w.rewrite(d.text[at:])
	if len(w.out) < size {
		return nil, nil, fmt.Errorf("%w: %s at byte %d shrinks below %d bytes", ErrTexts, d.kind, at, size)
	}
	return w.out[:size:size], w.clipped(), nil
}

// writer rewrites one passage.
type writer struct {
	domain
	random *rand.Rand
	size   int
	out    []byte
	spans  []Span
	as     map[string]string // what words were replaced by, where that is the same everywhere; "" for themselves
	taken  map[string]bool   // values of as
}

// rewrite goes on until the passage is full or the text ends.
func (w *writer) rewrite(text []byte) {
	for done := 0; len(w.out) < w.size && done < len(text); {
		t := next(text, done)
		w.out = append(w.out, text[done:t.begin]...)
		old := text[t.begin:t.end]
		if fresh := w.instead(old, t.class); fresh == "" {
			w.out = append(w.out, old...)
		} else {
			w.spans = append(w.spans, Span{len(w.out), len(w.out) + len(fresh)})
			w.out = append(w.out, fresh...)
		}
		done = t.end
	}
}

// clipped are the spans within the passage's size.
func (w *writer) clipped() []Span {
	for len(w.spans) > 0 && w.spans[len(w.spans)-1].Begin >= w.size {
		w.spans = w.spans[:len(w.spans)-1]
	}
	if n := len(w.spans); n > 0 {
		w.spans[n-1].End = min(w.spans[n-1].End, w.size)
	}
	return w.spans
}

// instead is what a word is replaced by, or empty when it stays.
func (w *writer) instead(old []byte, c class) string {
	if c.shape == odd || w.words.kept[string(old)] {
		return ""
	}
	if as, known := w.as[string(old)]; known {
		return as
	}
	var as string
	if w.random.IntN(100) < share[w.kind] {
		as = w.choose(old, c)
	}
	if w.same {
		w.as[string(old)], w.taken[as] = as, true
	}
	return as
}

// tries are how often a word is drawn before the old one is left alone.
const tries = 16

// choose draws a word that begins with another byte than the old one, so that it is new from its first byte on.
func (w *writer) choose(old []byte, c class) string {
	if c.shape == number {
		return w.digits(old)
	}
	u := w.words.classes[c]
	if u == nil {
		return ""
	}
	for range tries {
		if word := u.draw(w.random); word[0] != old[0] && !w.taken[word] {
			return word
		}
	}
	return ""
}

// digits changes every digit; a number of several does not begin to start with 0.
func (w *writer) digits(old []byte) string {
	out := make([]byte, len(old))
	for i, b := range old {
		out[i] = '0' + (b-'0'+1+byte(w.random.IntN(9)))%10
	}
	if len(out) > 1 && out[0] == '0' {
		out[0] = '1' + (old[0]-'0')%9
	}
	return string(out)
}
