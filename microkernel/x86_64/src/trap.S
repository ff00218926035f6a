# The ways into the kernel from user mode and from idle, and the ways back.
#
# On entry: interrupts masked (interrupt gates, SFMASK). From user mode GS is the user's and is swapped; the
#   processor's saved code segment, never a guess, says where it came from. Entries that may hit the kernel
#   between the two (NMI) set GS by MSR from the top of their own stack and put back what was there.
# In between: registers are saved in the running thread's Registers ({CONTEXT} in PerCore), the kernel stack
#   is empty, and one Rust function is called, which returns what to resume in rax (0: wait for an interrupt).
#   Call, ReplyRecv, Signal, Wait, SignalWait, Yield, SpaceMap and Null first try a function that leaves most registers where
#   they are.
# On exit: a thread saved by SYSCALL gets argument registers, status, stack pointer and flags back, and zero
#   in rbx, rbp, rdx, r10; one saved by an interrupt or exception gets everything back. A thread that runs user code
#   always has the format of SYSCALL, so that SYSCALL need not set it.
# Clobbers: nothing of user mode beyond that.

.pushsection .text.trap, "ax", @progbits

# A stub for each of the 256 vectors, 16 bytes apart: pushes an error code if the processor did not, and the
# vector.
.balign 16
.global weft_trap_stubs
.type weft_trap_stubs, @function
weft_trap_stubs:
.set vector, 0
.rept 256
    .balign 16
    .if vector == 8 || vector == 10 || vector == 11 || vector == 12 || vector == 13 || vector == 14 || vector == 17 || vector == 21 || vector == 29 || vector == 30
    .else
    push 0
    .endif
    .byte 0x68                      # push: the assembler would read a memory operand
    .long vector
    .if vector == 2
    jmp trap_nmi
    .elseif vector == 7
    jmp trap_vectors
    .elseif vector == 8 || vector == 18
    jmp trap_fatal
    .else
    jmp trap_common
    .endif
    .set vector, vector + 1
.endr

# Interrupts and exceptions. Stack: vector, error code, rip, cs, rflags, rsp, ss. It may be an interrupt
# stack (debug): everything is moved to the thread's Registers and the kernel stack is used from then on.
.balign 16
.type trap_common, @function
trap_common:
    test byte ptr [rsp + 24], 3
    jz trap_kernel
    swapgs
    push rbx
    mov rbx, gs:[{CONTEXT}]
    mov [rbx + {RAX}], rax
    mov [rbx + {RCX}], rcx
    mov [rbx + {RBP}], rbp
    mov [rbx + {R11}], r11
    mov [rbx + {R10}], r10
    mov [rbx + {ARGUMENTS} + 0], rdi
    mov [rbx + {ARGUMENTS} + 8], rsi
    mov [rbx + {ARGUMENTS} + 16], r12
    mov [rbx + {ARGUMENTS} + 24], r13
    mov [rbx + {ARGUMENTS} + 32], r14
    mov [rbx + {ARGUMENTS} + 40], r15
    mov [rbx + {ARGUMENTS} + 48], r8
    mov [rbx + {ARGUMENTS} + 56], r9
    mov [rbx + {RDX}], rdx
    pop qword ptr [rbx + {RBX}]
    pop rdi
    pop rsi
    pop qword ptr [rbx + {RIP}]
    pop rax
    pop qword ptr [rbx + {RFLAGS}]
    pop qword ptr [rbx + {RSP}]
    mov qword ptr [rbx + {FORMAT}], {FULL}
    mov rsp, gs:[{STACK_TOP}]
    # Clears AC (as CLAC does where SMAP exists), DF and NT on every processor.
    push 2
    popfq
    xor ebp, ebp
    cmp edi, {FIRST_INTERRUPT}
    jae trap_interrupt
    mov rdx, cr2
    call qword ptr gs:[{ON_EXCEPTION}]
    jmp resume_whoever

# From the kernel: a device interrupt ends idle, whose stack is not needed any more; an exception is a bug.
.type trap_kernel, @function
trap_kernel:
    cmp qword ptr [rsp], {FIRST_INTERRUPT}
    jb trap_fatal
    mov rdi, [rsp]
    mov rsp, gs:[{STACK_TOP}]
    xor ebp, ebp
# The vector is in edi, the stack empty.
trap_interrupt:
    mov rsi, gs:[{SYSTEM}]
    call qword ptr gs:[{ON_INTERRUPT}]
    jmp resume_whoever

# Double fault, machine check, and exceptions of the kernel: reports and never returns. GS is not used.
.type trap_fatal, @function
trap_fatal:
    push rax
    push rbx
    push rcx
    push rdx
    push rsi
    push rdi
    push rbp
    push r8
    push r9
    push r10
    push r11
    push r12
    push r13
    push r14
    push r15
    cld
    mov rdi, rsp
    and rsp, -16
    call {fatal}
    ud2

# Non-maskable interrupt: reports where it hit and goes on, whatever it hit.
.type trap_nmi, @function
trap_nmi:
    push rax
    push rbx
    push rcx
    push rdx
    push rsi
    push rdi
    push rbp
    push r8
    push r9
    push r10
    push r11
    push r12
    push r13
    push r14
    push r15
    push 2
    popfq
    mov ecx, {GS_BASE}
    rdmsr
    mov r12d, eax
    mov r13d, edx
    mov rbx, rsp
    mov rax, rsp
    or rax, {IST_MASK}
    mov rax, [rax - 15]
    mov rdx, rax
    shr rdx, 32
    wrmsr
    mov rdi, rsp
    and rsp, -16
    call {nmi}
    mov rsp, rbx
    mov ecx, {GS_BASE}
    mov eax, r12d
    mov edx, r13d
    wrmsr
    pop r15
    pop r14
    pop r13
    pop r12
    pop r11
    pop r10
    pop r9
    pop r8
    pop rbp
    pop rdi
    pop rsi
    pop rdx
    pop rcx
    pop rbx
    pop rax
    add rsp, 16
    iretq

# SYSCALL: rcx is the user's rip, r11 its flags; rbx, rbp, rdx and r10 are free by convention.
.balign 16
.global weft_syscall_entry
.type weft_syscall_entry, @function
weft_syscall_entry:
    swapgs
    mov rbx, gs:[{CONTEXT}]
    mov [rbx + {RSP}], rsp
    mov rsp, gs:[{STACK_TOP}]
    mov [rbx + {RIP}], rcx
    mov [rbx + {RFLAGS}], r11
    cmp rax, {QUICK}
    jae syscall_general
    jmp qword ptr gs:[{TABLE} + 8 * rax]

# Everything to memory, then the kernel's general path.
syscall_general:
    mov [rbx + {ARGUMENTS} + 0], rdi
    mov [rbx + {ARGUMENTS} + 8], rsi
    mov [rbx + {ARGUMENTS} + 48], r8
    mov [rbx + {ARGUMENTS} + 56], r9
syscall_saved:
    mov [rbx + {RAX}], rax
    mov [rbx + {ARGUMENTS} + 16], r12
    mov [rbx + {ARGUMENTS} + 24], r13
    mov [rbx + {ARGUMENTS} + 32], r14
    mov [rbx + {ARGUMENTS} + 40], r15
    xor ebp, ebp
    mov rdi, gs:[{SYSTEM}]
    call qword ptr gs:[{ON_SYSCALL}]
    cmp rax, {SAME}
    je resume_same
# Goes on with the Registers that rax points to: those of the thread that ran, of another, or null.
.global weft_trap_resume_whoever
.type weft_trap_resume_whoever, @function
weft_trap_resume_whoever:
resume_whoever:
    cmp rax, gs:[{CONTEXT}]
    je trap_resume
    test rax, rax
    jnz resume_other
    jmp trap_idle

# The argument registers, from the Registers that rax points to.
.macro restore_arguments
    mov rdi, [rax + {ARGUMENTS} + 0]
    mov rsi, [rax + {ARGUMENTS} + 8]
    mov r12, [rax + {ARGUMENTS} + 16]
    mov r13, [rax + {ARGUMENTS} + 24]
    mov r14, [rax + {ARGUMENTS} + 32]
    mov r15, [rax + {ARGUMENTS} + 40]
    mov r8, [rax + {ARGUMENTS} + 48]
    mov r9, [rax + {ARGUMENTS} + 56]
.endm

# What user mode gets back after a system call, from the Registers that rax points to; rcx has its instruction pointer.
.macro restore_minimal
    mov r11, [rax + {RFLAGS}]
    mov rsp, [rax + {RSP}]
    restore_arguments
    mov rax, [rax + {RAX}]
    xor ebx, ebx
    xor ebp, ebp
    xor edx, edx
    xor r10d, r10d
.endm

# Goes on in the other thread, whose Registers rax points to. It is in a system call, so its instruction pointer is
# canonical: the last user page is never mapped. FSGSBASE exists, else nobody comes here.
.macro resume_direct
    mov gs:[{CONTEXT}], rax
    mov rcx, [rax + {RIP}]
    mov r11, [rax + {RFLAGS}]
    mov rsp, [rax + {RSP}]
    mov rdx, [rax + {FS_BASE}]
    mov r8, gs:[{KEPT}]
    mov r9, rbx
    mov rsi, rbp
    xor eax, eax
    xor ebx, ebx
    xor ebp, ebp
    xor r10d, r10d
    mov ds, ebx
    mov es, ebx
    mov fs, ebx
    wrfsbase rdx
    xor edx, edx
    swapgs
    mov gs, ebx
    wrgsbase rbx
    sysretq
.endm

# Call and ReplyRecv: object (with reply) stands where Rust wants the first argument. The words w0 to w3 stay in r12
# to r15 all the way; w4 is kept in PerCore, w5 in rbx, the information word in rbp. Its lower half tells whether
# there is anything but words in registers.
syscall_call:
    mov [rbx + {ARGUMENTS} + 0], rdi
    mov rbp, rsi
    mov rsi, gs:[{SYSTEM}]
    mov gs:[{KEPT}], r8
    mov rbx, r9
    cmp ebp, {REGISTER_WORDS}
    ja syscall_long_call
    call qword ptr gs:[{ON_CALL}]
syscall_called:
    mov rdi, rdx                    # the badge
    test rax, rax
    jz 1f
    resume_direct
1:  mov eax, {CALL}
    jmp syscall_declined

syscall_long_call:
    mov rdx, rbp
    call qword ptr gs:[{ON_LONG_CALL}]
    jmp syscall_called

syscall_reply_recv:
    mov [rbx + {ARGUMENTS} + 0], rdi
    mov rbp, rsi
    mov rsi, gs:[{SYSTEM}]
    mov gs:[{KEPT}], r8
    mov rbx, r9
    mov rdx, rbp
    cmp ebp, {REGISTER_WORDS}
    ja syscall_long_reply_recv
    call qword ptr gs:[{ON_REPLY_RECV}]
syscall_answered:
    xor edi, edi                    # no badge
    test rax, rax
    jz 1f
    resume_direct

syscall_long_reply_recv:
    call qword ptr gs:[{ON_LONG_REPLY_RECV}]
    jmp syscall_answered

1:  mov eax, {REPLY_RECV}

# The fast path did nothing: what it kept goes to memory.
syscall_declined:
    mov r9, rbx
    mov rbx, gs:[{CONTEXT}]
    mov r8, gs:[{KEPT}]
    mov [rbx + {ARGUMENTS} + 8], rbp
    mov [rbx + {ARGUMENTS} + 48], r8
    mov [rbx + {ARGUMENTS} + 56], r9
    jmp syscall_saved

# Signal, Wait, SignalWait, Yield: the same thread goes on and gets nothing but its status, or whoever rax points to.
.macro may_switch function, number, resume
    mov rsi, gs:[{SYSTEM}]
    call qword ptr gs:[\function]
    cmp rax, {GENERAL}
    jb resume_same
    ja \resume
    mov eax, \number
    jmp syscall_saved
.endm

.macro keep_two
    mov [rbx + {ARGUMENTS} + 0], rdi
    mov [rbx + {ARGUMENTS} + 8], rsi
    mov rdx, rsi
.endm

syscall_signal:
    mov [rbx + {ARGUMENTS} + 0], rdi
    may_switch {ON_SIGNAL}, {SIGNAL}, resume_other
syscall_wait:
    keep_two
    may_switch {ON_WAIT}, {WAIT}, resume_whoever
syscall_signal_wait:
    keep_two
    may_switch {ON_SIGNAL_WAIT}, {SIGNAL_WAIT}, resume_other
syscall_yield:
    may_switch {ON_YIELD}, {YIELD}, resume_other
# SpaceMap never switches.
syscall_map:
    keep_two
    mov rcx, r12
    mov r8, r13
    may_switch {ON_MAP}, {SPACE_MAP}, resume_other

# Goes on in the thread whose Registers rax points to, most often another; they are all there. FSGSBASE exists. Loading
# a null selector forgets the base on Intel's processors but not on AMD's (APM 2, 4.5.3).
resume_other:
    mov gs:[{CONTEXT}], rax
    mov rdx, [rax + {FS_BASE}]
    xor ebx, ebx
    mov ds, ebx
    mov es, ebx
    mov fs, ebx
    wrfsbase rdx
    swapgs
    mov gs, ebx
    wrgsbase rbx
    cmp qword ptr [rax + {FORMAT}], {SYSCALL}
    jne resume_full
    # It is in a system call, so its instruction pointer is canonical, as in resume_direct.
    mov rcx, [rax + {RIP}]
    restore_minimal
    sysretq

# What Rust may have left in registers is cleared.
syscall_null:
    call qword ptr gs:[{ON_NULL}]
resume_same:
    mov rcx, [rbx + {RIP}]
    mov r11, [rbx + {RFLAGS}]
    mov rsp, [rbx + {RSP}]
    xor eax, eax
    xor ebx, ebx
    xor ebp, ebp
    xor edi, edi
    xor esi, esi
    xor edx, edx
    xor r8d, r8d
    xor r9d, r9d
    xor r10d, r10d
    swapgs
    sysretq

# Resumes the thread whose Registers rax points to. Stack: empty.
.type trap_resume, @function
trap_resume:
    test rax, rax
    jz trap_idle
    cmp qword ptr [rax + {FORMAT}], {SYSCALL}
    jne trap_resume_full
    mov rcx, [rax + {RIP}]
    # SYSRET to an address that is not canonical faults in the kernel with the user's stack.
    mov r11, rcx
    shr r11, 47
    jnz trap_bad_ip
trap_sysret:
    restore_minimal
    swapgs
    sysretq

trap_bad_ip:
    xor ecx, ecx
    jmp trap_sysret

.type trap_resume_full, @function
trap_resume_full:
    swapgs
# GS is the user's already.
resume_full:
    push {USER_DATA}
    push qword ptr [rax + {RSP}]
    push qword ptr [rax + {RFLAGS}]
    push {USER_CODE}
    push qword ptr [rax + {RIP}]
    mov qword ptr [rax + {FORMAT}], {SYSCALL}
    restore_arguments
    mov rdx, [rax + {RDX}]
    mov rbx, [rax + {RBX}]
    mov rcx, [rax + {RCX}]
    mov rbp, [rax + {RBP}]
    mov r11, [rax + {R11}]
    mov r10, [rax + {R10}]
    mov rax, [rax + {RAX}]
    iretq

# Waits for an interrupt; the interrupt does not come back here. STI lets none in before HLT.
.type trap_idle, @function
trap_idle:
    mov rsp, gs:[{STACK_TOP}]
    sti
    hlt
    cli
    jmp trap_idle

.popsection

# Where system calls below QUICK go, to be copied to PerCore.
.pushsection .rodata.trap, "a", @progbits
.balign 8
.global weft_syscall_table
weft_syscall_table:
    .quad syscall_null              # 0 Null
    .quad syscall_call              # 1 Call
    .quad syscall_general           # 2 Send
    .quad syscall_general           # 3 Recv
    .quad syscall_general           # 4 Reply
    .quad syscall_reply_recv        # 5 ReplyRecv
    .quad syscall_signal            # 6 Signal
    .quad syscall_wait              # 7 Wait
    .quad syscall_general           # 8 Poll
    .quad syscall_yield             # 9 Yield
    .quad syscall_general           # 10 Clock
    .quad syscall_signal_wait       # 11 SignalWait
    .rept {SPACE_MAP} - 12
    .quad syscall_general
    .endr
    .quad syscall_map               # SpaceMap
.popsection
