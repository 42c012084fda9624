package text_test

import (
	"encoding/json"
	"fmt"
	"go/constant"
	"go/token"
	"go/types"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/subnets/text"
	"github.com/dendra-net/dendra/subnets/text/lexi"
	"github.com/dendra-net/dendra/subnets/text/lexi/wordnet"
)

// check finds the truth of a question again, from its prompt alone and by other means than the family used.
type check func(t *testing.T, prompt, payload string)

// TestTruthIsTrue recomputes the truth of every family.
func TestTruthIsTrue(t *testing.T) {
	checks := map[string]check{
		"arithmetic": checkArithmetic, "units": checkUnits, "dates": checkDates, "strings": checkStrings, "lists": checkLists,
		"program": checkProgram, "facts": checkFacts, "reverse": checkReverse, "choice": checkChoice, "relation": checkRelation,
		"json": checkJSON, "instruction": checkInstruction, "pick-number": checkPick, "pick-word": checkPick,
	}
	for _, family := range text.Families() {
		t.Run(family, func(t *testing.T) {
			require.Contains(t, checks, family)
			for level := 1; level <= 5; level += 2 {
				task := newTask(t, text.Options{Families: []string{family}, Difficulty: level})
				count := 80
				if strings.HasPrefix(family, "pick") {
					count = 4 // each tries the whole dictionary
				}
				for _, q := range task.Questions(seed(100+level), count) {
					_, payload, _ := strings.Cut(q.Truth, ":")
					checks[family](t, prompt(t, q), payload)
					if t.Failed() {
						t.Fatalf("prompt: %s\ntruth: %s", prompt(t, q), q.Truth)
					}
				}
			}
		})
	}
}

// goEval computes a constant expression with the Go compiler's own arithmetic.
func goEval(t *testing.T, expr string) int64 {
	t.Helper()
	v, err := types.Eval(token.NewFileSet(), nil, token.NoPos, expr)
	require.NoError(t, err, expr)
	n, exact := constant.Int64Val(constant.ToInt(v.Value))
	require.True(t, exact, expr)
	return n
}

var (
	ints       = regexp.MustCompile(`-?\d+`)
	expression = regexp.MustCompile(`[\d()\-][\d()+\-*/ ]*[\d)]`)
)

func allInts(s string) []int {
	var out []int
	for _, m := range ints.FindAllString(s, -1) {
		n, _ := strconv.Atoi(m)
		out = append(out, n)
	}
	return out
}

func checkArithmetic(t *testing.T, prompt, payload string) {
	n := allInts(prompt)
	var want int64
	switch {
	case strings.Contains(prompt, "mod") || strings.Contains(prompt, "remainder"):
		want = int64(n[0] % n[1])
	case strings.Contains(prompt, "%") || strings.Contains(prompt, "percent"):
		want = int64(math.Round(float64(n[0]) * float64(n[1]) / 100))
	case strings.Contains(prompt, "holds"):
		want = int64(n[0] * n[1])
	case strings.Contains(prompt, "gives away") || strings.Contains(prompt, "later sells"):
		want = int64(n[0] + n[1] - n[2])
	case strings.Contains(prompt, "loses"):
		want = int64(n[0] - n[1] + n[2])
		if payload != fmt.Sprint(want) {
			t.Errorf("want %d", want)
		}
		return
	default:
		s := strings.NewReplacer("×", "*", " plus ", " + ", " minus ", " - ", " times ", " * ").Replace(prompt)
		want = goEval(t, longest(expression.FindAllString(s, -1)))
	}
	if payload != fmt.Sprint(want) {
		t.Errorf("want %d", want)
	}
}

func longest(s []string) string {
	return slices.MaxFunc(s, func(a, b string) int { return len(a) - len(b) })
}

// inSI are sizes worked out from definitions other than the family's: inches, gallons of 231 cubic inches, feet.
var inSI = map[string]float64{
	"metre": 1, "kilometre": 1e3, "centimetre": 1e-2, "inch": 2.54e-2, "foot": 12 * 2.54e-2, "yard": 36 * 2.54e-2, "mile": 63360 * 2.54e-2,
	"gram": 1e-3, "kilogram": 1, "pound": 7000 * 64.79891e-6, "ounce": 437.5 * 64.79891e-6,
	"second": 1, "minute": 60, "hour": 60 * 60, "day": 24 * 60 * 60, "week": 7 * 24 * 60 * 60,
	"litre": 1e-3, "millilitre": 1e-6, "us gallon": 231 * 2.54e-2 * 2.54e-2 * 2.54e-2,
	"square metre": 1, "hectare": 1e4, "acre": 43560 * 12 * 2.54e-2 * 12 * 2.54e-2,
	"byte": 1, "kilobyte": 1e3, "kibibyte": 1 << 10, "mebibyte": 1 << 20,
}

func checkUnits(t *testing.T, prompt, payload string) {
	ask := strings.ToLower(strings.SplitN(prompt, "\n", 2)[0])
	value, err := strconv.ParseFloat(regexp.MustCompile(`-?\d+(\.\d+)?`).FindString(ask), 64)
	require.NoError(t, err)
	want := 0.0
	if f, c := strings.Index(ask, "fahrenheit"), strings.Index(ask, "celsius"); f >= 0 {
		want = value*1.8 + 32
		if f < c {
			want = (value - 32) / 1.8
		}
	} else {
		units := unitsIn(ask)
		require.Len(t, units, 2, ask)
		if strings.Contains(ask, "how many") && strings.Index(ask, "how many") < strings.Index(ask, fmt.Sprint(value)) {
			units[0], units[1] = units[1], units[0]
		}
		want = value * inSI[units[0]] / inSI[units[1]]
	}
	have, err := strconv.ParseFloat(payload, 64)
	require.NoError(t, err)
	_, decimals, _ := strings.Cut(payload, ".")
	require.InDelta(t, want, have, 0.51*math.Pow(10, -float64(len(decimals)))+1e-9*math.Abs(want))
}

// unitsIn returns the singular names of the units of ask in their order.
func unitsIn(ask string) []string {
	singular := map[string]string{"feet": "foot", "inches": "inch"}
	names := slices.Collect(func(yield func(string) bool) {
		for n := range inSI {
			if !yield(n+"s") || !yield(n) {
				return
			}
		}
	})
	slices.SortFunc(names, func(a, b string) int { return len(b) - len(a) })
	found := regexp.MustCompile(`\b(feet|inches|`+strings.Join(names, "|")+`)\b`).FindAllString(ask, -1)
	for i, f := range found {
		if s, ok := singular[f]; ok {
			found[i] = s
		} else if _, ok := inSI[f]; !ok {
			found[i] = strings.TrimSuffix(f, "s")
		}
	}
	return found
}

// julian is the day number of a date by the classic integer formula.
func julian(y, m, d int) int {
	a := (14 - m) / 12
	y, m = y+4800-a, m+12*a-3
	return d + (153*m+2)/5 + 365*y + y/4 - y/100 + y/400 - 32045
}

var (
	dateText = regexp.MustCompile(`(\d{4})-(\d\d)-(\d\d)|([A-Z][a-z]+) (\d+), (\d{4})|(\d+) ([A-Z][a-z]+) (\d{4})`)
	months   = strings.Fields("January February March April May June July August September October November December")
	weekdays = strings.Fields("Monday Tuesday Wednesday Thursday Friday Saturday Sunday")
)

func julians(s string) []int {
	var out []int
	for _, m := range dateText.FindAllStringSubmatch(s, -1) {
		n := func(i int) int { v, _ := strconv.Atoi(m[i]); return v }
		switch {
		case m[1] != "":
			out = append(out, julian(n(1), n(2), n(3)))
		case m[4] != "":
			out = append(out, julian(n(6), slices.Index(months, m[4])+1, n(5)))
		default:
			out = append(out, julian(n(9), slices.Index(months, m[8])+1, n(7)))
		}
	}
	return out
}

func checkDates(t *testing.T, prompt, payload string) {
	days := julians(prompt)
	span := regexp.MustCompile(`(\d+) days (after|before)`).FindStringSubmatch(prompt)
	switch {
	case len(days) == 2:
		require.Equal(t, fmt.Sprint(days[1]-days[0]), payload)
	case span != nil:
		n, err := strconv.Atoi(span[1])
		require.NoError(t, err)
		if span[2] == "before" {
			n = -n
		}
		require.Equal(t, days[0]+n, julians(payload)[0])
	default:
		require.Equal(t, weekdays[days[0]%7], payload)
	}
}

func checkStrings(t *testing.T, prompt, payload string) {
	var quotes []string
	for _, m := range regexp.MustCompile(`"([^"]+)"`).FindAllStringSubmatch(prompt, -1) {
		quotes = append(quotes, m[1])
	}
	w := quotes[len(quotes)-1]
	bytesOf := strings.Split(w, "")
	letter := func(form string) string { return regexp.MustCompile(form).FindStringSubmatch(prompt)[1] }
	want := ""
	switch p := strings.ToLower(prompt); {
	case strings.Contains(p, "replace"):
		m := regexp.MustCompile(`(?:letter|each) (\w) (?:with|by) (\w)`).FindStringSubmatch(prompt)
		want = strings.Join(strings.Split(w, m[1]), m[2])
	case strings.Contains(p, "hyphen"):
		want = quotes[0] + "-" + quotes[1]
	case strings.Contains(p, "concatenate") || strings.Contains(p, "join"):
		want = quotes[0] + quotes[1]
	case strings.Contains(p, "backwards") || strings.Contains(p, "reverse") || strings.Contains(p, "right to left"):
		slices.Reverse(bytesOf)
		want = strings.Join(bytesOf, "")
	case strings.Contains(p, "alphabetical"):
		slices.Sort(bytesOf)
		want = strings.Join(bytesOf, "")
	case strings.Contains(p, "vowels from") || strings.Contains(p, "the vowels of") && strings.Contains(p, "delete"):
		want = regexp.MustCompile(`[aeiou]`).ReplaceAllString(w, "")
	case strings.Contains(p, "vowels"):
		want = fmt.Sprint(len(regexp.MustCompile(`[aeiou]`).FindAllString(w, -1)))
	case strings.Contains(p, "capital") || strings.Contains(p, "upper"):
		want = strings.ToUpper(w)
	case strings.Contains(p, "how many times") || strings.Contains(p, "how often") || strings.Contains(p, "count the letter"):
		want = fmt.Sprint(len(strings.Split(w, letter(`letter "?(\w)"?`))) - 1)
	default:
		at := slices.Index(strings.Fields("first second third fourth fifth sixth seventh eighth"), letter(`(\w+) letter (?:of|in)`))
		want = bytesOf[at]
	}
	require.Equal(t, want, payload)
}

var rulesTail = regexp.MustCompile(`(?s)(Reply with|Only the|No explanation|Just the|Answer with|Give only).*$`)

func checkLists(t *testing.T, prompt, payload string) {
	ask := rulesTail.ReplaceAllString(prompt, "")
	n := allInts(strings.ReplaceAll(ask, "second-largest", ""))
	sorted := slices.Sorted(slices.Values(n))
	joined := func(v []int) string { return strings.Trim(strings.ReplaceAll(fmt.Sprint(v), " ", ", "), "[]") }
	want := ""
	switch p := strings.ToLower(ask); {
	case strings.Contains(p, "duplicates") || strings.Contains(p, "repeated"):
		seen := map[int]bool{}
		n = slices.DeleteFunc(n, func(v int) bool { was := seen[v]; seen[v] = true; return was })
		want = joined(n)
	case strings.Contains(p, "alphabetical"):
		words := regexp.MustCompile(`[a-z]+`).FindAllString(ask[strings.IndexByte(ask, ':')+1:], -1)
		if i := strings.LastIndexByte(ask, ':'); i > 0 {
			words = regexp.MustCompile(`[a-z]+`).FindAllString(ask[i:], -1)
		}
		words = slices.DeleteFunc(words, func(w string) bool { return w == "and" })
		want = strings.Join(slices.Sorted(slices.Values(words)), ", ")
	case strings.Contains(p, "words") && strings.Contains(p, "list") || strings.Contains(p, "count the items"):
		want = fmt.Sprint(strings.Count(p[strings.Index(p, "list"):], ",") + 1)
	case strings.Contains(p, "largest to smallest") || strings.Contains(p, "descending") || strings.Contains(p, "decreasing"):
		slices.Reverse(sorted)
		want = joined(sorted)
	case strings.Contains(p, "smallest to largest") || strings.Contains(p, "ascending") || strings.Contains(p, "increasing"):
		want = joined(sorted)
	case strings.Contains(p, "range") || strings.Contains(p, "difference"):
		want = fmt.Sprint(sorted[len(sorted)-1] - sorted[0])
	case strings.Contains(p, "second"):
		want = fmt.Sprint(sorted[len(sorted)-2])
	case strings.Contains(p, "largest") || strings.Contains(p, "maximum") || strings.Contains(p, "biggest"):
		want = fmt.Sprint(sorted[len(sorted)-1])
	case strings.Contains(p, "smallest") || strings.Contains(p, "minimum") || strings.Contains(p, "lowest"):
		want = fmt.Sprint(sorted[0])
	case strings.Contains(p, "median"):
		want = fmt.Sprint(sorted[len(sorted)/2])
	case strings.Contains(p, "even"):
		even := 0
		for _, v := range n {
			even += 1 - v&1
		}
		want = fmt.Sprint(even)
	default:
		want = fmt.Sprint(goEval(t, strings.ReplaceAll(joined(n), ", ", "+")))
	}
	require.Equal(t, want, payload)
}

// checkProgram runs the code with an interpreter of its own, on Go's constant arithmetic.
func checkProgram(t *testing.T, prompt, payload string) {
	if !strings.Contains(prompt, "print(") {
		checkSteps(t, prompt, payload)
		return
	}
	code := prompt[regexp.MustCompile(`(?m)^\w+ = \d+$`).FindStringIndex(prompt)[0]:]
	vars := map[string]int64{}
	value := func(e string) int64 {
		e = regexp.MustCompile(`[a-z]+`).ReplaceAllStringFunc(e, func(v string) string { return "(" + fmt.Sprint(vars[v]) + ")" })
		if left, right, ok := strings.Cut(e, "%"); ok {
			m := goEval(t, right)
			return ((goEval(t, left) % m) + m) % m
		}
		return goEval(t, e)
	}
	assign := func(line string) {
		name, e, _ := strings.Cut(strings.TrimSpace(line), " ")
		op, e, _ := strings.Cut(e, " ")
		v := value(e)
		switch op {
		case "+=":
			v += vars[name]
		case "-=":
			v = vars[name] - v
		}
		vars[name] = v
	}
	lines := strings.Split(code, "\n")
	taken := false
	for i := 0; i < len(lines); i++ {
		l := lines[i]
		switch {
		case strings.HasPrefix(l, "print("):
			require.Equal(t, fmt.Sprint(value(l[6:strings.LastIndexByte(l, ')')])), payload)
			return
		case strings.HasPrefix(l, "if "):
			name, limit, _ := strings.Cut(strings.Trim(l[3:], ":"), " > ")
			taken = value(name) > value(limit)
			if i++; taken {
				assign(lines[i])
			}
		case l == "else:":
			if i++; !taken {
				assign(lines[i])
			}
		case strings.HasPrefix(l, "for ") || strings.HasPrefix(l, "repeat "):
			i++
			for range allInts(l)[0] {
				assign(lines[i])
			}
		default:
			assign(l)
		}
	}
	t.Error("nothing printed")
}

func checkSteps(t *testing.T, prompt, payload string) {
	e := ""
	for _, m := range regexp.MustCompile(`(?i)(start with|begin with|take the number|add|subtract|multiply by|double) ?(\d+)?`).FindAllStringSubmatch(prompt, -1) {
		switch strings.ToLower(m[1]) {
		case "add":
			e = "(" + e + "+" + m[2] + ")"
		case "subtract":
			e = "(" + e + "-" + m[2] + ")"
		case "multiply by":
			e = "(" + e + "*" + m[2] + ")"
		case "double":
			e = "(" + e + "*2)"
		default:
			e = m[2]
		}
	}
	require.Equal(t, fmt.Sprint(goEval(t, e)), payload)
}

// checkFacts: the answer stands in a sentence about the person asked for, and in no sentence of the question's kind
// about anybody else.
func checkFacts(t *testing.T, prompt, payload string) {
	end := strings.LastIndexByte(prompt, '?')
	start := max(strings.LastIndexByte(prompt[:end], '.'), strings.LastIndexByte(prompt[:end], '\n'))
	ask, story := prompt[start+1:end], prompt[:start+1]
	key := payload
	if name := regexp.MustCompile(`[A-Z][a-z]+ [A-Z][a-z]+`).FindString(strings.TrimPrefix(strings.TrimSpace(ask), "Question: ")); name != "" && !strings.Contains(ask, "Who") {
		key = name
	} else {
		key = regexp.MustCompile(`\d+ [a-z]+`).FindString(ask)
	}
	require.NotEmpty(t, key, ask)
	found := 0
	for _, s := range regexp.MustCompile(`[.\n]\s*`).Split(story, -1) {
		if strings.Contains(s, key) && regexp.MustCompile(`\b`+regexp.QuoteMeta(payload)+`\b`).MatchString(s) {
			found++
		}
	}
	require.Equal(t, 1, found, "the answer must stand in one sentence with %q", key)
}

func words(t *testing.T) *wordnet.DB {
	t.Helper()
	db, err := lexi.Words()
	require.NoError(t, err)
	return db
}

// checkReverse: what is asked is a word's definition with words left out.
func checkReverse(t *testing.T, prompt, payload string) {
	db := words(t)
	for _, w := range strings.Split(payload, "|") {
		ok := slices.ContainsFunc(db.Senses(w), func(s wordnet.Sense) bool {
			def := strings.Fields(strings.ReplaceAll(db.Synset(s.ID).Definition(), "\"", ""))
			return len(def) > 6 && longestShared(def, prompt) >= len(def)/3
		})
		require.True(t, ok, "%s: %s", w, prompt)
	}
}

// longestShared is the length of the longest common subsequence of words.
func longestShared(def []string, prompt string) int {
	row := make([]int, len(def)+1)
	for _, p := range strings.Fields(prompt) {
		diagonal := 0
		for i, w := range def {
			above := row[i+1]
			if strings.Trim(p, `";,:`) == strings.Trim(w, `";,:`) {
				row[i+1] = diagonal + 1
			} else {
				row[i+1] = max(row[i], above)
			}
			diagonal = above
		}
	}
	return row[len(def)]
}

func checkChoice(t *testing.T, prompt, payload string) {
	db := words(t)
	word := regexp.MustCompile(`"([a-z]+)"`).FindStringSubmatch(prompt)[1]
	letter, _, _ := strings.Cut(payload, "|")
	options := regexp.MustCompile(`(?m)^([A-D])\) (.+?)(?: Reply with.*| Just the.*| Answer with.*)?$`).FindAllStringSubmatch(prompt, -1)
	require.Len(t, options, 4)
	for _, o := range options {
		own := slices.ContainsFunc(db.Senses(word), func(s wordnet.Sense) bool { return db.Synset(s.ID).Definition() == o[2] })
		require.Equal(t, o[1] == letter, own, "option %s", o[0])
	}
}

// checkRelation walks the links from the answers back to the word.
func checkRelation(t *testing.T, prompt, payload string) {
	db := words(t)
	word := regexp.MustCompile(`"([a-z]+)"`).FindStringSubmatch(prompt)[1]
	opposite := regexp.MustCompile(`(?i)opposite|antonym`).MatchString(prompt)
	for _, answer := range strings.Split(payload, "|") {
		ok := slices.ContainsFunc(db.Senses(answer), func(s wordnet.Sense) bool {
			if opposite {
				return slices.Contains(db.Antonyms(s.ID, answer), word)
			}
			return below(db, s.ID, word, 4)
		})
		require.True(t, ok, answer)
	}
}

func below(db *wordnet.DB, id wordnet.ID, word string, depth int) bool {
	for _, kind := range []wordnet.LinkKind{wordnet.Hypernym, wordnet.Instance} {
		for _, down := range db.Inverse(id, kind) {
			named := slices.ContainsFunc(db.Synset(down).Words, func(w string) bool { return wordnet.Key(w) == word })
			if named || depth > 1 && below(db, down, word, depth-1) {
				return true
			}
		}
	}
	return false
}

func checkJSON(t *testing.T, prompt, payload string) {
	var object map[string]any
	require.NoError(t, json.Unmarshal([]byte(payload), &object))
	require.NotEmpty(t, object)
	for key, value := range object {
		stated := fmt.Sprint(value)
		if list, ok := value.([]any); ok {
			stated = strings.Trim(strings.ReplaceAll(fmt.Sprint(list), " ", ", "), "[]")
		}
		require.Regexp(t, `"?`+key+`"?[^"]*`+regexp.QuoteMeta(stated), prompt)
	}
}

func checkInstruction(t *testing.T, prompt, payload string) {
	if m := regexp.MustCompile(`"([a-z]+)" (\d+) times.*(commas|hyphens|spaces)`).FindStringSubmatch(prompt); m != nil {
		n, err := strconv.Atoi(m[2])
		require.NoError(t, err)
		sep := map[string]string{"commas": ", ", "hyphens": "-", "spaces": " "}[m[3]]
		require.Equal(t, strings.Join(slices.Repeat([]string{m[1]}, n), sep), payload)
		return
	}
	require.Contains(t, prompt, "exactly "+regexp.MustCompile(`words=(\d+)`).FindStringSubmatch(payload)[1]+" words")
	for rule, form := range map[string]string{"has": `contains the word "%s"`, "end": `ends with the word "%s"`, "avoid": `not use the letter "%s"`} {
		m := regexp.MustCompile(rule + `=(\w+)`).FindStringSubmatch(payload)
		require.Equal(t, m != nil, strings.Contains(prompt, strings.SplitN(form, `"`, 2)[0]), rule)
		if m != nil {
			require.Contains(t, prompt, fmt.Sprintf(form, m[1]))
		}
	}
}

// checkPick counts the right answers by grading everything that could be one: there must be many, and not all.
func checkPick(t *testing.T, prompt, payload string) {
	task := newTask(t, text.Options{})
	var all []string
	kind := "word?"
	n := allInts(strings.ReplaceAll(prompt, "-letter", " letter"))
	switch {
	case strings.Contains(prompt, "between"):
		kind = "number?"
		between := regexp.MustCompile(`between (\d+) and (\d+)`).FindStringSubmatch(prompt)
		from, _ := strconv.Atoi(between[1])
		to, _ := strconv.Atoi(between[2])
		for v := from - 5; v <= to+5; v++ {
			all = append(all, fmt.Sprint(v))
		}
	case strings.Contains(prompt, "YYYY"):
		kind = "date?"
		for d := time.Date(n[0]-1, 12, 1, 0, 0, 0, 0, time.UTC); d.Year() <= n[0]; d = d.AddDate(0, 0, 1) {
			all = append(all, d.Format(time.DateOnly))
		}
	default:
		db := words(t)
		for i := 0; i < db.Lemmas(); i++ {
			if len(db.Lemma(i)) == n[0] {
				all = append(all, db.Lemma(i))
			}
		}
	}
	right := 0
	for _, a := range all {
		if task.Grade(neuron.Question{Truth: kind + ":" + payload}, completion(a)) == 1 {
			right++
			require.True(t, fits(prompt, a), a)
		}
	}
	require.GreaterOrEqual(t, right, 30)
	require.Less(t, right, len(all))
}

// fits checks an open choice against the words of the prompt.
func fits(prompt, a string) bool {
	arg := func(form string) string {
		if m := regexp.MustCompile(form).FindStringSubmatch(prompt); m != nil {
			return m[1]
		}
		return ""
	}
	n, _ := strconv.Atoi(a)
	switch {
	case strings.Contains(prompt, "prime"):
		return divisors(n) == 2
	case strings.Contains(prompt, "multiple"):
		k, _ := strconv.Atoi(arg(`multiple of (\d+)`))
		return n/k*k == n
	case strings.Contains(prompt, "digits"):
		sum := 0
		for ; n > 0; n /= 10 {
			sum += n % 10
		}
		return fmt.Sprint(sum) == arg(`add up to (\d+)`)
	case strings.Contains(prompt, "YYYY"):
		return strings.Contains(prompt, weekdays[julians(a)[0]%7]) && strings.Contains(prompt, a[:4])
	}
	return strings.HasPrefix(a, arg(`(?:starting|starts|begins) with "(\w+)"`)) && strings.HasSuffix(a, arg(`(?:ending|ends) (?:with|in) "(\w+)"`)) &&
		fmt.Sprint(len(a)) == arg(`(\d+)-letter`)
}

func divisors(n int) int {
	count := 0
	for d := 1; d <= n; d++ {
		if n%d == 0 {
			count++
		}
	}
	return count
}
