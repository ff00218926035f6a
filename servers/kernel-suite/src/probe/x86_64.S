# Instructions that victims of the tests run. Each ends in a fault.
# On entry: rdi = argument, rsp = a stack, all other registers 0 or what the last probe left.
# Clobbers: everything.

.pushsection .text.probe, "ax", @progbits
.macro probe name
.global probe_\name
.type probe_\name, @function
probe_\name:
.endm

probe write_null
    xor eax, eax
    mov [rax], rax
probe undefined
    ud2
probe execute_stack
    jmp rsp
probe write_text
    lea rax, [rip + probe_undefined]
    mov [rax], rax
probe read_argument
    mov rax, [rdi]
    ud2
probe write_argument
    mov [rdi], rax
    ud2
probe jump_argument
    jmp rdi
probe breakpoint
    int3
    ud2
probe bad_call
    mov eax, 255
    syscall
    ud2
probe vector
    .byte 0x0f, 0x28, 0xc1          # movaps xmm0, xmm1
    ud2
probe x87
    fninit
    ud2
probe mmx
    .byte 0x0f, 0x6f, 0xc1          # movq mm0, mm1
    ud2
probe avx
    .byte 0xc5, 0xf8, 0x77          # vzeroupper
    ud2
probe divide
    xor ecx, ecx
    xor edx, edx
    mov eax, 1
    div ecx
    ud2
probe cli
    cli
    ud2
probe hlt
    hlt
    ud2
probe in
    in al, 0x60
    ud2
probe int_80
    int 0x80
    ud2
probe return_not_canonical
    mov rax, 0x8000000000000000
    push rax
    ret
probe step
    pushfq
    or qword ptr [rsp], 0x100
    popfq
    nop
    ud2
probe strange_flags
    pushfq
    or qword ptr [rsp], 0x44400
    popfq
    xor eax, eax
    syscall
    pushfq
    pop rdi
    cld
    ud2
probe filled_loop
    mov eax, 0x1111
    mov ebx, 0x2222
    mov ecx, 0x3333
    mov edx, 4
    mov esi, 5
    mov ebp, 7
    mov r8d, 8
    mov r9d, 9
    mov r10d, 10
    mov r11d, 11
    mov r12d, 12
    mov r13d, 13
    mov r14d, 14
    mov r15d, 15
1:  dec rdi
    jnz 1b
    ud2
probe filled_call
    mov rbx, -1
    mov rbp, -1
    mov r10, -1
    xor eax, eax
    syscall
    ud2
probe loop
    jmp probe_loop
probe read_loop
    mov rax, [rdi]
    jmp probe_read_loop
probe write_loop
    mov [rdi], rax
    jmp probe_write_loop

# Recv(endpoint 1, reply 2), then ReplyRecv with the first word plus 1, for ever.
probe server
    mov rdi, 0x200000001
    mov eax, 3
    syscall
1:  inc r12
    mov esi, 1
    mov rdi, 0x200000001
    mov eax, 5
    syscall
    jmp 1b
probe server_end

# Of counters. rsp counts down by 16; what a system call destroys is set anew.
probe count_time_stamps
    rdtsc
    ud2
probe count_spin
1:  rdtsc
    sub rsp, 16
    jnz 1b
    ud2
probe count_yield
1:  rdtsc
    mov eax, 9
    syscall
    sub rsp, 16
    jnz 1b
    ud2
probe spin_count
1:  sub rsp, 16
    jnz 1b
    rdtsc
    ud2
probe yield_count
1:  mov eax, 9
    syscall
    sub rsp, 16
    jnz 1b
    rdtsc
    ud2
probe count_call
    rdtsc
    mov edi, 1
    xor esi, esi
    mov eax, 1
    syscall
    ud2
probe called_count
    mov rdi, 0x200000001
    mov eax, 3
    syscall
    rdtsc
    ud2
probe no_count
    xor ecx, ecx
    rdpmc
    ud2
probe count_end
.popsection

# Every register with a pattern, and all of them written down. {SECRET} and {OWN} are canonical, so that segment bases can
# hold them.
.pushsection .text.probe, "ax", @progbits

# Fills whatever vector registers there are with rbp; the floating-point ones by an instruction. Clobbers rax, rbx, rcx, rdx.
.macro fill_vectors constant, control
    fninit
    fldcw [rip + \control]
    .rept 8
    \constant
    .endr
    ldmxcsr [rip + \control + 4]
    movq xmm0, rbp
    punpcklqdq xmm0, xmm0
    .irp number, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    movdqa xmm\number, xmm0
    .endr
    mov eax, 1
    cpuid
    bt ecx, 27                      # OSXSAVE
    jnc 7f
    xor ecx, ecx
    xgetbv
    bt eax, 2
    jnc 7f
    .irp number, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    vinsertf128 ymm\number, ymm\number, xmm\number, 1
    .endr
    and eax, 0xe0
    cmp eax, 0xe0
    jne 7f
    vinsertf64x4 zmm0, zmm0, ymm0, 1
    .irp number, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    vmovdqa64 zmm\number, zmm0
    .endr
    vmovq rax, xmm0
    .irp number, 0, 1, 2, 3, 4, 5, 6, 7
    kmovw k\number, eax
    .endr
7:
.endm

# Segment selectors, and their bases where programs can set them. Clobbers rax, rbx, rcx, rdx.
.macro fill_segments
    mov eax, ss
    mov ds, eax
    mov es, eax
    mov fs, eax
    mov gs, eax
    mov eax, 7
    xor ecx, ecx
    cpuid
    test ebx, 1
    jz 7f
    wrfsbase rbp
    wrgsbase rbp
7:
.endm

.macro fill_general registers:vararg
    .irp register, \registers
    mov \register, rbp
    .endr
.endm

# Writes all registers where rsp points to, which a system call keeps.
.macro write_all
    mov [rsp + 0], rax
    mov [rsp + 8], rbx
    mov [rsp + 16], rcx
    mov [rsp + 24], rdx
    mov [rsp + 32], rsi
    mov [rsp + 40], rdi
    mov [rsp + 48], rbp
    mov [rsp + 56], r8
    mov [rsp + 64], r9
    mov [rsp + 72], r10
    mov [rsp + 80], r11
    mov [rsp + 88], r12
    mov [rsp + 96], r13
    mov [rsp + 104], r14
    mov [rsp + 112], r15
    pushfq
    pop qword ptr [rsp + 120]
    cld
    .irp segment, ds, es, fs, gs
    mov eax, \segment
    mov [rsp + 128], rax
    add rsp, 8
    .endr
    sub rsp, 32
    mov eax, 7
    xor ecx, ecx
    cpuid
    test ebx, 1
    jz 7f
    rdfsbase rax
    mov [rsp + 160], rax
    rdgsbase rax
    mov [rsp + 168], rax
7:  mov eax, 1
    cpuid
    bt ecx, 27
    jnc 7f
    mov eax, -1
    mov edx, -1
    xsave64 [rsp + 512]
    jmp 8f
7:  fxsave64 [rsp + 512]
8:
.endm

# Object and reply of the stack pointer's lowest two bytes, as a system call wants them; eax: the third byte, its number.
.macro take_command
    mov rdx, rsp
    movzx edi, dl
    movzx ecx, dh
    shl rcx, 32
    or rdi, rcx
    mov eax, edx
    shr eax, 16
.endm

# Again and again: fills all registers with {SECRET} and makes the system call that the stack pointer tells; or a fault if
# it tells 0xf0, or nothing if 0xf1. ReplyRecv begins with Recv. Can run anywhere.
probe fill
    take_command
    cmp eax, 5
    jne 1f
    mov eax, 3
    syscall
1:  movabs rbp, {SECRET}
    fill_vectors fldpi, secret_control
    fill_segments
    take_command
    fill_general rbx, rcx, rdx, rsi, r8, r9, r10, r11, r12, r13, r14, r15
    stc
    std
    cmp eax, 0xf0
    je 2f
    cmp eax, 0xf1
    je 3f
    cmp eax, 1
    je 4f
    cmp eax, 5
    je 4f
5:  syscall
    cld
    jmp 1b
2:  fill_general rax, rdi
    ud2
3:  fill_general rax, rdi
    jmp 3b
4:  mov esi, 6
    .irp register, r8d, r9d, r12d, r13d, r14d, r15d
    mov \register, {MESSAGE}
    .endr
    jmp 5b
secret_control:
    .word 0xf7f, 0
    .long 0x7f80
probe fill_end

# Makes the system call with object rdi, number rsi & 0xff and second argument rsi >> 8, and again if it is Yield or Call,
# which are quick only then; writes all registers to its stack and ends.
probe look
    mov [rsp - 16], rdi
    mov [rsp - 24], rsi
    mov qword ptr [rsp - 32], 1
    cmp sil, 1
    je 1f
    cmp sil, 9
    jne 2f
1:  mov qword ptr [rsp - 32], 4
2:  mov rdi, [rsp - 16]
    mov rsi, [rsp - 24]
    movzx eax, sil
    sar rsi, 8
    syscall
    dec qword ptr [rsp - 32]
    jnz 2b
    write_all
    ud2

probe look_used
    pcmpeqd xmm7, xmm7
    jmp probe_look

probe keep
    mov r8, rdi
    movabs rbp, {OWN}
    fill_vectors fldl2e, own_control
    mov rdi, r8
    fill_general rax, rbx, rcx, rdx, rsi, r8, r9, r10, r11, r12, r13, r14, r15
1:  dec rdi
    jnz 1b
    movq [rsp + 504], xmm0          # QEMU lets XSAVE through where vector registers are off
    write_all
    ud2
own_control:
    .word 0x77f, 0
    .long 0x3f80
.popsection
