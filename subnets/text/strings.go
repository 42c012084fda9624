package text

import (
	"slices"
	"strconv"
	"strings"
)

var (
	textRules   = []string{"Reply with the result only.", "Only the result, please.", "No explanation, nothing else."}
	letterRules = []string{"Reply with the letter only.", "Just the letter, please.", "One letter is enough."}
	ordinals    = strings.Fields("first second third fourth fifth sixth seventh eighth")
)

func makeStrings(d *draw) item {
	makers := []func(*draw, string) item{
		(*draw).reversed, (*draw).upper, (*draw).countLetter, (*draw).countVowels, (*draw).nthLetter, (*draw).joined,
	}
	if d.level > 2 {
		makers = append(makers, (*draw).withoutVowels, (*draw).letterSort, (*draw).replaced)
	}
	return oneOf(d, makers...)(d, d.coin(min(4, 1+d.level)))
}

func (d *draw) reversed(w string) item {
	prompt := d.fill([]string{"w", w}, `Reverse the word "{w}".`, `Write "{w}" backwards.`, `Reverse the order of the letters in "{w}".`, `Spell "{w}" from right to left.`)
	r := []byte(w)
	slices.Reverse(r)
	return item{prompt, textRules, truth{kindExact, string(r)}}
}

func (d *draw) upper(w string) item {
	prompt := d.fill([]string{"w", w}, `Write "{w}" in capital letters.`, `Convert "{w}" to upper case.`, `Put "{w}" into uppercase.`)
	return item{prompt, textRules, truth{kindExact, strings.ToUpper(w)}}
}

func (d *draw) countLetter(w string) item {
	letter := string(w[d.intn(len(w))])
	prompt := d.fill([]string{"w", w, "l", letter},
		`How many times does the letter {l} appear in "{w}"?`, `How often does the letter "{l}" occur in the word "{w}"?`, `Count the letter {l} in "{w}".`)
	return item{prompt, numberRules, number(int64(strings.Count(w, letter)))}
}

func (d *draw) countVowels(w string) item {
	prompt := d.fill([]string{"w", w}, `How many vowels are in "{w}"?`, `Count the vowels (a, e, i, o, u) of "{w}".`, `How many vowels does "{w}" have?`)
	n := 0
	for _, r := range w {
		if strings.ContainsRune("aeiou", r) {
			n++
		}
	}
	return item{prompt, numberRules, number(int64(n))}
}

func (d *draw) nthLetter(w string) item {
	i := d.intn(min(len(w), len(ordinals)))
	prompt := d.fill([]string{"w", w, "n", ordinals[i]}, `What is the {n} letter of "{w}"?`, `Which one is the {n} letter in "{w}"?`, `Give me the {n} letter of the word "{w}".`)
	return item{prompt, letterRules, truth{kindWord, w[i : i+1]}}
}

func (d *draw) joined(w string) item {
	v := d.coin(2)
	if d.chance(50) {
		prompt := d.fill([]string{"w", w, "v", v}, `Join "{w}" and "{v}" with a hyphen between them.`, `Concatenate "{w}" and "{v}" with a hyphen between.`)
		return item{prompt, textRules, truth{kindExact, w + "-" + v}}
	}
	prompt := d.fill([]string{"w", w, "v", v}, `Concatenate "{w}" and "{v}" without a space.`, `Join the strings "{w}" and "{v}" without anything between them.`)
	return item{prompt, textRules, truth{kindExact, w + v}}
}

func (d *draw) withoutVowels(w string) item {
	prompt := d.fill([]string{"w", w}, `Remove all vowels from "{w}".`, `Delete the vowels of "{w}".`, `Drop the vowels from "{w}".`)
	left := strings.Map(func(r rune) rune {
		if strings.ContainsRune("aeiou", r) {
			return -1
		}
		return r
	}, w)
	return item{prompt, textRules, truth{kindExact, left}}
}

func (d *draw) letterSort(w string) item {
	prompt := d.fill([]string{"w", w}, `Sort the letters of "{w}" alphabetically.`, `Put the letters of "{w}" into alphabetical order.`)
	b := []byte(w)
	slices.Sort(b)
	return item{prompt, textRules, truth{kindExact, string(b)}}
}

func (d *draw) replaced(w string) item {
	from, to := string(w[d.intn(len(w))]), oneOf(d, "q", "y", "w")
	prompt := d.fill([]string{"w", w, "a", from, "b", to}, `Replace every letter {a} with {b} in "{w}".`, `Replace each {a} by {b} in "{w}".`)
	return item{prompt, textRules, truth{kindExact, strings.ReplaceAll(w, from, to)}}
}

// listed writes items the way people do.
func (d *draw) listed(items []string) string {
	switch d.intn(3) {
	case 0:
		return "[" + strings.Join(items, ", ") + "]"
	case 1:
		return strings.Join(items[:len(items)-1], ", ") + " and " + items[len(items)-1]
	}
	return strings.Join(items, ", ")
}

func texts(ns []int) []string {
	out := make([]string, len(ns))
	for i, n := range ns {
		out[i] = strconv.Itoa(n)
	}
	return out
}
