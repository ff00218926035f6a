// memset and memcpy, which the compiler calls: in the place of its own, which copy what is not aligned alike by bytes, and take
// some ninety instructions for a struct of nine words. This target has the compiler call them for more than four.
//
// On entry: AAPCS64; memory is Normal, and alignment is not checked (SCTLR_EL1.A = 0): what devices have is accessed as volatile, never here.
// On exit: x0 as on entry.
// Clobbers: x1 to x7, flags.

.pushsection .text.mem, "ax", %progbits

// x0 where, w1 the byte, x2 how many.
.balign 16
.global memset
.type memset, %function
memset:
    mov x3, x0
    and x1, x1, #0xff
    mov x4, #0x0101010101010101
    mul x1, x1, x4
    subs x2, x2, #64
    b.lo 2f
1:  stp x1, x1, [x3]
    stp x1, x1, [x3, #16]
    stp x1, x1, [x3, #32]
    stp x1, x1, [x3, #48]
    add x3, x3, #64
    subs x2, x2, #64
    b.hs 1b
    // The lower six bits of x2 are what is left.
2:  tbz x2, #5, 3f
    stp x1, x1, [x3]
    stp x1, x1, [x3, #16]
    add x3, x3, #32
3:  tbz x2, #4, 4f
    stp x1, x1, [x3], #16
4:  tbz x2, #3, 5f
    str x1, [x3], #8
5:  tbz x2, #2, 6f
    str w1, [x3], #4
6:  tbz x2, #1, 7f
    strh w1, [x3], #2
7:  tbz x2, #0, 8f
    strb w1, [x3]
8:  ret

// x0 where to, x1 where from, x2 how many.
.balign 16
.global memcpy
.type memcpy, %function
memcpy:
    mov x3, x0
    subs x2, x2, #64
    b.lo 2f
1:  ldp x4, x5, [x1]
    ldp x6, x7, [x1, #16]
    stp x4, x5, [x3]
    stp x6, x7, [x3, #16]
    ldp x4, x5, [x1, #32]
    ldp x6, x7, [x1, #48]
    stp x4, x5, [x3, #32]
    stp x6, x7, [x3, #48]
    add x1, x1, #64
    add x3, x3, #64
    subs x2, x2, #64
    b.hs 1b
    // The lower six bits of x2 are what is left.
2:  tbz x2, #5, 3f
    ldp x4, x5, [x1]
    ldp x6, x7, [x1, #16]
    stp x4, x5, [x3]
    stp x6, x7, [x3, #16]
    add x1, x1, #32
    add x3, x3, #32
3:  tbz x2, #4, 4f
    ldp x4, x5, [x1], #16
    stp x4, x5, [x3], #16
4:  tbz x2, #3, 5f
    ldr x4, [x1], #8
    str x4, [x3], #8
5:  tbz x2, #2, 6f
    ldr w4, [x1], #4
    str w4, [x3], #4
6:  tbz x2, #1, 7f
    ldrh w4, [x1], #2
    strh w4, [x3], #2
7:  tbz x2, #0, 8f
    ldrb w4, [x1]
    strb w4, [x3]
8:  ret

.popsection
