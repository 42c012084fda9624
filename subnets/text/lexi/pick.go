package lexi

import (
	"math/big"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/dendra-net/dendra/subnets/text/lexi/wordnet"
)

const (
	pickWord = `(?i)(?:\bany\b|\bsome\b|\brandom\b|\bname an?\b|\bname one\b|\bgive (?:me )?an?\b|\bgive one\b|\bpick\b|\bchoose\b|\bwrite (?:down )?(?:an?|one)\b|\bthink of\b|\bexample of\b|\bcome up with\b|\bof your\b|\ban? example\b|\btell me an?\b|\bsuggest\b|\bfind an?\b|\bstate an?\b)`
	span     = `between (-?\d+) and (-?\d+)|from (-?\d+) to (-?\d+)`
)

var (
	pickAsked    = lazy(pickWord)
	spanAsked    = lazy(span)
	divisibleBy  = lazy(`(?:multiple of|divisible by|that (\d+) divides) ?(\d*)`)
	digitSum     = lazy(`digits? (?:add up to|sum to|sum up to|have the sum|sum is|sum of|total|adding up to) ?(?:is |of )?(\d+)`)
	containsPart = lazy(`(?i)\b(?:contain(?:s|ing)?|includ(?:es|ing)|with) (?:the )?(?:letters? )["'“]?([a-z]+)`)
	yearAsked    = lazy(`\b(?:in|of|during|from) (?:the year )?(\d{4})\b`)
	kindAsked    = lazy(`(?i)(?:any|an?|one|some|random) (?:kinds?|types?|sorts?|species|examples?) of (?:an? )?([a-z ]+?)(?:[.,?!]|$| you | that | of your)`)
)

// solvePick names one thing with a property. Which one is the brain's own choice.
func solvePick(q *query) (reply, bool) {
	if !pickAsked.MatchString(q.text) {
		return unknown()
	}
	rng := q.rng("pick")
	for _, pick := range []func(*query, *rand.Rand) string{pickNumber, pickDate, pickLetters, pickKind} {
		if text := pick(q, rng); text != "" {
			return known(text)
		}
	}
	return unknown()
}

// maxTries bounds the search for a number; a property that fewer than one in a thousand numbers have may be missed.
const maxTries = 10_000

func pickNumber(q *query, rng *rand.Rand) string {
	m := spanAsked.FindStringSubmatch(spellNumbers(q.low))
	if m == nil {
		return ""
	}
	from, errF := strconv.ParseInt(m[1]+m[3], 10, 64)
	to, errT := strconv.ParseInt(m[2]+m[4], 10, 64)
	if errF != nil || errT != nil || from >= to || to-from > 1<<40 || to > 1<<40 || from < -(1<<40) {
		return ""
	}
	fits := q.numberRule()
	for range maxTries {
		if n := from + rng.Int64N(to-from+1); fits(n) {
			return strconv.FormatInt(n, 10)
		}
	}
	return ""
}

// numberRule reads from the question what a number must be.
func (q *query) numberRule() func(int64) bool {
	var rules []func(int64) bool
	if q.contains("prime", "prime number") {
		rules = append(rules, isPrime)
	}
	if q.contains("even") {
		rules = append(rules, func(n int64) bool { return n%2 == 0 })
	}
	if q.contains("odd") {
		rules = append(rules, func(n int64) bool { return n%2 != 0 })
	}
	if q.contains("perfect square", "square number") {
		rules = append(rules, isSquare)
	}
	if m := divisibleBy.FindStringSubmatch(q.low); m != nil {
		if k, err := strconv.ParseInt(m[1]+m[2], 10, 64); err == nil && k != 0 {
			rules = append(rules, func(n int64) bool { return n%k == 0 })
		}
	}
	if m := digitSum.FindStringSubmatch(q.low); m != nil {
		rules = append(rules, func(n int64) bool { return strconv.Itoa(sumDigits(n)) == m[1] })
	}
	return func(n int64) bool {
		for _, r := range rules {
			if !r(n) {
				return false
			}
		}
		return true
	}
}

// isPrime is exact for every int64.
func isPrime(n int64) bool { return n > 1 && big.NewInt(n).ProbablyPrime(0) }

func isSquare(n int64) bool {
	if n < 0 {
		return false
	}
	v := big.NewInt(n)
	r := new(big.Int).Sqrt(v)
	return r.Mul(r, r).Cmp(v) == 0
}

func sumDigits(n int64) int {
	sum := 0
	for _, c := range strconv.FormatInt(abs64(n), 10) {
		sum += int(c - '0')
	}
	return sum
}

func pickDate(q *query, rng *rand.Rand) string {
	m := yearAsked.FindStringSubmatch(q.low)
	if m == nil || !q.contains("date", "day") {
		return ""
	}
	year, err := strconv.Atoi(m[1])
	if err != nil {
		return ""
	}
	for range 400 {
		d := time.Date(year, 1, 1+rng.IntN(365), 0, 0, 0, 0, time.UTC)
		if q.dayFits(d) {
			return d.Format(time.DateOnly)
		}
	}
	return ""
}

func (q *query) dayFits(d time.Time) bool {
	for w := time.Sunday; w <= time.Saturday; w++ {
		name := strings.ToLower(w.String())
		if q.contains(name, name+"s") {
			return d.Weekday() == w
		}
	}
	if q.contains("weekend") {
		return d.Weekday() == time.Saturday || d.Weekday() == time.Sunday
	}
	return true
}

func pickLetters(q *query, rng *rand.Rand) string {
	want := q.wanted(q.low)
	part := ""
	if m := containsPart.FindStringSubmatch(q.low); m != nil {
		part = m[1]
	}
	if want.length == 0 && want.start+want.end+part == "" || !q.contains("word", "noun", "verb", "adjective") {
		return ""
	}
	from, to := q.words.LemmasWithPrefix(want.start)
	if from >= to {
		return ""
	}
	for at, n := rng.IntN(to-from), 0; n < to-from; n++ {
		w := q.words.Lemma(from + (at+n)%(to-from))
		if want.allows(w) && strings.Contains(w, part) && isPlain(w) && q.hasPOS(w, want.pos) {
			return w
		}
	}
	return ""
}

func isPlain(w string) bool {
	for i := range len(w) {
		if w[i] < 'a' || w[i] > 'z' {
			return false
		}
	}
	return w != ""
}

func (q *query) hasPOS(w, pos string) bool {
	if pos == "" {
		return true
	}
	for _, s := range q.words.Senses(w) {
		if q.words.Synset(s.ID).POS.String() == pos {
			return true
		}
	}
	return false
}

// pickKind names one of the more special meanings below a word, walking down at random.
func pickKind(q *query, rng *rand.Rand) string {
	m := kindAsked.FindStringSubmatch(q.text)
	if m == nil {
		return ""
	}
	word := q.lookUp(m[1])
	if word == "" {
		return ""
	}
	for _, s := range q.words.Senses(word) {
		if text := q.descend(rng, s.ID); text != "" {
			return text
		}
	}
	return ""
}

func (q *query) descend(rng *rand.Rand, id wordnet.ID) string {
	name := ""
	for depth := range 12 {
		below := q.words.Inverse(id, wordnet.Hypernym)
		if len(below) == 0 || depth > 1 && rng.IntN(4) == 0 {
			break
		}
		id = below[rng.IntN(len(below))]
		words := q.words.Synset(id).Words
		name = words[rng.IntN(len(words))]
	}
	return name
}
