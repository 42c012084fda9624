package emission

import (
	"math/bits"

	"github.com/dendra-net/dendra/issuance"
)

// IssuedRao is what there is: minted less recycled.
func (b Books) IssuedRao() uint64 { return b.MintedRao - b.RecycledRao }

// Mint returns the books after one block of issuance, and the rao to mint (R-EMISSION-2).
func (b Books) Mint(blockMillis uint64) (Books, uint64, error) {
	rao := issuance.PerBlock(b.IssuedRao(), blockMillis)
	var err error
	b.MintedRao, err = add("minted", b.MintedRao, rao)
	return b, rao, err
}

// Recycle returns the books after rao were destroyed: they may be issued again (R-EMISSION-9).
func (b Books) Recycle(rao uint64) (Books, error) {
	if rao > b.IssuedRao() {
		return b, ErrBooks.Wrapf("recycling %d rao of %d issued", rao, b.IssuedRao())
	}
	var err error
	b.RecycledRao, err = add("recycled", b.RecycledRao, rao)
	return b, err
}

// Burn returns the books after rao were put away for ever.
func (b Books) Burn(rao uint64) (Books, error) {
	var err error
	b.BurntRao, err = add("burnt", b.BurntRao, rao)
	return b, err
}

// Validate checks that the books are possible.
func (b Books) Validate() error {
	if b.RecycledRao > b.MintedRao || b.IssuedRao() > MaxRao || b.BurntRao > b.IssuedRao() {
		return ErrBooks.Wrapf("minted %d, recycled %d, burnt %d rao: more recycled than minted, above the cap of %d, or more burnt than issued",
			b.MintedRao, b.RecycledRao, b.BurntRao, uint64(MaxRao))
	}
	return nil
}

// add is checked addition; what names the sum in the error.
func add(what string, a, b uint64) (uint64, error) {
	sum, carry := bits.Add64(a, b, 0)
	if carry != 0 {
		return 0, ErrBooks.Wrapf("%s: %d and %d rao are more than 64 bits", what, a, b)
	}
	return sum, nil
}
