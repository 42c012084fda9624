package text

import (
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dendra-net/dendra/subnets/text/lexi/wordnet"
)

// kind says how a truth is read and compared.
type kind string

// The kinds of truth, and what stands after the colon.
const (
	kindNumber     kind = "number"   // an integer
	kindDecimal    kind = "decimal"  // a number rounded to the decimals shown
	kindDate       kind = "date"     // YYYY-MM-DD
	kindExact      kind = "exact"    // a text in which case counts
	kindWord       kind = "word"     // answers separated by "|", any of which is right
	kindList       kind = "list"     // items in order, separated by ", "
	kindChoice     kind = "choice"   // a letter, "|", the text of the option
	kindJSON       kind = "json"     // an object
	kindSentence   kind = "sentence" // words=N, has=W, end=W, avoid=LETTERS, separated by spaces
	kindNumberPick kind = "number?"  // property, argument, from, to
	kindDatePick   kind = "date?"    // year, weekday (0 is Sunday)
	kindWordPick   kind = "word?"    // length, start_end
)

// truth is what the validator knows: it stands in neuron.Question.Truth as "kind:payload".
type truth struct {
	kind    kind
	payload string
}

// String returns the form that Grade reads.
func (t truth) String() string { return string(t.kind) + ":" + t.payload }

func parseTruth(s string) truth {
	k, payload, _ := strings.Cut(s, ":")
	return truth{kind(k), payload}
}

// open reports whether very many answers are right, so that independent miners rarely give the same.
func (t truth) open() bool {
	return t.kind == kindNumberPick || t.kind == kindDatePick || t.kind == kindWordPick || t.kind == kindSentence
}

// telling reports whether two independent miners that are both wrong would rarely be wrong in the same way: the space
// of likely mistakes is large. A wrong weekday, letter, count or dictionary word is not telling.
func (t truth) telling() bool {
	switch t.kind {
	case kindNumber:
		return len(strings.TrimPrefix(t.payload, "-")) >= 3
	case kindExact:
		return len(t.payload) >= 5
	case kindList:
		return strings.Count(t.payload, ",") >= 3
	}
	return t.kind == kindDecimal || t.kind == kindDate || t.open()
}

// read returns the answer that text gives, in a normal form in which equal answers are equal strings; empty when text
// holds no answer of this kind, or more than one.
func (t truth) read(text string) string {
	switch t.kind {
	case kindJSON:
		return readJSON(text)
	case kindSentence:
		return readSentence(text)
	case kindExact:
		return first(candidates(text), readExact)
	case kindNumber, kindDecimal, kindNumberPick:
		return first(candidates(text), readNumber)
	case kindDate, kindDatePick:
		return first(candidates(text), readDate)
	case kindList:
		return first(candidates(text), readList)
	case kindChoice:
		return first(candidates(text), t.readChoice)
	}
	places := candidates(text)
	if t.kind == kindWordPick {
		return first(places, readOneWord)
	}
	if len(places) > 1 {
		places[0], places[1] = places[1], places[0] // "The answer is cold" is short enough to pass for a phrase
	}
	return first(places, readWord)
}

// score compares an answer in normal form with the truth.
func (t truth) score(words *wordnet.DB, answer string) float64 {
	if answer == "" {
		return 0
	}
	switch t.kind {
	case kindWord:
		return bestOverlap(answer, strings.Split(t.payload, "|"))
	case kindNumber, kindDecimal:
		return whole(t.near(answer))
	case kindJSON:
		return whole(answer == readJSON(t.payload))
	case kindChoice:
		letter, _, _ := strings.Cut(t.payload, "|")
		return whole(answer == letter)
	case kindList:
		return whole(answer == readList(t.payload))
	case kindSentence:
		return whole(keepsRules(t.payload, answer))
	case kindNumberPick:
		return whole(t.fitsNumber(answer))
	case kindDatePick:
		return whole(t.fitsDate(answer))
	case kindWordPick:
		return whole(t.fitsWord(words, answer))
	}
	return whole(answer == t.payload)
}

func whole(right bool) float64 {
	if right {
		return 1
	}
	return 0
}

// near compares numbers: integers exactly, decimals to one unit of the last decimal of the truth, which allows for
// every way of rounding.
func (t truth) near(answer string) bool {
	want, okW := new(big.Rat).SetString(t.payload)
	have, okH := new(big.Rat).SetString(answer)
	if !okW || !okH {
		return false
	}
	_, fraction, _ := strings.Cut(t.payload, ".")
	if t.kind == kindNumber || fraction == "" {
		return want.Cmp(have) == 0
	}
	unit := new(big.Rat).SetFrac(big.NewInt(1), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(len(fraction))), nil))
	off := want.Sub(want, have)
	return off.Abs(off).Cmp(unit) <= 0
}

func (t truth) fitsNumber(answer string) bool {
	var r numberRule
	var from, to int64
	if _, err := fmt.Sscanf(t.payload, "%s %d %d %d", &r.name, &r.arg, &from, &to); err != nil {
		return false
	}
	n, err := strconv.ParseInt(answer, 10, 64)
	return err == nil && n >= from && n <= to && r.holds(n)
}

func (t truth) fitsDate(answer string) bool {
	var year, weekday int
	if _, err := fmt.Sscanf(t.payload, "%d %d", &year, &weekday); err != nil {
		return false
	}
	d, err := time.Parse(time.DateOnly, answer)
	return err == nil && d.Year() == year && d.Weekday() == time.Weekday(weekday)
}

func (t truth) fitsWord(words *wordnet.DB, answer string) bool {
	length, ends, _ := strings.Cut(t.payload, " ")
	n, err := strconv.Atoi(length)
	start, end, ok := strings.Cut(ends, "_")
	return err == nil && ok && wordShape{n, start, end}.fits(answer) && len(words.Base(answer)) > 0
}

// keepsRules checks a sentence, given as its words in lower case, against the rules of a truth.
func keepsRules(rules, sentence string) bool {
	words := strings.Fields(sentence)
	for _, rule := range strings.Fields(rules) {
		name, arg, _ := strings.Cut(rule, "=")
		ok := false
		switch name {
		case "words":
			ok = strconv.Itoa(len(words)) == arg
		case "has":
			ok = slices.Contains(words, arg)
		case "end":
			ok = len(words) > 0 && words[len(words)-1] == arg
		case "avoid":
			ok = !strings.ContainsAny(sentence, arg)
		}
		if !ok {
			return false
		}
	}
	return true
}

// canonical rewrites JSON with sorted keys and numbers as written.
func canonical(text string) (string, bool) {
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	var v map[string]any
	if dec.Decode(&v) != nil || v == nil || dec.More() {
		return "", false
	}
	b, err := json.Marshal(v)
	return string(b), err == nil
}
