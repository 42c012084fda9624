package lexi

import (
	"errors"
	"math/big"
	"slices"
	"strings"
)

var errProgram = errors.New("not a program")

const maxSteps = 5000 // of 32 bytes of statement each, before a program is given up

var (
	assignForm = lazy(`^(?:(?:let|var|int|set|const)\s+)?([A-Za-z_]\w{0,20})\s*(=|:=|\+=|-=|\*=|/=|//=|%=|\bto\b)\s*([^=].*)$`)
	outputForm = lazy(`^(?:print|return|output|echo|show|console\.log)\b\s*(.+)$`)
	ifForm     = lazy(`^(?:el)?if\s+(.+?):\s*(.*)$`)
	elseForm   = lazy(`^else:\s*(.*)$`)
	rangeForm  = lazy(`^for\s+([A-Za-z_]\w*)\s+in\s+range\(([^:]+)\):\s*(.*)$`)
	repeatForm = lazy(`^(?:repeat|do)\s+(.+?)\s+times:\s*(.*)$`)
	whileForm  = lazy(`^while\s+(.+?):\s*(.*)$`)
	condForm   = lazy(`^(.+?)(==|!=|<=|>=|<|>)(.+)$`)
	askedVar   = lazy(`(?i)(?:value (?:of|has)|what is|print) (?:the (?:final )?(?:value of )?)?(?:variable )?` + "`?" + `([A-Za-z_]\w*)` + "`?" + `(?: at the end| after| hold)?`)
)

// line is one line of a program.
type line struct {
	indent int
	text   string
}

// machine runs lines. It stops at the first output.
type machine struct {
	vars   map[string]*big.Rat
	out    *big.Rat
	steps  int
	result bool
}

// solveProgram runs code that stands in the question line by line.
func solveProgram(q *query) (reply, bool) {
	code, rest := codeLines(q.text)
	if len(code) < 2 {
		return unknown()
	}
	m := &machine{vars: map[string]*big.Rat{}}
	if err := m.run(code); err != nil {
		return unknown()
	}
	if m.result {
		return known(show(m.out, q.decimals()))
	}
	for _, asked := range askedVar.FindAllStringSubmatch(rest, -1) {
		if v, ok := m.vars[asked[1]]; ok {
			return known(show(v, q.decimals()))
		}
	}
	return unknown()
}

// codeLines separates statements from prose; "a = 1; b = 2" on one line counts as two.
func codeLines(text string) (code []line, rest string) {
	for _, l := range strings.Split(text, "\n") {
		bare := strings.TrimRight(strings.TrimSpace(l), ";")
		indent := len(l) - len(strings.TrimLeft(l, " \t"))
		for _, s := range strings.Split(bare, ";") {
			if s = strings.TrimSpace(s); isStatement(s) {
				code = append(code, line{indent, s})
			} else {
				rest += s + "\n"
			}
		}
	}
	return code, rest
}

func isStatement(s string) bool {
	if strings.HasSuffix(s, "?") {
		return false
	}
	if outputForm.MatchString(s) {
		return strings.Contains(s, "(") || len(strings.Fields(s)) <= 2
	}
	return slices.ContainsFunc([]pattern{assignForm, ifForm, elseForm, rangeForm, repeatForm, whileForm}, func(f pattern) bool { return f.MatchString(s) })
}

// run executes lines of one block; a line that is indented deeper belongs to the statement above it.
func (m *machine) run(lines []line) error {
	for len(lines) > 0 && !m.result {
		head := lines[0]
		n := 1
		for n < len(lines) && lines[n].indent > head.indent {
			n++
		}
		var alternative []line
		body := lines[1:n]
		lines = lines[n:]
		if ifForm.MatchString(head.text) {
			alternative, lines = elseOf(head.indent, lines)
		}
		if err := m.step(head.text, body, alternative); err != nil {
			return err
		}
	}
	return nil
}

// elseOf cuts the else (or elif, as an if of its own) that follows an if.
func elseOf(indent int, lines []line) (alternative, rest []line) {
	if len(lines) == 0 || lines[0].indent != indent || !strings.HasPrefix(lines[0].text, "el") {
		return nil, lines
	}
	n := 1
	for n < len(lines) && (lines[n].indent > indent || strings.HasPrefix(lines[0].text, "elif") && strings.HasPrefix(lines[n].text, "el")) {
		n++
	}
	if m := elseForm.FindStringSubmatch(lines[0].text); m != nil {
		return inline(m[1], lines[1:n]), lines[n:]
	}
	return append([]line{{indent, strings.TrimPrefix(lines[0].text, "el")}}, lines[1:n]...), lines[n:]
}

// inline puts a statement that follows a colon in front of the block below it.
func inline(text string, body []line) []line {
	if text == "" {
		return body
	}
	return append([]line{{0, text}}, body...)
}

func (m *machine) step(text string, body, alternative []line) error {
	if m.steps += 1 + len(text)/32; m.steps > maxSteps {
		return errProgram
	}
	if f := ifForm.FindStringSubmatch(text); f != nil {
		return m.branch(f[1], inline(f[2], body), alternative)
	}
	if f := rangeForm.FindStringSubmatch(text); f != nil {
		return m.count(f[1], f[2], inline(f[3], body))
	}
	if f := repeatForm.FindStringSubmatch(text); f != nil {
		return m.count("", f[1], inline(f[2], body))
	}
	if f := whileForm.FindStringSubmatch(text); f != nil {
		return m.loop(f[1], inline(f[2], body))
	}
	if f := outputForm.FindStringSubmatch(text); f != nil {
		var err error
		m.out, err = evaluate(f[1], m.vars)
		m.result = err == nil
		return err
	}
	return m.assign(text)
}

func (m *machine) assign(text string) error {
	f := assignForm.FindStringSubmatch(text)
	if f == nil {
		return errProgram
	}
	expr := f[3]
	if op := strings.TrimSuffix(f[2], "="); op != "" && op != ":" && op != "to" {
		expr = f[1] + op + "(" + expr + ")"
	}
	v, err := evaluate(expr, m.vars)
	if err == nil {
		m.vars[f[1]] = v
	}
	return err
}

func (m *machine) branch(cond string, body, alternative []line) error {
	yes, err := m.test(cond)
	if err != nil {
		return err
	}
	if yes {
		return m.run(body)
	}
	return m.run(alternative)
}

func (m *machine) test(cond string) (bool, error) {
	f := condForm.FindStringSubmatch(strings.Trim(cond, "()"))
	if f == nil {
		return false, errProgram
	}
	a, err := evaluate(f[1], m.vars)
	if err != nil {
		return false, err
	}
	b, err := evaluate(f[3], m.vars)
	if err != nil {
		return false, err
	}
	c := a.Cmp(b)
	return map[string]bool{"==": c == 0, "!=": c != 0, "<": c < 0, "<=": c <= 0, ">": c > 0, ">=": c >= 0}[f[2]], nil
}

// count runs body for each number of a range: "n", or "from, to".
func (m *machine) count(name, args string, body []line) error {
	from, to := new(big.Rat), new(big.Rat)
	bounds := strings.SplitN(args, ",", 2)
	for i, b := range bounds {
		v, err := evaluate(b, m.vars)
		if err != nil {
			return err
		}
		if i == 0 && len(bounds) == 2 {
			from = v
		} else {
			to = v
		}
	}
	for at := new(big.Rat).Set(from); at.Cmp(to) < 0 && !m.result; at = new(big.Rat).Add(at, big.NewRat(1, 1)) {
		if name != "" {
			m.vars[name] = at
		}
		if m.steps++; m.steps > maxSteps {
			return errProgram
		}
		if err := m.run(body); err != nil {
			return err
		}
	}
	return nil
}

func (m *machine) loop(cond string, body []line) error {
	for !m.result {
		if m.steps++; m.steps > maxSteps {
			return errProgram
		}
		yes, err := m.test(cond)
		if err != nil || !yes {
			return err
		}
		if err := m.run(body); err != nil {
			return err
		}
	}
	return nil
}
