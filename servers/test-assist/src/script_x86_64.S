# A thread that follows a script of steps (crate test-script).
# On entry: rdi = the first step, rsp = the end of a stack. It never returns: each script ends in a fault.
# Only the stack pointer survives a system call, so the step's address is on the stack.
# Clobbers: everything.

.pushsection .text.script, "ax", @progbits
.global test_script_entry
.type test_script_entry, @function
test_script_entry:
    push rdi                        # the script
    push rdi                        # the step
1:  mov rbx, [rsp]
    mov rax, [rbx + {NUMBER}]
    bt rax, 63
    jc 3f
    bt rax, 62
    jc 2f
    mov rdi, [rbx + {ARGUMENTS} + 0]
    mov rsi, [rbx + {ARGUMENTS} + 8]
    mov r12, [rbx + {ARGUMENTS} + 16]
    mov r13, [rbx + {ARGUMENTS} + 24]
    mov r14, [rbx + {ARGUMENTS} + 32]
    mov r15, [rbx + {ARGUMENTS} + 40]
    mov r8, [rbx + {ARGUMENTS} + 48]
    mov r9, [rbx + {ARGUMENTS} + 56]
    mov rdx, [rbx + {ARGUMENTS} + 64]
    shl rdx, 32
    or rdi, rdx
    mov rbx, {FILL}
    mov rbp, rbx
    mov r10, rbx
    syscall
    mov rcx, rbx
    pushfq
    pop r11
    mov rbx, [rsp]
    mov [rbx + {STATUS}], rax
    mov [rbx + {RESULTS} + 0], rdi
    mov [rbx + {RESULTS} + 8], rsi
    mov [rbx + {RESULTS} + 16], r12
    mov [rbx + {RESULTS} + 24], r13
    mov [rbx + {RESULTS} + 32], r14
    mov [rbx + {RESULTS} + 40], r15
    mov [rbx + {RESULTS} + 48], r8
    mov [rbx + {RESULTS} + 56], r9
    mov [rbx + {RESULTS} + 64], rdx
    mov [rbx + {SCRATCH} + 0], rcx
    mov [rbx + {SCRATCH} + 8], rbp
    mov [rbx + {SCRATCH} + 16], r10
    mov [rbx + {FLAGS}], r11
    inc qword ptr [rbx + {TIMES}]
    add qword ptr [rsp], {STEP}
    jmp 1b
    # Another step.
2:  btr rax, 62
    imul rax, rax, {STEP}
    add rax, [rsp + 8]
    mov [rsp], rax
    jmp 1b
    # A probe: its argument in rdi.
3:  btr rax, 63
    mov rdi, [rbx + {ARGUMENTS} + 8]
    lea rcx, [rip + test_probes]
    jmp [rcx + 8 * rax]

probe_undefined:
    ud2
probe_read:
    mov rax, [rdi]
    ud2
probe_write:
    mov [rdi], rdi
    ud2
probe_jump:
    jmp rdi
probe_execute_stack:
    jmp rsp
probe_write_text:
    lea rax, [rip + probe_undefined]
    mov [rax], rax
    ud2
probe_divide:
    xor ecx, ecx
    xor edx, edx
    mov eax, 1
    div ecx
    ud2
probe_overflow:
    call probe_overflow
    ud2
probe_halt:
    hlt
    ud2
probe_mask:
    cli
    ud2
probe_in:
    in al, 0x60
    ud2
probe_out:
    out 0x80, al
    ud2
probe_vector:
    .byte 0x0f, 0x28, 0xc1          # movaps xmm0, xmm1
    ud2
probe_float:
    fninit
    ud2
probe_breakpoint:
    int3
    ud2
probe_interrupt:
    int 0x80
    ud2
probe_page_tables:
    mov cr3, rdi
    ud2
probe_model_register:
    mov ecx, 0xc0000080
    rdmsr
    ud2
probe_step:
    pushfq
    or qword ptr [rsp], 0x100
    popfq
    nop
    ud2
probe_odd_flags:
    push rdi
    pushfq
    or qword ptr [rsp], 0x44400
    popfq
    xor eax, eax
    syscall
    pushfq
    pop rdi
    cld
    pop rax
    mov [rax], rdi
    ud2
probe_count:
    mov rax, {FILL}
    mov rbx, rax
    mov rcx, rax
    mov rdx, rax
    mov rsi, rax
    mov rbp, rax
    mov r8, rax
    mov r9, rax
    mov r10, rax
    mov r11, rax
    mov r12, rax
    mov r13, rax
    mov r14, rax
    mov r15, rax
4:  dec rdi
    jnz 4b
    ud2
probe_loop:
    jmp probe_loop
probe_odd_stack:
    mov rsp, 0x8000000000000000
    xor eax, eax
    syscall
    ud2
probe_tally:
    inc qword ptr [rdi]
    jmp probe_tally
probe_push:
    mov rsp, rdi
    push rax
    ud2
probe_store_table:
    sidt [rsp - 16]
    ud2
.popsection

.pushsection .rodata.script, "a", @progbits
.balign 8
test_probes:
    .quad probe_undefined, probe_read, probe_write, probe_jump, probe_execute_stack, probe_write_text
    .quad probe_divide, probe_overflow, probe_halt, probe_mask, probe_in, probe_out, probe_vector
    .quad probe_float, probe_breakpoint, probe_interrupt, probe_page_tables, probe_model_register
    .quad probe_step, probe_odd_flags, probe_count, probe_loop, probe_odd_stack, probe_tally
    .quad probe_push, probe_store_table
.popsection
