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
.popsection
