#include "textflag.h"

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

// func scale8(n int, alpha float32, x *float32)
TEXT ·scale8(SB), NOSPLIT, $0-24
	MOVQ n+0(FP), CX
	VBROADCASTSS alpha+8(FP), Y0
	MOVQ x+16(FP), SI
scale:
	VMULPS (SI), Y0, Y1
	VMOVUPS Y1, (SI)
	ADDQ $32, SI
	SUBQ $8, CX
	JNZ scale
	VZEROUPPER
	RET

// func times8(n int, alpha float32, dst, x, y *float32)
TEXT ·times8(SB), NOSPLIT, $0-40
	MOVQ n+0(FP), CX
	VBROADCASTSS alpha+8(FP), Y0
	MOVQ dst+16(FP), DX
	MOVQ x+24(FP), SI
	MOVQ y+32(FP), DI
times:
	VMULPS (SI), Y0, Y1
	VMULPS (DI), Y1, Y1
	VMOVUPS Y1, (DX)
	ADDQ $32, SI
	ADDQ $32, DI
	ADDQ $32, DX
	SUBQ $8, CX
	JNZ times
	VZEROUPPER
	RET

// func addTimes8(n int, alpha float32, dst, x, y *float32)
TEXT ·addTimes8(SB), NOSPLIT, $0-40
	MOVQ n+0(FP), CX
	VBROADCASTSS alpha+8(FP), Y0
	MOVQ dst+16(FP), DX
	MOVQ x+24(FP), SI
	MOVQ y+32(FP), DI
addTimes:
	VMULPS (SI), Y0, Y1
	VMULPS (DI), Y1, Y1
	VADDPS (DX), Y1, Y1
	VMOVUPS Y1, (DX)
	ADDQ $32, SI
	ADDQ $32, DI
	ADDQ $32, DX
	SUBQ $8, CX
	JNZ addTimes
	VZEROUPPER
	RET

// func turn8(n int, x, cos, sin *float32)
TEXT ·turn8(SB), NOSPLIT, $0-32
	MOVQ n+0(FP), CX
	MOVQ x+8(FP), DX
	MOVQ cos+16(FP), SI
	MOVQ sin+24(FP), DI
turn:
	VMOVUPS (DX), Y0
	VPERMILPS $0xb1, Y0, Y1
	VMULPS (SI), Y0, Y0
	VMULPS (DI), Y1, Y1
	VADDPS Y1, Y0, Y0
	VMOVUPS Y0, (DX)
	ADDQ $32, SI
	ADDQ $32, DI
	ADDQ $32, DX
	SUBQ $8, CX
	JNZ turn
	VZEROUPPER
	RET

// func max8(n int, x *float32) float32
TEXT ·max8(SB), NOSPLIT, $0-20
	MOVQ n+0(FP), CX
	MOVQ x+8(FP), SI
	VMOVUPS (SI), Y0
largest:
	VMAXPS (SI), Y0, Y0
	ADDQ $32, SI
	SUBQ $8, CX
	JNZ largest
	VEXTRACTF128 $1, Y0, X1
	VMAXPS X1, X0, X0
	VPERMILPS $0x4e, X0, X1
	VMAXPS X1, X0, X0
	VPERMILPS $0xb1, X0, X1
	VMAXPS X1, X0, X0
	VMOVSS X0, ret+16(FP)
	VZEROUPPER
	RET

// func softmaxBack8(n int, mean, scale float32, d, chances *float32)
TEXT ·softmaxBack8(SB), NOSPLIT, $0-32
	MOVQ n+0(FP), CX
	VBROADCASTSS mean+8(FP), Y8
	VBROADCASTSS scale+12(FP), Y9
	MOVQ d+16(FP), DX
	MOVQ chances+24(FP), SI
back:
	VMOVUPS (DX), Y0
	VSUBPS Y8, Y0, Y0
	VMULPS (SI), Y0, Y0
	VMULPS Y9, Y0, Y0
	VMOVUPS Y0, (DX)
	ADDQ $32, SI
	ADDQ $32, DX
	SUBQ $8, CX
	JNZ back
	VZEROUPPER
	RET

// Eight copies of each constant of the exponential, in the order EXP takes them.
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

#define CONSTANTS \
	LEAQ expTable<>(SB), AX \
	VMOVUPS 0(AX), Y10 \
	VMOVUPS 32(AX), Y11 \
	VMOVUPS 64(AX), Y12 \
	VMOVUPS 96(AX), Y13 \
	VMOVUPS 128(AX), Y14 \
	VMOVUPS 160(AX), Y15

// EXP sets Y3 to e^Y0 and uses Y1 to Y7: the same series as the portable one, with fused multiply-adds. Arguments outside
// the range are set right by masks at the end; one that is no number stays so, for it fails both comparisons and the
// series hands it on.
#define EXP \
	VMULPS Y10, Y0, Y1 \
	VROUNDPS $0, Y1, Y1 \
	VMOVAPS Y0, Y2 \
	VFNMADD231PS Y11, Y1, Y2 \
	VFNMADD231PS Y12, Y1, Y2 \
	VMOVAPS Y13, Y3 \
	VFMADD213PS Y14, Y2, Y3 \
	VFMADD213PS Y15, Y2, Y3 \
	VFMADD213PS 192(AX), Y2, Y3 \
	VFMADD213PS 224(AX), Y2, Y3 \
	VFMADD213PS 256(AX), Y2, Y3 \
	VFMADD213PS 256(AX), Y2, Y3 \
	VCVTPS2DQ Y1, Y1 \
	VPSRAD $1, Y1, Y4 \
	VPSUBD Y4, Y1, Y5 \
	VPADDD 384(AX), Y4, Y4 \
	VPADDD 384(AX), Y5, Y5 \
	VPSLLD $23, Y4, Y4 \
	VPSLLD $23, Y5, Y5 \
	VMULPS Y4, Y3, Y3 \
	VMULPS Y5, Y3, Y3 \
	VCMPPS $1, 288(AX), Y0, Y6 \
	VANDNPS Y3, Y6, Y3 \
	VCMPPS $14, 320(AX), Y0, Y6 \
	VMOVUPS 352(AX), Y7 \
	VBLENDVPS Y6, Y7, Y3, Y3

// func exp8(n int, x *float32)
TEXT ·exp8(SB), NOSPLIT, $0-16
	MOVQ n+0(FP), CX
	MOVQ x+8(FP), SI
	CONSTANTS
eight:
	VMOVUPS (SI), Y0
	EXP
	VMOVUPS Y3, (SI)
	ADDQ $32, SI
	SUBQ $8, CX
	JNZ eight
	VZEROUPPER
	RET

// func chances8(n int, most, scale float32, x *float32) float32
TEXT ·chances8(SB), NOSPLIT, $0-28
	MOVQ n+0(FP), CX
	MOVQ x+16(FP), SI
	CONSTANTS
	VXORPS Y8, Y8, Y8
	VBROADCASTSS most+8(FP), Y9
chance:
	VMOVUPS (SI), Y0
	VSUBPS Y9, Y0, Y0
	VBROADCASTSS scale+12(FP), Y1
	VMULPS Y1, Y0, Y0
	EXP
	VMOVUPS Y3, (SI)
	VADDPS Y3, Y8, Y8
	ADDQ $32, SI
	SUBQ $8, CX
	JNZ chance
	VEXTRACTF128 $1, Y8, X1
	VADDPS X1, X8, X0
	VHADDPS X0, X0, X0
	VHADDPS X0, X0, X0
	VMOVSS X0, ret+24(FP)
	VZEROUPPER
	RET

// func gate8(n int, hidden, open, gates, up *float32)
TEXT ·gate8(SB), NOSPLIT, $0-40
	MOVQ n+0(FP), CX
	MOVQ hidden+8(FP), DX
	MOVQ open+16(FP), DI
	MOVQ gates+24(FP), SI
	MOVQ up+32(FP), R8
	CONSTANTS
	VMOVUPS 256(AX), Y9
	VXORPS Y8, Y8, Y8
gate:
	VSUBPS (SI), Y8, Y0
	EXP
	VADDPS Y9, Y3, Y3
	VDIVPS Y3, Y9, Y3
	VMOVUPS Y3, (DI)
	VMULPS (SI), Y3, Y3
	VMULPS (R8), Y3, Y3
	VMOVUPS Y3, (DX)
	ADDQ $32, SI
	ADDQ $32, DI
	ADDQ $32, DX
	ADDQ $32, R8
	SUBQ $8, CX
	JNZ gate
	VZEROUPPER
	RET

// func gateBack8(n int, dgates, dup, dhidden, open, gates, up *float32)
TEXT ·gateBack8(SB), NOSPLIT, $0-56
	MOVQ n+0(FP), CX
	MOVQ dgates+8(FP), DX
	MOVQ dup+16(FP), DI
	MOVQ dhidden+24(FP), SI
	MOVQ open+32(FP), R8
	MOVQ gates+40(FP), R9
	MOVQ up+48(FP), R10
	LEAQ expTable<>(SB), AX
	VMOVUPS 256(AX), Y9
gateBack:
	VMOVUPS (SI), Y0
	VMOVUPS (R8), Y1
	VMULPS (R9), Y1, Y2
	VSUBPS Y1, Y9, Y3
	VMULPS Y2, Y3, Y3
	VADDPS Y1, Y3, Y3
	VMULPS (R10), Y0, Y4
	VMULPS Y3, Y4, Y4
	VMULPS Y2, Y0, Y5
	VMOVUPS Y4, (DX)
	VMOVUPS Y5, (DI)
	ADDQ $32, SI
	ADDQ $32, DI
	ADDQ $32, DX
	ADDQ $32, R8
	ADDQ $32, R9
	ADDQ $32, R10
	SUBQ $8, CX
	JNZ gateBack
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
