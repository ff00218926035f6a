// memset and memcpy, which the compiler calls: in the place of its own, which move a word at a time.
//
// On entry: AAPCS64; the MMU is on, all memory of the kernel is Normal, and alignment is not checked (SCTLR_EL1.A = 0).
//   Rust runs under no other conditions here.
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
    cmp x2, #{LEAST}
    b.lo .Lmemset_words
    cbnz x1, .Lmemset_words
    // Whole blocks of zeros (Arm ARM C5.3.8): where the instruction is allowed and a block has 64 bytes, as on every
    // processor by Arm.
    tst x0, #63
    b.ne .Lmemset_words
    mrs x4, dczid_el0
    cmp x4, #{BLOCKS_OF_64}
    b.ne .Lmemset_words
    sub x2, x2, #512
1:
    .rept 8
    dc zva, x3
    add x3, x3, #64
    .endr
    subs x2, x2, #512
    b.hs 1b
    add x2, x2, #512
.Lmemset_words:
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
    subs x2, x2, #32
    b.lo 2f
1:  ldp x4, x5, [x1]
    ldp x6, x7, [x1, #16]
    stp x4, x5, [x3]
    stp x6, x7, [x3, #16]
    add x1, x1, #32
    add x3, x3, #32
    subs x2, x2, #32
    b.hs 1b
    // The lower five bits of x2 are what is left.
2:  tbz x2, #4, 3f
    ldp x4, x5, [x1], #16
    stp x4, x5, [x3], #16
3:  tbz x2, #3, 4f
    ldr x4, [x1], #8
    str x4, [x3], #8
4:  tbz x2, #2, 5f
    ldr w4, [x1], #4
    str w4, [x3], #4
5:  tbz x2, #1, 6f
    ldrh w4, [x1], #2
    strh w4, [x3], #2
6:  tbz x2, #0, 7f
    ldrb w4, [x1]
    strb w4, [x3]
7:  ret

.popsection
