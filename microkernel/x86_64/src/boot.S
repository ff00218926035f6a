# From the PVH entry to 64-bit Rust.
#
# On entry: 32-bit protected mode, paging off, interrupts masked, ebx = physical address of the start
#   information (Xen docs/misc/pvh). No stack.
# On exit: long mode on boot page tables (4 GiB as they are, and the kernel's gigabyte at its place; all
#   writable and executable, replaced by `tables.rs` within the first thousand instructions of Rust), on the
#   boot core's kernel stack, in {start}(start information, time stamp of the first instruction).
# Clobbers: everything.
# Each stage writes a letter to COM1 (`stage.rs`).
# A processor without long mode or NX gets one line on the debug port and a halt.

.pushsection .note.pvh, "a", @note
    .balign 4
    .long 4
    .long 8
    .long 18                        # XEN_ELFNOTE_PHYS32_ENTRY
    .asciz "Xen"
    .balign 4
    .quad weft_pvh_start
.popsection

# Writes a letter to COM1, and does not wait for ever. Clobbers eax, ecx, edx.
.macro boot_letter letter
    mov ecx, 10000
    mov edx, 0x3fd                  # line status: it takes a byte
1:  in al, dx
    test al, 0x20
    jnz 2f
    dec ecx
    jnz 1b
2:  mov edx, 0x3f8
    mov al, \letter
    out dx, al
.endm

.pushsection .boot.text, "ax", @progbits
.code32
.global weft_pvh_start
weft_pvh_start:
    cld
    mov esi, ebx
    rdtsc
    mov edi, eax
    mov ebp, edx
    boot_letter {ENTERED}
    mov eax, 0x80000000
    cpuid
    cmp eax, 0x80000001
    jb boot_refused
    mov eax, 0x80000001
    cpuid
    and edx, 0x20100000             # long mode, NX
    cmp edx, 0x20100000
    jne boot_refused
    boot_letter {PROCESSOR}
    mov eax, offset boot_root
    mov cr3, eax
    mov eax, 0x20                   # PAE
    mov cr4, eax
    mov ecx, 0xc0000080             # EFER: long mode, NX
    rdmsr
    or eax, 0x900
    wrmsr
    mov eax, 0x80010011             # paging, write protection, protected mode
    mov cr0, eax
    lgdt [boot_gdt_pointer]
    mov esp, offset boot_far_end
    mov dword ptr [boot_far], offset boot_long
    mov dword ptr [boot_far + 4], 8
    jmp fword ptr [boot_far]

boot_refused:
    mov esi, offset boot_refusal
    mov edx, 0xe9
1:  lodsb
    out dx, al
    test al, al
    jnz 1b
2:  hlt
    jmp 2b

.code64
boot_long:
    mov eax, 0x10
    mov ss, eax
    xor eax, eax
    mov ds, eax
    mov es, eax
    mov fs, eax
    mov gs, eax
    boot_letter {TRANSLATION}
    movabs rsp, offset {stacks} + {stack_top}
    mov eax, edi
    shl rbp, 32
    or rax, rbp
    mov edi, esi
    mov rsi, rax
    xor ebp, ebp
    movabs rax, offset {start}
    call rax
    ud2
.popsection

.pushsection .boot.data, "aw", @progbits
.balign 4096
boot_root:
    .quad boot_low + 3
    .fill 510, 8, 0
    .quad boot_high + 3
boot_low:
    .quad boot_gigabytes + 0x0003, boot_gigabytes + 0x1003, boot_gigabytes + 0x2003, boot_gigabytes + 0x3003
    .fill 508, 8, 0
boot_high:
    .fill 510, 8, 0
    .quad boot_gigabytes + 3, 0
boot_gigabytes:
.set address, 0
.rept 2048
    .quad address + 0x83            # 2 MiB, present, writable
    .set address, address + 0x200000
.endr
boot_gdt:
    .quad 0, 0x00209b0000000000, 0x0000930000000000
boot_gdt_pointer:
    .word 23
    .long boot_gdt
.balign 8
boot_far:
    .quad 0
boot_far_end:
boot_refusal:
    .asciz "weft: this processor has no long mode or no NX\n"
.popsection
