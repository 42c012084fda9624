package sim

import (
	"github.com/dendra-net/dendra/fixed"
	"github.com/dendra-net/dendra/yuma"
)

// remembered is how many epochs of public votes can be looked back on.
const remembered = 64

// public is what everybody knows of the votes that came into force in one epoch.
type public struct {
	rows      [][]float64 // parts of one per uid; nil where there is none
	stake     []uint64    // behind them
	median    []float64   // of rows, by stake; made when it is first asked for
	consensus []float64   // nil until the epoch is closed
}

// History is what everybody knows of the past. Epochs are counted back: 0 is the newest whose votes are public.
type History struct {
	epochs []*public // oldest first
}

// publish adds the votes that are in force now.
func (h *History) publish(s *subnet) {
	p := &public{rows: make([][]float64, len(s.rows)), stake: make([]uint64, len(s.rows))}
	for uid, r := range s.rows {
		if s.permits[uid] && r.weights != nil {
			p.rows[uid], p.stake[uid] = shares(r.weights, uid, len(s.rows)), s.stakeRao[uid]
		}
	}
	h.epochs = append(h.epochs, p)
	if len(h.epochs) > remembered {
		h.epochs = h.epochs[1:]
	}
}

// shares divides a row by its sum, without its author.
func shares(weights []yuma.Weight, self, n int) []float64 {
	out, sum := make([]float64, n), 0.0
	for _, w := range weights {
		if int(w.UID) != self {
			out[w.UID] = float64(w.Value)
			sum += out[w.UID]
		}
	}
	return normalise(out, sum)
}

func normalise(v []float64, sum float64) []float64 {
	if sum > 0 {
		for i := range v {
			v[i] /= sum
		}
	}
	return v
}

// Len is how many epochs can be looked back on.
func (h *History) Len() int { return len(h.epochs) }

func (h *History) at(back int) *public {
	if back < 0 || back >= len(h.epochs) {
		return nil
	}
	return h.epochs[len(h.epochs)-1-back]
}

// Rows are the votes of an epoch, nil when it is not known. They must not be changed; so it is with what follows.
func (h *History) Rows(back int) [][]float64 {
	if p := h.at(back); p != nil {
		return p.rows
	}
	return nil
}

// Consensus is that of an epoch, or nil.
func (h *History) Consensus(back int) []float64 {
	if p := h.at(back); p != nil {
		return p.consensus
	}
	return nil
}

// Median is what a majority of stake agreed on in an epoch, of the rows as they were cast; nil when it is not known.
func (h *History) Median(back int) []float64 {
	p := h.at(back)
	if p == nil {
		return nil
	}
	if p.median == nil {
		p.median = medianOf(p.rows, p.stake)
	}
	return p.median
}

func medianOf(rows [][]float64, stake []uint64) []float64 {
	median, scores, total := make([]float64, len(rows)), make([]fixed.Frac, len(rows)), uint64(0)
	voters := make([]uint64, len(rows))
	for uid, r := range rows {
		if r != nil {
			voters[uid] = stake[uid]
			total += stake[uid]
		}
	}
	for j := range median {
		for uid, r := range rows {
			scores[uid] = 0
			if r != nil {
				scores[uid] = fixed.Frac(r[j] * float64(fixed.FracOne))
			}
		}
		median[j] = real(yuma.Median(voters, scores, total/2+1))
	}
	return median
}

// Average is the mean of the medians of the last epochs, as many as are known.
func (h *History) Average(epochs int) []float64 {
	if h.Len() == 0 {
		return nil
	}
	epochs = min(epochs, h.Len())
	out := make([]float64, len(h.Median(0)))
	for back := range epochs {
		addTo(out, 1/float64(epochs), h.Median(back))
	}
	return out
}

// Smoothed is the exponential average of medians, each counting keep times as much as the one after it.
func (h *History) Smoothed(keep float64) []float64 {
	if h.Len() == 0 {
		return nil
	}
	out, weight := make([]float64, len(h.Median(0))), 1.0
	for back := range h.Len() {
		addTo(out, weight, h.Median(back))
		weight *= keep
	}
	return out
}

// addTo adds k times v.
func addTo(out []float64, k float64, v []float64) {
	for i, x := range v {
		out[i] += k * x
	}
}

// real turns a share into a number.
func real(x fixed.Frac) float64 { return float64(x) / float64(fixed.FracOne) }

func reals(v []fixed.Frac) []float64 {
	out := make([]float64, len(v))
	for i, x := range v {
		out[i] = real(x)
	}
	return out
}
