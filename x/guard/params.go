package guard

import (
	"math"
	"math/bits"
)

const (
	microPerRao = 1_000_000
	// maxGasPriceMicrorao keeps governance from closing the door: 1000 rao for one unit of gas.
	maxGasPriceMicrorao = 1000 * microPerRao
	minFreeGas          = 100_000
	maxFreeGas          = 50_000_000
)

// DefaultParams ask 0.001 rao for one unit of gas: a transfer of 100,000 gas costs 100 rao, a ten-millionth of a TAO,
// which no user notices; but it is not nothing, so whoever fills blocks must first get TAO and keeps losing it. Two
// million gas are enough for a row of a thousand weights without a fee.
func DefaultParams() Params {
	return Params{MinGasPriceMicrorao: 1000, FreeGas: 2_000_000}
}

// Validate checks the bounds (R-GUARD-1). A gas price of zero is allowed: a chain among friends may want it.
func (p Params) Validate() error {
	if p.MinGasPriceMicrorao > maxGasPriceMicrorao {
		return ErrBadParams.Wrapf("min_gas_price_microrao is %d, want at most %d", p.MinGasPriceMicrorao, maxGasPriceMicrorao)
	}
	if p.FreeGas < minFreeGas || p.FreeGas > maxFreeGas {
		return ErrBadParams.Wrapf("free_gas is %d, want %d..%d", p.FreeGas, minFreeGas, maxFreeGas)
	}
	return nil
}

// MinFee returns the least fee in rao for a transaction that asks for gas units: gas times price, rounded up to a whole
// rao (R-GUARD-2). A fee beyond 64 bits counts as the largest there is, which nobody can pay.
func (p Params) MinFee(gas uint64) uint64 {
	hi, lo := bits.Mul64(gas, p.MinGasPriceMicrorao)
	lo, carry := bits.Add64(lo, microPerRao-1, 0)
	hi += carry
	if hi >= microPerRao {
		return math.MaxUint64
	}
	rao, _ := bits.Div64(hi, lo, microPerRao)
	return rao
}

// DefaultGenesis is the module's state at the start of a chain.
func DefaultGenesis() *GenesisState { return &GenesisState{Params: DefaultParams()} }

// Validate checks the genesis.
func (g GenesisState) Validate() error { return g.Params.Validate() }
