package lexi

import (
	"math/big"
	"sort"
	"strings"
)

// phrases turns what people write into what evaluate reads. Earlier entries win.
var phrases = strings.NewReplacer(
	"×", "*", "·", "*", "⋅", "*", "÷", "/", "−", "-", "–", "-", "²", "^2", "³", "^3", "**", "^",
	" raised to the power of ", " ^ ", " to the power of ", " ^ ", " raised to ", " ^ ", " multiplied by ", " * ",
	" multiply by ", " * ", " divided by ", " / ", " divide by ", " / ", " added to ", " + ", " plus ", " + ", " minus ", " - ", " less ", " - ",
	" times ", " * ", " modulo ", " % ", " mod ", " % ", " squared", "^2", " cubed", "^3", " percent of ", " / 100 * ",
	"% of ", " / 100 * ", " over ", " / ", "the square root of ", "sqrt ", "square root of ", "sqrt ", "sqrt of ", "sqrt ", "half of ", "1/2 * ", "twice ", "2 * ", "double ", "2 * ", "triple ", "3 * ",
)

const operand = `(-?[\d.,]*\d|\([^()]*\))`

// rewrites handle forms in which the operation stands before its operands.
var rewrites = []struct {
	form pattern
	to   string
}{
	{lazy(`remainder (?:when|of|if|left when|after) (?:you divide |dividing |we divide )?` + operand + ` (?:is )?(?:divided )?(?:/|by) ` + operand), "($1) % ($2)"},
	{lazy(`sum of ` + operand + ` and ` + operand), "($1 + $2)"},
	{lazy(`product of ` + operand + ` and ` + operand), "($1 * $2)"},
	{lazy(`difference (?:of|between) ` + operand + ` and ` + operand), "($1 - $2)"},
	{lazy(`quotient of ` + operand + ` and ` + operand), "($1 / $2)"},
	{lazy(`multiply ` + operand + ` (?:by|and|with) ` + operand), "($1 * $2)"},
	{lazy(`divide ` + operand + ` by ` + operand), "($1 / $2)"},
	{lazy(`add ` + operand + ` (?:to|and) ` + operand), "($1 + $2)"},
	{lazy(`subtract ` + operand + ` from ` + operand), "($2 - $1)"},
	{lazy(`sqrt ` + operand), "sqrt($1)"},
	{lazy(`(?:the )?square of ` + operand), "($1)^2"},
	{lazy(`(?:the )?cube of ` + operand), "($1)^3"},
	{lazy(`factorial of ` + operand), "($1)!"},
	{lazy(operand + ` factorial`), "($1)!"},
	{lazy(`(\d) ?x ?(-?\d)`), "$1 * $2"},
}

var (
	isoDate  = lazy(`\b\d{4}-\d{1,2}-\d{1,2}\b`)
	yearSpan = lazy(`\b1\d{3}[-–]\d{4}\b`)
	calcVerb = lazy(`\b(calculate|compute|evaluate|work out|what is|what's|how much is|solve|result of|value of|find|equals?)\b`)
	mathRun  = lazy(`(?:sqrt|abs|min|max|[\d.,+\-*/%^()!\s])+`)
	operator = lazy(`\d[\d)\s!]*[-+*/%^!]|sqrt|abs|min|max|^\s*-`)
)

func solveArithmetic(q *query) (reply, bool) {
	if isoDate.MatchString(q.low) {
		return unknown()
	}
	if yearSpan.MatchString(q.low) && !calcVerb.MatchString(q.low) {
		return unknown()
	}
	text := phrases.Replace(spellNumbers(q.low))
	for _, r := range rewrites {
		text = r.form.ReplaceAllString(text, r.to)
	}
	if extraWords(text) > 3 && !calcVerb.MatchString(q.low) {
		return solveStory(q)
	}
	for _, run := range mathRuns(text) {
		v, err := evaluate(run, nil)
		switch err {
		case nil:
			return known(q.result(v))
		case errDivZero:
			return known("undefined: division by zero")
		case errTooBig:
			return guess("That number is too big for me to write out.")
		}
	}
	return solveStory(q)
}

func (q *query) result(v *big.Rat) string {
	s := show(v, q.decimals())
	if _, exact := v.FloatPrec(); q.terse || exact || q.decimals() >= 0 {
		return s
	}
	return v.RatString() + " = " + s + " (rounded)"
}

// mathRuns returns the stretches of text that could be expressions, longest first.
func mathRuns(text string) []string {
	var runs []string
	for _, r := range mathRun.FindAllString(text, 64) {
		r = strings.Trim(r, " \t\n,.")
		if operator.MatchString(r) {
			runs = append(runs, r)
		}
	}
	sort.SliceStable(runs, func(i, j int) bool { return len(runs[i]) > len(runs[j]) })
	return runs[:min(len(runs), 8)]
}

var letters = lazy(`[a-z]{3,}`)

// extraWords counts the words of text that belong to no calculation.
func extraWords(text string) int {
	n := 0
	for _, w := range letters.FindAllString(text, -1) {
		if !strings.Contains(" sqrt abs min max the what whats how much and please ", " "+w+" ") {
			n++
		}
	}
	return n
}

var (
	clauseEnd = lazy(`[.;?!,]\s|\band\b|\bthen\b|\bbut\b|$`)
	gains     = lazy(`\b(find|finds|found|buys?|bought|gets?|got|receives?|received|earns?|earned|wins?|won|picks?|picked|collects?|collected|gains?|gained|adds?|added|more (arrive|come|join|get on)|arrives?|joins?|is given|are given|borrows?)\b`)
	losses    = lazy(`\b(gives?|gave|loses?|lost|sells?|sold|spends?|spent|eats?|ate|drops?|dropped|uses?|used|breaks?|broke|throws?|donates?|leave|leaves|get off|pays?|paid|lends?)\b`)
	perEach   = lazy(`\b(each|every|per|holds?|contains?|costs?|apiece)\b`)
)

// solveStory handles "Mara has 37 coins, finds 15 more and gives away 9. How many are left?" and "a crate holds 24
// bottles, how many are in 17 crates?".
func solveStory(q *query) (reply, bool) {
	if !q.contains("how many", "how much") {
		return unknown()
	}
	text := spellNumbers(q.low)
	numbers := numberForm.FindAllString(text, 20)
	if len(numbers) == 2 && perEach.MatchString(text) {
		return tellProduct(numbers)
	}
	if len(numbers) < 2 || !gains.MatchString(text) && !losses.MatchString(text) {
		return unknown()
	}
	return tellBalance(text)
}

func tellProduct(numbers []string) (reply, bool) {
	a, okA := parseRat(numbers[0])
	b, okB := parseRat(numbers[1])
	if !okA || !okB {
		return unknown()
	}
	return guess(show(a.Mul(a, b), -1))
}

func tellBalance(text string) (reply, bool) {
	var total *big.Rat
	start := 0
	for _, cut := range clauseEnd.FindAllStringIndex(text, -1) {
		clause := text[start:cut[0]]
		start = cut[1]
		m := numberForm.FindString(clause)
		v, ok := parseRat(m)
		switch {
		case m == "" || !ok:
		case total == nil:
			total = v
		case losses.MatchString(clause):
			total.Sub(total, v)
		case gains.MatchString(clause) || hasPhrase(clause, "more"):
			total.Add(total, v)
		default:
			return unknown()
		}
	}
	if total == nil {
		return unknown()
	}
	return guess(show(total, -1))
}
