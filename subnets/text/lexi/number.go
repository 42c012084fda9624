package lexi

import (
	"math/big"
	"strconv"
	"strings"
)

var (
	decimalsAsked = lazy(`(?i)\b(\d+|one|two|three|four|five|six) (?:decimal|digits? after)`)
	numberForm    = lazy(`-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?`)
	wordNumbers   = numberWords()
	scaleWords    = map[string]int64{"thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
)

const (
	smallNumbers = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
	tensNumbers  = "twenty thirty forty fifty sixty seventy eighty ninety"
)

func numberWords() map[string]int64 {
	m := map[string]int64{}
	for i, w := range strings.Fields(smallNumbers) {
		m[w] = int64(i)
	}
	for i, w := range strings.Fields(tensNumbers) {
		m[w] = int64(20 + 10*i)
	}
	return m
}

var wordForm = lazy(`[A-Za-z]+|[^A-Za-z]+`)

// spellNumbers replaces numbers in words by digits: "one hundred and five plus two" becomes "105 plus 2".
func spellNumbers(low string) string {
	var out strings.Builder
	parts := wordForm.FindAllString(low, -1)
	for i := 0; i < len(parts); {
		n, value := readNumber(parts[i:])
		if n == 0 {
			out.WriteString(parts[i])
			i++
			continue
		}
		out.WriteString(strconv.FormatInt(value, 10))
		i += n
	}
	return out.String()
}

// readNumber reads a number in words from the start of parts, in which words and what lies between alternate. It
// returns how many parts it took, zero when there is none.
func readNumber(parts []string) (taken int, value int64) {
	var total, group int64
	for i := 0; i < len(parts); i++ {
		w := parts[i]
		v, small := wordNumbers[w]
		scale, big := scaleWords[w]
		switch {
		case small && (taken == 0 || group%100 == 0 && group > 0 || group == 0 || group%100 >= 20 && group%10 == 0 && v > 0 && v < 10):
			group += v
		case w == "hundred" && taken > 0 && group > 0 && group < 10:
			group *= 100
		case big && taken > 0 && group > 0 && total < 1e15:
			total, group = total+group*scale, 0
		case taken > 0 && (w == " " || w == "-" || w == "and" && i >= 2 && (parts[i-2] == "hundred" || parts[i-2] == "thousand")):
			continue
		default:
			return taken, total + group
		}
		taken = i + 1
	}
	return taken, total + group
}

// decimals returns how many decimals the question asks for, or -1.
func (q *query) decimals() int {
	m := decimalsAsked.FindStringSubmatch(q.raw)
	if m == nil {
		return -1
	}
	if v, ok := wordNumbers[strings.ToLower(m[1])]; ok {
		return int(v)
	}
	n, err := strconv.Atoi(m[1])
	if err != nil || n > 50 {
		return -1
	}
	return n
}

// show writes v as an integer, an exact decimal of at most 12 places, or a fraction with its decimal; asked decimals
// win.
func show(v *big.Rat, decimals int) string {
	if decimals >= 0 {
		return v.FloatString(decimals)
	}
	if v.IsInt() {
		return v.Num().String()
	}
	if places, exact := v.FloatPrec(); exact && places <= 12 {
		return v.FloatString(places)
	}
	return trimZeros(v.FloatString(6))
}

func trimZeros(s string) string {
	if !strings.Contains(s, ".") {
		return s
	}
	return strings.TrimRight(strings.TrimRight(s, "0"), ".")
}

func parseRat(s string) (*big.Rat, bool) {
	s = strings.ReplaceAll(s, ",", "")
	if len(s) > 400 {
		return nil, false
	}
	return new(big.Rat).SetString(s)
}
