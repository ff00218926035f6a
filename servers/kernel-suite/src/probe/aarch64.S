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
.popsection
