// Instructions that victims of the tests run. Each ends in a fault.
// On entry: x0 = argument, sp = a stack, all other registers 0 or what the last probe left.
// Clobbers: everything.

.pushsection .text.probe, "ax", %progbits
.macro probe name
.balign 4
.global probe_\name
.type probe_\name, %function
probe_\name:
.endm

probe write_null
    mov x0, xzr
    str x0, [x0]
probe undefined
    udf #1
probe execute_stack
    mov x0, sp
    sub x0, x0, #64
    br x0
probe write_text
    adr x0, probe_undefined
    str x0, [x0]
probe read_argument
    ldr x0, [x0]
    udf #1
probe write_argument
    str x0, [x0]
    udf #1
probe jump_argument
    br x0
probe breakpoint
    brk #7
probe bad_call
    mov x8, #255
    svc #0
    udf #1
probe vector
    .inst 0x9e670000                // fmov d0, x0
    udf #1
probe scalable
    .inst 0x9e670000                // fmov d0, x0
    .inst 0x04bf5020                // rdvl x0, #1 (SVE)
    udf #1
probe streaming
    .inst 0x9e670000                // fmov d0, x0
    .inst 0xd503477f                // smstart (SME)
    udf #1
probe system_register
    mrs x0, vbar_el1
    udf #1
probe filled_loop
    mov x1, #1
    mov x9, #9
    mov x10, #10
    mov x18, #18
    mov x19, #19
    mov x29, #29
    mov x30, #30
1:  subs x0, x0, #1
    b.ne 1b
    udf #1
probe filled_call
    mov x3, #-1
    mov x18, #-1
    mov x19, #-1
    mov x29, #-1
    mov x30, #-1
    mov x8, xzr
    svc #0
    udf #1
probe loop
    b probe_loop
probe read_loop
    ldr x1, [x0]
    b probe_read_loop
probe write_loop
    str x1, [x0]
    b probe_write_loop

// Recv(endpoint 1, reply 2), then ReplyRecv with the first word plus 1, for ever.
probe server
    mov x0, #1
    movk x0, #2, lsl #32
    mov x8, #3
    svc #0
1:  add x20, x20, #1
    mov x1, #1
    mov x0, #1
    movk x0, #2, lsl #32
    mov x8, #5
    svc #0
    b 1b
probe server_end

// Of counters. sp counts down by 16; what a system call destroys is set anew.
probe count_cycles
    mrs x1, pmccntr_el0
    udf #1
probe count_time
    mrs x1, cntfrq_el0
    mrs x1, cntvct_el0
    udf #1
probe count_spin
1:  mrs x1, pmccntr_el0
    sub sp, sp, #16
    mov x1, sp
    cbnz x1, 1b
    udf #1
probe count_yield
1:  mrs x1, pmccntr_el0
    mov x8, #9
    svc #0
    sub sp, sp, #16
    mov x1, sp
    cbnz x1, 1b
    udf #1
probe spin_count
1:  sub sp, sp, #16
    mov x1, sp
    cbnz x1, 1b
    mrs x1, pmccntr_el0
    udf #1
probe yield_count
1:  mov x8, #9
    svc #0
    sub sp, sp, #16
    mov x1, sp
    cbnz x1, 1b
    mrs x1, cntvct_el0
    udf #1
probe count_call
    mrs x1, pmccntr_el0
    mov x0, #1
    mov x1, xzr
    mov x8, #1
    svc #0
    udf #1
probe called_count
    mov x0, #1
    movk x0, #2, lsl #32
    mov x8, #3
    svc #0
    mrs x1, cntvct_el0
    udf #1
probe no_count
    mrs x1, cntpct_el0
    udf #1
probe count_end
.popsection

// Every register with a pattern, and all of them written down.
.pushsection .text.probe, "ax", %progbits
.arch_extension fp
.arch_extension simd

// Loads a constant of 64 bits.
.macro constant register, value
    movz \register, #((\value) & 0xffff)
    movk \register, #(((\value) >> 16) & 0xffff), lsl #16
    movk \register, #(((\value) >> 32) & 0xffff), lsl #32
    movk \register, #(((\value) >> 48) & 0xffff), lsl #48
.endm

// Fills vector registers with x19. Clobbers x18.
.macro fill_vectors control, status
    .irp register, v0.2d, v1.2d, v2.2d, v3.2d, v4.2d, v5.2d, v6.2d, v7.2d, v8.2d, v9.2d, v10.2d, v11.2d, v12.2d, v13.2d, v14.2d, v15.2d, v16.2d, v17.2d, v18.2d, v19.2d, v20.2d, v21.2d, v22.2d, v23.2d, v24.2d, v25.2d, v26.2d, v27.2d, v28.2d, v29.2d, v30.2d, v31.2d
    dup \register, x19
    .endr
    mov x18, #\control
    msr fpcr, x18
    mov x18, #\status
    msr fpsr, x18
.endm

.macro fill_general registers:vararg
    .irp register, \registers
    mov \register, x19
    .endr
.endm

// Writes all registers where sp points to, which a system call keeps.
.macro write_all
    stp x0, x1, [sp]
    stp x2, x3, [sp, #16]
    stp x4, x5, [sp, #32]
    stp x6, x7, [sp, #48]
    stp x8, x9, [sp, #64]
    stp x10, x11, [sp, #80]
    stp x12, x13, [sp, #96]
    stp x14, x15, [sp, #112]
    stp x16, x17, [sp, #128]
    stp x18, x19, [sp, #144]
    stp x20, x21, [sp, #160]
    stp x22, x23, [sp, #176]
    stp x24, x25, [sp, #192]
    stp x26, x27, [sp, #208]
    stp x28, x29, [sp, #224]
    mrs x0, nzcv
    stp x30, x0, [sp, #240]
    mrs x0, tpidr_el0
    mrs x1, tpidrro_el0
    stp x0, x1, [sp, #256]
    add x0, sp, #512
    .irp number, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    str q\number, [x0, #(16 * \number)]
    .endr
    mrs x1, fpcr
    mrs x2, fpsr
    add x0, x0, #512
    stp x1, x2, [x0]
.endm

// Object and reply of the stack pointer's lowest two bytes, as a system call wants them; x8: the third byte, its number.
.macro take_command
    mov x8, sp
    and x0, x8, #0xff
    ubfx x9, x8, #8, #8
    orr x0, x0, x9, lsl #32
    ubfx x8, x8, #16, #8
.endm

// Again and again: fills all registers with {SECRET} and makes the system call that the stack pointer tells; or a fault if
// it tells 0xf0, or nothing if 0xf1. ReplyRecv begins with Recv. Can run anywhere.
probe fill
    take_command
    cmp x8, #5
    b.ne 1f
    mov x8, #3
    svc #0
1:  constant x19, {SECRET}
    fill_vectors 0x3c00000, 0x1f
    msr tpidr_el0, x19
    take_command
    fill_general x1, x2, x3, x4, x5, x6, x7, x9, x10, x11, x12, x13, x14, x15, x16, x17, x18, x20, x21, x22, x23, x24, x25, x26, x27, x28, x29, x30
    cmp x8, #0xf0
    b.eq 2f
    cmp x8, #0xf1
    b.eq 3f
    cmp x8, #1
    b.eq 4f
    cmp x8, #5
    b.eq 4f
5:  svc #0
    b 1b
2:  fill_general x0, x8
    udf #1
3:  fill_general x0, x8
    b 3b
4:  mov x1, #6
    .irp register, x20, x21, x22, x23, x24, x25
    constant \register, {MESSAGE}
    .endr
    b 5b
probe fill_end

// Makes the system call with object x0, number x1 & 0xff and second argument x1 >> 8, and again if it is Yield or Call,
// which are quick only then; writes all registers to its stack and ends.
probe look
    stp x0, x1, [sp, #-16]
    and x8, x1, #0xff
    mov x2, #1
    cmp x8, #1
    b.eq 1f
    cmp x8, #9
    b.ne 2f
1:  mov x2, #4
2:  str x2, [sp, #-24]
    ldp x0, x1, [sp, #-16]
    and x8, x1, #0xff
    asr x1, x1, #8
    svc #0
    str x0, [sp, #-32]
    ldr x0, [sp, #-24]
    subs x0, x0, #1
    str x0, [sp, #-24]
    ldr x0, [sp, #-32]
    b.ne 3f
    write_all
    udf #1
3:  ldr x2, [sp, #-24]
    b 2b

probe look_used
    movi v7.2d, #0xffffffffffffffff
    b probe_look

// Fills all registers with {OWN}, counts x0 down, writes all registers to its stack and ends.
probe keep
    constant x19, {OWN}
    fill_vectors 0x400000, 1
    fill_general x1, x2, x3, x4, x5, x6, x7, x8, x9, x10, x11, x12, x13, x14, x15, x16, x17, x18, x20, x21, x22, x23, x24, x25, x26, x27, x28, x29, x30
1:  subs x0, x0, #1
    b.ne 1b
    write_all
    udf #1
.popsection
