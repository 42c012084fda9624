#include "textflag.h"

// ROW sets sum to the products of a row, in eight parts, and moves SI to the row after it. Rows are read one after another
// and not side by side: processors fetch one stream ahead better than four.
#define ROW(long, short, tail, done, sum) \
	MOVQ n+8(FP), CX \
	MOVQ x+40(FP), DI \
	MOVQ SI, R11 \
	ADDQ R8, SI \
	VXORPS sum, sum, sum \
	VXORPS Y1, Y1, Y1 \
	VXORPS Y2, Y2, Y2 \
	VXORPS Y3, Y3, Y3 \
	SUBQ $32, CX \
	JL short \
long: \
	VMOVUPS (DI), Y4 \
	VMOVUPS 32(DI), Y5 \
	VMOVUPS 64(DI), Y6 \
	VMOVUPS 96(DI), Y7 \
	VFMADD231PS (R11), Y4, sum \
	VFMADD231PS 32(R11), Y5, Y1 \
	VFMADD231PS 64(R11), Y6, Y2 \
	VFMADD231PS 96(R11), Y7, Y3 \
	ADDQ $128, R11 \
	ADDQ $128, DI \
	SUBQ $32, CX \
	JGE long \
short: \
	ADDQ $32, CX \
	JZ done \
tail: \
	VMOVUPS (DI), Y4 \
	VFMADD231PS (R11), Y4, sum \
	ADDQ $32, R11 \
	ADDQ $32, DI \
	SUBQ $8, CX \
	JNZ tail \
done: \
	VADDPS Y2, Y1, Y1 \
	VADDPS Y3, sum, sum \
	VADDPS Y1, sum, sum

// func dots4(fours, n int, dst, w *float32, step int, x *float32)
TEXT ·dots4(SB), NOSPLIT, $0-48
	MOVQ fours+0(FP), R9
	MOVQ dst+16(FP), DX
	MOVQ w+24(FP), SI
	MOVQ step+32(FP), R8
	SHLQ $2, R8
four:
	ROW(long0, short0, tail0, done0, Y8)
	ROW(long1, short1, tail1, done1, Y9)
	ROW(long2, short2, tail2, done2, Y10)
	ROW(long3, short3, tail3, done3, Y11)
	VHADDPS Y9, Y8, Y8
	VHADDPS Y11, Y10, Y10
	VHADDPS Y10, Y8, Y8
	VEXTRACTF128 $1, Y8, X1
	VADDPS X1, X8, X0
	VMOVUPS X0, (DX)
	ADDQ $16, DX
	DECQ R9
	JNZ four
	VZEROUPPER
	RET

// func blend32(n int, dst, x, w *float32, step int)
// Two rows at a time have sums of their own, or each would wait for the one before.
TEXT ·blend32(SB), NOSPLIT, $0-40
	MOVQ n+0(FP), CX
	MOVQ dst+8(FP), DX
	MOVQ x+16(FP), DI
	MOVQ w+24(FP), SI
	MOVQ step+32(FP), R8
	SHLQ $2, R8
	VXORPS Y0, Y0, Y0
	VXORPS Y1, Y1, Y1
	VXORPS Y2, Y2, Y2
	VXORPS Y3, Y3, Y3
	VXORPS Y4, Y4, Y4
	VXORPS Y5, Y5, Y5
	VXORPS Y6, Y6, Y6
	VXORPS Y7, Y7, Y7
	SUBQ $2, CX
	JL single32
double32:
	VBROADCASTSS (DI), Y8
	VBROADCASTSS 4(DI), Y9
	LEAQ (SI)(R8*1), R9
	VFMADD231PS (SI), Y8, Y0
	VFMADD231PS 32(SI), Y8, Y1
	VFMADD231PS 64(SI), Y8, Y2
	VFMADD231PS 96(SI), Y8, Y3
	VFMADD231PS (R9), Y9, Y4
	VFMADD231PS 32(R9), Y9, Y5
	VFMADD231PS 64(R9), Y9, Y6
	VFMADD231PS 96(R9), Y9, Y7
	ADDQ $8, DI
	LEAQ (SI)(R8*2), SI
	SUBQ $2, CX
	JGE double32
single32:
	ADDQ $2, CX
	JZ store32
	VBROADCASTSS (DI), Y8
	VFMADD231PS (SI), Y8, Y0
	VFMADD231PS 32(SI), Y8, Y1
	VFMADD231PS 64(SI), Y8, Y2
	VFMADD231PS 96(SI), Y8, Y3
store32:
	VADDPS Y4, Y0, Y0
	VADDPS Y5, Y1, Y1
	VADDPS Y6, Y2, Y2
	VADDPS Y7, Y3, Y3
	VMOVUPS Y0, (DX)
	VMOVUPS Y1, 32(DX)
	VMOVUPS Y2, 64(DX)
	VMOVUPS Y3, 96(DX)
	VZEROUPPER
	RET

// func blend8(n int, dst, x, w *float32, step int)
TEXT ·blend8(SB), NOSPLIT, $0-40
	MOVQ n+0(FP), CX
	MOVQ dst+8(FP), DX
	MOVQ x+16(FP), DI
	MOVQ w+24(FP), SI
	MOVQ step+32(FP), R8
	SHLQ $2, R8
	VXORPS Y0, Y0, Y0
add8:
	VBROADCASTSS (DI), Y8
	VFMADD231PS (SI), Y8, Y0
	ADDQ $4, DI
	ADDQ R8, SI
	DECQ CX
	JNZ add8
	VMOVUPS Y0, (DX)
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
