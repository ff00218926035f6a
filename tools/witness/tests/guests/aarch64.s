// A `virt` board that executes stretches of known content. It is entered in EL1 without translation of addresses,
// writes what its own counter of cycles saw of the last stretch to the serial line, and turns itself off.

.macro begin number
    mov     x0, #\number
    movz    xzr, #0x5745
.endm

.macro finish
    movz    xzr, #0x5746
.endm

.section .text
.global _start
_start:
    adr     x1, stack_top
    mov     sp, x1
    adr     x1, vectors
    msr     vbar_el1, x1
    mov     x1, #(3 << 20)              // CPACR_EL1: vectors are allowed
    msr     cpacr_el1, x1
    mov     x1, #0x41                   // PMCR_EL0: long cycles, on
    msr     pmcr_el0, x1
    mov     x1, #(1 << 31)              // the counter of cycles
    msr     pmcntenset_el0, x1
    isb
    adr     x1, data

    // 1: nothing but instructions.
    .balign 64
    begin   1
    .rept   10
    nop
    .endr
    finish

    // 2: accesses.
    begin   2
    ldr     x2, [x1]
    str     x2, [x1, #64]
    stp     x2, x3, [x1, #128]
    ldp     x2, x3, [x1, #192]
    ldrb    w2, [x1, #1]
    prfm    pldl1keep, [x1, #256]
    finish

    // 3: what only the kernel may do, and what orders memory.
    begin   3
    mrs     x3, ttbr0_el1
    msr     ttbr0_el1, x3
    msr     tpidr_el0, x3
    mrs     x3, tpidr_el0
    msr     contextidr_el1, x3
    mrs     x3, midr_el1
    mrs     x3, cntvct_el0
    tlbi    vmalle1
    dsb     sy
    isb
    dmb     ish
    ldxr    x3, [x1]
    stxr    w4, x3, [x1]
    stp     q0, q1, [x1, #64]
    ldp     q0, q1, [x1, #64]
    msr     daifset, #2
    ic      iallu
    svc     #0
    finish

    // 5: an access that faults once.
    mov     x9, #(1 << 46)
    begin   5
    ldr     x2, [x9]
    finish

    // 7: some of everything, with the own counter read around it.
    mov     x9, #(1 << 46)
    mrs     x10, pmccntr_el0
    begin   7
    ldr     x2, [x9]
    mov     x5, #100
1:  ldxr    x3, [x1]
    stxr    w4, x3, [x1]
    subs    x5, x5, #1
    b.ne    1b
    svc     #0
    dsb     sy
    finish
    mrs     x11, pmccntr_el0
    sub     x10, x11, x10

    mov     x3, #0x09000000             // PL011: data
    mov     x5, #8
2:  strb    w10, [x3]
    lsr     x10, x10, #8
    subs    x5, x5, #1
    b.ne    2b
    movz    x0, #0x8400, lsl #16        // PSCI: SYSTEM_OFF
    movk    x0, #8
    hvc     #0
3:  wfi
    b       3b

// Lets the access be made again where there is memory. After a system call this changes nothing that matters.
.balign 2048
vectors:
    .skip   0x200
    mov     x9, x1
    eret
.balign 2048

.section .data
.balign 4096
data:
    .skip   4096
stack:
    .skip   4096
stack_top:
