package yuma

import "github.com/dendra-net/dendra/fixed"

// shareOut halves the emission between servers and validators, or gives all to the side that earned.
func (e *epoch) shareOut() {
	servers, validators := anyAbove(e.out.Incentive), anyAbove(e.out.Dividends)
	switch {
	case servers && validators:
		for i, incentive := range e.out.Incentive {
			dividends := e.out.Dividends[i]
			e.out.ServerShare[i], e.out.ValidatorShare[i] = incentive/2, dividends/2
			e.out.Share[i] = incentive/2 + dividends/2 + incentive&dividends&1
		}
	case servers:
		copy(e.out.ServerShare, e.out.Incentive)
		copy(e.out.Share, e.out.Incentive)
	case e.total > 0:
		copy(e.out.ValidatorShare, e.out.ActiveStake)
		copy(e.out.Share, e.out.ActiveStake)
	default:
		copy(e.out.ValidatorShare, e.out.Stake)
		copy(e.out.Share, e.out.Stake)
	}
	e.out.Carry = !anyAbove(e.out.Share) || e.in.Params.CarryIfNoIncentive && !servers
}

// pay turns shares into rao.
func (e *epoch) pay() {
	switch {
	case e.out.Carry:
	case e.in.Params.ExactPayout:
		e.payExactly()
	default:
		e.payDown()
	}
}

// payDown rounds every payout down by itself, as the original does.
func (e *epoch) payDown() {
	for i := range e.n {
		e.out.ServerEmission[i] = e.out.ServerShare[i].Pay(e.in.Emission)
		e.out.ValidatorEmission[i] = e.out.ValidatorShare[i].Pay(e.in.Emission)
		e.out.Emission[i] = e.out.Share[i].Pay(e.in.Emission)
	}
}

// payExactly divides the emission over both sides at once, so that all payouts together are the emission. Of equal
// remainders the servers' go first, then the lower uid.
func (e *epoch) payExactly() {
	shares := make([]fixed.Frac, 0, 2*e.n)
	shares = append(append(shares, e.out.ServerShare...), e.out.ValidatorShare...)
	paid := fixed.LargestRemainder(shares, e.in.Emission)
	copy(e.out.ServerEmission, paid[:e.n])
	copy(e.out.ValidatorEmission, paid[e.n:])
	for i := range e.n {
		e.out.Emission[i] = e.out.ServerEmission[i] + e.out.ValidatorEmission[i]
	}
}
