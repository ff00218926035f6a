
// Vector registers. A core is in one of two modes. In the plain mode user mode has none (CPACR_EL1 traps them), and the
// registers hold zeros. In the vector mode they belong to the thread that ran last, {CONTEXT} in PerCore, and the
// functions behind the entry stubs are replaced by those below, which look whether another thread goes on. So threads
// without vector registers pay nothing for those that have them.
//
// The vector mode begins when a thread that may use vector registers does so, and ends when a thread goes on that may
// not. A system call destroys them; an interrupt or exception saves them when another thread goes on ({SAVED} in
// Registers says that they were). What a thread goes on with are its own, or zeros.

.pushsection .text.trap, "ax", %progbits
.arch_extension fp
.arch_extension simd

// Changes the functions behind the stubs to those that x9 points to. Clobbers x10, x11.
.macro functions_from_x9
    ldr x10, [x9]
    ldr x11, [x9, #96]
    str x10, [x27, #{WAYS}]
    str x11, [x27, #({WAYS} + 96)]
    .irp offset, 16, 32, 48, 64, 80
    ldp x10, x11, [x9, #\offset]
    stp x10, x11, [x27, #({WAYS} + \offset)]
    .endr
.endm

// The first use in the plain mode. A thread that may use them goes on with what was saved or with zeros, which are there.
// For one that may not it is a fault. The user's x30 is below the stack.
.type trap_odd, %function
trap_odd:
    cmp x30, #{FLOATING_POINT}
    b.ne trap_exception_all
    stp x0, x9, [sp, #-32]
    stp x10, x11, [sp, #-48]
    str x27, [sp, #-64]
    mrs x27, tpidr_el1
    ldr x0, [x27, #{CONTEXT}]
    ldr x9, [x0, #{VECTORS}]
    cbz x9, 9f
    mov x10, #{USER_AND_KERNEL}
    msr cpacr_el1, x10
    isb
    ldr x10, [x0, #{SAVED}]
    cbz x10, 1f
    bl vectors_load
1:  adrp x9, weft_vector_ways
    add x9, x9, :lo12:weft_vector_ways
    functions_from_x9
    ldp x0, x9, [sp, #-32]
    ldp x10, x11, [sp, #-48]
    ldr x27, [sp, #-64]
    ldr x30, [sp, #-16]
    leave
9:  ldp x0, x9, [sp, #-32]
    ldr x27, [sp, #-64]
    ldr x10, [sp, #-48]
    b trap_exception_all

// The functions of the vector mode: do what those of the plain mode do, then look who goes on. x27 = PerCore.
.macro vector_way name, index
\name:
    str x30, [sp, #-16]!
    ldr x9, [x27, #({PLAIN} + 8 * \index)]
    blr x9
    ldr x30, [sp], #16
.endm

// Messages go from a system call to a system call: there is nothing to save and nothing that was saved.
.macro message_way name, index
    vector_way \name, \index
    cbz x0, 1f
    ldr x9, [x0, #{VECTORS}]
    cbnz x9, vectors_reset
    b vectors_end
1:  ret
.endm

    message_way vectors_call, 2
    message_way vectors_reply_recv, 3
    vector_way vectors_signal, 4
    b vectors_left
    vector_way vectors_long_call, 0
    b vectors_left
    vector_way vectors_long_reply_recv, 5
    b vectors_left
    vector_way vectors_wait, 6
    b vectors_left
    vector_way vectors_signal_wait, 7
    b vectors_left
    vector_way vectors_yield, 8
    b vectors_left
    vector_way vectors_interrupt, 9
    b vectors_left
    vector_way vectors_syscall, 10
    b vectors_left
    vector_way vectors_exception, 11

// Saves the registers of the thread whose Registers x9 points to. Clobbers x9 to x11.
.macro save_vectors
    mov x10, #1
    str x10, [x9, #{SAVED}]
    ldr x9, [x9, #{VECTORS}]
    stp q0, q1, [x9]
    stp q2, q3, [x9, #32]
    stp q4, q5, [x9, #64]
    stp q6, q7, [x9, #96]
    stp q8, q9, [x9, #128]
    stp q10, q11, [x9, #160]
    stp q12, q13, [x9, #192]
    stp q14, q15, [x9, #224]
    stp q16, q17, [x9, #256]
    stp q18, q19, [x9, #288]
    stp q20, q21, [x9, #320]
    stp q22, q23, [x9, #352]
    stp q24, q25, [x9, #384]
    stp q26, q27, [x9, #416]
    stp q28, q29, [x9, #448]
    stp q30, q31, [x9, #480]
    mrs x10, fpcr
    mrs x11, fpsr
    str x10, [x9, #512]
    str x11, [x9, #520]
.endm

// The thread whose Registers x0 points to goes on, or, if x0 is 0 or 1, whoever ran. Clobbers x9 to x11.
vectors_left:
    cmp x0, #1
    b.ls 9f
    ldr x9, [x27, #{CONTEXT}]
    cmp x0, x9
    b.eq 9f
    // Nothing is saved of a thread that is gone, or in a system call.
    cbz x9, vectors_enter
    ldr x10, [x9, #{FORMAT}]
    cbz x10, vectors_enter
    save_vectors
vectors_enter:
    ldr x9, [x0, #{VECTORS}]
    cbz x9, vectors_end
    ldr x10, [x0, #{SAVED}]
    cbz x10, vectors_reset
// What was saved of the thread with Registers x0 is at x9.
vectors_load:
    str xzr, [x0, #{SAVED}]
    ldp q0, q1, [x9]
    ldp q2, q3, [x9, #32]
    ldp q4, q5, [x9, #64]
    ldp q6, q7, [x9, #96]
    ldp q8, q9, [x9, #128]
    ldp q10, q11, [x9, #160]
    ldp q12, q13, [x9, #192]
    ldp q14, q15, [x9, #224]
    ldp q16, q17, [x9, #256]
    ldp q18, q19, [x9, #288]
    ldp q20, q21, [x9, #320]
    ldp q22, q23, [x9, #352]
    ldp q24, q25, [x9, #384]
    ldp q26, q27, [x9, #416]
    ldp q28, q29, [x9, #448]
    ldp q30, q31, [x9, #480]
    ldr x10, [x9, #512]
    ldr x11, [x9, #520]
    msr fpcr, x10
    msr fpsr, x11
9:  ret

// Saves the registers of the thread whose Registers x0 points to, which ran last, in the vector mode; from Rust.
.global weft_vectors_save
.type weft_vectors_save, %function
weft_vectors_save:
    ldr x10, [x0, #{FORMAT}]
    cbz x10, 9f
    mov x9, x0
    save_vectors
9:  ret

// Zeros. Clobbers nothing else.
.global weft_vectors_reset
.type weft_vectors_reset, %function
weft_vectors_reset:
vectors_reset:
    .irp number, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    movi v\number\().2d, #0
    .endr
    msr fpcr, xzr
    msr fpsr, xzr
    ret

// The plain mode begins.
vectors_end:
    str x30, [sp, #-16]!
    bl vectors_reset
    ldr x30, [sp], #16
    msr cpacr_el1, xzr
    add x9, x27, #{PLAIN}
    functions_from_x9
    ret

// As weft_trap_resume_whoever.
vectors_resume:
    mrs x27, tpidr_el1
    bl vectors_left
    b weft_trap_resume_whoever

.popsection

// The functions of the vector mode, in the order of PerCore.
.pushsection .rodata.trap, "a", %progbits
.balign 8
weft_vector_ways:
    .quad vectors_long_call
    .quad 0                         // the kernel, which stays
    .quad vectors_call
    .quad vectors_reply_recv
    .quad vectors_signal
    .quad vectors_long_reply_recv
    .quad vectors_wait
    .quad vectors_signal_wait
    .quad vectors_yield
    .quad vectors_interrupt
    .quad vectors_syscall
    .quad vectors_exception
    .quad vectors_resume
.popsection
