#include "textflag.h"

// Steps arrive in numbers and are used in bytes.
#define COPY \
	MOVQ rows+0(FP), CX \
	MOVQ dst+8(FP), DI \
	MOVQ src+16(FP), SI \
	MOVQ step+24(FP), R8 \
	SHLQ $2, R8

// func copy6(rows int, dst, src *float32, step int)
TEXT ·copy6(SB), NOSPLIT, $0-32
	COPY
next6:
	VMOVUPS (SI), X0
	VMOVSD 16(SI), X1
	VMOVUPS X0, (DI)
	VMOVSD X1, 16(DI)
	ADDQ R8, SI
	ADDQ $24, DI
	DECQ CX
	JNZ next6
	VZEROUPPER
	RET

// func copy8(rows int, dst, src *float32, step int)
TEXT ·copy8(SB), NOSPLIT, $0-32
	COPY
next8:
	VMOVUPS (SI), Y0
	VMOVUPS Y0, (DI)
	ADDQ R8, SI
	ADDQ $32, DI
	DECQ CX
	JNZ next8
	VZEROUPPER
	RET

// func copy16(rows int, dst, src *float32, step int)
TEXT ·copy16(SB), NOSPLIT, $0-32
	COPY
next16:
	VMOVUPS (SI), Y0
	VMOVUPS 32(SI), Y1
	VMOVUPS Y0, (DI)
	VMOVUPS Y1, 32(DI)
	ADDQ R8, SI
	ADDQ $64, DI
	DECQ CX
	JNZ next16
	VZEROUPPER
	RET

// func copy32(rows int, dst, src *float32, step int)
TEXT ·copy32(SB), NOSPLIT, $0-32
	COPY
next32:
	VMOVUPS (SI), Y0
	VMOVUPS 32(SI), Y1
	VMOVUPS 64(SI), Y2
	VMOVUPS 96(SI), Y3
	VMOVUPS Y0, (DI)
	VMOVUPS Y1, 32(DI)
	VMOVUPS Y2, 64(DI)
	VMOVUPS Y3, 96(DI)
	ADDQ R8, SI
	ADDQ $128, DI
	DECQ CX
	JNZ next32
	VZEROUPPER
	RET

// func transpose8(blocks int, dst *float32, to int, src *float32, step int)
// Pairs of numbers, then pairs of pairs, then halves of registers change places. R11 points three columns beyond SI, R12
// three rows below DI.
TEXT ·transpose8(SB), NOSPLIT, $0-40
	MOVQ blocks+0(FP), CX
	MOVQ dst+8(FP), DI
	MOVQ to+16(FP), R9
	MOVQ src+24(FP), SI
	MOVQ step+32(FP), R8
	SHLQ $2, R9
	SHLQ $2, R8
	LEAQ (SI)(R8*2), R11
	ADDQ R8, R11
	LEAQ (DI)(R9*2), R12
	ADDQ R9, R12
square:
	VMOVUPS (SI), Y0
	VMOVUPS (SI)(R8*1), Y1
	VMOVUPS (SI)(R8*2), Y2
	VMOVUPS (R11), Y3
	VMOVUPS (SI)(R8*4), Y4
	VMOVUPS (R11)(R8*2), Y5
	LEAQ (R11)(R8*2), AX
	VMOVUPS (AX)(R8*1), Y6
	VMOVUPS (R11)(R8*4), Y7
	VUNPCKLPS Y1, Y0, Y8
	VUNPCKHPS Y1, Y0, Y9
	VUNPCKLPS Y3, Y2, Y10
	VUNPCKHPS Y3, Y2, Y11
	VUNPCKLPS Y5, Y4, Y12
	VUNPCKHPS Y5, Y4, Y13
	VUNPCKLPS Y7, Y6, Y14
	VUNPCKHPS Y7, Y6, Y15
	VUNPCKLPD Y10, Y8, Y0
	VUNPCKHPD Y10, Y8, Y1
	VUNPCKLPD Y11, Y9, Y2
	VUNPCKHPD Y11, Y9, Y3
	VUNPCKLPD Y14, Y12, Y4
	VUNPCKHPD Y14, Y12, Y5
	VUNPCKLPD Y15, Y13, Y6
	VUNPCKHPD Y15, Y13, Y7
	VINSERTF128 $1, X4, Y0, Y8
	VINSERTF128 $1, X5, Y1, Y9
	VINSERTF128 $1, X6, Y2, Y10
	VINSERTF128 $1, X7, Y3, Y11
	VPERM2F128 $0x31, Y4, Y0, Y12
	VPERM2F128 $0x31, Y5, Y1, Y13
	VPERM2F128 $0x31, Y6, Y2, Y14
	VPERM2F128 $0x31, Y7, Y3, Y15
	VMOVUPS Y8, (DI)
	VMOVUPS Y9, (DI)(R9*1)
	VMOVUPS Y10, (DI)(R9*2)
	VMOVUPS Y11, (R12)
	VMOVUPS Y12, (DI)(R9*4)
	VMOVUPS Y13, (R12)(R9*2)
	LEAQ (R12)(R9*2), AX
	VMOVUPS Y14, (AX)(R9*1)
	VMOVUPS Y15, (R12)(R9*4)
	ADDQ $32, SI
	ADDQ $32, R11
	LEAQ (DI)(R9*8), DI
	LEAQ (R12)(R9*8), R12
	DECQ CX
	JNZ square
	VZEROUPPER
	RET
