package nn

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"slices"
)

// ErrState says that a saved training cannot be taken up.
var ErrState = errors.New("no saved training")

// A saved training, little endian:
//
//	"NNSTATE1" | head | parameters | means | squares | CRC-32 (IEEE) of all before
//
// where each of the three is a float32 per parameter.
type stateHead struct {
	Dim, Layers, Heads, Hidden, Context uint32
	Steps, Batch, Warmup                uint32
	Peak, Floor, Decay, Clip            float32
	Seed                                uint64
	Step, Moved                         uint32
}

const stateMagic = "NNSTATE1"

// Save writes all that Resume needs, except the text.
func (t *Trainer) Save(w io.Writer) error {
	sum := crc32.NewIEEE()
	out := io.MultiWriter(w, sum)
	c, p := t.model.config, t.plan
	u := func(n int) uint32 { return uint32(n) }
	head := stateHead{
		u(c.Dim), u(c.Layers), u(c.Heads), u(c.Hidden), u(c.Context), u(p.Steps), u(p.Batch), u(p.Warmup),
		p.Peak, p.Floor, p.Decay, p.Clip, p.Seed, u(t.step), u(t.adam.Steps),
	}
	for _, part := range []any{[]byte(stateMagic), head, t.model.params, t.adam.Mean, t.adam.Square} {
		if err := binary.Write(out, binary.LittleEndian, part); err != nil {
			return fmt.Errorf("save training: %w", err)
		}
	}
	if err := binary.Write(w, binary.LittleEndian, sum.Sum32()); err != nil {
		return fmt.Errorf("save training: %w", err)
	}
	return nil
}

// Resume reads what Save wrote; with the same text, Run then goes on as if it had never stopped.
func Resume(r io.Reader, text []byte) (*Trainer, error) {
	sum := crc32.NewIEEE()
	in := io.TeeReader(r, sum)
	head, err := readHead(in)
	if err != nil {
		return nil, err
	}
	c := head.config()
	var parts [3][]float32
	for i := range parts {
		if parts[i], err = readFloats(in, c.Parameters()); err != nil {
			return nil, err
		}
	}
	var want uint32
	have := sum.Sum32()
	if err := binary.Read(r, binary.LittleEndian, &want); err != nil {
		return nil, fmt.Errorf("%w: it ends before its checksum: %w", ErrState, err)
	}
	if have != want {
		return nil, fmt.Errorf("%w: its checksum is %08x, it says %08x", ErrState, have, want)
	}
	return head.trainer(parts, text)
}

func (h stateHead) trainer(parts [3][]float32, text []byte) (*Trainer, error) {
	m, err := FromParameters(h.config(), parts[0])
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrState, err)
	}
	for _, v := range parts[2] {
		if v < 0 {
			return nil, fmt.Errorf("%w: a mean square is %v", ErrState, v)
		}
	}
	t, err := NewTrainer(m, text, h.plan())
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrState, err)
	}
	t.plan = h.plan() // as it was, not with today's defaults
	t.step, t.adam.Steps, t.adam.Mean, t.adam.Square = int(h.Step), int(h.Moved), parts[1], parts[2]
	return t, nil
}

func readHead(in io.Reader) (h stateHead, err error) {
	magic := make([]byte, len(stateMagic))
	if _, err := io.ReadFull(in, magic); err != nil || string(magic) != stateMagic {
		return h, fmt.Errorf("%w: it does not begin with %q", ErrState, stateMagic)
	}
	if err := binary.Read(in, binary.LittleEndian, &h); err != nil {
		return h, fmt.Errorf("%w: it ends in its head: %w", ErrState, err)
	}
	if err := h.config().Validate(); err != nil {
		return h, fmt.Errorf("%w: %w", ErrState, err)
	}
	if h.Step > h.Steps || h.Moved < h.Step {
		return h, fmt.Errorf("%w: it stands at step %d of %d after %d moves", ErrState, h.Step, h.Steps, h.Moved)
	}
	if err := h.plan().validate(); err != nil {
		return h, fmt.Errorf("%w: %w", ErrState, err)
	}
	return h, nil
}

func (h stateHead) config() Config {
	return Config{int(h.Dim), int(h.Layers), int(h.Heads), int(h.Hidden), int(h.Context)}
}

func (h stateHead) plan() Plan {
	return Plan{int(h.Steps), int(h.Batch), int(h.Warmup), h.Peak, h.Floor, h.Decay, h.Clip, h.Seed}
}

// readFloats reads n finite numbers and takes memory only as they arrive.
func readFloats(in io.Reader, n int) ([]float32, error) {
	const chunk = 1 << 16
	var list []float32
	raw := make([]byte, 4*min(n, chunk))
	for len(list) < n {
		part := raw[:4*min(chunk, n-len(list))]
		if _, err := io.ReadFull(in, part); err != nil {
			return nil, fmt.Errorf("%w: it ends after %d of %d numbers: %w", ErrState, len(list), n, err)
		}
		list = slices.Grow(list, len(part)/4)
		for ; len(part) > 0; part = part[4:] {
			v := math.Float32frombits(binary.LittleEndian.Uint32(part))
			if v != v || math.IsInf(float64(v), 0) {
				return nil, fmt.Errorf("%w: number %d is %v", ErrState, len(list), v)
			}
			list = append(list, v)
		}
	}
	return list, nil
}
