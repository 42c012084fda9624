package text

import (
	"fmt"
	"strconv"
	"strings"
)

// jsonField is one member of the object that is asked for.
type jsonField struct {
	key, kind, stated, encoded string
}

func (d *draw) jsonFields() []jsonField {
	colour := oneOf(d, colours...)
	tags := d.distinctWords(2 + d.intn(2))
	encodedTags := make([]string, len(tags))
	for i, t := range tags {
		encodedTags[i] = encode(t)
	}
	name, n, yes := d.name(2)+" "+d.name(2), d.between(2, 90*d.level), d.chance(50)
	all := []jsonField{
		{oneOf(d, "name", "owner", "author"), "string", name, encode(name)},
		{oneOf(d, "age", "count", "size"), "integer", strconv.Itoa(n), strconv.Itoa(n)},
		{oneOf(d, "active", "ready", "open"), "boolean", strconv.FormatBool(yes), strconv.FormatBool(yes)},
		{oneOf(d, "tags", "labels"), "list of strings", strings.Join(tags, ", "), "[" + strings.Join(encodedTags, ",") + "]"},
		{"colour", "string", colour, encode(colour)},
	}
	return some(d, min(len(all), 1+d.level), all)
}

// makeJSON asks for an object whose members are stated in prose.
func makeJSON(d *draw) item {
	fields := d.jsonFields()
	members := make([]string, len(fields))
	for i, f := range fields {
		members[i] = encode(f.key) + ":" + f.encoded
	}
	prompt := oneOf(d, recordLines, recordSentence, recordKeys)(d, fields)
	return item{prompt, nil, truth{kindJSON, "{" + strings.Join(members, ",") + "}"}}
}

func recordLines(d *draw, fields []jsonField) string {
	lines := []string{oneOf(d, "Write this record as a JSON object and reply with nothing else:", "Reply with only a JSON object that holds this record:",
		"Turn these fields into one JSON object. Output the JSON only.")}
	for _, f := range fields {
		lines = append(lines, fmt.Sprintf("%s: %s (%s)", f.key, f.stated, f.kind))
	}
	return strings.Join(lines, "\n")
}

func recordSentence(d *draw, fields []jsonField) string {
	parts := make([]string, len(fields))
	for i, f := range fields {
		parts[i] = fmt.Sprintf("%q (%s) set to %s", f.key, f.kind, f.stated)
	}
	return oneOf(d, "Reply with only a JSON object with exactly these keys: ", "Return nothing but a JSON object that has these keys: ") + strings.Join(parts, ", ") + "."
}

func recordKeys(d *draw, fields []jsonField) string {
	parts := make([]string, len(fields))
	for i, f := range fields {
		parts[i] = fmt.Sprintf("the key %q must hold the %s %s", f.key, f.kind, f.stated)
	}
	return oneOf(d, "Output JSON only. In the object ", "Answer with one JSON object and no other text, in which ") + strings.Join(parts, ", ") + "."
}

var sentenceWords = strings.Fields("river lamp window forest bread winter music garden silver train letter bridge morning paper stone kitchen market cloud")

// makeInstruction asks for a sentence under constraints.
func makeInstruction(d *draw) item {
	if d.chance(25) {
		return d.repeated()
	}
	n := d.between(4, 5+2*d.level)
	words := some(d, 2, sentenceWords)
	rule := []string{"words=" + strconv.Itoa(n)}
	prompt := d.fill([]string{"n", strconv.Itoa(n)}, "Write a sentence of exactly {n} words", "Write one sentence with exactly {n} words", "Give me a sentence that has exactly {n} words")
	if d.chance(60) {
		prompt, rule = prompt+fmt.Sprintf(` and contains the word "%s"`, words[0]), append(rule, "has="+words[0])
	}
	if d.level > 1 && d.chance(50) {
		prompt, rule = prompt+fmt.Sprintf(` and ends with the word "%s"`, words[1]), append(rule, "end="+words[1])
	}
	prompt += "."
	if letter := oneOf(d, "z", "k", "u", "p"); d.level > 2 && d.chance(50) && !strings.Contains(strings.Join(words, ""), letter) {
		prompt, rule = prompt+fmt.Sprintf(` Do not use the letter "%s".`, letter), append(rule, "avoid="+letter)
	}
	return item{prompt, []string{"Reply with the sentence only.", "Nothing else, please.", ""}, truth{kindSentence, strings.Join(rule, " ")}}
}

func (d *draw) repeated() item {
	n, w := d.between(2, 3+d.level), d.coin(2)
	sep := oneOf(d, "commas", "hyphens", "spaces")
	mark := map[string]string{"commas": ", ", "hyphens": "-", "spaces": " "}[sep]
	prompt := d.fill([]string{"n", strconv.Itoa(n), "w", w, "s", sep},
		`Repeat the word "{w}" {n} times, separated by {s}.`, `Write the word "{w}" {n} times with {s} in between.`)
	return item{prompt, textRules, truth{kindExact, strings.TrimSuffix(strings.Repeat(w+mark, n), mark)}}
}
