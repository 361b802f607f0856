/* Executes single A64 instructions on given register values: what the hardware (or qemu) does with them.
   stdin: records of 128 bytes, stdout: records of 128 bytes; see execute-words.ts for the layout. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#define USES_MEMORY 0x40000000u /* in fpsr: x3 shall hold the address of `memory` */

struct record {
  uint32_t word, fpcr, fpsr, nzcv;
  uint64_t memory[2];
  uint64_t x[4];
  uint64_t v[4][2];
};

static void execute(struct record *r, void *code) {
  register struct record *base __asm__("x20") = r;
  register void *entry __asm__("x21") = code;
  __asm__ volatile(
      "ldr w9, [x20, #4]\n msr fpcr, x9\n"
      "ldr w9, [x20, #8]\n msr fpsr, x9\n"
      "ldr w9, [x20, #12]\n msr nzcv, x9\n"
      "ldp x0, x1, [x20, #32]\n ldp x2, x3, [x20, #48]\n"
      "ldp q0, q1, [x20, #64]\n ldp q2, q3, [x20, #96]\n"
      "blr x21\n"
      "stp q0, q1, [x20, #64]\n stp q2, q3, [x20, #96]\n"
      "stp x0, x1, [x20, #32]\n stp x2, x3, [x20, #48]\n"
      "mrs x9, nzcv\n str w9, [x20, #12]\n"
      "mrs x9, fpsr\n str w9, [x20, #8]\n"
      "mov x9, #0\n msr fpcr, x9\n"
      : : "r"(base), "r"(entry)
      : "x0", "x1", "x2", "x3", "x9", "x30", "v0", "v1", "v2", "v3", "cc", "memory");
}

int main(void) {
  uint32_t *code = mmap(0, 1 << 20, 7, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  static struct record records[4096];
  static uint64_t memory[2] __attribute__((aligned(16)));
  uint32_t last = 0;
  unsigned at = 0;
  size_t count;
  while ((count = fread(records, sizeof *records, 4096, stdin)) > 0) {
    for (size_t i = 0; i < count; i++) {
      if (records[i].word != last) {
        at = (at + 16) & 0x3ffff;
        code[at] = last = records[i].word;
        code[at + 1] = 0xd65f03c0; /* ret */
        __builtin___clear_cache((char *)(code + at), (char *)(code + at + 2));
      }
      if (records[i].fpsr & USES_MEMORY) {
        records[i].fpsr &= ~USES_MEMORY;
        memory[0] = records[i].memory[0];
        memory[1] = records[i].memory[1];
        records[i].x[3] = (uint64_t)memory;
        execute(&records[i], code + at);
        records[i].memory[0] = memory[0];
        records[i].memory[1] = memory[1];
        records[i].x[3] = 0;
      } else {
        execute(&records[i], code + at);
      }
    }
    fwrite(records, sizeof *records, count, stdout);
  }
  return 0;
}
