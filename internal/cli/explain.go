package cli

import (
	_ "embed"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dendra-net/dendra/internal/term"
	"github.com/dendra-net/dendra/x/emission"
	"github.com/dendra-net/dendra/x/guard"
	neuronmod "github.com/dendra-net/dendra/x/neuron"
	"github.com/dendra-net/dendra/x/producer"
	"github.com/dendra-net/dendra/x/stake"
	"github.com/dendra-net/dendra/x/subnet"
	"github.com/dendra-net/dendra/x/weights"
)

// glossary is a copy of the words of spec/glossary.md; a test compares them.
//
//go:generate cp ../../spec/glossary.md glossary.md
//go:embed glossary.md
var glossary string

// topic is what "dendra explain" says about an error's code.
type topic struct {
	Code  string   `json:"code"`
	Cause string   `json:"cause"`
	Fixes []string `json:"fixes"`
	Docs  []string `json:"docs"` // files of the project
}

// word is a line of the glossary.
type word struct {
	Word    string `json:"word"`
	Meaning string `json:"meaning"`
}

// ownModules are the modules whose README is their specification.
var ownModules = []string{emission.ModuleName, guard.ModuleName, neuronmod.ModuleName, producer.ModuleName, stake.ModuleName, subnet.ModuleName, weights.ModuleName}

// topics joins the tables of errors, by code.
func topics() []topic {
	byCode := map[string]*topic{}
	add := func(code, fix, doc string) {
		t := byCode[code]
		if t == nil {
			t = &topic{Code: code, Cause: causes[code], Fixes: []string{}, Docs: []string{}}
			byCode[code] = t
		}
		t.Fixes, t.Docs = appendNew(t.Fixes, fix), appendNew(t.Docs, doc)
	}
	for code, fix := range fixes {
		add(code, fix, "docs/cli.md")
	}
	for _, known := range sentinels {
		add(known.code, known.fix, "docs/cli.md")
	}
	for key, known := range chainErrors {
		doc := "docs/cli.md"
		if slices.Contains(ownModules, key.codespace) {
			doc = "x/" + key.codespace + "/README.md"
		}
		add(known.code, known.fix, doc)
	}
	var out []topic
	for _, code := range sortedKeys(byCode) {
		t := byCode[code]
		slices.Sort(t.Fixes)
		slices.Sort(t.Docs)
		out = append(out, *t)
	}
	return out
}

func appendNew(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

var glossaryLine = regexp.MustCompile(`(?m)^\| (\*\*.+\*\*) \| (.+) \|$`)

// words reads the glossary.
func words() []word {
	var out []word
	for _, m := range glossaryLine.FindAllStringSubmatch(glossary, -1) {
		for _, w := range strings.Split(m[1], ", ") {
			out = append(out, word{strings.Trim(w, "*"), strings.ReplaceAll(m[2], "`", "")})
		}
	}
	return out
}

func (a *app) explainCommand() *cobra.Command {
	var q neuronQuestion
	c := &cobra.Command{Use: "explain [CODE|WORD] [--subnet N --neuron UID]",
		Short: "Say what an error's code or a word means, or why a neuron's number is what it is", Args: args(0, -1)}
	c.Long = c.Short + `.

With --subnet and --neuron, WORD is one of incentive, dividend, emission, permit and prune: the epoch is computed again
from the records of the chain, compared with what the chain stored, and shown step by step.

Where a subnet replaces by evidence, prune shows what score each validator's note on the chain gives the neuron, and
the majority they make. The evidence behind a note is not fetched for that: "dendra subnet audit" fetches it and
computes the scores themselves again.`
	q.flags(c)
	c.RunE = func(c *cobra.Command, given []string) error {
		switch {
		case q.asked(c):
			return a.explainNeuron(c.Context(), strings.Join(given, " "), q)
		case len(given) == 0:
			return a.explainAll()
		}
		return a.explainOne(strings.Join(given, " "))
	}
	c.PersistentPreRunE = func(*cobra.Command, []string) error { // a meaning needs nothing of the home
		if q.asked(c) {
			return a.fill(a.Env)
		}
		return nil
	}
	return c
}

func (a *app) explainAll() error {
	codes, glossary := topics(), words()
	return a.emit(map[string]any{"codes": codes, "words": glossary}, func(w io.Writer) error {
		t := term.Table{Columns: []term.Column{{Title: "CODE OR WORD"}, {Title: "MEANING"}}}
		for _, c := range codes {
			t.Add(c.Code, c.Cause)
		}
		for _, g := range glossary {
			t.Add(g.Word, g.Meaning)
		}
		return t.Write(w)
	})
}

// explainOne finds a code, then a word, then the only word that has what was asked for in it.
func (a *app) explainOne(asked string) error {
	codes, glossary := topics(), words()
	if i := slices.IndexFunc(codes, func(t topic) bool { return t.Code == asked }); i >= 0 {
		return a.emit(codes[i], codes[i].print)
	}
	near := slices.DeleteFunc(slices.Clone(glossary), func(w word) bool { return !alike(strings.ToLower(w.Word), strings.ToLower(asked)) })
	if i := slices.IndexFunc(near, func(w word) bool { return strings.EqualFold(w.Word, asked) }); i >= 0 {
		return a.emit(near[i], near[i].print)
	}
	if len(near) == 1 {
		return a.emit(near[0], near[0].print)
	}
	var like []string
	for _, w := range near {
		like = append(like, w.Word)
	}
	for _, t := range codes {
		if strings.Contains(t.Code, asked) {
			like = append(like, t.Code)
		}
	}
	e := usagef("unknown_topic", "%q is neither an error's code nor a word of the glossary", asked)
	if len(like) > 0 {
		return e.withFix("dendra explain %s", strings.Join(like, " | "))
	}
	return e
}

// sameStem is how many first letters two words share that are forms of one: register, registration.
const sameStem = 6

// alike reports whether a word of the glossary may be what was asked for.
func alike(word, asked string) bool {
	if strings.Contains(asked, "_") {
		return false // the code of an error
	}
	return strings.Contains(word, asked) || len(word) >= sameStem && strings.HasPrefix(asked, word[:sameStem])
}

func (t topic) print(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n", t.Code, t.Cause)
	for _, fix := range t.Fixes {
		fmt.Fprintf(&b, "  fix: %s\n", fix)
	}
	fmt.Fprintf(&b, "  docs: %s\n", strings.Join(t.Docs, ", "))
	_, err := io.WriteString(w, b.String())
	return err
}

func (g word) print(w io.Writer) error {
	text := fmt.Sprintf("%s: %s\n", g.Word, g.Meaning)
	if slices.Contains(neuronTopics, g.Word) {
		text += fmt.Sprintf("  a neuron's own, step by step: dendra explain %s --subnet N --neuron UID\n", g.Word)
	}
	_, err := io.WriteString(w, text)
	return err
}
