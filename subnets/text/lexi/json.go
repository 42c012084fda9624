package lexi

import (
	"encoding/json"
	"strings"
)

// fieldForms are the ways to state one field of a JSON object: key, type and value are named groups.
var fieldForms = []pattern{
	lazy(`(?im)^\s*[-*•]?\s*["'“]?(?P<key>\w+)["'”]?\s*[:=]\s*(?P<value>.+?)\s*\((?P<type>[a-z ]+)\)\s*[,;.]?\s*$`),
	lazy(`(?i)["'“](?P<key>\w+)["'”] \((?P<type>[a-z ]+)\) (?:set to|equal to|being|=|with value|whose value is|as|is) (?P<value>.+?)(?:;|\.?\s*$|\.\s*\n|, (?:and )?["'“]\w+["'”] \()`),
	lazy(`(?i)\bkey ["'“]?(?P<key>\w+)["'”]? (?:must hold|holds|holding|has|having|with|maps to|must be|is) (?:the |an? )?(?P<type>string|text|number|integer|boolean|list of strings|list of numbers|array of strings|array of numbers|list) (?P<value>.+?)(?:;|\.?\s*$|\.\s*\n|,? (?:and )?(?:the )?key )`),
}

// solveJSON writes the object whose fields the question states.
func solveJSON(q *query) (reply, bool) {
	if !strings.Contains(strings.ToLower(q.raw), "json") {
		return unknown()
	}
	for _, f := range fieldForms {
		if fields := readFields(f, q.raw); len(fields) > 0 {
			return known(writeObject(fields))
		}
	}
	return unknown()
}

type field struct {
	key   string
	value any
}

// readFields scans from one field to the next; what ends a field may begin the next one.
func readFields(form pattern, text string) []field {
	var out []field
	for len(out) < 64 {
		m := form.FindStringSubmatchIndex(text)
		if m == nil {
			return out
		}
		group := func(name string) string {
			i := form.SubexpIndex(name)
			return text[m[2*i]:m[2*i+1]]
		}
		out = append(out, field{group("key"), typed(group("type"), strings.TrimSpace(group("value")))})
		text = text[m[2*form.SubexpIndex("value")+1]:]
		if m2 := 2*form.SubexpIndex("type") + 1; m[m2] > m[2*form.SubexpIndex("value")+1] {
			text = text[m[m2]-m[2*form.SubexpIndex("value")+1]:]
		}
	}
	return out
}

// typed turns a stated value into a JSON value of the stated type.
func typed(kind, value string) any {
	kind = strings.ToLower(kind)
	switch {
	case strings.Contains(kind, "list") || strings.Contains(kind, "array"):
		return typedList(kind, value)
	case strings.Contains(kind, "number") || strings.Contains(kind, "integer"):
		n := strings.ReplaceAll(inner(value), ",", "")
		if json.Valid([]byte(n)) {
			return json.Number(n)
		}
	case strings.Contains(kind, "bool"):
		v := strings.ToLower(inner(value))
		return v == "true" || v == "yes"
	}
	return inner(value)
}

func typedList(kind, value string) any {
	items := []any{}
	for _, s := range strings.Split(strings.Trim(value, "[] "), ",") {
		s = strings.TrimPrefix(strings.TrimSpace(s), "and ")
		if strings.Contains(kind, "number") {
			items = append(items, typed("number", s))
			continue
		}
		items = append(items, inner(s))
	}
	return items
}

func writeObject(fields []field) string {
	var b strings.Builder
	b.WriteString("{")
	for i, f := range fields {
		if i > 0 {
			b.WriteString(", ")
		}
		key, errK := json.Marshal(f.key)
		value, errV := json.Marshal(f.value)
		if errK != nil || errV != nil {
			return ""
		}
		b.Write(key)
		b.WriteString(": ")
		b.Write(value)
	}
	return b.String() + "}"
}
