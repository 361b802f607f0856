/**
 * Classes of instructions: a few lines of assembly each, repeated in a loop. In every loop x19 points to 4 KiB of memory,
 * x20 and x21 hold numbers, x0 to x3 others than 0, d8 to d11, s12 and s13 floats that are inexact together, v16 to v19 any
 * bytes, h24 and v25 halves.
 *
 * What is written to x0 to x3 is read before it is written again: a translator leaves out what nobody reads.
 */
export const classes = {
  add: ['add x0, x0, x21', 'sub w1, w1, w21', 'add x2, x2, #16', 'add x3, x3, x21, lsl #3'],
  logical: ['and x0, x0, x21', 'orr w1, w1, w21', 'eor x2, x2, x21', 'eor x3, x3, #0xff00'],
  compare: ['cmp x0, x21', 'csel x0, x0, x21, lt', 'tst w1, #7', 'cinc w1, w1, ne'],
  shift: ['lsl x0, x0, #3', 'lsr w1, w1, w21', 'asr x2, x2, #7', 'ror x3, x3, #5'],
  bitfield: ['ubfx x0, x3, #8, #16', 'bfi x2, x0, #4, #8', 'sxtw x1, w2', 'rev x3, x1'],
  multiply: ['mul x0, x0, x21', 'madd w1, w0, w21, w1', 'smull x2, w2, w21', 'msub x3, x0, x21, x3'],
  multiplyHigh: ['umulh x0, x0, x20', 'smulh x1, x1, x20'],
  divide: ['udiv x0, x20, x0', 'sdiv w1, w20, w1'],
  load: ['ldr x0, [x19]', 'ldr w1, [x19, #8]', 'ldrb w2, [x19, #3]', 'ldrsh x3, [x19, #6]'],
  store: ['str x20, [x19]', 'str w20, [x19, #8]', 'strb w20, [x19, #3]', 'strh w21, [x19, #6]'],
  pair: ['ldp x0, x1, [x19]', 'stp x20, x21, [x19, #16]'],
  loadVector: ['ldr q0, [x19]', 'str q0, [x19, #16]', 'ldp q1, q2, [x19]', 'ldr d3, [x19, #8]'],
  branch: ['b 9f\n9:', 'cbnz x20, 9f\n9:', 'tbz w20, #0, 9f\n9:', 'b.ne 9f\n9:'],
  call: ['bl leaf'],
  atomic: ['ldadd x20, x0, [x19]', 'swp w20, w1, [x19, #0]', 'cas x2, x20, [x19]'],
  exclusive: ['ldxr x0, [x19]', 'stxr w1, x0, [x19]'],
  floatMove: ['fmov d0, d8', 'fmov x0, d8', 'fmov d1, x0', 'fabs d2, d8'],
  floatAdd: ['fadd d0, d8, d9', 'fsub d1, d8, d9', 'fadd s2, s12, s13'],
  floatMultiply: ['fmul d0, d8, d9', 'fmul s1, s12, s13', 'fnmul d2, d8, d9'],
  floatFused: ['fmadd d0, d8, d9, d10', 'fmsub d1, d8, d9, d10', 'fmadd s2, s12, s13, s12'],
  floatDivide: ['fdiv d0, d8, d9', 'fdiv s1, s12, s13'],
  floatRoot: ['fsqrt d0, d8', 'fsqrt s1, s12'],
  floatCompare: ['fcmp d8, d9', 'fcmpe s12, s13'],
  floatSelect: ['fcsel d0, d8, d9, gt', 'fcsel s1, s12, s13, mi'],
  floatConvert: ['scvtf d0, x20', 'fcvtzs w0, d8', 'fcvt s1, d8', 'ucvtf s2, w20'],
  floatRound: ['frintm d0, d8', 'frinta d1, d8', 'fcvtms x0, d8'],
  floatExtreme: ['fmax d0, d8, d9', 'fminnm d1, d8, d9'],
  vectorInteger: ['add v0.4s, v16.4s, v17.4s', 'mul v1.8h, v16.8h, v17.8h', 'cmeq v2.16b, v16.16b, v17.16b'],
  vectorShift: ['shl v0.4s, v16.4s, #3', 'ushr v1.8h, v16.8h, #5', 'sshl v2.4s, v16.4s, v17.4s'],
  vectorWide: ['umull v0.8h, v16.8b, v17.8b', 'xtn v1.8b, v16.8h', 'uaddlv h2, v16.16b'],
  vectorPermute: [
    'tbl v0.16b, {v16.16b}, v17.16b',
    'zip1 v1.4s, v16.4s, v17.4s',
    'ext v2.16b, v16.16b, v17.16b, #3',
  ],
  vectorFloat: ['fadd v0.4s, v20.4s, v21.4s', 'fmul v1.2d, v22.2d, v23.2d', 'fcmgt v2.4s, v20.4s, v21.4s'],
  vectorFused: ['fmla v0.4s, v20.4s, v21.4s', 'fmls v1.2d, v22.2d, v23.2d'],
  dotProduct: ['sdot v0.4s, v16.16b, v17.16b', 'udot v1.4s, v16.16b, v17.4b[2]'],
  half: ['fadd h0, h24, h24', 'fmul v1.8h, v25.8h, v25.8h', 'fmla v2.8h, v25.8h, v25.8h'],
  aes: ['aese v0.16b, v16.16b', 'aesmc v0.16b, v0.16b', 'aesd v1.16b, v16.16b', 'aesimc v1.16b, v1.16b'],
  sha: ['sha256h q0, q1, v16.4s', 'sha256su0 v2.4s, v16.4s', 'sha1c q3, s4, v16.4s'],
  pmull: ['pmull v0.1q, v16.1d, v17.1d', 'pmull2 v1.1q, v16.2d, v17.2d'],
  crc: ['crc32x w0, w0, x20', 'crc32cb w2, w2, w20'],
};

/** Lines of the class in one round of the loop. */
const REPEATED = 12;

/** @returns a static program that executes a class's lines `rounds` times twelve, and the counting of the loop */
export function sourceOf(lines, rounds) {
  return `
    .arch armv8.2-a+fp16+dotprod+crypto
    .data
    .align 12
  memory: .skip 4096
    .align 3
  floats: .double 1.1, 0.7, 1.3, 0.1
  singles: .float 1.1, 0.7, 1.3, 0.9, 0.3, 1.7, 0.6, 1.9
    .text
    .global _start
  leaf: ret
  _start:
    adrp x19, memory
    add x19, x19, :lo12:memory
    ldr x20, =0x123456789abcdef1
    mov x21, #37
    adr x0, 1f
    adrp x0, floats
    add x0, x0, :lo12:floats
    ldp d8, d9, [x0]
    ldp d10, d11, [x0, #16]
    ldp q22, q23, [x0]
    adrp x0, singles
    add x0, x0, :lo12:singles
    ldp s12, s13, [x0]
    ldp q20, q21, [x0]
    dup v16.2d, x20
    mvn v17.16b, v16.16b
    fcvt h24, d8
    dup v25.8h, v24.h[0]
    fadd d0, d8, d9
    mov x1, x21
    mov x2, x20
    mov x3, x20
    ldr x28, =${rounds}
    .align 4
  1:
    ${Array.from({ length: REPEATED }, () => lines.join('\n')).join('\n')}
    subs x28, x28, #1
    b.ne 1b
    mov x0, #0
    mov x8, #94
    svc #0
  `;
}

/** Instructions in one round of the loop. */
export const perRound = (lines) => lines.length * REPEATED + 2;
