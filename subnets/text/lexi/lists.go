package lexi

import (
	"cmp"
	"math/big"
	"slices"
	"strconv"
	"strings"
)

var (
	bracketed = lazy(`\[([^\[\]]+)\]|\(([^()]*,[^()]*)\)|\{([^{}]+)\}`)
	afterDots = lazy(`:\s*([^:\n?]*[,\s][^:\n?]*?)\s*[.?]?\s*(?:\n|$|\. |\? )`)
	numberRun = lazy(`-?\d+(?:\.\d+)?(?:(?:,\s*and |,\s*| and |;\s*|\s+)-?\d+(?:\.\d+)?)+`)
	wordRun   = lazy(`(?i)\b[a-z]+(?:,\s*(?:and )?[a-z]+)+(?:,? and [a-z]+)?\b`)
	itemSplit = lazy(`\s*[,;]\s*(?:and\s+)?|\s+and\s+|\s+`)
)

// list is the items that a question is about, and what it says about them.
type list struct {
	head  string // the question without the items, lower case
	items []string
	nums  []*big.Rat // nil unless every item is a number
}

func (q *query) list() (list, bool) {
	for _, f := range []pattern{bracketed, afterDots, numberRun, wordRun} {
		m := f.FindStringSubmatchIndex(q.text)
		if m == nil {
			continue
		}
		from, to := m[0], m[1]
		for g := 2; g+1 < len(m); g += 2 {
			if m[g] >= 0 {
				from, to = m[g], m[g+1]
			}
		}
		l := list{head: strings.ToLower(q.text[:from] + " " + q.text[to:])}
		for _, item := range itemSplit.Split(q.text[from:to], 500) {
			if item = inner(item); item != "" {
				l.items = append(l.items, item)
			}
		}
		if len(l.items) > 1 {
			l.nums = numbers(l.items)
			return l, true
		}
	}
	return list{}, false
}

func numbers(items []string) []*big.Rat {
	out := make([]*big.Rat, len(items))
	for i, s := range items {
		v, ok := parseRat(s)
		if !ok || !numberForm.MatchString(s) {
			return nil
		}
		out[i] = v
	}
	return out
}

// listTasks are tried in order; sorting comes first because "from smallest to largest" names extremes too.
var listTasks = []struct {
	form    pattern
	numeric bool
	do      func(l list, m []string) string
}{
	{lazy(`\b(?:remove|drop|delete|strip|without|dedupe|deduplicate)\b.*(?:duplicate|repeat|again|more than once)|dedupe|deduplicate|duplicates? removed|keep only the first|each (?:item|number|word) once`), false, func(l list, _ []string) string { return join(distinct(l.items)) }},
	{lazy(`\bhow many (?:distinct|different|unique)|(?:count|number) (?:of )?(?:the )?(?:distinct|different|unique)`), false, func(l list, _ []string) string { return strconv.Itoa(len(distinct(l.items))) }},
	{lazy(`\b(?:descending|decreasing|largest to smallest|largest first|highest to lowest|biggest first|high to low|greatest to least|falling order)`), true, func(l list, _ []string) string { return join(l.sorted(true)) }},
	{lazy(`\b(?:ascending|increasing|smallest to largest|smallest first|lowest to highest|low to high|least to greatest|rising order)|\b(?:sort|order|arrange)\b`), true, func(l list, _ []string) string { return join(l.sorted(false)) }},
	{lazy(`reverse alphabetical|z to a|from z`), false, func(l list, _ []string) string { return join(l.alphabetical(true)) }},
	{lazy(`alphabetical|\bsort\b|a to z|dictionary order|\barrange\b`), false, func(l list, _ []string) string { return join(l.alphabetical(false)) }},
	{lazy(`second[- ](?:largest|biggest|highest|greatest)`), true, func(l list, _ []string) string { return nth(l.sorted(true), 1) }},
	{lazy(`second[- ](?:smallest|lowest|least)`), true, func(l list, _ []string) string { return nth(l.sorted(false), 1) }},
	{lazy(`\bhow many\b.*(?:greater|larger|more|bigger|higher) than (-?\d+)|\bhow many\b.*(?:above|over|exceed) (-?\d+)`), true, func(l list, m []string) string { return l.countBeyond(m[1]+m[2], 1) }},
	{lazy(`\bhow many\b.*(?:less|smaller|lower|fewer) than (-?\d+)|\bhow many\b.*(?:below|under) (-?\d+)`), true, func(l list, m []string) string { return l.countBeyond(m[1]+m[2], -1) }},
	{lazy(`\bhow many\b.*\b(even|odd)\b|count.*\b(even|odd)\b`), true, func(l list, m []string) string { return l.countParity(m[1]+m[2] == "odd") }},
	{lazy(`\b(?:median|middle value)\b`), true, list.median},
	{lazy(`\b(?:mean|average)\b`), true, list.mean},
	{lazy(`\b(?:mode|most common|most frequent|most often)\b`), false, func(l list, _ []string) string { return l.mode() }},
	{lazy(`\brange\b|(?:difference|gap) between the (?:largest|biggest|highest|maximum) and`), true, list.span},
	{lazy(`\b(?:largest|biggest|maximum|highest|greatest|max)\b`), true, func(l list, _ []string) string { return nth(l.sorted(true), 0) }},
	{lazy(`\b(?:smallest|minimum|lowest|least|min)\b`), true, func(l list, _ []string) string { return nth(l.sorted(false), 0) }},
	{lazy(`\blongest\b`), false, func(l list, _ []string) string { return l.byLength(true) }},
	{lazy(`\bshortest\b`), false, func(l list, _ []string) string { return l.byLength(false) }},
	{lazy(`\b(?:sum|total|add up|add together|add these|altogether)\b`), true, func(l list, _ []string) string { return show(l.sum(), -1) }},
	{lazy(`\b(?:product|multiply)\b`), true, func(l list, _ []string) string { return l.product() }},
	{lazy(`\b(?:reverse|reversed|backwards)\b`), false, func(l list, _ []string) string { slices.Reverse(l.items); return join(l.items) }},
	{lazy(`\b(?:how many|count|length of)\b.*\b(?:items|numbers|words|elements|entries|values|list)\b`), false, func(l list, _ []string) string { return strconv.Itoa(len(l.items)) }},
	{lazy(`\b(?:what comes next|next number|next term|continue)\b`), true, func(l list, _ []string) string { return l.next() }},
	{lazy(`\b(?:last|final) (?:item|number|word|element)`), false, func(l list, _ []string) string { return nth(l.items, len(l.items)-1) }},
	{lazy(`\b(first|second|third|fourth|fifth|sixth|\d+(?:st|nd|rd|th)) (?:item|number|word|element)`), false, func(l list, m []string) string { return nth(l.items, ordinal(m[1])-1) }},
}

func solveList(q *query) (reply, bool) {
	l, ok := q.list()
	if !ok || len(quotedWord.FindAllString(q.text, 2)) == 1 || q.contains("dictionary", "definition", "meaning", "json") {
		return unknown()
	}
	for _, t := range listTasks {
		m := t.form.FindStringSubmatch(l.head)
		if m == nil || t.numeric && l.nums == nil {
			continue
		}
		if text := t.do(l, append(m, "", "")); text != "" {
			return known(text)
		}
	}
	return unknown()
}

func join(items []string) string { return strings.Join(items, ", ") }

func nth(items []string, i int) string {
	if i < 0 || i >= len(items) {
		return ""
	}
	return items[i]
}

func distinct(items []string) []string {
	var out []string
	for _, s := range items {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

func (l list) sorted(descending bool) []string {
	order := make([]int, len(l.items))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		if descending {
			a, b = b, a
		}
		return l.nums[a].Cmp(l.nums[b])
	})
	out := make([]string, len(order))
	for i, at := range order {
		out[i] = l.items[at]
	}
	return out
}

func (l list) alphabetical(descending bool) []string {
	out := slices.Clone(l.items)
	slices.SortStableFunc(out, func(a, b string) int { return cmp.Compare(strings.ToLower(a), strings.ToLower(b)) })
	if descending {
		slices.Reverse(out)
	}
	return out
}

func (l list) countBeyond(limit string, sign int) string {
	v, ok := parseRat(limit)
	if !ok {
		return ""
	}
	n := 0
	for _, x := range l.nums {
		if x.Cmp(v) == sign {
			n++
		}
	}
	return strconv.Itoa(n)
}

func (l list) countParity(odd bool) string {
	n := 0
	for _, x := range l.nums {
		if x.IsInt() && (x.Num().Bit(0) == 1) == odd {
			n++
		}
	}
	return strconv.Itoa(n)
}

func (l list) sum() *big.Rat {
	v := new(big.Rat)
	for _, x := range l.nums {
		v.Add(v, x)
	}
	return v
}

func (l list) product() string {
	v := big.NewRat(1, 1)
	for _, x := range l.nums {
		if v.Mul(v, x); v.Num().BitLen() > maxBits {
			return ""
		}
	}
	return show(v, -1)
}

func (l list) mean(_ []string) string {
	return show(new(big.Rat).Quo(l.sum(), big.NewRat(int64(len(l.nums)), 1)), -1)
}

func (l list) median(_ []string) string {
	s := numbers(l.sorted(false))
	n := len(s)
	if n%2 == 1 {
		return show(s[n/2], -1)
	}
	v := new(big.Rat).Add(s[n/2-1], s[n/2])
	return show(v.Quo(v, big.NewRat(2, 1)), -1)
}

func (l list) span(_ []string) string {
	s := numbers(l.sorted(false))
	return show(new(big.Rat).Sub(s[len(s)-1], s[0]), -1)
}

func (l list) mode() string {
	best, top := "", 0
	for _, s := range l.items {
		n := 0
		for _, t := range l.items {
			if s == t {
				n++
			}
		}
		if n > top {
			best, top = s, n
		}
	}
	return best
}

func (l list) byLength(longest bool) string {
	best := l.items[0]
	for _, s := range l.items[1:] {
		if len(s) != len(best) && (len(s) > len(best)) == longest {
			best = s
		}
	}
	return best
}

// next continues a sequence with equal differences or equal quotients.
func (l list) next() string {
	n := len(l.nums)
	if n < 3 {
		return ""
	}
	step := new(big.Rat).Sub(l.nums[1], l.nums[0])
	equal := true
	for i := 2; i < n; i++ {
		equal = equal && new(big.Rat).Sub(l.nums[i], l.nums[i-1]).Cmp(step) == 0
	}
	if equal {
		return show(step.Add(step, l.nums[n-1]), -1)
	}
	return l.nextQuotient()
}

func (l list) nextQuotient() string {
	if l.nums[0].Sign() == 0 {
		return ""
	}
	ratio := new(big.Rat).Quo(l.nums[1], l.nums[0])
	for i := 1; i < len(l.nums); i++ {
		if new(big.Rat).Mul(l.nums[i-1], ratio).Cmp(l.nums[i]) != 0 {
			return ""
		}
	}
	return show(ratio.Mul(ratio, l.nums[len(l.nums)-1]), -1)
}

// ordinal reads "third" or "3rd"; zero when it is neither.
func ordinal(s string) int {
	for i, w := range strings.Fields("first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth") {
		if s == w {
			return i + 1
		}
	}
	n, err := strconv.Atoi(strings.TrimRight(s, "stndrh"))
	if err != nil {
		return 0
	}
	return n
}
