package vector

import (
	"encoding/json"
	"math/big"
	"strconv"
	"strings"
)

// integer reads a whole number between low and high.
func (s *scanner) integer(low int64, high uint64) int64 {
	if low >= 0 {
		return int64(s.whole(high))
	}
	t := s.token()
	n, ok := t.(json.Number)
	v, err := strconv.ParseInt(string(n), 10, 64)
	if !ok || err != nil || v < low || v > int64(high) {
		s.fail("want a whole number from %d to %d, have %s", low, high, describe(t))
		return 0
	}
	return v
}

// whole reads a whole number of at most high.
func (s *scanner) whole(high uint64) uint64 {
	return s.asWhole(s.token(), high)
}

func (s *scanner) asWhole(t json.Token, high uint64) uint64 {
	n, ok := t.(json.Number)
	v, err := strconv.ParseUint(string(n), 10, 64)
	if !ok || err != nil || v > high {
		s.fail("want a whole number from 0 to %d, have %s", high, describe(t))
		return 0
	}
	return v
}

func (s *scanner) uid() uint16 { return uint16(s.whole(maxUID)) }

// number reads any number of sensible length.
func (s *scanner) number() *big.Rat { return s.asNumber(s.token()) }

func (s *scanner) asNumber(t json.Token) *big.Rat {
	s.keep()
	n, ok := t.(json.Number)
	v := decimal(string(n))
	if !ok || v == nil {
		s.fail("want a number of at most %d characters and exponent %d, have %s", maxDigits, maxExponent, describe(t))
		return new(big.Rat)
	}
	return v
}

// keep notes that one more thing is kept that takes a hundred bytes or so, and refuses too many.
func (s *scanner) keep() {
	if s.reals++; s.reals > maxReals {
		s.fail("more than %d expectations and real numbers together", maxReals)
	}
}

const (
	maxDigits   = 40
	maxExponent = 40
	minExponent = -400
	maxDepth    = 64 // of what is passed over; what is read is as deep as its kind
)

// decimal returns the value of a JSON number, or nil when it is not one or is absurdly long or large.
func decimal(text string) *big.Rat {
	if len(text) > maxDigits {
		return nil
	}
	if _, exponent, ok := strings.Cut(strings.ToLower(text), "e"); ok {
		if e, err := strconv.Atoi(exponent); err != nil || e > maxExponent || e < minExponent {
			return nil
		}
	}
	if small, err := strconv.ParseInt(text, 10, 64); err == nil { // most are, and this is much cheaper
		return new(big.Rat).SetInt64(small)
	}
	v, ok := new(big.Rat).SetString(text)
	if !ok {
		return nil
	}
	return v
}
