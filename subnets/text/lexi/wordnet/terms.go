package wordnet

import "strings"

// Terms splits text into the stems by which definitions are indexed: lower case, without the commonest words.
func Terms(text string) []string {
	var out []string
	for _, w := range strings.FieldsFunc(strings.ToLower(text), notTerm) {
		if len(w) > 1 && !stopWords[w] {
			out = append(out, stem(w))
		}
	}
	return out
}

func notTerm(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r < 0x80 }

var stopWords = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields("a an the of or and in to for by with on at from as is are be that which who whom whose it its " +
		"this these those any some such not no one having used especially usually often being was were has have into than " +
		"used when where what you your their his her they he she etc esp can may very more most other something someone") {
		m[w] = true
	}
	return m
}()

// stem removes the commonest English endings, so that "dogs", "dog" and "colored", "color" meet.
func stem(w string) string {
	for _, r := range [...][2]string{{"ies", "y"}, {"sses", "ss"}, {"ing", ""}, {"ed", ""}, {"es", ""}, {"s", ""}} {
		base, ok := strings.CutSuffix(w, r[0])
		if !ok || len(base) < 3 || strings.HasSuffix(w, "ss") {
			continue
		}
		return strings.TrimSuffix(undouble(base)+r[1], "e")
	}
	return strings.TrimSuffix(w, "e")
}
