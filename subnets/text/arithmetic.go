package text

import (
	"fmt"
	"strconv"
)

var numberRules = []string{
	"Reply with the number only.", "Just the number, please.", "Answer with only the number.",
	"No explanation, only the result.", "Give only the final number.",
}

// expr is a node of a calculation on whole numbers.
type expr struct {
	op   byte // 0 for a number
	a, b *expr
	n    int64
}

func (e *expr) value() int64 {
	if e.op == 0 {
		return e.n
	}
	a, b := e.a.value(), e.b.value()
	switch e.op {
	case '+':
		return a + b
	case '-':
		return a - b
	}
	return a * b
}

// write shows the calculation with the signs given for plus, minus and times, and brackets where they are needed.
func (e *expr) write(plus, minus, times string) string {
	if e.op == 0 {
		return strconv.FormatInt(e.n, 10)
	}
	sign := map[byte]string{'+': plus, '-': minus, '*': times}[e.op]
	return e.operand(e.a, false, plus, minus, times) + " " + sign + " " + e.operand(e.b, true, plus, minus, times)
}

func (e *expr) operand(x *expr, right bool, plus, minus, times string) string {
	s := x.write(plus, minus, times)
	loose := x.op == '+' || x.op == '-'
	if loose && (e.op == '*' || right && e.op == '-') || x.op == 0 && x.n < 0 && right {
		return "(" + s + ")"
	}
	return s
}

// sum draws a calculation of the given number of operations.
func (d *draw) sum(operations int) *expr {
	if operations == 0 {
		return &expr{n: int64(d.between(2, 12*d.level*d.level))}
	}
	left := d.intn(operations)
	e := &expr{op: oneOf(d, byte('+'), '-', '*'), a: d.sum(left), b: d.sum(operations - 1 - left)}
	if e.op == '*' && operations == 1 {
		e.b.n = int64(d.between(2, 9+3*d.level))
	}
	return e
}

func makeArithmetic(d *draw) item {
	switch {
	case d.chance(15):
		return d.remainder()
	case d.chance(15):
		return d.percent()
	case d.chance(20):
		return d.story()
	}
	e := d.sum(1 + d.intn(d.level+1))
	shown := e.write("+", "-", oneOf(d, "*", "*", "×"))
	if d.level <= 2 && d.chance(25) {
		shown = e.write("plus", "minus", "times")
	}
	prompt := d.fill([]string{"e", shown},
		"What is {e}?", "Compute {e}.", "Calculate {e}.", "How much is {e}?", "Work out {e}.", "Evaluate {e}.", "What's the result of {e}?")
	return item{prompt, numberRules, number(e.value())}
}

func (d *draw) remainder() item {
	a, b := d.between(20, 200*d.level*d.level), d.between(3, 10*d.level)
	prompt := d.fill([]string{"a", strconv.Itoa(a), "b", strconv.Itoa(b)},
		"What is the remainder when {a} is divided by {b}?", "What is {a} mod {b}?", "Compute {a} modulo {b}.",
		"What remainder of {a} divided by {b} is left? In other words, what is {a} mod {b}?")
	return item{prompt, numberRules, number(int64(a % b))}
}

func (d *draw) percent() item {
	p, base := 5*d.between(1, 19), 20*d.between(2, 50*d.level)
	prompt := d.fill([]string{"p", strconv.Itoa(p), "b", strconv.Itoa(base)},
		"What is {p}% of {b}?", "How much is {p} percent of {b}?", "Calculate {p}% of {b}.")
	return item{prompt, numberRules, number(int64(p * base / 100))}
}

// story hides a sum in a few sentences.
func (d *draw) story() item {
	who, what := d.name(2), oneOf(d, "coins", "stamps", "marbles", "apples", "books", "shells")
	if d.chance(40) {
		n, m := d.between(6, 20*d.level), d.between(3, 12*d.level)
		prompt := d.fill([]string{"n", strconv.Itoa(n), "m", strconv.Itoa(m), "w", what},
			"Each box holds {n} {w}. How many {w} are there in {m} boxes?",
			"A shelf holds {n} {w}. How many {w} fit on {m} such shelves?")
		return item{prompt, numberRules, number(int64(n * m))}
	}
	a, b := d.between(20, 60*d.level), d.between(3, 15*d.level)
	c := d.between(1, a)
	prompt := d.fill([]string{"p", who, "w", what, "a", strconv.Itoa(a), "b", strconv.Itoa(b), "c", strconv.Itoa(c)},
		"{p} has {a} {w}, finds {b} more and gives away {c}. How many {w} does {p} have now?",
		"{p} has {a} {w}. Then {p} loses {c} of them and buys {b} new ones. How many {w} are left?",
		"There are {a} {w} on the table. {p} takes nothing but adds {b}, and later sells {c}. How many {w} are there now?")
	return item{prompt, numberRules, number(int64(a + b - c))}
}

func number(n int64) truth { return truth{kindNumber, fmt.Sprint(n)} }
