#include "textflag.h"

// Steps arrive in numbers and are used in bytes.
#define ARGUMENTS \
	MOVQ depth+0(FP), CX \
	MOVQ a+8(FP), SI \
	MOVQ aRow+16(FP), R8 \
	MOVQ aCol+24(FP), R9 \
	MOVQ b+32(FP), DI \
	MOVQ c+40(FP), DX \
	MOVQ cStep+48(FP), R10 \
	SHLQ $2, R8 \
	SHLQ $2, R9 \
	SHLQ $2, R10 \
	LEAQ (SI)(R8*2), R11 \
	ADDQ R8, R11

#define ROW16(address, lo, hi) \
	VBROADCASTSS address, Y2 \
	VFMADD231PS Y0, Y2, lo \
	VFMADD231PS Y1, Y2, hi

#define STORE16(lo, hi) \
	VADDPS (DX), lo, lo \
	VADDPS 32(DX), hi, hi \
	VMOVUPS lo, (DX) \
	VMOVUPS hi, 32(DX) \
	ADDQ R10, DX

// func tile6x16(depth int, a *float32, aRow, aCol int, b, c *float32, cStep int)
// R11 points three rows below SI: together they reach six rows with scaled indices.
TEXT ·tile6x16(SB), NOSPLIT, $0-56
	ARGUMENTS
	VXORPS Y4, Y4, Y4
	VXORPS Y5, Y5, Y5
	VXORPS Y6, Y6, Y6
	VXORPS Y7, Y7, Y7
	VXORPS Y8, Y8, Y8
	VXORPS Y9, Y9, Y9
	VXORPS Y10, Y10, Y10
	VXORPS Y11, Y11, Y11
	VXORPS Y12, Y12, Y12
	VXORPS Y13, Y13, Y13
	VXORPS Y14, Y14, Y14
	VXORPS Y15, Y15, Y15
loop6:
	VMOVUPS (DI), Y0
	VMOVUPS 32(DI), Y1
	ROW16((SI), Y4, Y5)
	ROW16((SI)(R8*1), Y6, Y7)
	ROW16((SI)(R8*2), Y8, Y9)
	ROW16((R11), Y10, Y11)
	ROW16((R11)(R8*1), Y12, Y13)
	ROW16((R11)(R8*2), Y14, Y15)
	ADDQ R9, SI
	ADDQ R9, R11
	ADDQ $64, DI
	DECQ CX
	JNZ loop6
	STORE16(Y4, Y5)
	STORE16(Y6, Y7)
	STORE16(Y8, Y9)
	STORE16(Y10, Y11)
	STORE16(Y12, Y13)
	STORE16(Y14, Y15)
	VZEROUPPER
	RET

#define ROW32(address, lo, hi) \
	VBROADCASTSS address, Z2 \
	VFMADD231PS Z0, Z2, lo \
	VFMADD231PS Z1, Z2, hi

#define STORE32(lo, hi) \
	VADDPS (DX), lo, lo \
	VADDPS 64(DX), hi, hi \
	VMOVUPS lo, (DX) \
	VMOVUPS hi, 64(DX) \
	ADDQ R10, DX

// func tile8x32(depth int, a *float32, aRow, aCol int, b, c *float32, cStep int)
// R12 points six rows below SI.
TEXT ·tile8x32(SB), NOSPLIT, $0-56
	ARGUMENTS
	LEAQ (R11)(R8*2), R12
	ADDQ R8, R12
	VPXORQ Z4, Z4, Z4
	VPXORQ Z5, Z5, Z5
	VPXORQ Z6, Z6, Z6
	VPXORQ Z7, Z7, Z7
	VPXORQ Z8, Z8, Z8
	VPXORQ Z9, Z9, Z9
	VPXORQ Z10, Z10, Z10
	VPXORQ Z11, Z11, Z11
	VPXORQ Z12, Z12, Z12
	VPXORQ Z13, Z13, Z13
	VPXORQ Z14, Z14, Z14
	VPXORQ Z15, Z15, Z15
	VPXORQ Z16, Z16, Z16
	VPXORQ Z17, Z17, Z17
	VPXORQ Z18, Z18, Z18
	VPXORQ Z19, Z19, Z19
loop8:
	VMOVUPS (DI), Z0
	VMOVUPS 64(DI), Z1
	ROW32((SI), Z4, Z5)
	ROW32((SI)(R8*1), Z6, Z7)
	ROW32((SI)(R8*2), Z8, Z9)
	ROW32((R11), Z10, Z11)
	ROW32((R11)(R8*1), Z12, Z13)
	ROW32((R11)(R8*2), Z14, Z15)
	ROW32((R12), Z16, Z17)
	ROW32((R12)(R8*1), Z18, Z19)
	ADDQ R9, SI
	ADDQ R9, R11
	ADDQ R9, R12
	ADDQ $128, DI
	DECQ CX
	JNZ loop8
	STORE32(Z4, Z5)
	STORE32(Z6, Z7)
	STORE32(Z8, Z9)
	STORE32(Z10, Z11)
	STORE32(Z12, Z13)
	STORE32(Z14, Z15)
	STORE32(Z16, Z17)
	STORE32(Z18, Z19)
	VZEROUPPER
	RET

// func dot8(n int, x, y *float32) float32
TEXT ·dot8(SB), NOSPLIT, $0-28
	MOVQ n+0(FP), CX
	MOVQ x+8(FP), SI
	MOVQ y+16(FP), DI
	VXORPS Y0, Y0, Y0
	VXORPS Y1, Y1, Y1
	CMPQ CX, $16
	JL last
pair:
	VMOVUPS (SI), Y2
	VMOVUPS 32(SI), Y3
	VFMADD231PS (DI), Y2, Y0
	VFMADD231PS 32(DI), Y3, Y1
	ADDQ $64, SI
	ADDQ $64, DI
	SUBQ $16, CX
	CMPQ CX, $16
	JGE pair
last:
	TESTQ CX, CX
	JZ sum
	VMOVUPS (SI), Y2
	VFMADD231PS (DI), Y2, Y0
sum:
	VADDPS Y1, Y0, Y0
	VEXTRACTF128 $1, Y0, X1
	VADDPS X1, X0, X0
	VHADDPS X0, X0, X0
	VHADDPS X0, X0, X0
	VMOVSS X0, ret+24(FP)
	VZEROUPPER
	RET

// func axpy8(n int, alpha float32, x, y *float32)
TEXT ·axpy8(SB), NOSPLIT, $0-32
	MOVQ n+0(FP), CX
	VBROADCASTSS alpha+8(FP), Y0
	MOVQ x+16(FP), SI
	MOVQ y+24(FP), DI
step:
	VMOVUPS (DI), Y1
	VFMADD231PS (SI), Y0, Y1
	VMOVUPS Y1, (DI)
	ADDQ $32, SI
	ADDQ $32, DI
	SUBQ $8, CX
	JNZ step
	VZEROUPPER
	RET

// func dots4(n int, dst, w *float32, step int, x *float32)
TEXT ·dots4(SB), NOSPLIT, $0-40
	MOVQ n+0(FP), CX
	MOVQ dst+8(FP), DX
	MOVQ w+16(FP), SI
	MOVQ step+24(FP), R8
	MOVQ x+32(FP), DI
	SHLQ $2, R8
	LEAQ (SI)(R8*2), R11
	ADDQ R8, R11
	VXORPS Y0, Y0, Y0
	VXORPS Y1, Y1, Y1
	VXORPS Y2, Y2, Y2
	VXORPS Y3, Y3, Y3
	VXORPS Y4, Y4, Y4
	VXORPS Y5, Y5, Y5
	VXORPS Y6, Y6, Y6
	VXORPS Y7, Y7, Y7
	CMPQ CX, $16
	JL lastOf4
pairOf4:
	VMOVUPS (DI), Y8
	VMOVUPS 32(DI), Y9
	VFMADD231PS (SI), Y8, Y0
	VFMADD231PS 32(SI), Y9, Y4
	VFMADD231PS (SI)(R8*1), Y8, Y1
	VFMADD231PS 32(SI)(R8*1), Y9, Y5
	VFMADD231PS (SI)(R8*2), Y8, Y2
	VFMADD231PS 32(SI)(R8*2), Y9, Y6
	VFMADD231PS (R11), Y8, Y3
	VFMADD231PS 32(R11), Y9, Y7
	ADDQ $64, SI
	ADDQ $64, R11
	ADDQ $64, DI
	SUBQ $16, CX
	CMPQ CX, $16
	JGE pairOf4
lastOf4:
	TESTQ CX, CX
	JZ sumOf4
	VMOVUPS (DI), Y8
	VFMADD231PS (SI), Y8, Y0
	VFMADD231PS (SI)(R8*1), Y8, Y1
	VFMADD231PS (SI)(R8*2), Y8, Y2
	VFMADD231PS (R11), Y8, Y3
sumOf4:
	VADDPS Y4, Y0, Y0
	VADDPS Y5, Y1, Y1
	VADDPS Y6, Y2, Y2
	VADDPS Y7, Y3, Y3
	VHADDPS Y1, Y0, Y0
	VHADDPS Y3, Y2, Y2
	VHADDPS Y2, Y0, Y0
	VEXTRACTF128 $1, Y0, X1
	VADDPS X1, X0, X0
	VMOVUPS X0, (DX)
	VZEROUPPER
	RET

// Eight copies of each constant of the exponential, in the order exp8 takes them.
#define EIGHT(at, bits) \
	DATA expTable<>+(at+0)(SB)/4, $bits \
	DATA expTable<>+(at+4)(SB)/4, $bits \
	DATA expTable<>+(at+8)(SB)/4, $bits \
	DATA expTable<>+(at+12)(SB)/4, $bits \
	DATA expTable<>+(at+16)(SB)/4, $bits \
	DATA expTable<>+(at+20)(SB)/4, $bits \
	DATA expTable<>+(at+24)(SB)/4, $bits \
	DATA expTable<>+(at+28)(SB)/4, $bits

EIGHT(0, 0x3fb8aa3b) // log2 e
EIGHT(32, 0x3f317200) // upper ln 2
EIGHT(64, 0x35bfbe8e) // lower ln 2
EIGHT(96, 0x3ab60b61) // 1/720
EIGHT(128, 0x3c088889) // 1/120
EIGHT(160, 0x3d2aaaab) // 1/24
EIGHT(192, 0x3e2aaaab) // 1/6
EIGHT(224, 0x3f000000) // 1/2
EIGHT(256, 0x3f800000) // 1
EIGHT(288, 0xc2aeac4f) // smallest argument
EIGHT(320, 0x42b17217) // largest argument
EIGHT(352, 0x7f800000) // infinity
EIGHT(384, 0x0000007f) // bias of the exponent
GLOBL expTable<>(SB), RODATA|NOPTR, $416

// func exp8(n int, x *float32)
// The same series as the portable one, with fused multiply-adds. Arguments outside the range are set right by masks at the
// end; one that is no number stays so, for it fails both comparisons and the series hands it on.
TEXT ·exp8(SB), NOSPLIT, $0-16
	MOVQ n+0(FP), CX
	MOVQ x+8(FP), SI
	LEAQ expTable<>(SB), AX
	VMOVUPS 0(AX), Y10
	VMOVUPS 32(AX), Y11
	VMOVUPS 64(AX), Y12
	VMOVUPS 96(AX), Y13
	VMOVUPS 128(AX), Y14
	VMOVUPS 160(AX), Y15
eight:
	VMOVUPS (SI), Y0
	VMULPS Y10, Y0, Y1
	VROUNDPS $0, Y1, Y1
	VMOVAPS Y0, Y2
	VFNMADD231PS Y11, Y1, Y2
	VFNMADD231PS Y12, Y1, Y2
	VMOVAPS Y13, Y3
	VFMADD213PS Y14, Y2, Y3
	VFMADD213PS Y15, Y2, Y3
	VFMADD213PS 192(AX), Y2, Y3
	VFMADD213PS 224(AX), Y2, Y3
	VFMADD213PS 256(AX), Y2, Y3
	VFMADD213PS 256(AX), Y2, Y3
	VCVTPS2DQ Y1, Y1
	VPSRAD $1, Y1, Y4
	VPSUBD Y4, Y1, Y5
	VPADDD 384(AX), Y4, Y4
	VPADDD 384(AX), Y5, Y5
	VPSLLD $23, Y4, Y4
	VPSLLD $23, Y5, Y5
	VMULPS Y4, Y3, Y3
	VMULPS Y5, Y3, Y3
	VCMPPS $1, 288(AX), Y0, Y6
	VANDNPS Y3, Y6, Y3
	VCMPPS $14, 320(AX), Y0, Y6
	VMOVUPS 352(AX), Y7
	VBLENDVPS Y6, Y7, Y3, Y3
	VMOVUPS Y3, (SI)
	ADDQ $32, SI
	SUBQ $8, CX
	JNZ eight
	VZEROUPPER
	RET

// func groups32(n int, row, x *int8, unit *int32) int64
// Bytes become words, pairs of products 32-bit sums; those are multiplied by the unit, even and odd ones in turn, as 64-bit
// numbers.
TEXT ·groups32(SB), NOSPLIT, $0-40
	MOVQ n+0(FP), CX
	MOVQ row+8(FP), SI
	MOVQ x+16(FP), DI
	MOVQ unit+24(FP), DX
	VPXOR Y8, Y8, Y8
	VPXOR Y9, Y9, Y9
each:
	VPMOVSXBW (SI), Y0
	VPMOVSXBW 16(SI), Y1
	VPMOVSXBW (DI), Y2
	VPMOVSXBW 16(DI), Y3
	VPMADDWD Y0, Y2, Y0
	VPMADDWD Y1, Y3, Y1
	VPADDD Y0, Y1, Y0
	VPBROADCASTD (DX), Y4
	VPMULDQ Y0, Y4, Y5
	VPSRLQ $32, Y0, Y0
	VPMULDQ Y0, Y4, Y6
	VPADDQ Y5, Y8, Y8
	VPADDQ Y6, Y9, Y9
	ADDQ $32, SI
	ADDQ $32, DI
	ADDQ $4, DX
	DECQ CX
	JNZ each
	VPADDQ Y9, Y8, Y8
	VEXTRACTI128 $1, Y8, X1
	VPADDQ X1, X8, X0
	VPSRLDQ $8, X0, X1
	VPADDQ X1, X0, X0
	VMOVQ X0, AX
	MOVQ AX, ret+32(FP)
	VZEROUPPER
	RET

// func adam8(n int, params, grads, mean, square *float32, s *AdamStep)
TEXT ·adam8(SB), NOSPLIT, $0-48
	MOVQ n+0(FP), CX
	MOVQ params+8(FP), DI
	MOVQ grads+16(FP), SI
	MOVQ mean+24(FP), R8
	MOVQ square+32(FP), R9
	MOVQ s+40(FP), AX
	VBROADCASTSS 0(AX), Y8
	VBROADCASTSS 4(AX), Y9
	VBROADCASTSS 8(AX), Y10
	VBROADCASTSS 12(AX), Y11
	VBROADCASTSS 16(AX), Y12
	VBROADCASTSS 20(AX), Y13
	VBROADCASTSS 24(AX), Y14
	VBROADCASTSS 28(AX), Y15
move:
	VMOVUPS (SI), Y0
	VMULPS (R8), Y8, Y1
	VFMADD231PS Y0, Y9, Y1
	VMOVUPS Y1, (R8)
	VMULPS (R9), Y10, Y2
	VMULPS Y0, Y0, Y0
	VFMADD231PS Y0, Y11, Y2
	VMOVUPS Y2, (R9)
	VSQRTPS Y2, Y2
	VFMADD213PS Y15, Y14, Y2
	VMULPS Y13, Y1, Y1
	VDIVPS Y2, Y1, Y1
	VMULPS (DI), Y12, Y3
	VSUBPS Y1, Y3, Y3
	VMOVUPS Y3, (DI)
	ADDQ $32, SI
	ADDQ $32, DI
	ADDQ $32, R8
	ADDQ $32, R9
	SUBQ $8, CX
	JNZ move
	VZEROUPPER
	RET
