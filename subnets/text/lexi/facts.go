package lexi

import (
	"slices"
	"strings"

	"github.com/dendra-net/dendra/subnets/text/lexi/wordnet"
)

// factKind is a kind of question about a paragraph: how it is recognised, words that mark a sentence with the answer,
// and the form of the answer in that sentence.
type factKind struct {
	asked  pattern
	marks  string
	answer pattern
}

const properName = `((?:\p{Lu}[\pL'’-]+)(?: \p{Lu}[\pL'’-]+)*)`

var factKinds = []factKind{
	{lazy(`(?i)\bhow old\b|\bage of\b|\bwhat age\b|'s age\b`), "years old aged age turned", lazy(`(\d+)(?: years| year|-year)|aged (\d+)|age (?:of|is) (\d+)|turned (\d+)`)},
	{lazy(`(?i)\bhow (?:many|much)\b|\bwhat number\b|\bnumber of\b|\bwhat year\b|\bin which year\b|\bwhen\b`), "", lazy(`(\d[\d,.]*\d|\d)`)},
	{lazy(`(?i)\bcolou?r\b`), "colour color favourite favorite", lazy(`\b(red|blue|green|yellow|purple|orange|black|white|brown|grey|gray|pink|violet|crimson|teal|amber|indigo|silver|gold|turquoise|scarlet|olive|maroon)\b`)},
	{lazy(`(?i)\bprofession\b|\boccupation\b|\bjob\b|\bliving\b|\bwork as\b|\btrade\b`), "works work job profession trade earns employed", lazy(`(?:as|is|a skilled|profession is|trade is) (?:an? )([a-z-]+)|(?:profession|trade|job) (?:of .+? )?is (?:that of )?(?:an? )?([a-z-]+)`)},
	{lazy(`(?i)\binstrument\b|\bplays?\b`), "plays play music instrument", lazy(`plays (?:the )?([a-z-]+)`)},
	{lazy(`(?i)\bwhere\b|\b(?:which|what) (?:town|city|village|place|country|island|street)\b|\b(?:town|city|village|place|home) (?:of|does)\b`), "lives live home resides town house based", lazy(`(?:in|at|from|near|of) ` + properName)},
	{lazy(`(?i)\bwho\b|\bwhose\b|\bwhich (?:person|one|of them)\b|\bname (?:of )?the person\b`), "", lazy(`(?:^|[^\pL])` + properName)},
}

var factMarker = lazy(`(?i)^(?:question|q)\s*:\s*`)

// solveFacts finds the answer to the last sentence in the ones before it.
func solveFacts(q *query) (reply, bool) {
	var story []string
	for _, s := range sentences(q.text) {
		if s = strings.TrimSpace(s); s != "" {
			story = append(story, s)
		}
	}
	ask, story := splitQuestion(story)
	if ask == "" || len(story) < 3 {
		return unknown()
	}
	for _, k := range factKinds {
		if !k.asked.MatchString(ask) {
			continue
		}
		if text := k.find(ask, story); text != "" {
			return known(text)
		}
	}
	return unknown()
}

// splitQuestion takes the one sentence that asks out of the story, wherever it stands.
func splitQuestion(all []string) (ask string, story []string) {
	for _, s := range all {
		s = factMarker.ReplaceAllString(s, "")
		if strings.HasSuffix(s, "?") {
			ask = s
			continue
		}
		story = append(story, s)
	}
	return ask, story
}

// find returns the answer from the sentence that shares most with the question and has one.
func (k factKind) find(ask string, story []string) string {
	want := append(wordnet.Terms(ask), numberForm.FindAllString(ask, 5)...)
	names := nameWords(ask)
	best, top := "", 0.0
	for _, s := range story {
		score := k.score(s, want, names)
		if score <= top {
			continue
		}
		if a := k.extract(s, ask); a != "" {
			best, top = a, score
		}
	}
	return best
}

func (k factKind) score(sentence string, want, names []string) float64 {
	have := append(wordnet.Terms(sentence), numberForm.FindAllString(sentence, 20)...)
	score := 0.0
	for _, t := range want {
		if slices.Contains(have, t) {
			score++
		}
	}
	for _, n := range names {
		if strings.Contains(sentence, n) {
			score += 3
		}
	}
	for _, t := range wordnet.Terms(k.marks) {
		if slices.Contains(have, t) {
			return score + 1.5
		}
	}
	return score
}

// extract returns the first match of the answer's form that the question does not already hold.
func (k factKind) extract(sentence, ask string) string {
	for _, m := range k.answer.FindAllStringSubmatch(sentence, 20) {
		for _, g := range m[1:] {
			if g != "" && !strings.Contains(ask, g) && !sentenceStarts[strings.ToLower(g)] {
				return strings.TrimRight(g, ".,")
			}
		}
	}
	return ""
}

var sentenceStarts = wordSet("the a an in at on every each it he she they there this that these those his her their people everyone when while " +
	"after before since for with according as by from of and but yet")

// nameWords are the capitalised words of the question after its first.
func nameWords(ask string) []string {
	var out []string
	for i, w := range strings.Fields(ask) {
		w = strings.TrimSuffix(strings.TrimSuffix(strings.Trim(w, ".,?!\"“”;:"), "'s"), "’s")
		if i > 0 && w != "" && w[0] >= 'A' && w[0] <= 'Z' {
			out = append(out, w)
		}
	}
	return out
}
