package lexi

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
)

var (
	primeAsked   = lazy(`\bis (-?\d{1,12}) (?:a )?prime\b`)
	factorsAsked = lazy(`\b(?:prime )?(?:factors|divisors|factori[sz]ation) of (\d{1,12})\b`)
	biggerAsked  = lazy(`\bis (-?[\d.]*\d) (greater|larger|bigger|more|less|smaller|equal) (?:than|to) (-?[\d.]*\d)`)
	percentOff   = lazy(`([\d.]*\d) ?(?:%|percent) (off|discount on|more than|less than) (-?[\d.]*\d)`)
	diceAsked    = lazy(`\broll (?:a|the|some) (?:die|dice)\b`)
	coinAsked    = lazy(`\b(?:flip|toss) (?:a|the) coin\b|\bheads or tails\b`)
	anyNumber    = lazy(`\b(?:random|any) (prime )?number\b|\bname a (prime )number\b`)
	anyWord      = lazy(`\b(?:random|any) word\b|\b(?:pick|choose) a word\b`)
)

// solveNumberFacts answers questions about single numbers, and draws lots.
func solveNumberFacts(q *query) (reply, bool) {
	text := spellNumbers(q.low)
	for _, solve := range []func(*query, string) string{tellPrime, tellFactors, tellBigger, tellPercentOff, drawLots} {
		if s := solve(q, text); s != "" {
			return known(s)
		}
	}
	return unknown()
}

func tellPrime(q *query, text string) string {
	m := primeAsked.FindStringSubmatch(text)
	if m == nil {
		return ""
	}
	n, err := strconv.ParseInt(m[1], 10, 64)
	if err != nil {
		return ""
	}
	if isPrime(n) {
		return q.only("Yes", "Yes, "+m[1]+" is prime.")
	}
	if n < 2 {
		return q.only("No", "No, primes start at 2.")
	}
	return q.only("No", fmt.Sprintf("No, %d = %s.", n, strings.Join(primeFactors(n), " × ")))
}

func tellFactors(q *query, text string) string {
	m := factorsAsked.FindStringSubmatch(text)
	if m == nil {
		return ""
	}
	n, err := strconv.ParseInt(m[1], 10, 64)
	if err != nil || n < 1 || n > 1e10 {
		return ""
	}
	if strings.Contains(text, "prime") || strings.Contains(text, "factori") {
		return strings.Join(primeFactors(n), " × ")
	}
	var low, high []string
	for d := int64(1); d*d <= n; d++ {
		if n%d == 0 {
			low = append(low, strconv.FormatInt(d, 10))
			if d*d != n {
				high = append([]string{strconv.FormatInt(n/d, 10)}, high...)
			}
		}
	}
	return join(append(low, high...))
}

// primeFactors returns the primes whose product is n, rising; n itself when it is below 2.
func primeFactors(n int64) []string {
	var out []string
	for d := int64(2); d*d <= n; d++ {
		for n%d == 0 {
			out = append(out, strconv.FormatInt(d, 10))
			n /= d
		}
	}
	if n > 1 || out == nil {
		out = append(out, strconv.FormatInt(n, 10))
	}
	return out
}

func tellBigger(_ *query, text string) string {
	m := biggerAsked.FindStringSubmatch(text)
	if m == nil {
		return ""
	}
	a, okA := parseRat(m[1])
	b, okB := parseRat(m[3])
	if !okA || !okB {
		return ""
	}
	want := map[string]int{"less": -1, "smaller": -1, "equal": 0}
	sign, ok := want[m[2]]
	if !ok {
		sign = 1
	}
	if a.Cmp(b) == sign {
		return "Yes"
	}
	return "No"
}

func tellPercentOff(_ *query, text string) string {
	m := percentOff.FindStringSubmatch(text)
	if m == nil {
		return ""
	}
	sign := "-"
	if m[2] == "more than" {
		sign = "+"
	}
	v, err := evaluate(fmt.Sprintf("%s * (100 %s %s) / 100", m[3], sign, m[1]), nil)
	if err != nil {
		return ""
	}
	return show(v, -1)
}

func drawLots(q *query, text string) string {
	rng := q.rng("lots")
	switch {
	case coinAsked.MatchString(text):
		return []string{"Heads", "Tails"}[rng.IntN(2)]
	case diceAsked.MatchString(text):
		return strconv.Itoa(1 + rng.IntN(6))
	case anyNumber.MatchString(text) && !spanAsked.MatchString(text):
		return someNumber(rng, strings.Contains(text, "prime"))
	case anyWord.MatchString(text):
		return someWord(q, rng)
	}
	return ""
}

func someNumber(rng *rand.Rand, prime bool) string {
	for range maxTries {
		if n := int64(1 + rng.IntN(1000)); !prime || isPrime(n) {
			return strconv.FormatInt(n, 10)
		}
	}
	return ""
}

func someWord(q *query, rng *rand.Rand) string {
	for range maxTries {
		if w := q.words.Lemma(rng.IntN(q.words.Lemmas())); isPlain(w) && q.words.Frequency(w) > 0 {
			return w
		}
	}
	return ""
}
