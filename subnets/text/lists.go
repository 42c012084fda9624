package text

import (
	"slices"
	"strconv"
	"strings"
)

var listRules = []string{"Reply with the list only, separated by commas.", "Only the list, please, with commas between.", "No explanation, just the list with commas."}

// listTask is one thing to do with numbers.
type listTask struct {
	asks  []string
	rules []string
	truth func(ns []int) truth
}

var numberTasks = []listTask{
	{[]string{"Sort these numbers from smallest to largest: {l}.", "Put {l} in ascending order.", "Arrange these in increasing order: {l}."}, listRules, func(ns []int) truth {
		slices.Sort(ns)
		return truth{kindList, strings.Join(texts(ns), ", ")}
	}},
	{[]string{"Sort these numbers from largest to smallest: {l}.", "Put {l} in descending order.", "Arrange these in decreasing order: {l}."}, listRules, func(ns []int) truth {
		slices.Sort(ns)
		slices.Reverse(ns)
		return truth{kindList, strings.Join(texts(ns), ", ")}
	}},
	{[]string{"What is the largest of {l}?", "Find the maximum of these numbers: {l}.", "Which number is the biggest: {l}?"}, numberRules, func(ns []int) truth { return number(int64(slices.Max(ns))) }},
	{[]string{"What is the smallest of {l}?", "Find the minimum of these numbers: {l}.", "Which number is the lowest: {l}?"}, numberRules, func(ns []int) truth { return number(int64(slices.Min(ns))) }},
	{[]string{"What is the second largest of {l}?", "Find the second-largest number: {l}."}, numberRules, func(ns []int) truth {
		slices.Sort(ns)
		return number(int64(ns[len(ns)-2]))
	}},
	{[]string{"What is the sum of {l}?", "Add up these numbers: {l}.", "What is the total of {l}?"}, numberRules, func(ns []int) truth { return number(int64(total(ns))) }},
	{[]string{"What is the median of {l}?", "Find the median: {l}."}, numberRules, func(ns []int) truth {
		slices.Sort(ns)
		return number(int64(ns[len(ns)/2]))
	}},
	{[]string{"How many of these numbers are even: {l}?", "Count the even numbers: {l}.", "How many even numbers are in {l}?"}, numberRules, func(ns []int) truth {
		return number(int64(len(slices.DeleteFunc(ns, func(n int) bool { return n%2 != 0 }))))
	}},
	{[]string{"What is the difference between the largest and the smallest of {l}?", "What is the range of {l}?"}, numberRules, func(ns []int) truth { return number(int64(slices.Max(ns) - slices.Min(ns))) }},
}

func total(ns []int) int {
	sum := 0
	for _, n := range ns {
		sum += n
	}
	return sum
}

func makeLists(d *draw) item {
	switch {
	case d.chance(15):
		return d.alphabetical()
	case d.chance(15):
		return d.duplicates()
	case d.chance(10):
		return d.countItems()
	}
	ns := d.distinctNumbers(3 + 2*d.intn(d.level+1))
	task := oneOf(d, numberTasks...)
	prompt := d.fill([]string{"l", d.listed(texts(ns))}, task.asks...)
	return item{prompt, task.rules, task.truth(slices.Clone(ns))}
}

func (d *draw) distinctNumbers(n int) []int {
	var out []int
	for len(out) < n {
		if v := d.between(1, 30*d.level*d.level+40); !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}

func (d *draw) distinctWords(n int) []string {
	var out []string
	for len(out) < n {
		if w := d.coin(2); !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	return out
}

func (d *draw) alphabetical() item {
	words := d.distinctWords(3 + d.level)
	prompt := d.fill([]string{"l", d.listed(words)}, "Sort these words alphabetically: {l}.", "Put these words into alphabetical order: {l}.", "Arrange in alphabetical order: {l}.")
	slices.Sort(words)
	return item{prompt, listRules, truth{kindList, strings.Join(words, ", ")}}
}

func (d *draw) duplicates() item {
	ns := d.distinctNumbers(2 + d.level)
	all := slices.Clone(ns)
	for range 1 + d.level {
		all = append(all, oneOf(d, ns...))
	}
	shuffle(d, all)
	prompt := d.fill([]string{"l", d.listed(texts(all))}, "Remove the duplicates from this list, keeping the order of first appearance: {l}.",
		"Remove all repeated numbers, so that each stays where it first appears: {l}.")
	var left []int
	for _, n := range all {
		if !slices.Contains(left, n) {
			left = append(left, n)
		}
	}
	return item{prompt, listRules, truth{kindList, strings.Join(texts(left), ", ")}}
}

func (d *draw) countItems() item {
	words := d.distinctWords(3 + d.intn(3*d.level))
	prompt := d.fill([]string{"l", strings.Join(words, ", ")}, "How many words are in this list: {l}?", "Count the items of this list: {l}.")
	return item{prompt, numberRules, truth{kindNumber, strconv.Itoa(len(words))}}
}
