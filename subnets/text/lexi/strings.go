package lexi

import (
	"slices"
	"strconv"
	"strings"
)

const (
	quoted        = `["“'‘]([^"”'’]+)["”'’]`
	stringOperand = `(?:the )?(?:word |string |text |letters |phrase |of |in |sequence )*:?\s*(?:["“'‘]([^"”'’]+)["”'’]|([^\s"'?,.;:]+))`
	oneLetter     = `["“'‘]?([A-Za-z])["”'’]?`
)

// stringTasks name what can be done to letters. Groups are the operands in the order do expects.
var stringTasks = []struct {
	form pattern
	do   func(m []string) string
}{
	{lazy(`(?i)how (?:many times|often) (?:does|do|is|can you find) (?:the )?(?:letter |character )?` + oneLetter + ` .*?\bin ` + stringOperand), func(m []string) string { return count(m[1], m[0]) }},
	{lazy(`(?i)(?:how many|count(?: the)?|number of)(?: of)?(?: the)? (?:letter |character )?` + oneLetter + `(?:'?s|s)? (?:are |is |occur |appear |in )?(?:there )?(?:in )?` + stringOperand), func(m []string) string { return count(m[1], m[0]) }},
	{lazy(`(?i)(?:how many|count(?: the)?|number of)(?: of)?(?: the)? (?:occurrences|instances) of (?:the )?(?:letter )?` + oneLetter + ` in ` + stringOperand), func(m []string) string { return count(m[1], m[0]) }},
	{lazy(`(?i)(?:how many|count(?: the)?|number of)(?: the)? vowels .*?` + stringOperand + `(?: contain| have)?\W*$`), func(m []string) string { return count(m[0], "aeiou") }},
	{lazy(`(?i)(?:how many|count(?: the)?|number of)(?: the)? consonants .*?` + stringOperand + `(?: contain| have)?\W*$`), func(m []string) string { return count(m[0], "bcdfghjklmnpqrstvwxyz") }},
	{lazy(`(?i)(?:how many|count(?: the)?|number of)(?: the)? (?:letters|characters) .*?` + stringOperand + `(?: contain| have)?\W*$`), func(m []string) string { return strconv.Itoa(len([]rune(strings.ReplaceAll(m[0], " ", "")))) }},
	{lazy(`(?i)how long is ` + stringOperand), func(m []string) string { return strconv.Itoa(len([]rune(m[0]))) }},
	{lazy(`(?i)(first|last) (\d+|two|three|four|five|six) (?:letters|characters) (?:of|in|from) ` + stringOperand), func(m []string) string { return edge(m[2], m[1], m[0]) }},
	{lazy(`(?i)([a-z]+|\d+(?:st|nd|rd|th)) (?:letter|character) (?:of|in|from) ` + stringOperand), func(m []string) string { return letterAt(m[1], strings.ToLower(m[0])) }},
	{lazy(`(?i)(?:join|concatenate|combine|glue|merge|put together|append)(?: together)?(?: the)?(?: words| strings)? ` + quoted + `(?: and |, | with | to | then )` + quoted + `(.*)`), func(m []string) string { return glue(m[0], m[1], m[2]) }},
	{lazy(`(?i)replace (?:every|each|all|the)? ?(?:letters? |occurrences? of )*` + oneLetter + `s? (?:with|by) (?:the )?(?:letter )?` + oneLetter + ` in ` + stringOperand), func(m []string) string { return strings.ReplaceAll(m[2], m[0], m[1]) }},
	{lazy(`(?i)(?:remove|delete|drop|strip)(?: all| every| the| any)* vowels (?:from|in|of) ` + stringOperand), func(m []string) string { return without(m[0], "aeiouAEIOU") }},
	{lazy(`(?i)(?:remove|delete|drop|strip)(?: all| every| the| any| each)*(?: letters?| occurrences? of)* ` + oneLetter + `s? (?:from|in|of) ` + stringOperand), func(m []string) string { return without(m[1], m[0]) }},
	{lazy(`(?i)(?:sort|order|arrange|put)(?: all)?(?: the)? letters (?:of|in|from) ` + stringOperand), func(m []string) string { return sortLetters(m[0]) }},
	{lazy(`(?i)is ` + stringOperand + ` a palindrome`), func(m []string) string { return palindrome(m[0]) }},
	{lazy(`(?i)(?:reverse|backwards?:?) ` + stringOperand + `(?: letter by letter)?\W*$`), func(m []string) string { return backwards(m[0]) }},
	{lazy(`(?i)(?:spell|write|read|type|say|reverse|what is|what's|turn) ` + stringOperand + ` (?:is )?(?:spelled |written |read )?(?:backwards?|in reverse(?: order)?|reversed|from right to left|from the end to the start|around)`), func(m []string) string { return backwards(m[0]) }},
	{lazy(`(?i)(?:reverse|flip)(?: the order of)? the (?:letters|characters) (?:of|in) ` + stringOperand), func(m []string) string { return backwards(m[0]) }},
	{lazy(`(?i)(?:upper ?-?case|capitali[sz]e|shout)(?: of| version of)? ` + stringOperand), func(m []string) string { return strings.ToUpper(m[0]) }},
	{lazy(`(?i)(?:lower ?-?case)(?: of| version of)? ` + stringOperand), func(m []string) string { return strings.ToLower(m[0]) }},
	{lazy(`(?i)(?:convert|write|put|change|turn|type|make) ` + stringOperand + ` (?:to |in |into |all )*(?:upper ?-?case|capital letters|capitals|all caps|block letters)`), func(m []string) string { return strings.ToUpper(m[0]) }},
	{lazy(`(?i)(?:convert|write|put|change|turn|type|make) ` + stringOperand + ` (?:to |in |into |all )*(?:lower ?-?case|small letters)`), func(m []string) string { return strings.ToLower(m[0]) }},
}

func solveString(q *query) (reply, bool) {
	for _, t := range stringTasks {
		m := t.form.FindStringSubmatch(q.text)
		if m == nil {
			continue
		}
		groups := slices.DeleteFunc(slices.Clone(m[1:]), func(s string) bool { return s == "" })
		if text := t.do(append(groups, "", "", "")); text != "" {
			return known(text)
		}
	}
	return unknown()
}

// count returns how many letters of text are in set, whatever their case.
func count(text, set string) string {
	n := 0
	for _, r := range strings.ToLower(text) {
		if strings.ContainsRune(strings.ToLower(set), r) {
			n++
		}
	}
	return strconv.Itoa(n)
}

func edge(text, amount, side string) string {
	r := []rune(text)
	n := lettersAsked(amount)
	if n < 1 || n > len(r) {
		return ""
	}
	if strings.EqualFold(side, "last") {
		return string(r[len(r)-n:])
	}
	return string(r[:n])
}

func letterAt(text, which string) string {
	r := []rune(text)
	n := ordinal(which)
	switch which {
	case "last":
		n = len(r)
	case "middle":
		n = len(r)/2 + 1
	}
	if n < 1 || n > len(r) {
		return ""
	}
	return string(r[n-1])
}

var separators = []struct{ name, mark string }{
	{"hyphen", "-"}, {"dash", "-"}, {"underscore", "_"}, {"comma", ","}, {"space", " "}, {"slash", "/"}, {"plus", "+"}, {"dot", "."}, {"colon", ":"},
}

func glue(a, b, rest string) string {
	if strings.Contains(rest, "without") || strings.Contains(rest, "no ") {
		return a + b
	}
	for _, s := range separators {
		if strings.Contains(strings.ToLower(rest), s.name) {
			return a + s.mark + b
		}
	}
	return a + b
}

func without(text, set string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(set, r) {
			return -1
		}
		return r
	}, text)
}

func sortLetters(text string) string {
	r := []rune(strings.ToLower(text))
	slices.Sort(r)
	return string(r)
}

func backwards(text string) string {
	r := []rune(text)
	slices.Reverse(r)
	return string(r)
}

func palindrome(text string) string {
	plain := strings.ToLower(strings.Join(lettersRun.FindAllString(text, -1), ""))
	if plain == backwards(plain) {
		return "Yes"
	}
	return "No"
}

var lettersRun = lazy(`[\pL\pN]+`)
