// From the arm64 Image header to Rust at the kernel's own addresses.
//
// On entry (Linux Documentation/arch/arm64/booting.rst): MMU and data cache off, interrupts masked, EL1 or
//   EL2, x0 = physical address of the device tree, the image at any 2 MiB boundary. No stack.
// On exit: EL1, MMU on with boot page tables (the kernel at its place, and as they are the gigabytes that
//   hold the kernel and the device tree; all writable and executable, replaced soon by Rust), on the boot
//   core's kernel stack, in {start}(device tree, physical address of the kernel, counter at the first
//   instruction).
// Clobbers: everything.
//
// Further cores come in at weft_boot_other, by PSCI or from a spin table, in the same state but without anything in
//   registers (Linux, the same; Arm DEN 0022 §6.4). On exit: EL1, MMU on with the kernel's own page tables and the boot page
//   tables' view of memory as it is, on the stack of the seat with their affinity, in the function that it names, with
//   the place of their own data and the seat. Whoever has no seat that waits for it stays here for ever.

.pushsection .head, "ax", %progbits
    b boot_start
    .long 0
    .quad 0                             // offset from a 2 MiB boundary
    .quad weft_kernel_size
    .quad 0xa                           // little endian, 4 KiB pages, anywhere in memory
    .quad 0, 0, 0
    .ascii "ARM\x64"
    .long 0

.type boot_start, %function
.global weft_boot_start
weft_boot_start:
boot_start:
    mrs x21, cntvct_el0
    mov x20, x0
    msr daifset, #0xf
    bl boot_leave_el2
    adrp x0, weft_bss_start
    add x0, x0, :lo12:weft_bss_start
    adrp x1, weft_kernel_end
    add x1, x1, :lo12:weft_kernel_end
1:  stp xzr, xzr, [x0], #16
    cmp x0, x1
    b.lo 1b

    adrp x19, weft_kernel_start         // physical: nothing is mapped yet
    adrp x2, boot_low
    adrp x3, boot_low_gigabytes
    orr x4, x3, #3
    str x4, [x2]                        // the first 512 GiB
    mov x5, #0x701                      // block, write-back, inner shareable, accessed
    lsr x6, x19, #30
    lsl x7, x6, #30
    orr x7, x7, x5
    str x7, [x3, x6, lsl #3]
    lsr x6, x20, #30
    lsl x7, x6, #30
    orr x7, x7, x5
    str x7, [x3, x6, lsl #3]

    adrp x8, boot_high
    adrp x3, boot_high_gigabytes
    orr x4, x3, #3
    str x4, [x8, #(511 * 8)]
    adrp x4, boot_kernel
    orr x6, x4, #3
    str x6, [x3, #(510 * 8)]
    mov x6, #8                          // 16 MiB
    orr x7, x19, x5
    add x9, x7, #0x200000
2:  str x7, [x4], #8
    add x7, x7, #0x200000
    subs x6, x6, #1
    b.ne 2b

    // What was written without caches must not be hidden by lines that a loader left in them.
    dmb sy
    mrs x0, ctr_el0
    ubfx x0, x0, #16, #4
    mov x1, #4
    lsl x1, x1, x0
    adrp x0, weft_bss_start
    add x0, x0, :lo12:weft_bss_start
    adrp x3, weft_kernel_end
    add x3, x3, :lo12:weft_kernel_end
3:  dc ivac, x0
    add x0, x0, x1
    cmp x0, x3
    b.lo 3b
    dsb sy

    bl boot_mmu_on
    ldr x0, =boot_high_half
    br x0

boot_high_half:
    ldr x0, ={stacks}
    ldr x1, ={stack_top}
    add x0, x0, x1
    msr spsel, #1
    mov sp, x0
    mov x0, x20
    mov x1, x19
    mov x2, x21
    mov x29, xzr
    mov x30, xzr
    bl {start}
    b .

    .ltorg

// Replaces the kernel half's root x0 without the processor ever seeing two sizes of page for one address:
// by the empty root x1 in between. On entry: at its physical address, which the boot tables map as it is.
// Clobbers: nothing.
.global weft_boot_replace
.type weft_boot_replace, %function
weft_boot_replace:
    msr ttbr1_el1, x1
    isb
    tlbi vmalle1
    dsb ish
    isb
    msr ttbr1_el1, x0
    isb
    ret
.popsection

// Where further cores come in stays for ever: one may come late.
.pushsection .text.boot, "ax", %progbits
.global weft_boot_other
.type weft_boot_other, %function
weft_boot_other:
    msr daifset, #0xf
    bl boot_leave_el2
    adrp x2, boot_low
    adrp x8, {root}
    ldr x8, [x8, :lo12:{root}]
    bl boot_mmu_on
    ldr x0, =boot_other_high_half
    br x0

boot_other_high_half:
    mrs x1, mpidr_el1
    ldr x2, ={affinity_mask}
    and x1, x1, x2
    ldr x0, ={seats}
    mov x2, #{seat_count}
1:  ldr x3, [x0, #{SEAT_AFFINITY}]
    cmp x3, x1
    b.ne 3f
    mov x4, #{SEAT_TAKEN}
2:  ldaxr x3, [x0]                      // its state
    cmp x3, #{SEAT_WAITS}
    b.ne 3f
    stxr w5, x4, [x0]
    cbnz w5, 2b
    ldr x1, [x0, #{SEAT_STACK}]
    ldr x2, [x0, #{SEAT_BEGIN}]
    msr spsel, #1
    mov sp, x1
    mov x1, x0
    ldr x0, [x0, #{SEAT_PLACE}]
    mov x29, xzr
    mov x30, xzr
    blr x2
3:  add x0, x0, #{seat_bytes}
    subs x2, x2, #1
    b.ne 1b
4:  wfe
    b 4b

// Comes back in EL1, with timers and nothing trapped if it was EL2. Clobbers x0.
.type boot_leave_el2, %function
boot_leave_el2:
    mrs x0, CurrentEL
    cmp x0, #8
    b.eq 1f
    ret
1:  mov x0, #(1 << 31)
    msr hcr_el2, x0
    mrs x0, cnthctl_el2
    orr x0, x0, #3
    msr cnthctl_el2, x0
    msr cntvoff_el2, xzr
    mov x0, #0x33ff
    msr cptr_el2, x0
    msr hstr_el2, xzr
    mrs x0, id_aa64pfr0_el1
    ubfx x0, x0, #24, #4
    cbz x0, 2f
    mov x0, #9                          // ICC_SRE_EL2: the GICv3's registers, for EL1 as well
    msr s3_4_c12_c9_5, x0
    isb
    msr s3_4_c12_c11_0, xzr             // ICH_HCR_EL2: no virtual interrupts
2:  mrs x0, midr_el1
    msr vpidr_el2, x0
    mrs x0, mpidr_el1
    msr vmpidr_el2, x0
    ldr x0, =0x30d00800
    msr sctlr_el1, x0
    mov x0, #0x3c5
    msr spsr_el2, x0
    msr elr_el2, x30
    eret

// Switches the MMU on with the roots x2 and x8, which show this code where it is. Clobbers x0, x1 and x4.
.type boot_mmu_on, %function
boot_mmu_on:
    ldr x0, ={mair}
    msr mair_el1, x0
    ldr x0, ={tcr}
    mrs x1, id_aa64mmfr0_el1
    and x1, x1, #7
    cmp x1, #5
    mov x4, #5
    csel x1, x1, x4, lo
    bfi x0, x1, #32, #3
    msr tcr_el1, x0
    msr ttbr0_el1, x2
    msr ttbr1_el1, x8
    dsb ish
    isb
    tlbi vmalle1
    dsb ish
    isb
    ldr x0, ={sctlr}
    msr sctlr_el1, x0
    isb
    ret
    .ltorg
.popsection

.pushsection .bss.boot, "aw", %nobits
.balign 4096
boot_low: .skip 4096
boot_low_gigabytes: .skip 4096
boot_high: .skip 4096
boot_high_gigabytes: .skip 4096
boot_kernel: .skip 4096
.popsection
