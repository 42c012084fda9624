package fixed

import "math/bits"

// Constants of the exponential, checked against a longer computation by the tests.
const (
	log2E63      = 0xb8aa3b295c17f0bb // log2(e) * 2^63
	ln2By64      = 0xb17217f7d1cf79ab // ln(2) * 2^64
	sixth        = 0x1555555555555555 // 1/6 * 2^63, and so on
	twentyFourth = 0x555555555555555  // 1/24
	hundred20th  = 0x111111111111111  // 1/120
	by720        = 0x2d82d82d82d82d   // 1/720
)

// ExpNeg returns e^-x. It is 2^-(whole + i/64 + rest): the whole part shifts, the next six bits choose from a table, and
// the rest (below 1/64) goes through seven terms of the series. The error is below 2^-54 for every x; a caller that had to
// truncate x to 48 bits adds 2^-48 of its own.
func ExpNeg(x Q) Frac {
	hi, lo := bits.Mul64(uint64(x), log2E63) // 111 fractional bits
	whole := hi >> 47
	if whole > FracBits {
		return 0
	}
	rest := hi<<23>>7 | lo>>48 // 63 fractional bits, below 2^57
	z, _ := bits.Mul64(rest, ln2By64)
	return exp2Table[hi>>41&63].Mul(expSeries(z<<1)) >> whole
}

// expSeries returns e^-z for z with 64 fractional bits, below 2^-6: the Taylor series by Horner's rule.
func expSeries(z uint64) Frac {
	p, _ := bits.Mul64(z, by720)
	p, _ = bits.Mul64(z, hundred20th-p)
	p, _ = bits.Mul64(z, twentyFourth-p)
	p, _ = bits.Mul64(z, sixth-p)
	p, _ = bits.Mul64(z, 1<<62-p)
	p, _ = bits.Mul64(z, 1<<63-p)
	return FracOne - Frac(p)
}

// Logistic returns 1/(1+e^-x) for x >= 0, so between one half and one; for -x take its Complement.
func Logistic(x Q) Frac {
	quo, _ := bits.Div64(1<<61, 0, 1<<62+uint64(ExpNeg(x)>>1))
	return Frac(quo)
}

// exp2Table holds 2^(-i/64) to the nearest.
var exp2Table = [64]Frac{
	0x8000000000000000, 0x7e9f06067a4360ba, 0x7d41d96db915019d, 0x7be86fb985689ddc,
	0x7a92be8a92436616, 0x7940bb9e2cffd89d, 0x77f25ccdee6d7ae6, 0x76a7980f6cca15c2,
	0x75606373ee921c97, 0x741cb5281e25ee34, 0x72dc8373be41a454, 0x719fc4b95f452d29,
	0x70666f76154a7089, 0x6f307a412f074892, 0x6dfddbcbed791bab, 0x6cce8ae13c57ebdb,
	0x6ba27e656b4eb57a, 0x6a79ad55e7f6fd10, 0x69540ec8f895722d, 0x683199ed779592ca,
	0x6712460a8fc24072, 0x65f60a7f79393e2e, 0x64dcdec3371793d1, 0x63c6ba6455dcd8ae,
	0x62b39508aa836d6f, 0x61a3666d124bb204, 0x6096266533384a2b, 0x5f8bccdb3d398841,
	0x5e8451cfac061b5f, 0x5d7fad59099f22fe, 0x5c7dd7a3b17dcf75, 0x5b7ec8f19468bbc9,
	0x5a827999fcef3242, 0x5988e20954889245, 0x5891fac0e95612c8, 0x579dbc56b48521ba,
	0x56ac1f752150a563, 0x55bd1cdad49f699c, 0x54d0ad5a753e077c, 0x53e6c9da74b29ab5,
	0x52ff6b54d8a89c75, 0x521a8ad704f3404f, 0x513821818624b40c, 0x50582887dcb8a7e1,
	0x4f7a993048d088d7, 0x4e9f6cd3967fdba8, 0x4dc69cdceaa72a9c, 0x4cf022c9905bfd32,
	0x4c1bf828c6dc54b8, 0x4b4a169b900c2d00, 0x4a7a77d47f7b84b1, 0x49ad159789f37496,
	0x48e1e9b9d588e19b, 0x4818ee218a3358ee, 0x47521cc5a2e6a9e0, 0x468d6fadbf2dd4f3,
	0x45cae0f1f545eb73, 0x450a6abaa4b77ecd, 0x444c0740496d4294, 0x438fb0cb4f468808,
	0x42d561b3e6243d8a, 0x421d1461d66f2023, 0x4166c34c5615d0ec, 0x40b268f9de0183ba,
}
