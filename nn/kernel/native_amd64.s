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
	MOVQ DX, AX \
	LEAQ (SI)(R8*2), R11 \
	ADDQ R8, R11

#define ROW16(address, lo, hi) \
	VBROADCASTSS address, Y2 \
	VFMADD231PS Y0, Y2, lo \
	VFMADD231PS Y1, Y2, hi

#define ADD16(lo, hi) \
	VADDPS (AX), lo, lo \
	VADDPS 32(AX), hi, hi \
	ADDQ R10, AX

#define STORE16(lo, hi) \
	VMOVUPS lo, (DX) \
	VMOVUPS hi, 32(DX) \
	ADDQ R10, DX

// func tile6x16(depth int, a *float32, aRow, aCol int, b, c *float32, cStep int, set bool)
// R11 points three rows below SI: together they reach six rows with scaled indices.
TEXT ·tile6x16(SB), NOSPLIT, $0-57
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
	CMPB set+56(FP), $0
	JNE store6
	ADD16(Y4, Y5)
	ADD16(Y6, Y7)
	ADD16(Y8, Y9)
	ADD16(Y10, Y11)
	ADD16(Y12, Y13)
	ADD16(Y14, Y15)
store6:
	STORE16(Y4, Y5)
	STORE16(Y6, Y7)
	STORE16(Y8, Y9)
	STORE16(Y10, Y11)
	STORE16(Y12, Y13)
	STORE16(Y14, Y15)
	VZEROUPPER
	RET

// func tile2x16(depth int, a *float32, aRow, aCol int, b, c *float32, cStep int, set bool)
TEXT ·tile2x16(SB), NOSPLIT, $0-57
	ARGUMENTS
	VXORPS Y4, Y4, Y4
	VXORPS Y5, Y5, Y5
	VXORPS Y6, Y6, Y6
	VXORPS Y7, Y7, Y7
loop2:
	VMOVUPS (DI), Y0
	VMOVUPS 32(DI), Y1
	ROW16((SI), Y4, Y5)
	ROW16((SI)(R8*1), Y6, Y7)
	ADDQ R9, SI
	ADDQ $64, DI
	DECQ CX
	JNZ loop2
	CMPB set+56(FP), $0
	JNE store2
	ADD16(Y4, Y5)
	ADD16(Y6, Y7)
store2:
	STORE16(Y4, Y5)
	STORE16(Y6, Y7)
	VZEROUPPER
	RET

#define ROW32(address, lo, hi) \
	VBROADCASTSS address, Z2 \
	VFMADD231PS Z0, Z2, lo \
	VFMADD231PS Z1, Z2, hi

#define ADD32(lo, hi) \
	VADDPS (AX), lo, lo \
	VADDPS 64(AX), hi, hi \
	ADDQ R10, AX

#define STORE32(lo, hi) \
	VMOVUPS lo, (DX) \
	VMOVUPS hi, 64(DX) \
	ADDQ R10, DX

// func tile8x32(depth int, a *float32, aRow, aCol int, b, c *float32, cStep int, set bool)
// R12 points six rows below SI.
TEXT ·tile8x32(SB), NOSPLIT, $0-57
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
	CMPB set+56(FP), $0
	JNE store8
	ADD32(Z4, Z5)
	ADD32(Z6, Z7)
	ADD32(Z8, Z9)
	ADD32(Z10, Z11)
	ADD32(Z12, Z13)
	ADD32(Z14, Z15)
	ADD32(Z16, Z17)
	ADD32(Z18, Z19)
store8:
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
