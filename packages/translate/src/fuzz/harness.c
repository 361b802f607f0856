/* Executes programs on given registers and memory: the other side of qemu-machine.ts, which says how it is called.

   Everything happens in one signal handler. A program ends with a signal (BRK, a fault, an unallocated word); the handler
   takes all registers from the signal frame, puts those of the next program there and returns, so that the kernel, or
   qemu in its place, loads them. No instruction of the harness stands between a program and its registers.

   Nothing here may use thread-local storage: programs change TPIDR_EL0. */
#include <asm/sigcontext.h>
#include <asm/unistd.h>
#include <linux/mman.h>
#include <stdint.h>

typedef uint64_t u64;
typedef uint32_t u32;

struct batch {
  u32 programs;
  u32 pad;
};

/* stateOffsets in layout.ts */
struct state {
  u64 x[32];
  u64 pc, nzcv;
  u32 fpcr, fpsr;
  u64 tpidr;
  u32 signal, code;
  u64 fault_address, changes, pad;
  __uint128_t v[32];
};
_Static_assert(sizeof(struct state) == STATE_BYTES, "see layout.ts");

struct change {
  u64 index, value;
};

struct ucontext {
  u64 flags;
  struct ucontext *link;
  struct {
    void *sp;
    int flags;
    u64 size;
  } stack;
  u64 mask[16];
  struct sigcontext context __attribute__((aligned(16)));
};

struct siginfo {
  int signal, error, code, pad;
  u64 address;
};

struct sigaction {
  void (*handler)(int, struct siginfo *, struct ucontext *);
  u64 flags;
  void *restorer;
  u64 mask;
};

#define SA_SIGINFO 4
#define SA_ONSTACK 0x08000000
#define PAGE 4096
#define PAGE_WORDS (PAGE / 8)

static const u64 page_addresses[] = {DATA_PAGES};
static const int page_writable[] = {DATA_WRITABLE};
#define PAGES (sizeof page_addresses / sizeof *page_addresses)

static struct batch batch;
static struct state states[BATCH_PROGRAMS];
static u64 image[PAGES][PAGE_WORDS] __attribute__((aligned(16)));
static struct change changes[BATCH_PROGRAMS * PAGES * PAGE_WORDS];
static u64 change_count;
static u32 current;
static int running;
static char stack[65536] __attribute__((aligned(16)));

static long call(long number, u64 a, u64 b, u64 c, u64 d, u64 e, u64 f) {
  register u64 x8 __asm__("x8") = number;
  register u64 x0 __asm__("x0") = a;
  register u64 x1 __asm__("x1") = b;
  register u64 x2 __asm__("x2") = c;
  register u64 x3 __asm__("x3") = d;
  register u64 x4 __asm__("x4") = e;
  register u64 x5 __asm__("x5") = f;
  __asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
  return x0;
}

static void finish(int status) {
  for (;;) call(__NR_exit_group, status, 0, 0, 0, 0, 0);
}

/* Reads all or, at the end of the input, ends. */
static void receive(void *to, u64 bytes) {
  for (char *at = to; bytes > 0;) {
    long got = call(__NR_read, 0, (u64)at, bytes, 0, 0, 0);
    if (got <= 0) finish(got < 0 || at != to);
    at += got;
    bytes -= got;
  }
}

static void send(const void *from, u64 bytes) {
  for (const char *at = from; bytes > 0;) {
    long put = call(__NR_write, 1, (u64)at, bytes, 0, 0, 0);
    if (put <= 0) finish(2);
    at += put;
    bytes -= put;
  }
}

static void protect(u64 address, int permissions) {
  if (call(__NR_mprotect, address, PAGE, permissions, 0, 0, 0) != 0) finish(3);
}

static void receive_batch(void) {
  receive(&batch, sizeof batch);
  receive((void *)CODE_AT, CODE_BYTES);
  receive(states, batch.programs * sizeof *states);
  receive(image, sizeof image);
  for (u32 page = 0; page < PAGES; page++) {
    if (!page_writable[page]) protect(page_addresses[page], PROT_READ | PROT_WRITE);
    u64 *to = (u64 *)page_addresses[page];
    for (u32 i = 0; i < PAGE_WORDS; i++) to[i] = image[page][i];
    if (!page_writable[page]) protect(page_addresses[page], PROT_READ);
  }
}

static void send_results(void) {
  u64 bytes = change_count * sizeof *changes;
  send(&bytes, sizeof bytes);
  send(states, batch.programs * sizeof *states);
  send(changes, bytes);
}

/* Notes and undoes what the program has changed in memory. */
static u64 collect_changes(void) {
  u64 first = change_count;
  for (u32 page = 0; page < PAGES; page++) {
    if (!page_writable[page]) continue;
    u64 *now = (u64 *)page_addresses[page], *before = image[page];
    for (u32 i = 0; i < PAGE_WORDS; i += 8) {
      u64 *n = now + i, *b = before + i;
      u64 differs = (n[0] ^ b[0]) | (n[1] ^ b[1]) | (n[2] ^ b[2]) | (n[3] ^ b[3]) | (n[4] ^ b[4]) |
                    (n[5] ^ b[5]) | (n[6] ^ b[6]) | (n[7] ^ b[7]);
      if (!differs) continue;
      for (u32 k = 0; k < 8; k++) {
        if (n[k] == b[k]) continue;
        changes[change_count].index = page * PAGE_WORDS + i + k;
        changes[change_count++].value = n[k];
        n[k] = b[k];
      }
    }
  }
  return change_count - first;
}

static void save(struct state *to, const struct siginfo *info, const struct sigcontext *from) {
  const struct fpsimd_context *vectors = (const void *)from->__reserved;
  if (vectors->head.magic != FPSIMD_MAGIC) finish(4);
  for (int i = 0; i < 31; i++) to->x[i] = from->regs[i];
  to->x[31] = from->sp;
  to->pc = from->pc;
  to->nzcv = from->pstate >> 28;
  to->fpcr = vectors->fpcr;
  to->fpsr = vectors->fpsr;
  __asm__ volatile("mrs %0, tpidr_el0" : "=r"(to->tpidr));
  to->signal = info->signal;
  to->code = info->code;
  to->fault_address = info->address;
  to->changes = collect_changes();
  for (int i = 0; i < 32; i++) to->v[i] = vectors->vregs[i];
}

static void load(const struct state *from, struct sigcontext *to) {
  struct fpsimd_context *vectors = (void *)to->__reserved;
  for (int i = 0; i < 31; i++) to->regs[i] = from->x[i];
  to->sp = from->x[31];
  to->pc = from->pc;
  to->pstate = from->nzcv << 28;
  vectors->fpcr = from->fpcr;
  vectors->fpsr = from->fpsr;
  __asm__ volatile("msr tpidr_el0, %0" ::"r"(from->tpidr));
  for (int i = 0; i < 32; i++) vectors->vregs[i] = from->v[i];
}

static void handle(int signal, struct siginfo *info, struct ucontext *frame) {
  (void)signal;
  if (running) save(&states[current++], info, &frame->context);
  if (!running || current == batch.programs) {
    if (running) send_results();
    receive_batch();
    running = 1;
    current = 0;
    change_count = 0;
  }
  load(&states[current], &frame->context);
}

static void map(u64 address, u64 bytes, int permissions) {
  int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
  if ((u64)call(__NR_mmap, address, bytes, permissions, flags, -1, 0) != address) finish(5);
}

void _start(void) {
  static const int signals[] = {4, 5, 7, 11};
  static u64 alternate[3];
  alternate[0] = (u64)stack;
  alternate[2] = sizeof stack;
  if (call(__NR_sigaltstack, (u64)alternate, 0, 0, 0, 0, 0) != 0) finish(6);
  for (u32 i = 0; i < sizeof signals / sizeof *signals; i++) {
    struct sigaction action = {handle, SA_SIGINFO | SA_ONSTACK, 0, 0};
    if (call(__NR_rt_sigaction, signals[i], (u64)&action, 0, 8, 0, 0) != 0) finish(7);
  }
  map(CODE_AT, CODE_BYTES, PROT_READ | PROT_WRITE | PROT_EXEC);
  for (u32 page = 0; page < PAGES; page++) map(page_addresses[page], PAGE, PROT_READ | PROT_WRITE);
  __asm__ volatile("brk #0");
  finish(8);
}
