// A thread that follows a script of steps (crate test-script).
// On entry: x0 = the first step, sp = the end of a stack. It never returns: each script ends in a fault.
// Only the stack pointer survives a system call, so the step's address is on the stack.
// Clobbers: everything.

.pushsection .text.script, "ax", %progbits
.balign 4
.global test_script_entry
.type test_script_entry, %function
test_script_entry:
    stp x0, x0, [sp, #-16]!             // the step, the script
1:  ldr x11, [sp]
    ldr x8, [x11, #{NUMBER}]
    tbnz x8, #63, 3f
    tbnz x8, #62, 2f
    ldp x0, x1, [x11, #{ARGUMENTS}]
    ldp x20, x21, [x11, #{ARGUMENTS} + 16]
    ldp x22, x23, [x11, #{ARGUMENTS} + 32]
    ldp x24, x25, [x11, #{ARGUMENTS} + 48]
    ldr x9, [x11, #{ARGUMENTS} + 64]
    orr x0, x0, x9, lsl #32
    ldr x10, ={FILL}
    mov x2, x10
    mov x3, x10
    mov x4, x10
    mov x5, x10
    mov x6, x10
    mov x7, x10
    mov x9, x10
    mov x11, x10
    mov x12, x10
    mov x13, x10
    mov x14, x10
    mov x15, x10
    mov x16, x10
    mov x17, x10
    mov x18, x10
    mov x19, x10
    mov x26, x10
    mov x27, x10
    mov x28, x10
    mov x29, x10
    mov x30, x10
    svc #0
    // All registers that carry nothing, in three that are shown.
    orr x10, x10, x2
    orr x10, x10, x3
    orr x10, x10, x4
    orr x10, x10, x5
    orr x10, x10, x6
    orr x10, x10, x7
    orr x10, x10, x9
    orr x18, x18, x11
    orr x18, x18, x12
    orr x18, x18, x13
    orr x18, x18, x14
    orr x18, x18, x15
    orr x18, x18, x16
    orr x18, x18, x17
    orr x19, x19, x26
    orr x19, x19, x27
    orr x19, x19, x28
    orr x19, x19, x29
    orr x19, x19, x30
    mrs x12, nzcv
    ldr x11, [sp]
    str x8, [x11, #{STATUS}]
    stp x0, x1, [x11, #{RESULTS}]
    stp x20, x21, [x11, #{RESULTS} + 16]
    stp x22, x23, [x11, #{RESULTS} + 32]
    stp x24, x25, [x11, #{RESULTS} + 48]
    str xzr, [x11, #{RESULTS} + 64]
    str x10, [x11, #{SCRATCH}]
    str x18, [x11, #{SCRATCH} + 8]
    str x19, [x11, #{SCRATCH} + 16]
    str x12, [x11, #{FLAGS}]
    ldr x12, [x11, #{TIMES}]
    add x12, x12, #1
    str x12, [x11, #{TIMES}]
    add x11, x11, #{STEP}
    str x11, [sp]
    b 1b
    // Another step.
2:  and x8, x8, #0xff
    mov x12, #{STEP}
    ldr x11, [sp, #8]
    madd x11, x8, x12, x11
    str x11, [sp]
    b 1b
    // A probe: its argument in x0.
3:  and x8, x8, #0xff
    ldr x0, [x11, #{ARGUMENTS} + 8]
    adr x12, test_probes
    add x12, x12, x8, lsl #2
    br x12

test_probes:
    b probe_undefined
    b probe_read
    b probe_write
    b probe_jump
    b probe_execute_stack
    b probe_write_text
    b probe_divide
    b probe_overflow
    b probe_halt
    b probe_mask
    b probe_undefined                   // there are no ports
    b probe_undefined
    b probe_vector
    b probe_float
    b probe_breakpoint
    b probe_interrupt
    b probe_page_tables
    b probe_system_register
    b probe_undefined                   // a single step is the debugger's
    b probe_undefined                   // no flag reaches the kernel
    b probe_count
    b probe_loop
    b probe_odd_stack
    b probe_tally
    b probe_push
    b probe_vectors

probe_undefined:
    udf #0
probe_read:
    ldr x1, [x0]
    udf #0
probe_write:
    str x0, [x0]
    udf #0
probe_jump:
    br x0
probe_execute_stack:
    mov x0, sp
    br x0
probe_write_text:
    adr x0, probe_undefined
    str x0, [x0]
    udf #0
probe_divide:
    mov x0, #1
    udiv x0, x0, xzr
    udf #0
probe_overflow:
    str x0, [sp, #-16]!
    b probe_overflow
probe_halt:
    hlt #1
    udf #0
probe_mask:
    msr daifset, #2
    udf #0
probe_vector:
    .inst 0x4ea11c20                // mov v0.16b, v1.16b
    udf #0
probe_float:
    .inst 0x1e604020                // fmov d0, d1
    udf #0
probe_breakpoint:
    brk #0
    udf #0
probe_interrupt:
    hvc #0
    udf #0
probe_page_tables:
    msr ttbr0_el1, x0
    udf #0
probe_system_register:
    mrs x0, sctlr_el1
    udf #0
probe_vectors:
    mrs x0, vbar_el1
    udf #0
probe_count:
    ldr x1, ={FILL}
    mov x2, x1
    mov x3, x1
    mov x4, x1
    mov x5, x1
    mov x6, x1
    mov x7, x1
    mov x8, x1
    mov x9, x1
    mov x10, x1
    mov x11, x1
    mov x12, x1
    mov x13, x1
    mov x14, x1
    mov x15, x1
    mov x16, x1
    mov x17, x1
    mov x18, x1
    mov x19, x1
    mov x20, x1
    mov x21, x1
    mov x22, x1
    mov x23, x1
    mov x24, x1
    mov x25, x1
    mov x26, x1
    mov x27, x1
    mov x28, x1
    mov x29, x1
    mov x30, x1
4:  subs x0, x0, #1
    b.ne 4b
    udf #0
probe_loop:
    b probe_loop
probe_odd_stack:
    mov x1, #(1 << 63)
    mov sp, x1
    mov x8, xzr
    svc #0
    udf #0
probe_tally:
    ldr x1, [x0]
    add x1, x1, #1
    str x1, [x0]
    b probe_tally
probe_push:
    mov sp, x0
    str x0, [sp, #-16]!
    udf #0
    .ltorg
.popsection
