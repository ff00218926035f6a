// The ways into the kernel from user mode and from idle, and the ways back.
//
// On entry: interrupts masked, SP_EL1 = end of the kernel stack (kept so whenever user mode runs),
//   TPIDR_EL1 = the core's PerCore.
// In between: registers are saved in the running thread's Registers, the kernel stack is empty, and one
//   Rust function is called, which returns what to resume in x0 (0: wait for an interrupt). Call, ReplyRecv,
//   Signal, Wait, SignalWait, Yield, SpaceMap and Null first try a function that leaves most registers where they are.
// On exit: a thread saved by SVC gets x0, x1, x8, x20 to x25, its stack pointer and flags back, and zero in
//   the other registers; one saved by an interrupt or exception gets everything back. A thread that runs user code
//   always has the format of SVC, which is 0, so that SVC need not set it.
// Clobbers: nothing of user mode beyond that.

.pushsection .text.trap, "ax", %progbits

.macro vector target
    .balign 0x80
    b \target
.endm

.balign 0x800
.global weft_trap_vectors
.type weft_trap_vectors, %function
weft_trap_vectors:
    vector trap_fatal               // this level, SP_EL0: never used
    vector trap_fatal
    vector trap_fatal
    vector trap_fatal
    vector trap_fatal               // this level: synchronous
    vector trap_kernel_interrupt    //             interrupt: ends idle
    vector trap_fatal               //             fast interrupt
    vector trap_fatal               //             system error
    vector trap_synchronous         // user mode, AArch64
    vector trap_interrupt
    vector trap_fatal
    vector trap_system_error
    vector trap_fatal               // user mode, AArch32: cannot be entered
    vector trap_fatal
    vector trap_fatal
    vector trap_fatal

// Leaves x30 = Registers, x0 and x1 saved there, the user's x30 below the stack, which is empty.
.macro begin
    str x30, [sp, #-16]
    begin_again
.endm

// As begin, with x30 there already.
.macro begin_again
    mrs x30, tpidr_el1
    ldr x30, [x30, #{CONTEXT}]
    stp x0, x1, [x30, #{X}]
.endm

// Where Registers \from go on, and with which flags; clobbers \a and \b.
.macro restore_place from, a, b
    ldp \a, \b, [\from, #{ELR}]
    msr elr_el1, \a
    msr spsr_el1, \b
.endm

.macro zero registers:vararg
    .irp register, \registers
    mov \register, xzr
    .endr
.endm

// Most registers that carry nothing are cleared by moves, and x2 to x7 and x9 to x16 by loads of zeros from a line that is at hand:
// half as many instructions, for which a Cortex-A72 has a pipeline that moves do not use (two do moves, one loads).
// x27 = PerCore.
.macro zero_by_loads
    ldp x2, x3, [x27, #{ZEROS}]
    ldp x4, x5, [x27, #{ZEROS}]
    ldp x6, x7, [x27, #{ZEROS}]
    ldp x9, x10, [x27, #{ZEROS}]
    ldp x11, x12, [x27, #{ZEROS}]
    ldp x13, x14, [x27, #{ZEROS}]
    ldp x15, x16, [x27, #{ZEROS}]
.endm

.macro leave
    eret
    dsb nsh                         // nothing behind ERET is executed, not even speculatively
    isb
.endm

// Goes on in the other thread, whose Registers x0 points to. It is in a system call. x29 is 0.
.macro resume_direct badge
    str x0, [x27, #{CONTEXT}]
    ldp x11, x12, [x0, #{SP}]       // and the thread block
    restore_place x0, x9, x10
    msr sp_el0, x11
    msr tpidr_el0, x12
    mov x0, \badge
    mov x1, x26
    zero_by_loads
    zero x8, x17, x18, x19, x26, x27, x28, x30
    leave
.endm

.type trap_synchronous, %function
trap_synchronous:
    str x30, [sp, #-16]             // below the stack, which is empty and not used before it is read
    mrs x30, esr_el1
    lsr x30, x30, #26
    cmp x30, #{SYSTEM_CALL}
    b.ne trap_exception
    // SVC: by convention the kernel may destroy everything but arguments. x27 = PerCore, x28 = Registers. x29 stays 0.
    mrs x27, tpidr_el1
    ldr x28, [x27, #{CONTEXT}]
    mrs x9, elr_el1
    mrs x10, spsr_el1
    mrs x11, sp_el0
    stp x9, x10, [x28, #{ELR}]
    str x11, [x28, #{SP}]
    mov x29, xzr
    cmp x8, #{CALL}
    b.eq syscall_call
    b.lo syscall_null               // 0
    cmp x8, #{REPLY_RECV}
    b.eq syscall_reply_recv
    cmp x8, #{WAIT}                 // Signal comes before, Poll behind
    b.eq syscall_wait
    cmp x8, #{SIGNAL}
    b.eq syscall_signal
    cmp x8, #{YIELD}
    b.eq syscall_yield
    cmp x8, #{SPACE_MAP}
    b.eq syscall_map
    cmp x8, #{SIGNAL_WAIT}
    b.eq syscall_signal_wait

// Everything to memory, then the kernel's general path.
    stp x0, x1, [x28, #{X}]
syscall_saved:
    str x8, [x28, #({X} + 64)]
    stp x20, x21, [x28, #({X} + 160)]
    stp x22, x23, [x28, #({X} + 176)]
    stp x24, x25, [x28, #({X} + 192)]
    ldr x0, [x27, #{SYSTEM}]
    ldr x9, [x27, #{ON_SYSCALL}]
    blr x9
    cmp x0, #{SAME}
    b.ne resume_whoever
    b resume_same

// Call and ReplyRecv: object (with reply) stands where Rust wants the first argument. The words stay in x20 to x25 all
// the way; object and reply are kept in x19, the information word in x26. Its lower half tells whether there is
// anything but words in registers.
syscall_call:
    mov x19, x0
    mov x26, x1
    cmp w1, #{REGISTER_WORDS}
    b.hi syscall_long_call
    ldp x1, x9, [x27, #{SYSTEM}]    // the kernel, on_call
    blr x9
syscall_called:
    cbz x0, 1f
    resume_direct x1                // the badge
1:  mov x8, #{CALL}
    b syscall_declined

syscall_long_call:
    mov x2, x1
    ldp x9, x1, [x27, #{ON_LONG_CALL}]  // and the kernel
    blr x9
    b syscall_called

syscall_reply_recv:
    mov x19, x0
    mov x26, x1
    cmp w1, #{REGISTER_WORDS}
    mov x2, x1
    ldr x1, [x27, #{SYSTEM}]
    b.hi syscall_long_reply_recv
    ldr x9, [x27, #{ON_REPLY_RECV}]
    blr x9
syscall_answered:
    cbz x0, 1f
    resume_direct xzr               // no badge

syscall_long_reply_recv:
    ldr x9, [x27, #{ON_LONG_REPLY_RECV}]
    blr x9
    b syscall_answered

1:  mov x8, #{REPLY_RECV}

// The fast path did nothing: what it kept goes to memory.
syscall_declined:
    stp x19, x26, [x28, #{X}]
    b syscall_saved

// Signal, Wait, SignalWait, Yield: the same thread goes on and gets nothing but its status, or whoever x0 points to.
// Further arguments of the function stand in x2 and behind.
.macro may_switch function, number, resume
    stp x0, x1, [x28, #{X}]
    ldr x1, [x27, #{SYSTEM}]
    ldr x9, [x27, #\function]
    blr x9
    cmp x0, #{GENERAL}
    b.lo resume_same
    b.hi \resume
    mov x8, #\number
    b syscall_saved
.endm

syscall_signal:
    may_switch {ON_SIGNAL}, {SIGNAL}, resume_other
syscall_wait:
    mov x2, x1
    may_switch {ON_WAIT}, {WAIT}, resume_whoever
syscall_signal_wait:
    mov x2, x1
    may_switch {ON_SIGNAL_WAIT}, {SIGNAL_WAIT}, resume_other
syscall_yield:
    may_switch {ON_YIELD}, {YIELD}, resume_other
// SpaceMap never switches.
syscall_map:
    mov x2, x1
    mov x3, x20
    mov x4, x21
    may_switch {ON_MAP}, {SPACE_MAP}, resume_other

// What Rust may have left in registers is cleared. Nobody else ran, so that the instruction pointer, flags and stack
// pointer are still in the processor's registers.
syscall_null:
    ldr x9, [x27, #{ON_NULL}]
    blr x9
resume_same:
    zero_by_loads
    zero x0, x1, x8, x17, x18, x19, x26, x27, x28, x30
    leave

// Saves x2 to x30 as well, elr, spsr, the user's stack pointer and the format of exceptions; x27 = PerCore.
.macro save_all
    stp x2, x3, [x30, #({X} + 16)]
    stp x4, x5, [x30, #({X} + 32)]
    stp x6, x7, [x30, #({X} + 48)]
    stp x8, x9, [x30, #({X} + 64)]
    stp x10, x11, [x30, #({X} + 80)]
    stp x12, x13, [x30, #({X} + 96)]
    stp x14, x15, [x30, #({X} + 112)]
    stp x16, x17, [x30, #({X} + 128)]
    stp x18, x19, [x30, #({X} + 144)]
    stp x20, x21, [x30, #({X} + 160)]
    stp x22, x23, [x30, #({X} + 176)]
    stp x24, x25, [x30, #({X} + 192)]
    stp x26, x27, [x30, #({X} + 208)]
    stp x28, x29, [x30, #({X} + 224)]
    ldr x0, [sp, #-16]
    str x0, [x30, #({X} + 240)]
    mrs x0, elr_el1
    mrs x1, spsr_el1
    stp x0, x1, [x30, #{ELR}]
    mov x0, #{FULL}
    mrs x1, sp_el0
    stp x0, x1, [x30, #{FORMAT}]
    mrs x27, tpidr_el1
.endm

trap_exception:
    tbnz x30, #0, trap_odd          // classes with odd numbers; the others are most often a fault
trap_exception_all:
    begin_again
    save_all
    mrs x1, esr_el1
    mrs x2, far_el1
    b trap_call

trap_system_error:
    begin
    save_all
    mrs x1, esr_el1
    mov x2, xzr
trap_call:
    ldr x0, [x27, #{SYSTEM}]
    ldr x3, [x27, #{ON_EXCEPTION}]
    mov x29, xzr
    blr x3
    b resume_whoever

.type trap_interrupt, %function
trap_interrupt:
    begin
    save_all
    b interrupt_call

// From idle, whose stack is not needed any more.
.type trap_kernel_interrupt, %function
trap_kernel_interrupt:
    mrs x27, tpidr_el1
    ldr x1, [x27, #{STACK_TOP}]
    mov sp, x1
interrupt_call:
    ldr x0, [x27, #{SYSTEM}]
    ldr x3, [x27, #{ON_INTERRUPT}]
    mov x29, xzr
    blr x3

// Goes on with the Registers that x0 points to: those of the thread that ran, of another, or null. Stack: empty.
// x27 = PerCore, x29 is 0.
resume_whoever:
    cbz x0, trap_idle
    ldr x9, [x27, #{CONTEXT}]
    cmp x9, x0
    b.eq resume_registers
// The same, if they are another thread's.
resume_other:
    str x0, [x27, #{CONTEXT}]
    ldr x9, [x0, #{THREAD_BLOCK}]
    msr tpidr_el0, x9
resume_registers:
    ldp x4, x3, [x0, #{FORMAT}]     // and the stack pointer
    restore_place x0, x1, x2
    msr sp_el0, x3
    cbnz x4, trap_resume_full
    ldr x8, [x0, #({X} + 64)]
    ldp x20, x21, [x0, #({X} + 160)]
    ldp x22, x23, [x0, #({X} + 176)]
    ldp x24, x25, [x0, #({X} + 192)]
    ldp x0, x1, [x0, #{X}]
    zero_by_loads
    zero x17, x18, x19, x26, x27, x28, x30
    leave

trap_resume_full:
    mov x30, x0
    str xzr, [x30, #{FORMAT}]
    ldp x0, x1, [x30, #{X}]
    ldp x2, x3, [x30, #({X} + 16)]
    ldp x4, x5, [x30, #({X} + 32)]
    ldp x6, x7, [x30, #({X} + 48)]
    ldp x8, x9, [x30, #({X} + 64)]
    ldp x10, x11, [x30, #({X} + 80)]
    ldp x12, x13, [x30, #({X} + 96)]
    ldp x14, x15, [x30, #({X} + 112)]
    ldp x16, x17, [x30, #({X} + 128)]
    ldp x18, x19, [x30, #({X} + 144)]
    ldp x20, x21, [x30, #({X} + 160)]
    ldp x22, x23, [x30, #({X} + 176)]
    ldp x24, x25, [x30, #({X} + 192)]
    ldp x26, x27, [x30, #({X} + 208)]
    ldp x28, x29, [x30, #({X} + 224)]
    ldr x30, [x30, #({X} + 240)]
    leave

// As resume_whoever, from Rust.
.global weft_trap_resume_whoever
.type weft_trap_resume_whoever, %function
weft_trap_resume_whoever:
    mov x29, xzr
    mrs x27, tpidr_el1
    b resume_whoever

// Waits for an interrupt; WFI also ends for a masked one, which is then taken and does not come back here.
.type trap_idle, %function
trap_idle:
    mrs x0, tpidr_el1
    ldr x1, [x0, #{STACK_TOP}]
    mov sp, x1
1:  dsb sy
    wfi
    msr daifclr, #2
    isb
    msr daifset, #2
    b 1b

// Exceptions of the kernel: reports on a stack of its own, because the stack may be the reason; never
// returns. TPIDRRO_EL0, which user mode can read, is cleared again.
.type trap_fatal, %function
trap_fatal:
    msr tpidrro_el0, x0
    mrs x0, tpidr_el1
    ldr x0, [x0, #{FATAL_TOP}]
    sub x0, x0, #{FRAME_BYTES}
    stp x2, x3, [x0, #16]
    stp x4, x5, [x0, #32]
    stp x6, x7, [x0, #48]
    stp x8, x9, [x0, #64]
    stp x10, x11, [x0, #80]
    stp x12, x13, [x0, #96]
    stp x14, x15, [x0, #112]
    stp x16, x17, [x0, #128]
    stp x18, x19, [x0, #144]
    stp x20, x21, [x0, #160]
    stp x22, x23, [x0, #176]
    stp x24, x25, [x0, #192]
    stp x26, x27, [x0, #208]
    stp x28, x29, [x0, #224]
    mov x2, sp
    stp x30, x2, [x0, #240]
    mrs x2, tpidrro_el0
    stp x2, x1, [x0]
    msr tpidrro_el0, xzr
    mrs x1, elr_el1
    mrs x2, esr_el1
    mrs x3, far_el1
    mrs x4, spsr_el1
    stp x1, x2, [x0, #256]
    stp x3, x4, [x0, #272]
    mov sp, x0
    bl {fatal}
    b .

.popsection
