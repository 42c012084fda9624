package vector

import (
	"errors"
	"fmt"
	"maps"
	"math/big"
	"slices"
)

// Check is one expectation of a step: all values of a field, some of its rows, or one value.
type Check struct {
	Field string
	Tol   *big.Rat // tolerance of the source, for its own arithmetic
	All   []*Value // one per uid, nil where nothing is expected
	Rows  []row[*big.Rat]
	Exact bool // rows hold these cells and no others
	At    []uint16
	Op    string
	Value *Value
}

// Value is an expected number or boolean.
type Value struct {
	Number *big.Rat // nil for a boolean
	Truth  bool
}

var operators = []string{"==", "~", ">", ">=", "<", "<=", "!="}

func (s *scanner) check() Check {
	c, hasRows := Check{Op: "==", Tol: new(big.Rat)}, false
	s.keep()
	s.object(func(key string) {
		switch key {
		case "field":
			c.Field = s.text()
		case "tol":
			c.Tol = s.number()
		case "all":
			c.All = append([]*Value{}, list(s, s.value)...)
		case "rows":
			c.Rows, hasRows = rows(s, s.number), true
		case "exact_rows":
			c.Exact = s.boolean()
		case "at":
			c.At = list(s, s.uid)
		case "op":
			c.Op = s.text()
		case "value":
			c.Value = s.value()
		case "unchecked_upstream":
			s.boolean()
		case "note":
			s.text()
		default:
			s.unknown(key)
		}
	})
	if hasRows && c.Rows == nil {
		c.Rows = []row[*big.Rat]{}
	}
	return c
}

// value reads a number, a boolean, or null.
func (s *scanner) value() *Value {
	switch t := s.token().(type) {
	case nil:
		return nil
	case bool:
		return &Value{Truth: t}
	default:
		return &Value{Number: s.asNumber(t)}
	}
}

// sound reports what is wrong with the check in a network of n neurons.
func (c Check) sound(n int) error {
	kind, known := fields[c.Field]
	switch {
	case !known:
		return fmt.Errorf("unknown field %q", brief(c.Field))
	case c.Tol.Sign() < 0:
		return errors.New("tol is negative")
	case !slices.Contains(operators, c.Op):
		return fmt.Errorf("unknown operator %q", brief(c.Op))
	case c.All != nil && (kind.matrix || len(c.All) != n):
		return fmt.Errorf("want one value for each of %d neurons, have %d", n, len(c.All))
	case c.All == nil && c.Rows != nil && !kind.matrix:
		return fmt.Errorf("field %q has no rows", c.Field)
	case c.All == nil && c.Rows == nil && c.Value == nil:
		return errors.New(`want "all", "rows", or "at" with "value"`)
	}
	return c.soundPlaces(n, kind)
}

func (c Check) soundPlaces(n int, kind fieldKind) error {
	for _, v := range append(slices.Clone(c.All), c.Value) {
		if v != nil && (v.Number == nil) != kind.boolean {
			return fmt.Errorf("field %q expects another type of value", c.Field)
		}
	}
	for _, r := range c.Rows {
		if int(r.uid) >= n {
			return fmt.Errorf("row of uid %d in a network of %d", r.uid, n)
		}
	}
	if c.All != nil || c.Rows != nil {
		return nil
	}
	want := 1
	if kind.matrix {
		want = 2
	}
	if len(c.At) != want || int(c.At[0]) >= n || int(c.At[want-1]) >= n {
		return fmt.Errorf("want %d uids of a network of %d in \"at\", have %d", want, n, len(c.At))
	}
	return nil
}

// perUID returns the expected value for each uid, nil where there is none.
func (c Check) perUID(n int) []*Value {
	if c.All != nil {
		return c.All
	}
	out := make([]*Value, n)
	out[c.At[0]] = c.Value
	return out
}

// Derived is what the oracle computed for a step: flags, and integers of exact arithmetic or reals.
type Derived struct {
	Flags    map[string][]bool
	Numbers  map[string][]*big.Rat
	HasBonds bool
	Bonds    []row[uint16]
}

func (s *scanner) derived() *Derived {
	d := &Derived{Flags: map[string][]bool{}, Numbers: map[string][]*big.Rat{}}
	s.object(func(key string) {
		switch key {
		case "exact", "reals":
			s.object(func(field string) { s.derivedField(field, d) })
		case "q32": // another arithmetic's integers
			s.object(func(field string) {
				s.derivedField(field, &Derived{Flags: map[string][]bool{}, Numbers: map[string][]*big.Rat{}})
			})
		default:
			s.unknown(key)
		}
	})
	return d
}

func (s *scanner) derivedField(field string, d *Derived) {
	kind, known := fields[field]
	switch {
	case !known || kind.matrix && kind.unit != unitU16:
		s.unknown(field)
	case kind.matrix:
		d.Bonds, d.HasBonds = rows(s, s.u16), true
	case kind.boolean:
		d.Flags[field] = list(s, s.boolean)
	default:
		d.Numbers[field] = list(s, s.number)
	}
}

// sound reports what does not fit a network of n neurons.
func (d *Derived) sound(n int) error {
	for _, name := range slices.Sorted(maps.Keys(d.Flags)) {
		if len(d.Flags[name]) != n {
			return fmt.Errorf("%s: want %d elements, have %d", name, n, len(d.Flags[name]))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(d.Numbers)) {
		if len(d.Numbers[name]) != n {
			return fmt.Errorf("%s: want %d elements, have %d", name, n, len(d.Numbers[name]))
		}
	}
	for _, r := range d.Bonds {
		if int(r.uid) >= n {
			return fmt.Errorf("bonds_u16: row of uid %d in a network of %d", r.uid, n)
		}
	}
	return nil
}
