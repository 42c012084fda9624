package vector

import (
	"math"
	"math/big"

	"github.com/dendra-net/dendra/yuma"
)

// document is a file as written, before its parts were held against each other.
type document struct {
	file     File
	format   string
	params   *params
	steps    []step
	hasN     bool
	hasCases bool
	// cases, tol and network belong to the other kinds. Cases are read last: the kind, which may stand behind them, says how.
	casesBegin, casesEnd int
	tol                  *big.Rat
	network              *Network
}

// step is a step as written.
type step struct {
	params       *params
	block, last  uint64
	emission     uint64
	stake        []uint64
	lastUpdate   []uint64
	registeredAt []uint64
	permits      []bool
	commits      []uint64
	weights      []row[uint16]
	bonds        []row[uint16]
	reset        []uint16
	expect       []Check
	derived      *Derived
	present      map[string]bool
}

func (s *scanner) document() (d document) {
	s.object(func(key string) {
		switch key {
		case "format":
			d.format = s.text()
		case "kind":
			d.file.Kind = s.text()
		case "id":
			d.file.ID = s.text()
		case "source":
			d.file.Source = s.text()
		case "origin":
			d.file.Origin = s.text()
		case "note":
			d.file.Note = s.text()
		case "n":
			d.file.N, d.hasN = int(s.whole(maxN)), true
		case "params":
			d.params = s.params()
		case "steps":
			d.steps = s.steps()
		case "knife_edge":
			d.file.KnifeEdge = s.boolean()
		case "dust":
			d.file.Dust = s.boolean()
		case "cases":
			d.hasCases = true
			d.casesBegin, d.casesEnd = s.postpone()
		case "tol":
			d.tol = s.amount()
		case "network":
			d.network = s.network()
		default:
			s.unknown(key)
		}
	})
	return d
}

func (s *scanner) steps() (out []step) {
	s.array(func(i int) {
		if i >= MaxSteps {
			s.fail("more than %d steps", MaxSteps)
		}
		out = append(out, s.step())
	})
	return out
}

func (s *scanner) step() (st step) {
	st.present = map[string]bool{}
	s.object(func(key string) {
		st.present[key] = true
		switch key {
		case "block":
			st.block = s.whole(math.MaxUint64)
		case "last_step_block":
			st.last = s.whole(math.MaxUint64)
		case "emission":
			st.emission = s.whole(math.MaxUint64)
		case "stake":
			st.stake = s.wholes()
		case "last_update":
			st.lastUpdate = s.wholes()
		case "registered_at":
			st.registeredAt = s.wholes()
		case "permits_in":
			st.permits = list(s, s.boolean)
		case "commit_block":
			st.commits = s.commits()
		case "params":
			st.params = s.params()
		case "weights":
			st.weights = rows(s, s.u16)
		case "bonds_in":
			st.bonds = rows(s, s.u16)
		case "reset_bond_columns":
			st.reset = list(s, s.uid)
		case "carry":
			s.boolean()
		case "note":
			s.text()
		case "expect":
			st.expect = list(s, s.check)
		case "derived":
			st.derived = s.derived()
		default:
			s.unknown(key)
		}
	})
	for _, key := range []string{"block", "emission", "stake", "last_update", "registered_at", "permits_in", "weights", "expect"} {
		if !st.present[key] {
			s.fail("field %q is missing", key)
		}
	}
	return st
}

// list reads an array of at most maxN elements.
func list[T any](s *scanner, item func() T) (out []T) {
	s.array(func(i int) {
		if i >= maxN {
			s.fail("more than %d elements", maxN)
		}
		out = append(out, item())
	})
	return out
}

func (s *scanner) wholes() []uint64 {
	return list(s, func() uint64 { return s.whole(math.MaxUint64) })
}

func (s *scanner) u16() uint16 { return uint16(s.whole(math.MaxUint16)) }

// commits reads a list of heights or nulls, or null for none at all.
func (s *scanner) commits() (out []uint64) {
	t := s.token()
	if t == nil {
		return nil
	}
	if t != delimOpenList {
		s.fail("want a list or null, have %s", describe(t))
	}
	for i := 0; s.err == nil && s.dec.More(); i++ {
		if i >= maxN {
			s.fail("more than %d elements", maxN)
		}
		height := yuma.NoCommit
		if t := s.token(); t != nil {
			height = s.asWhole(t, math.MaxUint64)
		}
		out = append(out, height)
	}
	s.token()
	return out
}
