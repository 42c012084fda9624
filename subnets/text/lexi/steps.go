package lexi

import (
	"math/big"
)

var (
	stepsStart = lazy(`(?:start|begin|starting|beginning) (?:with|from|at) (?:the number )?` + operand + `|(?:take|think of|pick) the number ` + operand + `|^take ` + operand)
	stepForms  = []struct {
		form pattern
		expr string // of x, the value so far, and n
	}{
		{lazy(`(?:add|plus|increase (?:it )?by|increase the result by) ` + operand), "x + n"},
		{lazy(`(?:subtract|minus|take away|decrease (?:it )?by|reduce (?:it )?by) ` + operand), "x - n"},
		{lazy(`(?:multiply|times)(?: it| the result| that)?(?: by)? ` + operand), "x * n"},
		{lazy(`divide(?: it| the result| that)?(?: by)? ` + operand), "x / n"},
		{lazy(`\b(?:double)\b()`), "x * 2"},
		{lazy(`\b(?:triple)\b()`), "x * 3"},
		{lazy(`\b(?:halve)\b()`), "x / 2"},
		{lazy(`\b(?:square)\b()`), "x ^ 2"},
		{lazy(`\b(?:negate|flip the sign)\b()`), "0 - x"},
	}
	clauseCut = lazy(`[;\n]|[.,](?:\s|$)|\band then\b|\bthen\b|\band\b`)
)

// solveSteps follows "Start with 7. Multiply by 3, then subtract 5. What do you get?".
func solveSteps(q *query) (reply, bool) {
	text := spellNumbers(q.low)
	at := stepsStart.FindStringSubmatchIndex(text)
	if at == nil {
		return unknown()
	}
	m := stepsStart.FindStringSubmatch(text)
	x, ok := parseRat(m[1] + m[2] + m[3])
	if !ok {
		return unknown()
	}
	taken := 0
	for _, clause := range clauseCut.Split(text[at[1]:], 200) {
		v, did, err := applyStep(x, clause)
		if err != nil {
			return unknown()
		}
		if did {
			x = v
			taken++
		}
	}
	if taken == 0 {
		return unknown()
	}
	return known(show(x, q.decimals()))
}

func applyStep(x *big.Rat, clause string) (*big.Rat, bool, error) {
	for _, s := range stepForms {
		m := s.form.FindStringSubmatch(clause)
		if m == nil {
			continue
		}
		vars := map[string]*big.Rat{"x": x}
		if n, ok := parseRat(m[1]); ok {
			vars["n"] = n
		}
		v, err := evaluate(s.expr, vars)
		return v, true, err
	}
	return x, false, nil
}
