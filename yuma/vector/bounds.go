package vector

// The kinds about rules that a chain checks when votes and parameters are set, not in an epoch. What this chain checks
// is not known here: Options brings it along, and cases about rules that this chain does not have are named as such.

// weightLimit asks whether a vote is within the largest part that one neuron may have of it.
type weightLimit struct {
	values []uint64
	limit  uint16
	expect bool
}

func readWeightLimit(r *caseReader) testCase {
	c := &weightLimit{}
	r.record(into("values", r.wholes, &c.values), into("limit_u16", r.u16, &c.limit), into("expect", r.boolean, &c.expect))
	return c
}

func (c *weightLimit) verify(v *verifier) {
	v.skip("no rule of this chain limits the part of a vote that one neuron gets")
}

// paramCheck asks whether bounds of liquid alpha may be set.
type paramCheck struct {
	liquidAlpha bool
	low, high   uint16
	expect      bool
}

func readParamCheck(r *caseReader) testCase {
	c := &paramCheck{}
	r.record(into("liquid_alpha", r.boolean, &c.liquidAlpha), into("low", r.u16, &c.low), into("high", r.u16, &c.high),
		into("expect", r.boolean, &c.expect))
	return c
}

func (c *paramCheck) verify(v *verifier) {
	switch {
	case !c.liquidAlpha:
		v.skip("this chain lets the bounds be set while liquid alpha is off, when they do nothing")
	case v.options.AlphaBounds == nil:
		v.skip("the bounds are checked by the chain's registry of subnets, which this run does not have")
	default:
		v.flag("accepted", "", v.options.AlphaBounds(c.low, c.high) == nil, c.expect)
	}
}
