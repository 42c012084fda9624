package wordnet

import (
	"bytes"
	"strings"
)

// Terms splits text into the stems by which definitions are indexed: lower case, without the commonest words.
func Terms(text string) []string {
	var out []string
	eachTerm(appendLower(nil, []byte(text)), func(stem []byte) { out = append(out, string(stem)) })
	return out
}

// appendLower appends text with ASCII letters in lower case.
func appendLower(b, text []byte) []byte {
	for _, c := range text {
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		b = append(b, c)
	}
	return b
}

// eachTerm calls do with the stem of every term of lower, which it may change. The slice is valid during the call.
func eachTerm(lower []byte, do func(stem []byte)) {
	for len(lower) > 0 {
		n := 0
		for n < len(lower) && isTerm(lower[n]) {
			n++
		}
		if w := lower[:n]; n > 1 && !stopWords[string(w)] {
			do(stem(w))
		}
		lower = lower[min(n+1, len(lower)):]
	}
}

func isTerm(c byte) bool { return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c >= 0x80 }

var stopWords = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields("a an the of or and in to for by with on at from as is are be that which who whom whose it its " +
		"this these those any some such not no one having used especially usually often being was were has have into than " +
		"used when where what you your their his her they he she etc esp can may very more most other something someone") {
		m[w] = true
	}
	return m
}()

// endingsCut are the commonest endings of English and what stands in their place, so that "dogs" and "dog", or
// "colored" and "color", meet.
var endingsCut = [...]struct{ from, to string }{{"ies", "y"}, {"ing", ""}, {"ed", ""}, {"es", ""}, {"s", ""}}

// stem shortens w in place.
func stem(w []byte) []byte {
	if bytes.HasSuffix(w, []byte("ss")) {
		return w
	}
	for _, e := range endingsCut {
		n := len(w) - len(e.from)
		if n < 3 || string(w[n:]) != e.from {
			continue
		}
		w = append(w[:n], e.to...)
		if n := len(w); e.to == "" && w[n-1] == w[n-2] {
			w = w[:n-1]
		}
		break
	}
	return bytes.TrimSuffix(w, []byte("e"))
}
