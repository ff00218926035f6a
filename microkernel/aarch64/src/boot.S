// From the arm64 Image header to Rust at the kernel's own addresses.
//
// On entry (Linux Documentation/arch/arm64/booting.rst): MMU and data cache off, interrupts masked, EL1, EL2
//   or EL3, x0 = physical address of the device tree, the image at any 2 MiB boundary. No stack.
// On exit: EL1, MMU on with boot page tables (the kernel at its place, and as they are the gigabytes that
//   hold the kernel and the device tree; all writable and executable, replaced soon by Rust), on the boot
//   core's kernel stack, in {start}(device tree, physical address of the kernel, counter at the first
//   instruction, CurrentEL at entry, early console or 0 if the boot page tables do not show it).
// Clobbers: everything. Kept: x19 kernel, x20 device tree, x21 counter, x22 early console, x23 CurrentEL at entry.
//
// The early console is the word at offset 32 of the Image, where the board's file says it: the address of its registers,
//   and in bit 0 whether it is an auxiliary UART instead of a PL011. Each stage writes a letter to it (`stage.rs`).
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
weft_early_console:
    .quad 0, 0, 0
    .ascii "ARM\x64"
    .long 0

.type boot_start, %function
.global weft_boot_start, weft_early_console
weft_boot_start:
boot_start:
    mrs x21, cntvct_el0
    mov x20, x0
    msr daifset, #0xf
    mrs x23, CurrentEL
    ldr x22, weft_early_console
    bl boot_open_console
    mov w0, #{ENTERED}
    bl boot_letter
    bl boot_leave_el3
    mov w0, #{PROCESSOR}
    bl boot_letter
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
    mov x10, #0x40d                     // block, device nGnRE, accessed
    movk x10, #0x60, lsl #48            // and never executed
    cmp x22, #0
    lsr x11, x22, #30
    b.eq 5f
    lsl x7, x11, #30
    orr x10, x7, x10
    str x10, [x3, x11, lsl #3]
5:  mov x5, #0x701                      // block, write-back, inner shareable, accessed
    lsr x6, x19, #30
    lsl x7, x6, #30
    orr x7, x7, x5
    str x7, [x3, x6, lsl #3]
    lsr x6, x20, #30
    lsl x7, x6, #30
    orr x7, x7, x5
    str x7, [x3, x6, lsl #3]
    ldr x7, [x3, x11, lsl #3]           // a gigabyte that is memory cannot be registers as well
    cmp x7, x10
    csel x24, x22, xzr, eq

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
    mov x22, x24
    mov w0, #{TRANSLATION}
    bl boot_letter
    mov x0, x20
    mov x1, x19
    mov x2, x21
    mov x3, x23
    mov x4, x22
    mov x29, xzr
    mov x30, xzr
    bl {start}
    b .

// Switches the early console x22 on for output, if it is a PL011 (Arm DDI 0183G §3.3) and is off; its rate is the firmware's.
// Clobbers x1 and x2.
boot_open_console:
    cbz x22, 1f
    tbnz x22, #0, 1f
    ldr w2, [x22, #0x30]                // UARTCR: on
    tbnz w2, #0, 1f
    mov w2, #0x70                       // UARTLCR_H: 8 bits, FIFOs
    str w2, [x22, #0x2c]
    mov w2, #0x101                      // on, transmits
    str w2, [x22, #0x30]
1:  ret

// Writes the letter w0 to the early console x22, if there is one, and does not wait for ever. Clobbers x1 to x3.
boot_letter:
    cbz x22, 4f
    and x1, x22, #~1
    mov w2, #0x10000
    tbnz x22, #0, 2f
1:  ldr w3, [x1, #0x18]                 // UARTFR: the transmit FIFO is full
    tbz w3, #5, 3f
    subs w2, w2, #1
    b.ne 1b
    b 3f
2:  ldr w3, [x1, #0x14]                 // AUX_MU_LSR: it takes a byte
    tbnz w3, #5, 3f
    subs w2, w2, #1
    b.ne 2b
3:  str w0, [x1]
4:  ret

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
    mrs x23, CurrentEL
    bl boot_leave_el3
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
    mov x6, x2
    mov x2, x23
    mov x29, xzr
    mov x30, xzr
    blr x6
3:  add x0, x0, #{seat_bytes}
    subs x2, x2, #1
    b.ne 1b
4:  wfe
    b 4b

// Comes back in EL1, as below. In EL3 no firmware has been before (the Raspberry Pi's would do as this does,
// armstubs/armstub8.S): what is below is not the secure world, and may call `boot_monitor` once. Clobbers x0 to x2.
.type boot_leave_el3, %function
boot_leave_el3:
    mrs x0, CurrentEL
    cmp x0, #12
    b.ne boot_leave_el2
    mrs x0, midr_el1
    lsr w1, w0, #24
    cmp w1, #0x41                       // Arm
    b.ne 1f
    ubfx w1, w0, #4, #12
    mov w0, #0xd03                      // Cortex-A53
    cmp w1, w0
    mov w0, #0xd07                      // Cortex-A57
    ccmp w1, w0, #4, ne
    mov w0, #0xd08                      // Cortex-A72
    ccmp w1, w0, #4, ne
    b.ne 1f
    mrs x0, s3_1_c15_c2_1               // CPUECTLR_EL1.SMPEN: its caches agree with the other cores' (DDI 0488, §4.3)
    orr x0, x0, #(1 << 6)
    msr s3_1_c15_c2_1, x0
    isb
1:  msr cptr_el3, xzr                   // traps nothing
    msr mdcr_el3, xzr
    mov x0, #0x531                      // SCR_EL3: 64 bits below, HVC, not secure; SMC reaches `boot_monitor`
    msr scr_el3, x0
    isb
    mrs x1, id_aa64pfr0_el1
    ubfx x0, x1, #24, #4
    cbz x0, 2f
    mov x0, #0xf                        // ICC_SRE_EL3: the GICv3's registers, for those below as well
    msr s3_6_c12_c12_5, x0
    isb
2:  adrp x0, boot_monitor
    add x0, x0, :lo12:boot_monitor
    msr vbar_el3, x0
    ubfx x0, x1, #8, #4
    cbz x0, 3f                          // there is no EL2
    ldr x0, =0x30c50830
    msr sctlr_el2, x0
    mov x0, #0x3c9
    msr spsr_el3, x0
    adr x0, boot_leave_el2
    msr elr_el3, x0
    eret
3:  ldr x0, =0x30d00800
    msr sctlr_el1, x0
    mov x0, #0x3c5
    msr spsr_el3, x0
    msr elr_el3, x30
    eret

// What SMC does where the kernel was entered in EL3, once on each core, with the MMU off: opens the interrupt controller for
// the world that is not secure, and sets what only EL3 can.
// On entry: x1 = distributor or 0, x2 = GICv2's processor interface or 0 for GICv3, x3 = counter's frequency or 0, x4 = the
//   BCM2711's local registers or 0.
// On exit: x0 = 0; not 0 if the controller stays closed. SMC is undefined from now on.
// Clobbers x5 to x7. No other exception is taken to EL3: interrupts are not routed there.
.balign 2048
boot_monitor:
.skip 0x400
    mrs x5, esr_el3
    lsr x5, x5, #26
    cmp x5, #0x17                       // SMC
1:  b.ne 1b
    mrs x5, cntfrq_el0
    cbnz x5, 2f                         // as it was set
    msr cntfrq_el0, x3
2:  cbz x4, 3f
    str wzr, [x4]                       // LOCAL_CONTROL: the crystal, one at a time
    mov w5, #0x80000000
    str w5, [x4, #8]                    // LOCAL_PRESCALER: each of its ticks
3:  mov x0, xzr
    cbz x1, 6f
    cbz x2, 5f
    ldr w5, [x1, #4]                    // GICD_TYPER (IHI 0048B §4.3.2)
    tbz w5, #10, 6f                     // knows no secure world
    and w5, w5, #0x1f
    add x6, x1, #0x80                   // GICD_IGROUPR: all in group 1
    mov w7, #-1
4:  str w7, [x6], #4
    subs w5, w5, #1
    b.pl 4b
    mov w7, #3                          // GICD_CTLR: both groups
    str w7, [x1]
    mov w7, #0xff                       // GICC_PMR: every priority
    str w7, [x2, #4]
    mov w7, #0x1e2                      // GICC_CTLR: group 1, nothing goes around the controller
    str w7, [x2]
    b 6f
5:  ldr w5, [x1]                        // GICD_CTLR.DS: as if there were one world (IHI 0069H §12.9.4)
    tbnz w5, #6, 6f
    orr w5, w5, #(1 << 6)
    str w5, [x1]
    ldr w5, [x1]
    mvn w5, w5
    ubfx x0, x5, #6, #1
6:  mrs x5, scr_el3
    orr x5, x5, #(1 << 7)               // SMD
    msr scr_el3, x5
    eret

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
