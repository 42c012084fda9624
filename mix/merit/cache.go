package merit

import "math"

// Cache is for a laboratory that judges many markets on the same text: what was measured of the same answers is not
// measured again. It changes no result. One goroutine may use it at a time, and only panels of the same Positions.
type Cache struct {
	losses   map[string][]float64
	contexts [][]feature
}

// NewCache returns a Cache that is empty.
func NewCache() *Cache { return &Cache{losses: map[string][]float64{}} }

// nameOf is a hash of a column (FNV-1a over words).
func nameOf(column []float64) uint64 {
	h := uint64(14695981039346656037)
	for _, v := range column {
		h = (h ^ math.Float64bits(v)) * 1099511628211
		h ^= h >> 29
	}
	return h
}
