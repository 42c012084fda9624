package stake

import (
	"math/big"
	"math/bits"

	"cosmossdk.io/math"
)

// firstShareBits is how many shares the first rao of a pool buys: 2^64. A share is then never worth more than a small
// part of a rao, whatever the pool earns, and rounding costs a depositor at most one rao.
const firstShareBits = 64

// Pool is a hotkey's stake and the shares it is divided into. Rao is zero exactly when Shares is. All roundings favour
// the pool, so the value of a share never falls.
type Pool struct {
	Rao    uint64
	Shares math.Int
}

// EmptyPool holds nothing.
func EmptyPool() Pool { return Pool{Shares: math.ZeroInt()} }

// Value returns what held shares of the pool are worth in rao, rounded down.
func (p Pool) Value(held math.Int) uint64 {
	if p.Shares.IsZero() {
		return 0
	}
	return math.NewIntFromUint64(p.Rao).Mul(held).Quo(p.Shares).Uint64()
}

// Add puts rao in and returns the pool after it and the shares bought, rounded down (R-STAKE-3).
func (p Pool) Add(rao uint64) (Pool, math.Int, error) {
	bought, err := p.buys(rao)
	if err != nil {
		return p, math.Int{}, err
	}
	if p.Rao, err = addRao(p.Rao, rao); err != nil {
		return p, math.Int{}, err
	}
	p.Shares = p.Shares.Add(bought)
	return p, bought, nil
}

func (p Pool) buys(rao uint64) (math.Int, error) {
	amount := math.NewIntFromUint64(rao)
	if p.Shares.IsZero() {
		return math.NewIntFromBigInt(new(big.Int).Lsh(amount.BigInt(), firstShareBits)), nil
	}
	bought := amount.Mul(p.Shares).Quo(math.NewIntFromUint64(p.Rao))
	if bought.IsZero() && rao > 0 {
		return math.Int{}, ErrNoShares.Wrapf("%d rao in a pool of %d rao and %s shares", rao, p.Rao, p.Shares)
	}
	return bought, nil
}

// Remove takes rao out for a holder of held shares and returns the pool after it and the shares it cost, rounded up.
// All the holder's value costs all its shares. minStakeRao is the least that may stay behind (R-STAKE-4).
func (p Pool) Remove(held math.Int, rao, minStakeRao uint64) (Pool, math.Int, error) {
	value := p.Value(held)
	if rao > value {
		return p, math.Int{}, ErrNotEnough.Wrapf("%d rao asked, the stake is %d rao", rao, value)
	}
	if rao == value {
		p.Rao -= rao
		p.Shares = p.Shares.Sub(held)
		return p, held, nil
	}
	cost := ceilDiv(math.NewIntFromUint64(rao).Mul(p.Shares), math.NewIntFromUint64(p.Rao))
	after := Pool{Rao: p.Rao - rao, Shares: p.Shares.Sub(cost)}
	if rest := after.Value(held.Sub(cost)); rest < minStakeRao {
		return p, math.Int{}, ErrBelowMinimum.Wrapf("taking %d of %d rao leaves %d rao, the least stake is %d rao: take all, or leave that much",
			rao, value, rest, minStakeRao)
	}
	return after, cost, nil
}

// Reward pays a neuron's income into its hotkey's pool and returns the pool after it and the shares of the hotkey's
// owner that are new: the owner gets the miner's part and the take of the validator's part; the rest raises the value
// of every share there was (R-STAKE-6). Where nobody has stake the owner gets all.
func (p Pool) Reward(minerRao, validatorRao uint64, takeU16 uint32) (Pool, math.Int, error) {
	shared := validatorRao - Cut(validatorRao, takeU16)
	if p.Shares.IsZero() {
		shared = 0
	}
	owned, err := addRao(minerRao, validatorRao-shared)
	if err != nil {
		return p, math.Int{}, err
	}
	if p.Rao, err = addRao(p.Rao, shared); err != nil {
		return p, math.Int{}, err
	}
	return p.Add(owned)
}

// Cut returns the take of an amount: takeU16 parts of 65535, rounded down; a take above that is all.
func Cut(rao uint64, takeU16 uint32) uint64 {
	hi, lo := bits.Mul64(rao, uint64(min(takeU16, MaxU16)))
	cut, _ := bits.Div64(hi, lo, MaxU16)
	return cut
}

// addRao adds amounts and refuses what is more than all the TAO there can be.
func addRao(a, b uint64) (uint64, error) {
	sum, carry := bits.Add64(a, b, 0)
	if carry != 0 || sum > MaxRao {
		return 0, ErrOverflow.Wrapf("%d and %d rao are more than %d", a, b, uint64(MaxRao))
	}
	return sum, nil
}

func ceilDiv(a, b math.Int) math.Int { return a.Add(b).SubRaw(1).Quo(b) }
