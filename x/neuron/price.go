package neuron

import (
	"github.com/dendra-net/dendra/fixed"
	"github.com/dendra-net/dendra/x/subnet"
)

const ppm = 1_000_000

// StartPrice is what the first registration on a new subnet costs (R-NEURON-2): 1 TAO within the subnet's bounds, or
// work of its least difficulty.
func StartPrice(netuid uint32, rules subnet.Hyperparameters, height int64) Price {
	return Price{
		Netuid:  netuid,
		BurnRao: clamp(subnet.Tao, rules.MinBurnRao, rules.MaxBurnRao), BurnAt: height,
		Difficulty: rules.MinDifficulty, DifficultyAt: height,
	}
}

// BurnPrice is what a registration burns at height (R-NEURON-3): the price after the last one, halved every
// BurnHalfLife blocks, within the subnet's bounds.
func (p Price) BurnPrice(rules subnet.Hyperparameters, height int64) uint64 {
	return clamp(decayed(p.BurnRao, rules.BurnHalfLife, height-p.BurnAt), rules.MinBurnRao, rules.MaxBurnRao)
}

// WorkDifficulty is the expected number of hashes a registration by work takes at height; it falls as the price does.
func (p Price) WorkDifficulty(rules subnet.Hyperparameters, params Params, height int64) uint64 {
	return clamp(decayed(p.Difficulty, params.DifficultyHalfLife, height-p.DifficultyAt), rules.MinDifficulty, rules.MaxDifficulty)
}

// AfterBurn is the state after a registration by burn: the price has risen by the subnet's step, for the next one in
// the same block too.
func (p Price) AfterBurn(rules subnet.Hyperparameters, height int64) Price {
	p.BurnRao = clamp(fixed.MulDiv(p.BurnPrice(rules, height), uint64(rules.BurnStepPpm), ppm), rules.MinBurnRao, rules.MaxBurnRao)
	p.BurnAt = height
	return p
}

// AfterWork is the state after a registration by work: the difficulty has risen by its step and the block has one more.
func (p Price) AfterWork(rules subnet.Hyperparameters, params Params, height int64) Price {
	p.Difficulty = clamp(fixed.MulDiv(p.WorkDifficulty(rules, params, height), uint64(params.DifficultyStepPpm), ppm), rules.MinDifficulty, rules.MaxDifficulty)
	p.DifficultyAt = height
	p.WorkCount = p.WorkIn(height) + 1
	p.WorkHeight = height
	return p
}

// WorkIn is the number of registrations by work the block at height has had.
func (p Price) WorkIn(height int64) uint32 {
	if p.WorkHeight != height {
		return 0
	}
	return p.WorkCount
}

// Settled is the same price written down at height, to be called before the rules of its decay change so that no past
// block is priced by a future rule.
func (p Price) Settled(rules subnet.Hyperparameters, params Params, height int64) Price {
	p.BurnRao, p.BurnAt = p.BurnPrice(rules, height), height
	p.Difficulty, p.DifficultyAt = p.WorkDifficulty(rules, params, height), height
	return p
}

func decayed(value uint64, halfLife uint32, blocks int64) uint64 {
	return fixed.Decay(value, fixed.DecayFactor(uint16(halfLife)), uint64(max(blocks, 0)))
}

func clamp(v, low, high uint64) uint64 { return min(max(v, low), high) }
