package vision

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/dendra-net/dendra/subnets/vision/picture"
)

// Bounds of an answer.
const (
	maxAnswer  = 256 << 10 // bytes
	maxText    = 4 << 10   // bytes of its text
	maxNamed   = 64        // alternatives of one character
	slack      = 1e-3      // by which the chances of one character may sum to more than 1
	plainTrust = 0.9       // chance of a character that came without log-probabilities
)

// chances are those of every class for one character.
type chances [len(picture.Classes)]float64

// ErrAnswer says why an answer is none.
var ErrAnswer = errors.New("not an answer")

func unfit(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrAnswer, fmt.Sprintf(format, args...))
}

// named is a token with the logarithm of its chance.
type named struct {
	Token   *string  `json:"token"`
	Logprob *float64 `json:"logprob"`
}

type scored struct {
	named
	Top []named `json:"top_logprobs"`
}

type completion struct {
	Choices []struct {
		Message struct {
			Content *string `json:"content"`
		} `json:"message"`
		Logprobs *struct {
			Content []scored `json:"content"`
		} `json:"logprobs"`
	} `json:"choices"`
}

// readAnswer takes the chances of every character out of a chat completion that anyone may have written. Of texts, what
// the pictures say, it heeds the lengths only.
func readAnswer(body []byte, texts []string) ([]chances, error) {
	if len(body) == 0 || len(body) > maxAnswer {
		return nil, unfit("its body has %d bytes, 1 to %d are read", len(body), maxAnswer)
	}
	var c completion
	if err := json.Unmarshal(body, &c); err != nil {
		return nil, unfit("its body is no chat completion: %v", err)
	}
	if len(c.Choices) == 0 || c.Choices[0].Message.Content == nil {
		return nil, unfit("it has no message")
	}
	text := *c.Choices[0].Message.Content
	if len(text) > maxText {
		return nil, unfit("its text has %d bytes, at most %d are read", len(text), maxText)
	}
	if l := c.Choices[0].Logprobs; l != nil && len(l.Content) > 0 {
		tokens, ofCharacters, err := characterTokens(l.Content)
		if err != nil {
			return nil, err
		}
		if ofCharacters {
			return readTokens(tokens, text, len(strings.Join(texts, "")))
		}
	}
	return readText(text, texts)
}

// characterTokens are the tokens that name a character each. It reports false where a token has several: a language
// model's own, which do not tell how sure it is of each character.
func characterTokens(list []scored) (out []scored, ok bool, err error) {
	for i, s := range list {
		if s.Token == nil || s.Logprob == nil {
			return nil, false, unfit("entry %d of logprobs has no token or no logprob", i)
		}
		switch token := []rune(strings.TrimSpace(*s.Token)); {
		case len(token) == 1 && isClass(token[0]):
			out = append(out, s)
		case strings.ContainsFunc(string(token), isClass):
			return nil, false, nil
		}
	}
	return out, true, nil
}

func isClass(r rune) bool {
	_, ok := picture.Class(r)
	return ok
}

// readTokens reads one character from each token; their text must be the answer's, for users read that.
func readTokens(tokens []scored, text string, n int) ([]chances, error) {
	if len(tokens) != n {
		return nil, unfit("logprobs are of %d characters, the pictures have %d", len(tokens), n)
	}
	said := classesIn(text)
	out := make([]chances, n)
	for i, s := range tokens {
		c, _ := picture.Class([]rune(strings.TrimSpace(*s.Token))[0])
		if len(said) != n || said[i] != c {
			return nil, unfit("its text and its logprobs say different things")
		}
		var err error
		if out[i], err = s.chances(c); err != nil {
			return nil, fmt.Errorf("character %d: %w", i, err)
		}
	}
	return out, nil
}

// chances reads the alternatives of a token; those that are small letters or have spaces count for their class, and what
// names no class for nobody.
func (s scored) chances(own int) (c chances, err error) {
	list := s.Top
	if len(list) == 0 {
		list = []named{s.named}
	}
	if len(list) > maxNamed {
		return c, unfit("%d alternatives, at most %d are read", len(list), maxNamed)
	}
	var known [len(c)]bool
	seen := make(map[string]bool, len(list))
	sum := 0.0
	for _, a := range list {
		switch {
		case a.Token == nil || a.Logprob == nil:
			return c, unfit("an alternative has no token or no logprob")
		case seen[*a.Token]:
			return c, unfit("%.20q comes twice", *a.Token)
		case !(*a.Logprob <= slack):
			return c, unfit("the logprob of %.20q is %v, above 0", *a.Token, *a.Logprob)
		}
		seen[*a.Token] = true
		p := math.Exp(*a.Logprob)
		sum += p
		if r := []rune(strings.TrimSpace(*a.Token)); len(r) == 1 && isClass(r[0]) {
			class, _ := picture.Class(r[0])
			c[class], known[class] = c[class]+p, true
		}
	}
	if sum > 1+slack {
		return c, unfit("the chances sum to %v", sum)
	}
	if !known[own] {
		return c, unfit("the character itself is not among its alternatives")
	}
	c.spread(known)
	return c, nil
}

// spread divides what is left of 1 evenly over the classes that were not named, or over all when all were.
func (c *chances) spread(known [len(picture.Classes)]bool) {
	sum, open := 0.0, 0
	for i, p := range c {
		sum += p
		if !known[i] {
			open++
		}
	}
	rest := max(1-sum, 0)
	for i := range c {
		switch {
		case open == 0:
			c[i] += rest / float64(len(c))
		case !known[i]:
			c[i] = rest / float64(open)
		}
		c[i] /= max(sum, 1)
	}
}

var (
	numbering = regexp.MustCompile(`(?m)^\s*(?:(?i:image|picture)\s*)?\d{1,2}[.):]\s+`)
	preface   = regexp.MustCompile(`(?s)^.*(?::|\bis|\bare|\breads?|\bsays?)\s`)
)

// readText reads characters without chances. It tries the whole text, the text without numbers before its lines, what
// follows the last colon, "is" or "reads", and the last line; the first that has as many characters as the pictures
// counts. Else, where there is a line or a word for each picture, those with as many characters as theirs count.
func readText(text string, texts []string) ([]chances, error) {
	trimmed := strings.TrimSpace(text)
	bare := numbering.ReplaceAllString(trimmed, "")
	if len(texts) > 1 && len(numbering.FindAllString(trimmed, -1)) == len(texts) {
		trimmed = bare // the numbers are of the pictures, not in them
	}
	n := len(strings.Join(texts, ""))
	for _, t := range []string{trimmed, bare, preface.ReplaceAllString(trimmed, ""), trimmed[strings.LastIndexByte(trimmed, '\n')+1:]} {
		if classes := classesIn(t); len(classes) == n {
			return plains(nil, classes), nil
		}
	}
	for _, parts := range [][]string{strings.FieldsFunc(bare, isBreak), strings.Fields(bare)} {
		if out, ok := readEach(parts, texts); ok {
			return out, nil
		}
	}
	return nil, unfit("%d characters are read from it, the pictures have %d", len(classesIn(trimmed)), n)
}

func isBreak(r rune) bool { return r == '\n' || r == '\r' }

// readEach reads each part as one picture. Of a part with more or fewer characters than its picture, nothing is known.
// It reports false when that is so of all.
func readEach(parts, texts []string) (out []chances, ok bool) {
	if len(parts) != len(texts) {
		return nil, false
	}
	for i, p := range parts {
		classes := classesIn(p)
		if len(classes) == len(texts[i]) {
			ok = true
		} else {
			classes = slices.Repeat([]int{-1}, len(texts[i]))
		}
		out = plains(out, classes)
	}
	return out, ok
}

func plains(out []chances, classes []int) []chances {
	for _, class := range classes {
		out = append(out, plain(class))
	}
	return out
}

// plain are the chances of a character that came without: one of no class says nothing.
func plain(class int) (c chances) {
	var known [len(c)]bool
	if class >= 0 {
		c[class], known[class] = plainTrust, true
	}
	c.spread(known)
	return c
}

// classesIn are the characters of a text, whatever is between them. A letter or digit of no class is -1, so that it keeps
// its place among the others.
func classesIn(text string) (out []int) {
	for _, r := range text {
		if class, ok := picture.Class(r); ok {
			out = append(out, class)
		} else if unicode.IsLetter(r) || unicode.IsDigit(r) {
			out = append(out, -1)
		}
	}
	return out
}
