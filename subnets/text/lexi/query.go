package lexi

import (
	"math/rand/v2"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/dendra-net/dendra/subnets/text/lexi/wordnet"
)

// query is a question made ready for the solvers.
type query struct {
	raw   string // as asked, valid UTF-8, trimmed
	text  string // without politeness and without sentences that only say how to reply
	low   string // text in lower case
	terse bool   // the bare answer is wanted
	words *wordnet.DB
	now   func() time.Time
	rng   func(purpose string) *rand.Rand
}

func (b *Brain) newQuery(question string) *query {
	if len(question) > maxQuestion {
		question = question[:maxQuestion]
	}
	raw := strings.TrimSpace(strings.ToValidUTF8(question, ""))
	q := &query{raw: raw, words: b.words, now: b.opts.Now}
	q.rng = func(purpose string) *rand.Rand { return b.chooser(raw, purpose) }
	q.text, q.terse = strip(raw)
	q.low = strings.ToLower(q.text)
	return q
}

var (
	directive = lazy(`(?i)^(please )?((reply|answer|respond|output|return|give|write|state|send)( back)?( me)?( with)? (only|just|nothing but)\b|` +
		`(reply|answer|respond) with (the|a|one|its)\b|(only|just) (the|a|one|give|reply|answer|output|tell|its)\b|(the )?(number|word|letter|date|list|name|result|day|value)s? only\b|no (explanation|other|extra|further|working|words)\b|` +
		`(do not|don't) (explain|add|show|write)\b|nothing else\b|keep it (short|brief)\b|one (word|number|letter|line) (is enough|only|will do|suffices)\b|(round|give|use|rounded) .*decimal|` +
		`(give|write|use|show) .*(yyyy-mm-dd|iso format)|(thanks|thank you|cheers)\b[^?]*$|use the (form|format) )`)
	tail   = lazy(`(?i)\s(?:(?:reply|answer|respond) with (?:only |just )?(?:the|a|one)\b|(?:only|just) the (?:number|word|result|letter|name|date|list|day)\b|no explanation\b|one word is enough\b)[^.?!\n]*[.!]?\s*$`)
	polite = lazy(`(?i)^(hi|hello|hey|good (morning|afternoon|evening)|please|kindly|quick question|one question|question|` +
		`(can|could|would|will) you( please| kindly)?( tell me)?|i (need|want|would like|'d like) to know|i wonder|i was wondering|do you know|tell me|` +
		`so|ok|okay|well|now|and|also|help me( with this)?|quick one|a small task|for my homework|i have a question|(a )?puzzle|task)( there)?\s*[,:!.\-]*\s+`)
)

// strip drops politeness at the start and sentences that only say how to reply; terse tells that there were some.
func strip(raw string) (text string, terse bool) {
	var keep []string
	for _, s := range sentences(raw) {
		if directive.MatchString(strings.TrimSpace(s)) && len(s) < 160 {
			terse = true
			continue
		}
		keep = append(keep, s)
	}
	text = strings.TrimSpace(strings.Join(keep, ""))
	if at := tail.FindStringIndex(text); at != nil && at[0] > 0 {
		text, terse = text[:at[0]], true
	}
	for range 4 {
		rest := polite.ReplaceAllString(text, "")
		if rest == text || rest == "" {
			break
		}
		text = rest
	}
	if text == "" {
		text = raw
	}
	return text, terse
}

// sentences splits text after ".", "?" or "!" before white space and after line ends, keeping every byte.
func sentences(text string) []string {
	var out []string
	start := 0
	for i := 0; i < len(text); i++ {
		end := text[i] == '\n'
		if strings.IndexByte(".?!", text[i]) >= 0 {
			end = i+1 == len(text) || text[i+1] == ' ' || text[i+1] == '\n'
		}
		if end {
			out = append(out, text[start:i+1])
			start = i + 1
		}
	}
	if start < len(text) {
		out = append(out, text[start:])
	}
	return out
}

// contains reports whether the question has one of the phrases as whole words.
func (q *query) contains(phrases ...string) bool {
	for _, p := range phrases {
		if hasPhrase(q.low, p) {
			return true
		}
	}
	return false
}

func hasPhrase(text, phrase string) bool {
	for at := 0; ; {
		i := strings.Index(text[at:], phrase)
		if i < 0 {
			return false
		}
		i += at
		end := i + len(phrase)
		if !isWordByte(text, i-1) && !isWordByte(text, end) {
			return true
		}
		at = i + 1
	}
}

func isWordByte(s string, i int) bool {
	if i < 0 || i >= len(s) {
		return false
	}
	c := s[i]
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c >= utf8.RuneSelf
}

// only returns the bare answer when that was asked for, else the full sentence.
func (q *query) only(bare, full string) string {
	if q.terse {
		return bare
	}
	return full
}

// inner strips spaces, quotes and closing punctuation from a captured phrase.
func inner(s string) string {
	return strings.Trim(strings.TrimSpace(s), " \t\n\"'`“”‘’.,;:?!*")
}
