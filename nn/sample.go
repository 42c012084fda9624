package nn

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
)

// ErrNotFinite says that a model computes infinities or what is no number.
var ErrNotFinite = errors.New("the model's output is not finite")

// Sampler picks the next byte. Its zero value takes the likeliest.
type Sampler struct {
	Temperature float32 // 0 takes the likeliest byte, of several the smallest
	TopK        int     // keep the TopK likeliest; 0 keeps all
	TopP        float32 // keep the fewest whose chances sum to TopP; 0 keeps all
	// Draw returns an even draw from [0, 1). It is asked once a byte, and not at all at temperature 0.
	Draw func() float64
}

type candidate struct {
	token  byte
	chance float64
}

// Pick chooses a byte by its logits, which it leaves alone.
func (s Sampler) Pick(logits []float32) (byte, error) {
	best := 0
	for i, v := range logits {
		if v != v || math.IsInf(float64(v), 0) {
			return 0, fmt.Errorf("%w: the logit of byte %d is %v", ErrNotFinite, i, v)
		}
		if v > logits[best] {
			best = i
		}
	}
	if s.Temperature <= 0 {
		return byte(best), nil
	}
	list := s.candidates(logits, logits[best])
	var sum float64
	for _, c := range list {
		sum += c.chance
	}
	at := s.Draw() * sum
	for _, c := range list {
		if at -= c.chance; at < 0 {
			return c.token, nil
		}
	}
	return list[len(list)-1].token, nil
}

// candidates are the bytes that may be picked, likeliest first, with chances that need not sum to one.
func (s Sampler) candidates(logits []float32, most float32) []candidate {
	list, sum := make([]candidate, len(logits)), 0.0
	for i, v := range logits {
		list[i] = candidate{byte(i), math.Exp(float64((v - most) / s.Temperature))}
		sum += list[i].chance
	}
	slices.SortStableFunc(list, func(a, b candidate) int { return cmp.Compare(b.chance, a.chance) })
	if s.TopK > 0 {
		list = list[:min(s.TopK, len(list))]
	}
	if s.TopP <= 0 {
		return list
	}
	left := float64(s.TopP) * sum
	for i, c := range list {
		if left -= c.chance; left <= 0 {
			return list[:i+1]
		}
	}
	return list
}
