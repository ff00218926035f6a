
# Vector registers. A core is in one of two modes. In the plain mode user mode has none (CR0.TS is set), and the registers
# hold what a reset leaves in them. In the vector mode they belong to the thread that ran last, {CONTEXT} in PerCore, and
# the functions behind the entry stubs are replaced by those below, which look whether another thread goes on. So threads
# without vector registers pay nothing for those that have them.
#
# The vector mode begins when a thread that may use vector registers does so, and ends when a thread goes on that may
# not. A system call destroys them; an interrupt or exception saves them when another thread goes on ({SAVED} in
# Registers says that they were). What a thread goes on with are its own, or those of a reset.

.pushsection .text.trap, "ax", @progbits

# Loads the registers that rsi points to, and nothing of what was there before: FNINIT also forgets the last floating-
# point instruction, which AMD's processors keep in FXRSTOR and XRSTOR (APM 2, 11.4.4.3). Clobbers eax, edx.
.macro load_vectors
    fninit
    xor edx, edx
    mov eax, gs:[{VECTOR_STATE}]
    test eax, eax
    jz 7f
    xrstor64 [rsi]
    jmp 8f
7:  fxrstor64 [rsi]
8:
.endm

# Changes the functions behind the stubs. Clobbers rax, rcx.
.macro functions_from table:vararg
    mov ecx, {WAYS}
7:  mov rax, \table
    mov gs:[{FIRST_WAY} + 8 * rcx - 8], rax
    dec ecx
    jnz 7b
.endm

# The first use in the plain mode: exception 7 of user mode. A thread that may use them goes on with what was saved or with
# what a reset leaves, which is there. For one that may not it is a fault.
.type trap_vectors, @function
trap_vectors:
    test byte ptr [rsp + 24], 3
    jz trap_fatal
    swapgs
    push rbx
    mov rbx, gs:[{CONTEXT}]
    cmp qword ptr [rbx + {VECTORS}], 0
    je 9f
    push rax
    push rcx
    push rdx
    push rsi
    clts
    cmp qword ptr [rbx + {SAVED}], 0
    je 1f
    mov qword ptr [rbx + {SAVED}], 0
    mov rsi, [rbx + {VECTORS}]
    load_vectors
1:  functions_from [weft_vector_ways + 8 * rcx - 8]
    pop rsi
    pop rdx
    pop rcx
    pop rax
    pop rbx
    swapgs
    add rsp, 16
    iretq
9:  pop rbx
    swapgs
    jmp trap_common

# The functions of the vector mode: do what those of the plain mode do, then look who goes on.
.macro vector_way name, index
\name:
    sub rsp, 8
    call qword ptr gs:[{PLAIN} + 8 * \index]
    add rsp, 8
.endm

# Messages go from a system call to a system call: there is nothing to save and nothing that was saved.
.macro message_way name, index
    vector_way \name, \index
    test rax, rax
    jz 1f
    cmp qword ptr [rax + {VECTORS}], 0
    je vectors_end
    mov r8, rax
    mov r9, rdx
    lea rsi, [weft_vectors_of_reset]
    load_vectors
    mov rax, r8
    mov rdx, r9
1:  ret
.endm

    message_way vectors_call, 11
    message_way vectors_reply_recv, 10
    vector_way vectors_signal, 9
    jmp vectors_left
    vector_way vectors_long_call, 8
    jmp vectors_left
    vector_way vectors_long_reply_recv, 7
    jmp vectors_left
    vector_way vectors_wait, 6
    jmp vectors_left
    vector_way vectors_signal_wait, 5
    jmp vectors_left
    vector_way vectors_yield, 4
    jmp vectors_left
    vector_way vectors_interrupt, 3
    jmp vectors_left
    vector_way vectors_syscall, 2
    jmp vectors_left
    vector_way vectors_exception, 1

# The thread whose Registers rax points to goes on, or, if rax is 0 or 1, whoever ran. Keeps rax, rdx and what compiled code
# preserves.
vectors_left:
    cmp rax, 1
    jbe 9f
    mov rcx, gs:[{CONTEXT}]
    cmp rax, rcx
    je 9f
    # Nothing is saved of a thread that is gone, or in a system call.
    test rcx, rcx
    jz vectors_enter
    test byte ptr [rcx + {FORMAT}], {SYSCALL}
    jnz vectors_enter
    mov qword ptr [rcx + {SAVED}], 1
    mov rsi, [rcx + {VECTORS}]
    mov r8, rax
    mov r9, rdx
    xor edx, edx
    mov eax, gs:[{VECTOR_STATE}]
    test eax, eax
    jz 1f
    xsave64 [rsi]
    jmp 2f
1:  fxsave64 [rsi]
2:  mov rax, r8
    mov rdx, r9
vectors_enter:
    mov rcx, [rax + {VECTORS}]
    test rcx, rcx
    jz vectors_end
    lea rsi, [weft_vectors_of_reset]
    cmp qword ptr [rax + {SAVED}], 0
    cmovne rsi, rcx
    mov qword ptr [rax + {SAVED}], 0
    mov r8, rax
    mov r9, rdx
    load_vectors
    mov rax, r8
    mov rdx, r9
9:  ret

# The plain mode begins.
vectors_end:
    mov r8, rax
    mov r9, rdx
    lea rsi, [weft_vectors_of_reset]
    load_vectors
    mov rax, cr0
    or eax, {TASK_SWITCHED}
    mov cr0, rax
    functions_from gs:[{PLAIN} + 8 * rcx - 8]
    mov rax, r8
    mov rdx, r9
    ret

# As weft_trap_resume_whoever.
vectors_resume:
    call vectors_left
    jmp resume_whoever

# As vectors_left, from Rust, in the vector mode.
.global weft_vectors_left
.type weft_vectors_left, @function
weft_vectors_left:
    mov rax, rdi
    jmp vectors_left

# Saves the registers of the thread whose Registers rdi points to, which ran last, in the vector mode; from Rust.
.global weft_vectors_save
.type weft_vectors_save, @function
weft_vectors_save:
    test byte ptr [rdi + {FORMAT}], {SYSCALL}
    jnz 9f
    mov qword ptr [rdi + {SAVED}], 1
    mov rsi, [rdi + {VECTORS}]
    xor edx, edx
    mov eax, gs:[{VECTOR_STATE}]
    test eax, eax
    jz 1f
    xsave64 [rsi]
    ret
1:  fxsave64 [rsi]
9:  ret

# As load_vectors, from Rust: what a reset leaves.
.global weft_vectors_reset
.type weft_vectors_reset, @function
weft_vectors_reset:
    lea rsi, [weft_vectors_of_reset]
    load_vectors
    ret

.popsection

.pushsection .rodata.trap, "a", @progbits
# The functions of the vector mode, in the order of PerCore.
.balign 8
weft_vector_ways:
    .quad vectors_resume
    .quad vectors_exception
    .quad vectors_syscall
    .quad vectors_interrupt
    .quad vectors_yield
    .quad vectors_signal_wait
    .quad vectors_wait
    .quad vectors_long_reply_recv
    .quad vectors_long_call
    .quad vectors_signal
    .quad vectors_reply_recv
    .quad vectors_call

# What a reset leaves, as XSAVE writes it: all in its initial state, exceptions masked (SDM 1 §13.4).
.balign 64
weft_vectors_of_reset:
    .word 0x37f
    .zero 22
    .long 0x1f80
    .zero 548
.popsection
