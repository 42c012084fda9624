package main

import (
	"bufio"
	"cmp"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"github.com/dendra-net/dendra/subnets/text/lexi/wordnet"
)

var posFiles = [...]string{"noun", "verb", "adj", "adv"}

// pointers maps WordNet's pointer symbols to the links that are kept.
var pointers = map[string]wordnet.LinkKind{
	"@": wordnet.Hypernym, "@i": wordnet.Instance, "!": wordnet.Antonym, "&": wordnet.Similar, "%p": wordnet.Part,
}

// place is where a synset lies in WordNet's own files.
type place struct {
	pos    wordnet.POS
	offset string
}

type reader struct {
	fsys fs.FS
	ids  map[place]wordnet.ID
	src  wordnet.Source
	// links wait until every synset has an ID.
	links [][]pendingLink
	// counts are keyed "lemma%pos#sense number".
	counts map[string]int
}

type pendingLink struct {
	kind     wordnet.LinkKind
	target   place
	from, to int
}

func read(fsys fs.FS) (wordnet.Source, error) {
	r := &reader{fsys: fsys, ids: map[place]wordnet.ID{}, counts: map[string]int{}}
	r.src.Senses = map[string][]wordnet.Sense{}
	for _, step := range []func() error{r.readData, r.readCounts, r.readIndexes, r.readExceptions} {
		if err := step(); err != nil {
			return wordnet.Source{}, err
		}
	}
	return r.src, r.resolve()
}

// eachLine calls do for every line of a file that is not part of the licence header.
func (r *reader) eachLine(name string, do func(line string) error) error {
	f, err := r.fsys.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		if strings.HasPrefix(lines.Text(), "  ") {
			continue
		}
		if err := do(lines.Text()); err != nil {
			return fmt.Errorf("%s:%d: %w", name, n, err)
		}
	}
	return lines.Err()
}

func (r *reader) readData() error {
	for pos, name := range posFiles {
		err := r.eachLine("data."+name, func(line string) error { return r.addSynset(wordnet.POS(pos), line) })
		if err != nil {
			return err
		}
	}
	return nil
}

// addSynset reads "offset lexfile type nwords (word id)* npointers (symbol offset pos ssTT)* ... | gloss".
func (r *reader) addSynset(pos wordnet.POS, line string) error {
	head, gloss, ok := strings.Cut(line, " | ")
	f := strings.Fields(head)
	if !ok || len(f) < 6 {
		return fmt.Errorf("no synset: %.60q", line)
	}
	words, err := strconv.ParseInt(f[3], 16, 32)
	if err != nil || len(f) < 5+2*int(words) {
		return fmt.Errorf("bad word count %q", f[3])
	}
	s := wordnet.Synset{ID: wordnet.ID(len(r.src.Synsets)), POS: pos, Gloss: strings.TrimSpace(gloss)}
	for i := range int(words) {
		s.Words = append(s.Words, cleanWord(f[4+2*i]))
	}
	links, err := readPointers(f[4+2*words:])
	if err != nil {
		return err
	}
	r.ids[place{pos, f[0]}] = s.ID
	r.src.Synsets = append(r.src.Synsets, s)
	r.links = append(r.links, links)
	return nil
}

// cleanWord drops the syntactic marker of adjectives, as in "galore(ip)", and WordNet's underscores.
func cleanWord(w string) string {
	w, _, _ = strings.Cut(w, "(")
	return strings.ReplaceAll(w, "_", " ")
}

func readPointers(f []string) ([]pendingLink, error) {
	n, err := strconv.Atoi(f[0])
	if err != nil || len(f) < 1+4*n {
		return nil, fmt.Errorf("bad pointer count %q", f[0])
	}
	var out []pendingLink
	for i := range n {
		p := f[1+4*i : 5+4*i]
		kind, ok := pointers[p[0]]
		if !ok {
			continue
		}
		words, err := strconv.ParseInt(p[3], 16, 32)
		if err != nil {
			return nil, fmt.Errorf("bad pointer %q", p)
		}
		pos := strings.Index("nvar", p[2])
		out = append(out, pendingLink{kind, place{wordnet.POS(pos), p[1]}, int(words >> 8), int(words & 255)})
	}
	return out, nil
}

func (r *reader) resolve() error {
	for i, links := range r.links {
		for _, l := range links {
			id, ok := r.ids[l.target]
			if !ok {
				return fmt.Errorf("synset %d points to %v, which is missing", i, l.target)
			}
			r.src.Synsets[i].Links = append(r.src.Synsets[i].Links, wordnet.Link{Kind: l.kind, Target: id, From: l.from, To: l.to})
		}
	}
	return nil
}

// readCounts reads lines "lemma%type:...  sense_number count"; type 5 is a satellite adjective.
func (r *reader) readCounts() error {
	return r.eachLine("cntlist.rev", func(line string) error {
		f := strings.Fields(line)
		if len(f) != 3 {
			return fmt.Errorf("want 3 fields: %q", line)
		}
		lemma, rest, ok := strings.Cut(f[0], "%")
		n, err := strconv.Atoi(f[2])
		if !ok || rest == "" || err != nil {
			return fmt.Errorf("bad count: %q", line)
		}
		pos := map[byte]int{'1': 0, '2': 1, '3': 2, '5': 2, '4': 3}[rest[0]]
		r.counts[fmt.Sprintf("%s%%%d#%s", lemma, pos, f[1])] += n
		return nil
	})
}

// readIndexes reads lines "lemma pos nsynsets npointers symbol* nsenses ntagged offset*", best sense first.
func (r *reader) readIndexes() error {
	for pos, name := range posFiles {
		if err := r.eachLine("index."+name, func(line string) error { return r.addLemma(wordnet.POS(pos), line) }); err != nil {
			return err
		}
	}
	for _, senses := range r.src.Senses {
		slices.SortStableFunc(senses, func(a, b wordnet.Sense) int { return cmp.Compare(b.Count, a.Count) })
	}
	return nil
}

func (r *reader) addLemma(pos wordnet.POS, line string) error {
	f := strings.Fields(line)
	n, err := strconv.Atoi(f[2])
	if err != nil || n > len(f) {
		return fmt.Errorf("bad index line: %.60q", line)
	}
	key := wordnet.Key(f[0])
	for i, offset := range f[len(f)-n:] {
		id, ok := r.ids[place{pos, offset}]
		if !ok {
			return fmt.Errorf("%s: no synset at %s", f[0], offset)
		}
		count := r.counts[fmt.Sprintf("%s%%%d#%d", f[0], pos, i+1)]
		r.src.Senses[key] = append(r.src.Senses[key], wordnet.Sense{ID: id, Count: count})
	}
	return nil
}

func (r *reader) readExceptions() error {
	for pos, name := range posFiles {
		err := r.eachLine(name+".exc", func(line string) error {
			f := strings.Fields(line)
			for _, base := range f[min(1, len(f)):] {
				e := wordnet.Inflection{Form: wordnet.Key(f[0]), Base: wordnet.Key(base), POS: wordnet.POS(pos)}
				r.src.Exceptions = append(r.src.Exceptions, e)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
