package lexi

import (
	"math/big"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/dendra-net/dendra/subnets/text/lexi/wordnet"
)

// slip returns the answer, or in ErrorRate of a thousand cases a plausible wrong one of the same form. Which questions
// go wrong, and how, follows from the seed and the question.
func (b *Brain) slip(q *query, r reply) string {
	if r.chat || b.opts.ErrorRate == 0 {
		return r.text
	}
	rng := q.rng("slip")
	if rng.IntN(1000) >= b.opts.ErrorRate {
		return r.text
	}
	return mistake(q, rng, r.text)
}

var (
	letterAnswer = lazy(`^([A-Ha-h])(\W.*)?$`)
	lettersOnly  = lazy(`^[A-Za-z]+$`)
)

// mistake changes text as someone careless would: another weekday, a number off by a little, two items swapped.
func mistake(q *query, rng *rand.Rand, text string) string {
	switch {
	case letterAnswer.MatchString(text):
		return string('A' + (text[0]-'A'+byte(1+rng.IntN(3)))%4)
	case isoDate.MatchString(text):
		return isoDate.ReplaceAllStringFunc(text, func(d string) string { return wrongDate(rng, d) })
	case weekdayNumber(text) >= 0:
		return time.Weekday((weekdayNumber(text) + 1 + rng.IntN(6)) % 7).String()
	case strings.Count(text, ", ") >= 2 && !strings.HasPrefix(text, "{"):
		return wrongList(rng, text)
	case numberForm.MatchString(text):
		return wrongNumber(rng, text)
	case lettersOnly.MatchString(text) && !q.words.Has(text):
		return wrongLetters(rng, text)
	case q.words.Has(text):
		return wrongWord(q, rng, text)
	}
	return wrongWords(rng, text)
}

func weekdayNumber(text string) int {
	for d := time.Sunday; d <= time.Saturday; d++ {
		if strings.EqualFold(text, d.String()) {
			return int(d)
		}
	}
	return -1
}

func wrongDate(rng *rand.Rand, d string) string {
	t, err := time.Parse(time.DateOnly, d)
	if err != nil {
		return d
	}
	days := 1 + rng.IntN(20)
	if rng.IntN(2) == 0 {
		days = -days
	}
	return t.AddDate(0, 0, days).Format(time.DateOnly)
}

func wrongList(rng *rand.Rand, text string) string {
	parts := strings.Split(text, ", ")
	i := rng.IntN(len(parts) - 1)
	if rng.IntN(3) == 0 {
		return strings.Join(append(parts[:i:i], parts[i+1:]...), ", ")
	}
	parts[i], parts[i+1] = parts[i+1], parts[i]
	return strings.Join(parts, ", ")
}

// wrongNumber moves one of the numbers of text by up to a quarter of itself, at least nine.
func wrongNumber(rng *rand.Rand, text string) string {
	at := numberForm.FindAllStringIndex(text, -1)
	m := at[rng.IntN(len(at))]
	v, ok := parseRat(text[m[0]:m[1]])
	if !ok {
		return text + "0"
	}
	span := new(big.Int).Quo(v.Num(), new(big.Int).Mul(v.Denom(), big.NewInt(4)))
	span.Abs(span)
	limit := int64(1 << 40)
	if span.IsInt64() {
		limit = min(limit, max(9, span.Int64()))
	}
	delta := new(big.Rat).SetInt64(1 + rng.Int64N(limit))
	if rng.IntN(2) == 0 {
		delta.Neg(delta)
	}
	_, fraction, _ := strings.Cut(text[m[0]:m[1]], ".")
	return text[:m[0]] + v.Add(v, delta).FloatString(len(fraction)) + text[m[1]:]
}

func wrongLetters(rng *rand.Rand, text string) string {
	if len(text) < 2 {
		return text + text
	}
	b := []byte(text)
	i := rng.IntN(len(b) - 1)
	if rng.IntN(2) == 0 || b[i] == b[i+1] {
		return string(append(b[:i:i], b[i+1:]...))
	}
	b[i], b[i+1] = b[i+1], b[i]
	return string(b)
}

// wrongWord takes another word of the same class, or a neighbour in the dictionary.
func wrongWord(q *query, rng *rand.Rand, text string) string {
	var others []string
	id := q.words.Senses(text)[0].ID
	for _, up := range q.words.Linked(id, wordnet.Hypernym) {
		others = append(others, q.wordsOf(q.words.Inverse(up, wordnet.Hypernym))...)
	}
	for range 8 {
		if len(others) == 0 {
			break
		}
		if w := others[rng.IntN(len(others))]; !strings.EqualFold(w, text) {
			return w
		}
	}
	from, _ := q.words.LemmasWithPrefix(wordnet.Key(text))
	return q.words.Lemma(max(0, from-1-rng.IntN(40)))
}

func wrongWords(rng *rand.Rand, text string) string {
	f := strings.Fields(text)
	if len(f) < 2 {
		return text + " " + strconv.Itoa(rng.IntN(100))
	}
	i := rng.IntN(len(f))
	return strings.Join(append(f[:i:i], f[i+1:]...), " ")
}
