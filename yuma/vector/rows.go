package vector

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
)

const (
	delimOpenList   = json.Delim('[')
	delimOpenObject = json.Delim('{')
)

// row is one row of a sparse matrix, cells in the order written.
type row[T any] struct {
	uid   uint16
	cells []cell[T]
}

type cell[T any] struct {
	uid   uint16
	value T
}

// rows reads {"uid": [[uid, value], ...]} or {"blocks": [...]}. Rows come back in ascending order without repetition, and
// so do the cells of each.
func rows[T any](s *scanner, value func() T) []row[T] {
	m := &matrixReader[T]{s: s, value: value, at: map[uint16]int{}}
	s.object(func(key string) {
		if key == "blocks" {
			s.array(func(int) { m.block() })
			return
		}
		m.sparse(key)
	})
	slices.SortFunc(m.rows, func(a, b row[T]) int { return cmp.Compare(a.uid, b.uid) })
	for k := range m.rows {
		m.rows[k].cells = lastOfEach(m.rows[k].cells)
	}
	return m.rows
}

type matrixReader[T any] struct {
	s     *scanner
	value func() T
	rows  []row[T]
	at    map[uint16]int // place of each row in rows
}

// count notes that more cells are coming and refuses too many.
func (s *scanner) count(cells int) bool {
	s.cells += cells
	if s.cells > MaxCells {
		s.fail("more than %d cells in all matrices together", MaxCells)
	}
	return s.err == nil
}

func (m *matrixReader[T]) sparse(key string) {
	uid, err := strconv.ParseUint(key, 10, 16)
	if _, twice := m.at[uint16(uid)]; err != nil || twice {
		m.s.fail("want a uid that appears once, have %q", brief(key))
		return
	}
	m.s.count(1)
	r, seen := row[T]{uid: uint16(uid)}, map[uint16]bool{}
	m.s.array(func(int) {
		c := m.pair()
		if seen[c.uid] {
			m.s.fail("uid %d appears twice in row %d", c.uid, uid)
		}
		seen[c.uid] = true
		r.cells = append(r.cells, c)
	})
	m.at[r.uid] = len(m.rows)
	m.rows = append(m.rows, r)
}

// pair reads [uid, value].
func (m *matrixReader[T]) pair() (c cell[T]) {
	elements := 0
	m.s.count(1)
	m.s.array(func(i int) {
		elements++
		switch i {
		case 0:
			c.uid = m.s.uid()
		case 1:
			c.value = m.value()
		default:
			m.s.fail("want [uid, value]")
		}
	})
	if elements != 2 {
		m.s.fail("want [uid, value]")
	}
	return c
}

// block reads {"rows": set, "cols": set, "w": value} or {"diagonal": set, "w": value}.
func (m *matrixReader[T]) block() {
	var b struct {
		kind                 string
		rows, cols, diagonal []uint64
		w                    T
		hasW, isDiagonal     bool
	}
	b.kind = "range"
	m.s.object(func(key string) {
		switch key {
		case "kind":
			b.kind = m.s.text()
		case "rows":
			b.rows = m.s.wholes()
		case "cols":
			b.cols = m.s.wholes()
		case "diagonal":
			b.diagonal, b.isDiagonal = m.s.wholes(), true
		case "w":
			b.w, b.hasW = m.value(), true
		default:
			m.s.unknown(key)
		}
	})
	if !b.hasW {
		m.s.fail(`field "w" is missing`)
	}
	if b.isDiagonal {
		for _, i := range m.s.uids(b.kind, b.diagonal) {
			m.set([]uint16{i}, []uint16{i}, b.w)
		}
		return
	}
	m.set(m.s.uids(b.kind, b.rows), m.s.uids(b.kind, b.cols), b.w)
}

func (m *matrixReader[T]) set(rows, cols []uint16, w T) {
	if !m.s.count(len(rows) * len(cols)) {
		return
	}
	for _, i := range rows {
		k, known := m.at[i]
		if !known {
			k = len(m.rows)
			m.at[i] = k
			m.rows = append(m.rows, row[T]{uid: i})
		}
		for _, j := range cols {
			m.rows[k].cells = append(m.rows[k].cells, cell[T]{j, w})
		}
	}
}

// uids expands a set of uids: a list, or [start, end, step] with the end excluded.
func (s *scanner) uids(kind string, set []uint64) (out []uint16) {
	for _, v := range set {
		if v > maxN {
			s.fail("uid %d is above %d", v, maxUID)
			return nil
		}
	}
	switch {
	case kind == "list":
		for _, v := range set {
			if v > maxUID {
				s.fail("uid %d is above %d", v, maxUID)
			}
			out = append(out, uint16(v))
		}
	case kind == "range" && len(set) == 3 && set[2] > 0:
		for v := set[0]; v < set[1]; v += set[2] {
			out = append(out, uint16(v))
		}
	default:
		s.fail("want a list, or a range [start, end, step]; have %q of %d numbers", brief(kind), len(set))
	}
	return out
}

// lastOfEach sorts cells by uid and keeps what was written last for each.
func lastOfEach[T any](cells []cell[T]) []cell[T] {
	slices.SortStableFunc(cells, func(a, b cell[T]) int { return cmp.Compare(a.uid, b.uid) })
	out := cells[:0]
	for _, c := range cells {
		if len(out) > 0 && out[len(out)-1].uid == c.uid {
			out[len(out)-1] = c
			continue
		}
		out = append(out, c)
	}
	return out
}

// matrix makes rows per uid out of sparse rows of a network of n neurons.
func matrix[T, C any](sparse []row[T], n int, build func(uid uint16, value T) C) ([][]C, *Error) {
	out := make([][]C, n)
	for _, r := range sparse {
		if int(r.uid) >= n {
			return nil, &Error{Path: fmt.Sprintf(".%d", r.uid), Reason: fmt.Sprintf("row of uid %d in a network of %d", r.uid, n)}
		}
		out[r.uid] = make([]C, len(r.cells))
		for k, c := range r.cells {
			out[r.uid][k] = build(c.uid, c.value)
		}
	}
	return out, nil
}
