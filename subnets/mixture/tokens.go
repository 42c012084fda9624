package mixture

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/dendra-net/dendra/mix"
)

// A server tells of tokens, an exam asks for bytes, and the place where a prefix ends is seldom where a token does: after
// "the qu" most models would not go on with "ick", because they would have written "quick" as one token. So the server is
// asked what follows "the", and of its tokens those count that begin with " qu": each votes for its next byte. A token
// that ends within " qu" (" q") says nothing of the byte after it, and what the server does not name says nothing at
// all: both are spread as a count model of the shipped text would, by how likely it finds the rest of what was begun.

// token is one that could come next, and how likely.
type token struct {
	text   string
	chance float64
}

// mostBegun is how much of a word may have begun, in bytes; of longer ones the prefix is taken as it is.
const mostBegun = 24

// lastWord cuts a prefix before the last white space, which tokens carry in front.
func lastWord(prefix []byte) (head, begun []byte) {
	at := bytes.LastIndexAny(prefix, " \n\t")
	if at <= 0 || len(prefix)-at > mostBegun {
		return prefix, nil
	}
	return prefix[:at], prefix[at:]
}

// guesser sorts a server's tokens by what they say of the byte after head and begun.
type guesser struct {
	background  *mix.NGram
	head, begun []byte
}

// sort sums the chances of tokens by the byte they give. within is the chance of those that end in what was begun, and
// elsewhere that of tokens that were not named, both as far as begun is likely to go on from them.
func (g guesser) sort(list []token) (sums [256]float64, within, elsewhere float64) {
	named := 0.0
	for _, t := range list {
		named += t.chance
		switch {
		case len(t.text) > len(g.begun) && strings.HasPrefix(t.text, string(g.begun)):
			sums[t.text[len(g.begun)]] += t.chance
		case t.text != "" && bytes.HasPrefix(g.begun, []byte(t.text)):
			within += t.chance * g.likely(len(t.text))
		}
	}
	return sums, within, max(0, 1-named) * g.likely(0)
}

// likely is how likely the background finds what was begun to go on as it did after its first n bytes.
func (g guesser) likely(n int) float64 {
	text := append(bytes.Clone(g.head), g.begun[:n]...)
	chance := 1.0
	var d mix.Dist
	for _, b := range g.begun[n:] {
		g.background.Predict(text, &d)
		chance *= float64(d[b])
		text = append(text, b)
	}
	return chance
}

// spread gives the background the rest, and makes sums to one.
func (g guesser) spread(sums *[256]float64, rest float64) {
	all := total(sums) + rest
	if all < 1e-12 { // the server knows nothing of such a place
		*sums, rest, all = [256]float64{}, 1, 1
	}
	var d mix.Dist
	g.background.Predict(append(bytes.Clone(g.head), g.begun...), &d)
	for b := range sums {
		sums[b] = (sums[b] + rest*float64(d[b])) / all
	}
}

func total(sums *[256]float64) (all float64) {
	for _, v := range sums {
		all += v
	}
	return all
}

// textOf is the text of a token as servers write it: "▁" for a space in front, "<0x0A>" for a byte, and nothing for
// tokens that are no text.
func textOf(name string) string {
	switch {
	case len(name) == 6 && strings.HasPrefix(name, "<0x") && name[5] == '>':
		if b, err := strconv.ParseUint(name[3:5], 16, 8); err == nil {
			return string([]byte{byte(b)})
		}
	case strings.HasPrefix(name, "<|") && strings.HasSuffix(name, "|>"), name == "</s>", name == "<s>", name == "<unk>":
		return ""
	}
	if rest, ok := strings.CutPrefix(name, "▁"); ok {
		return " " + rest
	}
	return name
}
