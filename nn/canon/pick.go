package canon

import "math/bits"

// Chances are in units of 1/2^30; they may sum to a little less or more, for each is rounded by itself.
func Chances(logits []int32) []int64 {
	weights, sum := weigh(logits, one)
	for i, w := range weights {
		weights[i] = over(w<<chanceBits, sum)
	}
	return weights
}

// Pick chooses a byte. Temperature is in units of 1/65536; at 0 it takes the likeliest, of several the smallest. Draw is
// an even draw of 64 bits: the same draw always picks the same byte.
func Pick(logits []int32, temperature uint32, draw uint64) byte {
	if temperature == 0 {
		best := 0
		for i, v := range logits {
			if v > logits[best] {
				best = i
			}
		}
		return byte(best)
	}
	weights, sum := weigh(logits, temperature)
	at, _ := bits.Mul64(draw, uint64(sum)) // evenly from 0 to sum-1
	left := int64(at)
	for i, w := range weights {
		if left -= w; left < 0 {
			return byte(i)
		}
	}
	panic("canon: a draw beyond the sum of chances")
}

// weigh gives the likeliest byte 2^30 and the others less.
func weigh(logits []int32, temperature uint32) (weights []int64, sum int64) {
	most := logits[0]
	for _, v := range logits {
		most = max(most, v)
	}
	weights = make([]int64, len(logits))
	for i, v := range logits {
		weights[i] = decay((int64(most) - int64(v)) << point / int64(temperature))
		sum += weights[i]
	}
	return weights, sum
}
