package text

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// own asks for a choice that is the model's own: everyone who takes the first one that fits looks like a copy.
var own = []string{"Any one will do; do not take the most obvious.", "Choose freely. Reply with your choice only.", "Just one, of your own choice.", "Give only one, picked at random."}

// leastChoices is how many right answers an open question must have, so that independent miners rarely agree.
const leastChoices = 30

// makePickNumber asks for any number or date with a property that many have.
func makePickNumber(d *draw) item {
	if d.chance(35) {
		return d.pickDay()
	}
	for {
		a := d.between(10, 400*d.level)
		b := a + d.between(300, 900*d.level)
		name, rule := d.property()
		if rule.space(a, b) < leastChoices {
			continue
		}
		prompt := d.fill([]string{"p", name, "a", strconv.Itoa(a), "b", strconv.Itoa(b)},
			"Name any {p} between {a} and {b}.", "Give me a {p} between {a} and {b}.", "Pick a {p} between {a} and {b}.", "Think of some {p} between {a} and {b} and tell me which.")
		return item{prompt, own, truth{kindNumberPick, fmt.Sprintf("%s %d %d", rule, a, b)}}
	}
}

// numberRule is a property of whole numbers: "prime", or "multiple", "digitsum" with an argument.
type numberRule struct {
	name string
	arg  int
}

// String writes the rule as it stands in a truth.
func (r numberRule) String() string { return fmt.Sprintf("%s %d", r.name, r.arg) }

func (d *draw) property() (string, numberRule) {
	switch d.intn(3) {
	case 0:
		return "prime number", numberRule{"prime", 0}
	case 1:
		k := d.between(3, 9)
		return "multiple of " + strconv.Itoa(k), numberRule{"multiple", k}
	}
	k := d.between(6, 16)
	return "number whose digits add up to " + strconv.Itoa(k) + ", lying", numberRule{"digitsum", k}
}

// holds reports whether n has the property. Unknown rules hold for nothing.
func (r numberRule) holds(n int64) bool {
	switch r.name {
	case "prime":
		return prime(n)
	case "multiple":
		return r.arg > 0 && n%int64(r.arg) == 0
	case "digitsum":
		sum := 0
		for _, c := range strconv.FormatInt(n, 10) {
			sum += int(c - '0')
		}
		return sum == r.arg
	}
	return false
}

// space counts the numbers from a to b that have the property, up to leastChoices.
func (r numberRule) space(a, b int) int {
	count := 0
	for n := a; n <= b && count < leastChoices; n++ {
		if r.holds(int64(n)) {
			count++
		}
	}
	return count
}

func prime(n int64) bool {
	for d := int64(2); d*d <= n; d++ {
		if n%d == 0 {
			return false
		}
	}
	return n > 1
}

func (d *draw) pickDay() item {
	year, day := d.between(1990, 2040), time.Weekday(d.intn(7))
	prompt := d.fill([]string{"y", strconv.Itoa(year), "d", day.String()},
		"Write any date in {y} that is a {d}.", "Give me a date in the year {y} that falls on a {d}.", "Name some {d} of {y}. I mean the date.", "Pick a date in {y} which is a {d}.")
	rules := []string{"Use the form YYYY-MM-DD and choose freely.", "Any will do. Reply with the date only, as YYYY-MM-DD.", "Reply with the date only, as YYYY-MM-DD, of your own choice."}
	return item{prompt, rules, truth{kindDatePick, fmt.Sprintf("%d %d", year, day)}}
}

// makePickWord asks for any word of a given shape.
func makePickWord(d *draw) item {
	for {
		w := d.shape()
		if w.space(d) < leastChoices {
			continue
		}
		ask := strconv.Itoa(w.length) + "-letter word"
		prompt := ""
		switch {
		case w.start != "":
			prompt = d.fill([]string{"n", ask, "s", w.start}, `Give me a {n} starting with "{s}".`, `Name any {n} that starts with "{s}".`, `Think of a {n} that begins with "{s}".`)
		default:
			prompt = d.fill([]string{"n", ask, "s", w.end}, `Give me a {n} ending with "{s}".`, `Name any {n} that ends with "{s}".`, `Think of a {n} that ends in "{s}".`)
		}
		return item{prompt, own, truth{kindWordPick, w.String()}}
	}
}

// wordShape is a length and a start or an end.
type wordShape struct {
	length     int
	start, end string
}

// String writes the shape as it stands in a truth.
func (w wordShape) String() string { return fmt.Sprintf("%d %s_%s", w.length, w.start, w.end) }

func (d *draw) shape() wordShape {
	w := wordShape{length: d.between(5, 9)}
	if d.chance(60) {
		w.start = oneOf(d, "s", "c", "p", "b", "m", "t", "d", "r", "f", "g", "st", "tr", "re", "un", "co", "in")
	} else {
		w.end = oneOf(d, "er", "ing", "y", "ion", "ed", "al", "ness", "ic", "e", "le")
	}
	return w
}

func (w wordShape) fits(word string) bool {
	return len(word) == w.length && strings.HasPrefix(word, w.start) && strings.HasSuffix(word, w.end) && simple(word)
}

// space counts the words of the dictionary that fit, up to leastChoices.
func (w wordShape) space(d *draw) int {
	from, to := d.words.LemmasWithPrefix(w.start)
	count := 0
	for i := from; i < to && count < leastChoices; i++ {
		if w.fits(d.words.Lemma(i)) {
			count++
		}
	}
	return count
}
