package yuma

import (
	"math/bits"

	"github.com/dendra-net/dendra/fixed"
)

// maxNeurons is how many neurons a uid can name; stakes beyond are not looked at.
const maxNeurons = 1 << 16

// Epoch runs one epoch. It never fails: what it needs of its input is said there, and the rest is ignored.
func Epoch(in Input) Output {
	e := newEpoch(in)
	e.run()
	return e.out
}

// epoch is the work in progress of one call.
type epoch struct {
	in    Input
	n     int
	owner int // uid of the owner's neuron, or -1
	out   Output
	trace *Trace
	// chance is the average correlation that the median validator's must reach to tell anything.
	chance uint64

	permits []bool   // permits in force, with the owner's
	stake   []uint64 // stake that counts, scaled so that its sum fits 64 bits
	voters  []uint64 // the same of active and permitted neurons, else 0
	total   uint64   // sum of voters

	penalty fixed.Frac // how far the votes that buy bonds are clipped
	votes   votes
	rank    []fixed.Wide // stake times clipped vote, per column
	bought  []fixed.Wide // stake times the vote that buys bonds in plain Yuma, per column
}

func newEpoch(in Input) *epoch {
	n := min(len(in.Stake), maxNeurons)
	in.Stake = in.Stake[:n]
	in.LastUpdate, in.RegisteredAt = sized(in.LastUpdate, n), sized(in.RegisteredAt, n)
	in.Permits, in.Weights, in.Bonds = sized(in.Permits, n), sized(in.Weights, n), sized(in.Bonds, n)
	in.Memory.Votes = sized(in.Memory.Votes, n)
	e := &epoch{in: in, n: n, owner: -1, penalty: fixed.FracFromU16(in.Params.BondsPenalty)}
	if in.Params.HasOwner && int(in.Params.OwnerUID) < n {
		e.owner = int(in.Params.OwnerUID)
	}
	e.out = newOutput(n)
	return e
}

// newOutput cuts all vectors of shares from one piece of memory, and all payouts from another.
func newOutput(n int) Output {
	shares, amounts, flags := make([]fixed.Frac, 13*n), make([]uint64, 3*n), make([]bool, 2*n)
	share := func(k int) []fixed.Frac { return shares[k*n : (k+1)*n : (k+1)*n] }
	return Output{
		Stake: share(0), ActiveStake: share(1), Consensus: share(2), Prerank: share(3), Rank: share(4), Trust: share(5),
		ValidatorTrust: share(6), Incentive: share(7), Dividends: share(8), ServerShare: share(9),
		ValidatorShare: share(10), Share: share(11), Information: share(12),
		ServerEmission: amounts[:n:n], ValidatorEmission: amounts[n : 2*n : 2*n], Emission: amounts[2*n:],
		Active: flags[:n:n], NewPermits: flags[n:],
	}
}

func (e *epoch) run() {
	e.weighStake()
	e.grantPermits()
	e.readVotes()
	e.rankServers()
	e.bond()
	e.gate()
	e.shareOut()
	e.pay()
}

// weighStake finds who is active and permitted and what their stake counts.
func (e *epoch) weighStake() {
	p := e.in.Params
	e.permits, e.stake, e.voters = make([]bool, e.n), make([]uint64, e.n), make([]uint64, e.n)
	copy(e.permits, e.in.Permits)
	if e.owner >= 0 {
		e.permits[e.owner] = true
	}
	var sum fixed.Wide
	for i, stake := range e.in.Stake {
		if stake >= p.MinStake || i == e.owner {
			e.stake[i] = stake
		}
		sum = sum.Add(fixed.Wide{Lo: e.stake[i]})
		e.out.Active[i] = addSaturating(e.in.LastUpdate[i], p.ActivityCutoff) >= e.in.Block
	}
	e.normaliseStake(bits.Len64(sum.Hi))
}

func addSaturating(a, b uint64) uint64 {
	sum, carry := bits.Add64(a, b, 0)
	if carry != 0 {
		return ^uint64(0)
	}
	return sum
}

func (e *epoch) normaliseStake(drop int) {
	var sum uint64
	for i := range e.stake {
		e.stake[i] >>= drop
		sum += e.stake[i]
		if e.out.Active[i] && e.permits[i] {
			e.voters[i] = e.stake[i]
			e.total += e.stake[i]
		}
	}
	all, active := fixed.NewDivisor(sum), fixed.NewDivisor(e.total)
	for i := range e.stake {
		e.out.Stake[i] = all.Frac(e.stake[i])
		e.out.ActiveStake[i] = active.Frac(e.voters[i])
	}
}

// grantPermits gives the permits that hold from the next epoch on.
func (e *epoch) grantPermits() {
	topK(e.out.NewPermits, e.stake, int(e.in.Params.MaxValidators))
	if e.owner >= 0 {
		e.out.NewPermits[e.owner] = true
	}
}
