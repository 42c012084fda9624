package vector

import (
	"math/big"
)

// testCase is one case of a vector that is not an epoch: its inputs and what is expected of them.
type testCase interface {
	// verify holds what our code makes of the inputs against the expectation.
	verify(v *verifier)
}

// maxCases bounds the cases of a file.
const maxCases = 10_000

// caseReaders read the cases of each kind; a kind that is not here has steps instead.
var caseReaders = map[string]func(*caseReader) testCase{
	"median":              readMedian,
	"median_columns":      readMedianColumns,
	"top_k":               readTopK,
	"max_upscale":         readUpscale,
	"prune":               readPrune,
	"bond_ema":            readMovingAverage,
	"liquid_equals_plain": readLiquid,
	"interpolate":         readInterpolation,
	"column_clip":         readClip,
	"max_weight_limit":    readWeightLimit,
	"param_check":         readParamCheck,
	"retention":           readRetention,
	"retention_share":     readRetentionShare,
	"retention_contour":   readContour,
	"two_team_recurrence": readDecay,
}

// networked are the kinds whose files describe a network for all cases.
var networked = map[string]bool{"retention": true, "retention_share": true}

// caseReader reads one case.
type caseReader struct {
	*scanner
	network Network  // of the file
	fileTol *big.Rat // of the file, for cases without their own
	tol     *big.Rat // of the case read
}

// readCases reads the cases of a document whose kind is known.
func (d *document) readCases(name string, data []byte) (cases []testCase, err error) {
	s := newScannerAt(name, data, d.casesBegin, d.casesEnd)
	s.path = []segment{{"cases", inField}}
	r := &caseReader{scanner: s, fileTol: d.tol, network: documentNetwork}
	if r.fileTol == nil {
		r.fileTol = new(big.Rat)
	}
	switch {
	case d.network != nil:
		r.network = *d.network
	case networked[d.file.Kind]:
		return nil, &Error{File: name, Reason: `field "network" is missing`}
	}
	read := caseReaders[d.file.Kind]
	s.array(func(i int) {
		if i >= maxCases {
			s.fail("more than %d cases", maxCases)
			return
		}
		cases = append(cases, read(r))
	})
	if len(cases) == 0 {
		s.fail("want at least one case")
	}
	if s.err != nil {
		return nil, s.err
	}
	return cases, nil
}

// field reads the value of one field of a case.
type field struct {
	name     string
	read     func()
	optional bool
}

// record reads a case of these fields; a note and a tolerance may stand in every case.
func (r *caseReader) record(fields ...field) {
	r.tol = r.fileTol
	fields = append(fields,
		field{"tol", func() { r.tol = r.amount() }, true},
		field{"note", func() { r.text() }, true})
	seen := map[string]bool{}
	r.object(func(key string) {
		for _, f := range fields {
			if f.name == key {
				seen[key] = true
				f.read()
				return
			}
		}
		r.unknown(key)
	})
	for _, f := range fields {
		if !f.optional && !seen[f.name] {
			r.fail("field %q is missing", f.name)
		}
	}
}

// into makes a field that is read into a variable.
func into[T any](name string, read func() T, to *T) field {
	return field{name: name, read: func() { *to = read() }}
}

// maybe makes a field that may be left out.
func maybe[T any](name string, read func() T, to *T) field {
	return field{name: name, read: func() { *to = read() }, optional: true}
}

// amount reads a number that is not negative.
func (s *scanner) amount() *big.Rat {
	v := s.number()
	if v.Sign() < 0 {
		s.fail("want no negative number, have %s", v.FloatString(9))
	}
	return v
}

// share reads a number from 0 to 1.
func (s *scanner) share() *big.Rat {
	v := s.amount()
	if v.Cmp(one) > 0 {
		s.fail("want a number from 0 to 1, have %s", v.FloatString(9))
	}
	return v
}

func (s *scanner) amounts() []*big.Rat { return list(s, s.amount) }

func (s *scanner) table() [][]*big.Rat { return list(s, s.amounts) }

func (s *scanner) flags() []bool { return list(s, s.boolean) }

// sized refuses a list of another length.
func (s *scanner) sized(name string, have, want int) {
	if have != want {
		s.fail("%s: want %d elements, have %d", name, want, have)
	}
}

// shaped refuses a table of other rows and columns.
func (s *scanner) shaped(name string, table [][]*big.Rat, rows, columns int) {
	s.sized(name, len(table), rows)
	for _, row := range table {
		s.sized("a row of "+name, len(row), columns)
	}
}

// whole counts returns numbers as integers in one unit, and how many units one is: exactly when that fits 63 bits together,
// else rounded down to 62 bits.
func inUnits(values []*big.Rat) (units []uint64, perOne *big.Rat) {
	common, sum := big.NewInt(1), new(big.Rat)
	for _, v := range values {
		gcd := new(big.Int).GCD(nil, nil, common, v.Denom())
		common.Mul(common, new(big.Int).Quo(v.Denom(), gcd))
		sum.Add(sum, v)
	}
	perOne = new(big.Rat).SetInt(common)
	if total := new(big.Rat).Mul(sum, perOne); total.Cmp(new(big.Rat).SetInt64(1<<62)) > 0 {
		perOne.Quo(new(big.Rat).SetInt64(1<<62), sum)
	}
	units = make([]uint64, len(values))
	for i, v := range values {
		units[i] = floor(new(big.Rat).Mul(v, perOne))
	}
	return units, perOne
}

// floor returns the whole part of a number below 2^64.
func floor(x *big.Rat) uint64 { return new(big.Int).Quo(x.Num(), x.Denom()).Uint64() }

// nearest returns the integer nearest to a number below 2^64, the larger of two.
func nearest(x *big.Rat) uint64 { return floor(new(big.Rat).Add(x, big.NewRat(1, 2))) }

// atLeast returns the least integer that is no less than a number below 2^64.
func atLeast(x *big.Rat) uint64 {
	v := floor(x)
	if new(big.Rat).SetUint64(v).Cmp(x) < 0 {
		v++
	}
	return v
}

// largest returns the largest of the numbers and one.
func largest(tables ...[]*big.Rat) *big.Rat {
	most := one
	for _, values := range tables {
		for _, v := range values {
			most = larger(most, v)
		}
	}
	return most
}
