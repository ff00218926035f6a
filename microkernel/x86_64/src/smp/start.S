# From the start of a further core to 64-bit Rust (SDM 3A §9.4, §10.8.5).
#
# The first part is copied to a page below 640 KiB, whose last bytes are the parameters (`trampoline.rs`).
# On entry: real mode, cs:ip = the page:0, interrupts masked. No stack.
# On exit: long mode on page tables that are the boot core's and show this page, on the kernel stack of the core whose area was
#   offered, in its {ON_START}(the area).
# Clobbers: everything.
# A core to which no area is offered, or without long mode or NX, halts for ever.

.pushsection .init.rodata, "a", @progbits
.balign 16
.code16
.global weft_start_page
weft_start_page:
    cli
    cld
    mov ax, cs
    mov ds, ax
    mov eax, 0x80000001
    cpuid
    and edx, 0x20100000             # long mode, NX
    cmp edx, 0x20100000
    jne 1f
    xor ebx, ebx                    # the page's address
    mov bx, cs
    shl ebx, 4
    lgdt [{TABLE}]
    mov eax, 0x11                   # protected mode, caches on
    mov cr0, eax
    .byte 0x66, 0xff, 0x2e          # jmp fword ptr [{PROTECTED}]
    .word {PROTECTED}
1:  hlt
    jmp 1b

.code32
.global weft_start_protected
weft_start_protected:
    mov eax, 0x10
    mov ds, eax
    mov ss, eax
    mov eax, 0x20                   # PAE
    mov cr4, eax
    mov eax, [ebx + {ROOT}]
    mov cr3, eax
    mov ecx, 0xc0000080             # EFER: long mode, NX
    rdmsr
    or eax, 0x900
    wrmsr
    mov eax, 0x80010011             # paging, write protection, protected mode
    mov cr0, eax
    jmp fword ptr [ebx + {LONG}]

.code64
.global weft_start_long
weft_start_long:
    mov ebx, ebx
    jmp qword ptr [rbx + {ENTRY}]
.global weft_start_page_end
weft_start_page_end:
.popsection

# Stays when boot has ended: whoever comes late halts here.
.pushsection .text.start, "ax", @progbits
.global weft_core_start
.type weft_core_start, @function
weft_core_start:
    xor edi, edi
    mov ds, edi
    mov es, edi
    mov fs, edi
    mov gs, edi
    xchg rdi, [rip + {OFFERED}]
    test rdi, rdi
    jz 1f
    mov rsp, [rdi + {STACK_TOP}]
    xor ebp, ebp
    call qword ptr [rdi + {ON_START}]
1:  cli
    hlt
    jmp 1b
.popsection
