// A PC that executes stretches of known content. It is entered by PVH in 32-bit mode, goes to 64-bit mode, runs the
// stretches, writes what its own clock saw of the last one to the debug console (port 0xe9), and ends QEMU.

.macro begin number
    mov     $\number, %eax
    .byte   0x0f, 0x1f, 0x84, 0x00, 0x01, 0x46, 0x45, 0x57
.endm

.macro finish
    .byte   0x0f, 0x1f, 0x84, 0x00, 0x02, 0x46, 0x45, 0x57
.endm

// Where QEMU enters (PVH: note 18 of "Xen").
.section .note.pvh, "a", @note
.balign 4
.long 4, 4, 18
.asciz "Xen"
.long _start

.section .text
.global _start
.code32
_start:
    mov     $stack_top, %esp
    mov     $pml4, %eax
    mov     %eax, %cr3
    mov     %cr4, %eax
    or      $0x10220, %eax              // FSGSBASE, OSFXSR, PAE
    mov     %eax, %cr4
    mov     $0xc0000080, %ecx           // EFER: long mode
    rdmsr
    or      $0x100, %eax
    wrmsr
    mov     %cr0, %eax
    or      $0x80000001, %eax           // PG, PE
    mov     %eax, %cr0
    lgdt    gdt_pointer
    ljmp    $8, $long_mode

.code64
long_mode:
    xor     %eax, %eax
    mov     %eax, %ss
    mov     $page_fault, %eax
    mov     $idt + 14 * 16, %edi
    call    set_gate
    mov     $service, %eax
    mov     $idt + 0x80 * 16, %edi
    call    set_gate
    lidt    idt_pointer
    mov     $data, %esi
    mov     $area, %edi

    // 1: nothing but instructions.
    .balign 64
    begin   1
    .rept   10
    nop
    .endr
    finish

    // 2: accesses.
    begin   2
    mov     (%rsi), %rcx
    mov     %rcx, 64(%rsi)
    mov     %rcx, 124(%rsi)             // in two lines
    add     %rcx, 192(%rsi)
    push    %rcx
    pop     %rcx
    finish

    // 3: what only the kernel may do, and what orders memory.
    begin   3
    mov     %cr3, %rcx
    mov     %rcx, %cr3
    xor     %edx, %edx
    mov     $0xc0000102, %ecx           // the base of GS in the other level
    wrmsr
    mov     $0xc0000100, %ecx           // the base of FS
    wrmsr
    rdmsr
    wrfsbase %rdx
    rdfsbase %rdx
    swapgs
    invlpg  (%rsi)
    mfence
    lfence
    sfence
    lock addq $1, (%rsi)
    xchg    %rcx, (%rsi)
    fxsave  (%rdi)
    fxrstor (%rdi)
    cli
    mov     %eax, %r8d
    rdtsc
    mov     %r8d, %eax
    int     $0x80
    in      $0x80, %al
    mov     %r8d, %eax
    finish

    // 4: repeated string instructions. An end of number 0 ends any stretch.
    mov     %rdi, %r8
    mov     $4096, %ecx
    begin   4
    xor     %eax, %eax
    rep stosb
    mov     $8, %ecx
    rep movsq
    finish
    mov     %r8, %rdi
    mov     $data, %esi

    // 5: an access that faults once.
    mov     $0xe00000, %r9d
    begin   5
    mov     (%r9), %rcx
    finish

    // 6: code in the upper half.
    mov     $upper + 0xffffffff80000000, %rcx
    begin   6
    call    *%rcx
    finish

    // 7: some of everything, with the own clock read around it.
    mov     $0xc00000, %r9d
    rdtsc
    mov     %eax, %r10d
    mov     %edx, %r11d
    begin   7
    mov     $3000, %ecx
    rep stosb
    mov     $data, %esi
    mov     $area, %edi
    mov     (%r9), %rcx
    int     $0x80
    mov     $100, %ecx
1:  lock addq $1, (%rsi)
    loop    1b
    cpuid
    xor     %eax, %eax
    finish
    rdtsc
    shl     $32, %rdx
    or      %rdx, %rax
    shl     $32, %r11
    or      %r11, %r10
    sub     %r10, %rax

    mov     $8, %ecx
2:  out     %al, $0xe9
    shr     $8, %rax
    loop    2b
    xor     %eax, %eax
    out     %al, $0xf4
3:  hlt
    jmp     3b

// Writes a gate at RDI that leads to EAX.
set_gate:
    mov     %ax, (%rdi)
    movw    $8, 2(%rdi)
    movw    $0x8e00, 4(%rdi)
    shr     $16, %eax
    mov     %ax, 6(%rdi)
    ret

// Maps the 2 MiB at R9 and lets the access be made again: five instructions.
page_fault:
    mov     %r9, %r12
    shr     $18, %r12
    orl     $1, directory(%r12)
    add     $8, %rsp
    iretq

service:
    iretq

.balign 64
upper:
    .rept   5
    nop
    .endr
    ret

.section .data
.balign 4096
// Virtual addresses are physical ones, below and at the top of the upper half.
pml4:
    .quad   pointers + 3
    .fill   510, 8, 0
    .quad   pointers + 3
pointers:
    .quad   directory + 3
    .fill   509, 8, 0
    .quad   directory + 3
    .quad   0
// Eight pages of 2 MiB; those from 12 MiB and from 14 MiB are not there yet.
directory:
    .quad   0x000083, 0x200083, 0x400083, 0x600083, 0x800083, 0xa00083, 0xc00082, 0xe00082
    .fill   504, 8, 0
gdt:
    .quad   0, 0x00209b0000000000
gdt_pointer:
    .word   15
    .long   gdt
    .long   0
idt_pointer:
    .word   0x81 * 16 - 1
    .quad   idt

.section .bss
.balign 4096
data:
    .skip   4096
area:
    .skip   8192
idt:
    .skip   0x81 * 16
.balign 64
stack:
    .skip   4096
stack_top:
