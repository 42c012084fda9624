package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dendra-net/dendra/corpus"
)

// everyKind stands for all kinds of the shipped corpus.
const everyKind = "all"

// heldOutPart is which part of a file is kept out of training: the last tenth.
const heldOutPart = 10

// textFlags say which text a model is trained or measured on: files, or a part of the shipped corpus.
type textFlags struct {
	files  []string
	corpus string
}

func (t *textFlags) register(c *cobra.Command, use string) {
	c.Flags().StringArrayVar(&t.files, "text", nil, "file of text to "+use+"; may be repeated")
	c.Flags().StringVar(&t.corpus, "corpus", "", "instead of files, shipped text to "+use+": "+kindNames())
}

func kindNames() string {
	var names []string
	for _, k := range corpus.Kinds() {
		names = append(names, string(k))
	}
	return strings.Join(append(names, everyKind), ", ")
}

// document is a text that is read from its own beginning.
type document struct {
	name string
	body []byte
}

// read returns the files, or the documents of the corpus in a split.
func (t *textFlags) read(split corpus.Split) ([]document, error) {
	switch {
	case len(t.files) > 0 && t.corpus != "":
		return nil, usagef("bad_flag", "--text and --corpus exclude each other")
	case t.corpus != "":
		return readCorpus(t.corpus, split)
	case len(t.files) == 0:
		return nil, usagef("missing_flag", "no text is named").withFix("add --text FILE, or --corpus %s", corpus.Prose)
	}
	var list []document
	total := 0
	for _, name := range t.files {
		body, err := readInput(name, maxTextBytes, "bad_text")
		if err != nil {
			return nil, err
		}
		if len(body) == 0 {
			return nil, usagef("bad_text", "%s is empty", name)
		}
		if total += len(body); total > maxTextBytes {
			return nil, usagef("bad_text", "the files up to %s have %d bytes together, the most is %d", name, total, maxTextBytes)
		}
		list = append(list, document{name, body})
	}
	return list, nil
}

func readCorpus(kind string, split corpus.Split) ([]document, error) {
	all, err := corpus.Documents()
	if err != nil {
		return nil, err
	}
	var list []document
	for _, d := range all {
		if d.Split() != split || (kind != everyKind && string(d.Kind) != kind) {
			continue
		}
		body, err := d.Text()
		if err != nil {
			return nil, err
		}
		list = append(list, document{d.Name, body})
	}
	if len(list) == 0 {
		return nil, usagef("bad_value", "there is no corpus %q; there are %s", kind, kindNames()).withFix("--corpus %s", corpus.Prose)
	}
	return list, nil
}

// split returns what to train on and what to measure on: of files the last tenth of each, of the corpus its own split.
func (t *textFlags) split() (training []byte, heldOut []document, err error) {
	list, err := t.read(corpus.Training)
	if err != nil {
		return nil, nil, err
	}
	if t.corpus != "" {
		heldOut, err = t.read(corpus.HeldOut)
	}
	for _, d := range list {
		cut := len(d.body)
		if t.corpus == "" {
			cut -= cut / heldOutPart
			heldOut = append(heldOut, document{d.name, d.body[cut:]})
		}
		training = append(training, d.body[:cut]...)
	}
	return training, heldOut, err
}

// pieceBytes is how much text is measured at once.
const pieceBytes = corpus.DocumentBytes

// spread returns pieces of documents, evenly over all of them, of at most most bytes together; 0 takes all.
func spread(list []document, most int) (pieces [][]byte, total int) {
	var all [][]byte
	for _, d := range list {
		for body := d.body; len(body) > 0; {
			n := min(pieceBytes, len(body))
			all, body, total = append(all, body[:n]), body[n:], total+n
		}
	}
	if most == 0 || total <= most {
		return all, total
	}
	count, kept := min((most*len(all)+total-1)/total, len(all)), 0
	for i := range count {
		p := all[i*len(all)/count]
		p = p[:min(len(p), most-kept)]
		if len(p) > 0 {
			pieces, kept = append(pieces, p), kept+len(p)
		}
	}
	return pieces, kept
}

// about names the text for people.
func (t *textFlags) about() string {
	if t.corpus != "" {
		return "corpus " + t.corpus
	}
	if len(t.files) == 1 {
		return t.files[0]
	}
	return fmt.Sprintf("%d files", len(t.files))
}
