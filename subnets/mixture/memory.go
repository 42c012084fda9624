package mixture

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"github.com/dendra-net/dendra/mix"
	"github.com/dendra-net/dendra/mix/merit"
	"github.com/dendra-net/dendra/neuron"
)

// memory is what a validator keeps from exam to exam: how it stands with each miner, and the latest positions with what
// everybody gave the byte that came, which the router learns from.
//
//	"DMIXMEM" 1 | length, state of merit | count, names | count, lessons
//	length of a state and count of lessons: uint32, little endian; count of names: uint16
//	name: its length as a byte, its bytes; lesson: length of its context as a byte, its bytes, a level for each name
type memory struct {
	merit   *merit.State
	names   []string // of miners
	lessons []lesson // oldest first
}

// lesson is a position after its byte was revealed.
type lesson struct {
	context []byte
	levels  []byte // by name, as package doc of Quantise has it
}

const (
	memoryMagic = "DMIXMEM\x01"
	mostLessons = 2048
	mostBytes   = 1 << 20 // of a memory, as neuron.Findings has it
	unknown     = 102     // the level of a uniform guess
)

var errMemory = errors.New("not a memory of this subnet")

// recall reads a memory. One that is damaged is as good as none, and the error says why.
func recall(raw []byte) (memory, error) {
	m, err := parseMemory(raw)
	if err != nil {
		return memory{merit: new(merit.State)}, err
	}
	return m, nil
}

// admitted lists the names of those who are paid.
func (m *memory) admitted() []string {
	var list []string
	for _, v := range m.merit.Versions {
		if v.Admitted {
			list = append(list, v.ID)
		}
	}
	slices.Sort(list)
	return list
}

// follow lets the router, who has learnt from earlier exams, follow this one: at each position it blends those who are
// admitted and then is told what came. It returns what that cost by position, and remembers the positions.
func (m *memory) follow(p merit.Panel) []float64 {
	m.rename(p)
	from := len(m.lessons)
	for i := range p.Positions {
		l := lesson{context: p.Positions[i].Context, levels: slices.Repeat([]byte{unknown}, len(m.names))}
		for _, miner := range p.Miners {
			if k, ok := slices.BinarySearch(m.names, miner.ID); ok && miner.Likelihoods != nil {
				l.levels[k] = levelOf(miner.Likelihoods[i])
			}
		}
		m.lessons = append(m.lessons, l)
	}
	r := m.router()
	var bits []float64
	if r != nil {
		bits = r.learn(m.lessons)[from:]
	}
	m.lessons = m.lessons[max(0, len(m.lessons)-mostLessons):]
	return bits
}

// rename gives lessons the names of the miners that there are now.
func (m *memory) rename(p merit.Panel) {
	names := make([]string, len(p.Miners))
	for i, miner := range p.Miners {
		names[i] = miner.ID
	}
	slices.Sort(names)
	for i, l := range m.lessons {
		levels := slices.Repeat([]byte{unknown}, len(names))
		for k, name := range m.names {
			if at, ok := slices.BinarySearch(names, name); ok {
				levels[at] = l.levels[k]
			}
		}
		m.lessons[i].levels = levels
	}
	m.names = names
}

// router weighs some of the miners of a memory.
type router struct {
	*mix.Router
	columns []int // in lessons, by expert
	names   []string
}

// router is nil when nobody is admitted.
func (m *memory) router() *router {
	r := &router{}
	for _, name := range m.admitted() {
		if k, ok := slices.BinarySearch(m.names, name); ok {
			r.columns, r.names = append(r.columns, k), append(r.names, name)
		}
	}
	if len(r.columns) == 0 {
		return nil
	}
	var err error
	if r.Router, err = mix.NewRouter(len(r.columns), 0); err != nil {
		panic(err) // cannot happen: no more miners than an exam has
	}
	return r
}

// learn goes through lessons and returns what each cost before it was learnt.
func (r *router) learn(lessons []lesson) []float64 {
	bits := make([]float64, len(lessons))
	gave := make([]float64, len(r.columns))
	for i, l := range lessons {
		for k, c := range r.columns {
			gave[k] = levels[l.levels[c]]
		}
		var err error
		if bits[i], err = r.Learn(l.context, gave); err != nil {
			panic(err) // cannot happen: levels are probabilities, one for each expert
		}
	}
	return bits
}

// Weigh makes of an exam's memory the say that each miner has in Collective: the router's, who has learnt from the latest
// positions. Whoever is not admitted has none. It is nil when the memory knows nobody, and refuses what is no memory.
func Weigh(raw []byte) (func(context []byte, miners []neuron.Address) []float64, error) {
	m, err := parseMemory(raw)
	if err != nil {
		return nil, err
	}
	r := m.router()
	if r == nil {
		return nil, nil
	}
	r.learn(m.lessons)
	return r.weigh, nil
}

func (r *router) weigh(context []byte, miners []neuron.Address) []float64 {
	all := r.Weights(context)
	out := make([]float64, len(miners))
	for i, m := range miners {
		if k, ok := slices.BinarySearch(r.names, string(m)); ok {
			out[i] = all[k]
		}
	}
	return out
}

// admit leaves those that the router knows, or all when there is none of them.
func (r *router) admit(miners []neuron.Address) []neuron.Address {
	var known []neuron.Address
	for _, m := range miners {
		if slices.Contains(r.names, string(m)) {
			known = append(known, m)
		}
	}
	if len(known) == 0 {
		return miners
	}
	return known
}

// Admitted lists the miners that a memory has let in, in the order of their addresses.
func Admitted(raw []byte) ([]neuron.Address, error) {
	m, err := parseMemory(raw)
	if err != nil {
		return nil, err
	}
	var list []neuron.Address
	for _, name := range m.admitted() {
		list = append(list, neuron.Address(name))
	}
	return list, nil
}

// bytes writes a memory. What does not fit are the oldest lessons.
func (m *memory) bytes() ([]byte, error) {
	state, err := m.merit.Bytes()
	if err != nil {
		return nil, err
	}
	b := binary.LittleEndian.AppendUint32([]byte(memoryMagic), uint32(len(state)))
	b = binary.LittleEndian.AppendUint16(append(b, state...), uint16(len(m.names)))
	for _, name := range m.names {
		b = append(append(b, byte(len(name))), name...)
	}
	lessons := m.lessons[max(0, len(m.lessons)-(mostBytes-len(b)-4)/(1+MaxPrefixBytes+len(m.names))):]
	b = binary.LittleEndian.AppendUint32(b, uint32(len(lessons)))
	for _, l := range lessons {
		b = append(append(b, byte(len(l.context))), l.context...)
		b = append(b, l.levels...)
	}
	return b, nil
}

// scanner takes a memory apart. After the first shortfall everything it returns is empty.
type scanner struct {
	left  []byte
	short bool
}

func (s *scanner) take(n int) []byte {
	if n > len(s.left) {
		s.short, s.left = true, nil
		return make([]byte, 0)
	}
	out := s.left[:n]
	s.left = s.left[n:]
	return out
}

func (s *scanner) number(bytes int) int {
	var n int
	for i, b := range s.take(bytes) {
		n |= int(b) << (8 * i)
	}
	return n
}

func parseMemory(raw []byte) (memory, error) {
	if len(raw) == 0 {
		return memory{merit: new(merit.State)}, nil
	}
	s := &scanner{left: raw}
	if string(s.take(len(memoryMagic))) != memoryMagic {
		return memory{}, fmt.Errorf("%w: it does not begin with %q", errMemory, memoryMagic)
	}
	state, err := merit.Parse(s.take(s.number(4)))
	if err != nil {
		return memory{}, fmt.Errorf("%w: %w", errMemory, err)
	}
	m := memory{merit: state}
	for range s.number(2) {
		m.names = append(m.names, string(s.take(s.number(1))))
	}
	for n := s.number(4); n > 0 && !s.short; n-- {
		m.lessons = append(m.lessons, lesson{context: s.take(s.number(1)), levels: s.take(len(m.names))})
	}
	switch {
	case s.short:
		return memory{}, fmt.Errorf("%w: its %d bytes end too early", errMemory, len(raw))
	case len(s.left) > 0:
		return memory{}, fmt.Errorf("%w: %d bytes follow it", errMemory, len(s.left))
	case len(m.names) > merit.MaxMiners || !slices.IsSorted(m.names) || len(m.lessons) > mostLessons:
		return memory{}, fmt.Errorf("%w: %d names, %d lessons", errMemory, len(m.names), len(m.lessons))
	}
	return m, nil
}
