package text

import (
	"math/big"
	"regexp"
	"strings"
	"time"
	"unicode"
)

// maxText is the longest answer, in bytes, that is read at all; maxNumber the longest number.
const (
	maxText   = 8 << 10
	maxNumber = 64
)

var (
	marker     = regexp.MustCompile(`(?i)(?:=|:|=>|\bis|\bare|\bwas|\bgives|\bequals)\s`)
	aNumber    = regexp.MustCompile(`[-−]?\d[\d,]*(?:\.\d+)?`)
	dateParts  = regexp.MustCompile(`(?i)\b(\d{4})-(\d{1,2})-(\d{1,2})\b|\b(\d{1,2})(?:st|nd|rd|th)?(?: of)? ([a-z]{3})[a-z]*\.?,? (\d{4})\b|\b([a-z]{3})[a-z]*\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})\b`)
	oneLetter  = regexp.MustCompile(`(?i)^(?:option |answer |choice )?\(?([a-d])\)?(?:[.:)]|\W|$)`)
	itemBreaks = regexp.MustCompile(`\s*[,;\n]\s*(?:and\s+)?|\s+and\s+`)
)

// candidates are the places where an answer may stand, in the order in which they are tried: the whole text, what
// follows the last "is", "=" or ":", the last line. Only the first that can be read counts, so listing several answers
// gains nothing.
func candidates(text string) []string {
	text = bare(text)
	out := []string{text}
	if at := marker.FindAllStringIndex(text, -1); at != nil {
		out = append(out, bare(text[at[len(at)-1][1]:]))
	}
	if i := strings.LastIndexByte(text, '\n'); i >= 0 {
		out = append(out, bare(text[i+1:]))
	}
	return out
}

// bare removes what models put around an answer: white space, code fences, emphasis, quotes, a full stop.
func bare(text string) string {
	text = strings.TrimSpace(text)
	if rest, ok := strings.CutPrefix(text, "```"); ok {
		if _, body, ok := strings.Cut(strings.TrimSuffix(rest, "```"), "\n"); ok {
			text = strings.TrimSpace(body)
		}
	}
	for {
		cut := strings.TrimSpace(strings.TrimSuffix(strings.Trim(text, "*`\"'“”‘’_$"), "."))
		if cut == text {
			return text
		}
		text = cut
	}
}

func first(options []string, read func(string) string) string {
	for _, o := range options {
		if s := read(o); s != "" {
			return s
		}
	}
	return ""
}

func readExact(text string) string {
	if text == "" || strings.ContainsRune(text, '\n') || len(text) > 400 {
		return ""
	}
	if f := strings.Fields(text); len(f) > 1 && strings.ContainsAny(text, ":=") {
		return "" // a sentence around the answer; what follows the mark is tried next
	}
	return text
}

// readNumber accepts a text with exactly one number in it.
func readNumber(text string) string {
	found := aNumber.FindAllString(text, 2)
	if len(found) != 1 || len(found[0]) > maxNumber || len(text) > 400 {
		return ""
	}
	v, ok := new(big.Rat).SetString(strings.ReplaceAll(strings.ReplaceAll(found[0], ",", ""), "−", "-"))
	if !ok {
		return ""
	}
	if v.IsInt() {
		return v.Num().String()
	}
	places, _ := v.FloatPrec()
	return v.FloatString(places)
}

// readDate accepts a text with exactly one date in it.
func readDate(text string) string {
	found := dateParts.FindAllStringSubmatch(text, 2)
	if len(found) != 1 || len(text) > 400 {
		return ""
	}
	m := found[0]
	layout, value := "2006-1-2", m[1]+"-"+m[2]+"-"+m[3]
	switch {
	case m[4] != "":
		layout, value = "2 Jan 2006", m[4]+" "+m[5]+" "+m[6]
	case m[7] != "":
		layout, value = "2 Jan 2006", m[8]+" "+m[7]+" "+m[9]
	}
	t, err := time.Parse(layout, value)
	if err != nil {
		return ""
	}
	return t.Format(time.DateOnly)
}

func readList(text string) string {
	text = strings.Trim(text, "[](){} ")
	if !strings.ContainsAny(text, ",;\n") || strings.Contains(text, ": ") {
		return ""
	}
	var items []string
	for _, s := range itemBreaks.Split(text, 200) {
		if s = strings.ToLower(bare(s)); s != "" {
			items = append(items, s)
		}
	}
	return strings.Join(items, ", ")
}

// readChoice accepts a letter, or the full text of an option.
func (t truth) readChoice(text string) string {
	letter, right, _ := strings.Cut(t.payload, "|")
	if strings.EqualFold(bare(text), bare(right)) {
		return letter
	}
	if m := oneLetter.FindStringSubmatch(text); m != nil {
		return strings.ToUpper(m[1])
	}
	return ""
}

// readWord accepts up to four words, without articles and punctuation, in lower case.
func readWord(text string) string {
	if len(text) > 400 {
		return ""
	}
	words := plainWords(text)
	for len(words) > 1 && (words[0] == "a" || words[0] == "an" || words[0] == "the" || words[0] == "to") {
		words = words[1:]
	}
	if len(words) > 4 {
		return ""
	}
	return strings.Join(words, " ")
}

func readOneWord(text string) string {
	w := readWord(text)
	if strings.Contains(w, " ") {
		return ""
	}
	return w
}

func plainWords(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '\'' })
}

func readSentence(text string) string {
	return strings.Join(plainWords(bare(text)), " ")
}

func readJSON(text string) string {
	s, ok := canonical(strings.TrimSpace(text))
	if !ok {
		s, _ = canonical(bareFence(text))
	}
	return s
}

// bareFence takes JSON out of a code fence that is all there is.
func bareFence(text string) string {
	rest, ok := strings.CutPrefix(strings.TrimSpace(text), "```")
	body, closed := strings.CutSuffix(rest, "```")
	if !ok || !closed {
		return ""
	}
	_, body, _ = strings.Cut(body, "\n")
	return body
}

// bestOverlap is the best F1 of shared words with any of the right answers, counted only from a half on.
func bestOverlap(answer string, right []string) float64 {
	best := 0.0
	for _, r := range right {
		best = max(best, overlap(strings.Fields(answer), strings.Fields(readWord(r))))
	}
	if best < 0.5 {
		return 0
	}
	return best
}

func overlap(a, b []string) float64 {
	left := map[string]int{}
	for _, w := range b {
		left[w]++
	}
	common := 0.0
	for _, w := range a {
		if left[w] > 0 {
			left[w]--
			common++
		}
	}
	return 2 * common / float64(max(1, len(a)+len(b)))
}
