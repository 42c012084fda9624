package merit

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
)

// memory is a gate that has learnt from all panels so far whom of the members to believe. Nobody is paid by it: it is
// the blend that anyone could make who had listened for long, and against which newcomers are held.
type memory struct {
	IDs     []string // of the members, at most mostMembers
	Weights []byte   // by bucket, the public model's first and then by member, as little-endian float32
	Squares []byte   // by bucket
}

func (m *memory) check() error {
	width := len(m.IDs) + 1
	switch {
	case len(m.IDs) == 0 && len(m.Weights) == 0 && len(m.Squares) == 0:
		return nil
	case len(m.IDs) > mostMembers || len(m.Weights) != 4*(buckets+1)*width || len(m.Squares) != 4*(buckets+1):
		return fmt.Errorf("%w: a gate for %d members has %d and %d bytes", ErrState, len(m.IDs), len(m.Weights), len(m.Squares))
	}
	for _, raw := range [][]byte{m.Weights, m.Squares} {
		for i := 0; i < len(raw); i += 4 {
			if v := numberAt(raw, i/4); !(math.Abs(v) < 1e6) {
				return fmt.Errorf("%w: a gate weighs by %v", ErrState, v)
			}
		}
	}
	return nil
}

func numberAt(raw []byte, i int) float64 {
	return float64(math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:])))
}

func pack(list []float64) []byte {
	raw := make([]byte, 0, 4*len(list))
	for _, v := range list {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(float32(v)))
	}
	return raw
}

// load makes g, for the public model and these members, what was learnt of them. Of whom nothing is known it thinks as
// of the public model.
func (m *memory) load(g *gate, ids []string) {
	g.forget()
	if len(m.Weights) == 0 {
		return
	}
	from := make([]int, g.width) // columns of m; the public model's is 0
	for k, id := range ids {
		from[k+1] = slices.Index(m.IDs, id) + 1
	}
	width := len(m.IDs) + 1
	for b := range buckets + 1 {
		for k, at := range from {
			g.weights[b*g.width+k] = numberAt(m.Weights, b*width+at)
		}
		g.squares[b] = numberAt(m.Squares, b)
	}
}

// store replaces what is remembered.
func (m *memory) store(g *gate, ids []string) {
	*m = memory{IDs: ids, Weights: pack(g.weights), Squares: pack(g.squares)}
}

// study lets the memory learn the panel with those who are members now.
func (e *exam) study() {
	members := e.members()
	columns, ids := columnsOf(members), e.idsOf(columnsOf(members))
	r := e.pools.rows(columns)
	g := newGate(r.width)
	e.memory.load(g, ids)
	for i, context := range e.pools.contexts {
		g.learn(context, r.row(i))
	}
	e.memory.store(g, ids)
}

// idsOf names the miners behind columns; older artifacts have no name.
func (e *exam) idsOf(columns []int) []string {
	ids := make([]string, len(columns))
	for k, c := range columns {
		for _, n := range e.entrants {
			if n.column == c {
				ids[k] = n.version.ID
			}
		}
	}
	return ids
}

// blend is what the memory makes of these columns when it has also learnt from the passages of other folds: the
// likelihoods of the blend with the public model, and by position the weights of the columns among themselves.
func (e *exam) blend(columns []int) (likelihoods []float64, weights [][]float64) {
	p, ids := e.pools, e.idsOf(columns)
	r := p.rows(columns)
	g := newGate(r.width)
	likelihoods, weights = make([]float64, len(p.fold)), make([][]float64, len(p.fold))
	for f := range uint8(folds) {
		e.memory.load(g, ids)
		for i, own := range p.fold {
			if own != f {
				g.learn(p.contexts[i], r.row(i))
			}
		}
		for i, own := range p.fold {
			if own == f {
				likelihoods[i] = g.mixed(p.contexts[i], r.row(i))
				weights[i] = shareOut(g.scores[1:])
			}
		}
	}
	return likelihoods, weights
}

// shareOut makes positive numbers sum to one.
func shareOut(list []float64) []float64 {
	sum := 0.0
	for _, v := range list {
		sum += v
	}
	out := make([]float64, len(list))
	for k, v := range list {
		out[k] = v / sum
	}
	return out
}
