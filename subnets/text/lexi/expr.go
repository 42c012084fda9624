package lexi

import (
	"errors"
	"math/big"
	"strings"
)

// Limits of a calculation: enough for any question a person types, and never more than a millisecond of work.
const (
	maxBits      = 8192
	maxTokens    = 2000
	maxDepth     = 60
	maxFactorial = 500
)

var (
	errSyntax  = errors.New("not an expression")
	errTooBig  = errors.New("number too big")
	errDivZero = errors.New("division by zero")
)

var tokenForm = lazy(`\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+|[A-Za-z_][A-Za-z_0-9]*|\*\*|//|[-+*/%^()!,]|\S`)

// evaluate computes an expression with variables exactly.
func evaluate(text string, vars map[string]*big.Rat) (*big.Rat, error) {
	toks := tokenForm.FindAllString(text, maxTokens+1)
	if len(toks) == 0 || len(toks) > maxTokens {
		return nil, errSyntax
	}
	p := &exprParser{toks: toks, vars: vars}
	v := p.sum()
	if p.err == nil && p.pos < len(p.toks) {
		p.err = errSyntax
	}
	return v, p.err
}

// exprParser computes while it parses. After the first error every step returns zero.
type exprParser struct {
	toks  []string
	pos   int
	depth int
	vars  map[string]*big.Rat
	err   error
}

func (p *exprParser) fail(err error) *big.Rat {
	if p.err == nil {
		p.err = err
	}
	return new(big.Rat)
}

func (p *exprParser) peek() string {
	if p.pos >= len(p.toks) || p.err != nil {
		return ""
	}
	return p.toks[p.pos]
}

func (p *exprParser) accept(options ...string) string {
	t := p.peek()
	for _, o := range options {
		if t == o && t != "" {
			p.pos++
			return t
		}
	}
	return ""
}

func (p *exprParser) checked(v *big.Rat) *big.Rat {
	if v.Num().BitLen() > maxBits || v.Denom().BitLen() > maxBits {
		return p.fail(errTooBig)
	}
	return v
}

func (p *exprParser) sum() *big.Rat {
	if p.depth++; p.depth > maxDepth {
		return p.fail(errSyntax)
	}
	defer func() { p.depth-- }()
	v := p.term()
	for {
		switch p.accept("+", "-") {
		case "+":
			v = p.checked(new(big.Rat).Add(v, p.term()))
		case "-":
			v = p.checked(new(big.Rat).Sub(v, p.term()))
		default:
			return v
		}
	}
}

func (p *exprParser) term() *big.Rat {
	v := p.unary()
	for {
		op := p.accept("*", "/", "//", "%")
		if op == "" {
			return v
		}
		w := p.unary()
		if op != "*" && w.Sign() == 0 {
			return p.fail(errDivZero)
		}
		switch op {
		case "*":
			v = new(big.Rat).Mul(v, w)
		case "/":
			v = new(big.Rat).Quo(v, w)
		case "//":
			v = floor(new(big.Rat).Quo(v, w))
		case "%":
			whole := floor(new(big.Rat).Quo(v, w))
			v = new(big.Rat).Sub(v, whole.Mul(whole, w))
		}
		v = p.checked(v)
	}
}

func floor(v *big.Rat) *big.Rat {
	return new(big.Rat).SetInt(new(big.Int).Div(v.Num(), v.Denom()))
}

func (p *exprParser) unary() *big.Rat {
	negative := false
	for {
		switch p.accept("-", "+") {
		case "-":
			negative = !negative
		case "":
			v := p.power()
			if negative {
				return new(big.Rat).Neg(v)
			}
			return v
		}
	}
}

func (p *exprParser) power() *big.Rat {
	base := p.postfix()
	if p.accept("^", "**") == "" {
		return base
	}
	if p.depth++; p.depth > maxDepth {
		return p.fail(errSyntax)
	}
	defer func() { p.depth-- }()
	e := p.unary()
	return p.raise(base, e)
}

func (p *exprParser) raise(base, e *big.Rat) *big.Rat {
	if !e.IsInt() || !e.Num().IsInt64() {
		return p.fail(errTooBig)
	}
	n := e.Num().Int64()
	if n < 0 && base.Sign() == 0 {
		return p.fail(errDivZero)
	}
	size := int64(max(base.Num().BitLen(), base.Denom().BitLen()))
	if n > maxBits || n < -maxBits || size*abs64(n) > 2*maxBits {
		return p.fail(errTooBig)
	}
	exp := big.NewInt(abs64(n))
	v := new(big.Rat).SetFrac(new(big.Int).Exp(base.Num(), exp, nil), new(big.Int).Exp(base.Denom(), exp, nil))
	if n < 0 {
		v.Inv(v)
	}
	return p.checked(v)
}

func abs64(n int64) int64 {
	if n < 0 {
		return -n
	}
	return n
}

func (p *exprParser) postfix() *big.Rat {
	v := p.primary()
	for p.accept("!") != "" {
		if !v.IsInt() || v.Sign() < 0 || v.Num().Cmp(big.NewInt(maxFactorial)) > 0 {
			return p.fail(errTooBig)
		}
		v = p.checked(new(big.Rat).SetInt(new(big.Int).MulRange(1, v.Num().Int64())))
	}
	return v
}

func (p *exprParser) primary() *big.Rat {
	t := p.peek()
	if t == "" {
		return p.fail(errSyntax)
	}
	p.pos++
	switch c := t[0]; {
	case c >= '0' && c <= '9' || c == '.' && len(t) > 1:
		v, ok := new(big.Rat).SetString(strings.ReplaceAll(t, ",", ""))
		if !ok {
			return p.fail(errSyntax)
		}
		return p.checked(v)
	case t == "(":
		v := p.sum()
		if p.accept(")") == "" {
			return p.fail(errSyntax)
		}
		return v
	}
	if v, ok := p.vars[t]; ok {
		return v
	}
	return p.call(t)
}

// call evaluates abs, min, max and sqrt of bracketed arguments.
func (p *exprParser) call(name string) *big.Rat {
	if p.accept("(") == "" {
		return p.fail(errSyntax)
	}
	args := []*big.Rat{p.sum()}
	for p.accept(",") != "" {
		args = append(args, p.sum())
	}
	if p.accept(")") == "" {
		return p.fail(errSyntax)
	}
	v := args[0]
	switch name {
	case "abs":
		return new(big.Rat).Abs(v)
	case "sqrt":
		return p.root(v)
	case "min", "max":
		for _, a := range args[1:] {
			if (a.Cmp(v) < 0) == (name == "min") {
				v = a
			}
		}
		return v
	}
	return p.fail(errSyntax)
}

// root is exact for squares of rationals and good to 12 digits otherwise.
func (p *exprParser) root(v *big.Rat) *big.Rat {
	if v.Sign() < 0 {
		return p.fail(errSyntax)
	}
	n, d := new(big.Int).Sqrt(v.Num()), new(big.Int).Sqrt(v.Denom())
	r := new(big.Rat).SetFrac(n, d)
	if new(big.Rat).Mul(r, r).Cmp(v) == 0 {
		return r
	}
	scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(24), nil)
	scaled := new(big.Int).Div(new(big.Int).Mul(v.Num(), scale), v.Denom())
	return new(big.Rat).SetFrac(scaled.Sqrt(scaled), scale.Sqrt(scale))
}
