package text

import (
	"fmt"
	"strconv"
	"strings"
)

func makeProgram(d *draw) item {
	if d.chance(35) {
		return d.steps()
	}
	p := &program{d: d, vars: map[string]int{}}
	for _, name := range some(d, 2, strings.Split("a b c n x y k m total count", " ")) {
		p.declare(name)
	}
	for range d.level {
		p.statement()
	}
	out, value := p.output()
	code := strings.Join(append(p.lines, out), "\n")
	prompt := d.fill([]string{"c", code},
		"What does this program print?\n{c}", "What is the output of the following code?\n```\n{c}\n```", "Run this in your head and tell me what it prints:\n\n{c}\n",
		"```python\n{c}\n```\nWhat is printed?")
	return item{prompt, numberRules, number(int64(value))}
}

// program is written and run at the same time.
type program struct {
	d     *draw
	names []string
	vars  map[string]int
	lines []string
}

func (p *program) declare(name string) {
	p.names = append(p.names, name)
	p.vars[name] = p.d.between(1, 9*p.d.level)
	p.lines = append(p.lines, fmt.Sprintf("%s = %d", name, p.vars[name]))
}

func (p *program) statement() {
	oneOf(p.d, p.update, p.update, p.loop, p.branch)()
}

// change draws an assignment to one variable and returns its text and its effect.
func (p *program) change() (text string, run func()) {
	x, y := oneOf(p.d, p.names...), oneOf(p.d, p.names...)
	k := p.d.between(2, 9)
	switch p.d.intn(5) {
	case 0:
		return fmt.Sprintf("%s += %d", x, k), func() { p.vars[x] += k }
	case 1:
		return fmt.Sprintf("%s = %s + %s", x, x, y), func() { p.vars[x] += p.vars[y] }
	case 2:
		return fmt.Sprintf("%s = %s * %d - %s", x, x, k, y), func() { p.vars[x] = p.vars[x]*k - p.vars[y] }
	case 3:
		return fmt.Sprintf("%s -= %d", x, k), func() { p.vars[x] -= k }
	}
	return fmt.Sprintf("%s = (%s + %s) %% %d", x, x, y, k+5), func() { p.vars[x] = mod(p.vars[x]+p.vars[y], k+5) }
}

// mod is the remainder that is never negative, as in Python.
func mod(a, b int) int { return (a%b + b) % b }

func (p *program) update() {
	text, run := p.change()
	p.lines = append(p.lines, text)
	run()
}

func (p *program) loop() {
	n := p.d.between(2, 3)
	text, run := p.change()
	p.lines = append(p.lines, oneOf(p.d, "for i in range("+strconv.Itoa(n)+"):", "repeat "+strconv.Itoa(n)+" times:"), "    "+text)
	for range n {
		run()
	}
}

func (p *program) branch() {
	x, k := oneOf(p.d, p.names...), p.d.between(1, 30)
	yes, runYes := p.change()
	p.lines = append(p.lines, fmt.Sprintf("if %s > %d:", x, k), "    "+yes)
	taken := p.vars[x] > k
	if p.d.chance(60) {
		no, runNo := p.change()
		p.lines = append(p.lines, "else:", "    "+no)
		if !taken {
			runNo()
		}
	}
	if taken {
		runYes()
	}
}

func (p *program) output() (text string, value int) {
	x := oneOf(p.d, p.names...)
	if p.d.chance(40) {
		return fmt.Sprintf("print(%s + %s)", p.names[0], p.names[1]), p.vars[p.names[0]] + p.vars[p.names[1]]
	}
	return "print(" + x + ")", p.vars[x]
}

// steps tells a calculation in words.
func (d *draw) steps() item {
	v := d.between(2, 20*d.level)
	parts := []string{oneOf(d, "Start with ", "Begin with ", "Take the number ") + strconv.Itoa(v)}
	for range 1 + d.level {
		k := d.between(2, 9)
		switch d.intn(4) {
		case 0:
			parts, v = append(parts, fmt.Sprintf("add %d", k)), v+k
		case 1:
			parts, v = append(parts, fmt.Sprintf("subtract %d", k)), v-k
		case 2:
			parts, v = append(parts, fmt.Sprintf("multiply by %d", k)), v*k
		case 3:
			parts, v = append(parts, oneOf(d, "double it", "double the result")), v*2
		}
	}
	last := len(parts) - 1
	story := strings.Join(parts[:last], ", ") + oneOf(d, ", then ", " and then ", " and finally ") + parts[last]
	if d.chance(40) {
		for i := range parts {
			parts[i] = strings.ToUpper(parts[i][:1]) + parts[i][1:]
		}
		story = strings.Join(parts, ". ")
	}
	return item{story + oneOf(d, ". What do you get?", ". What is the result?", ". Which number comes out?"), numberRules, number(int64(v))}
}
