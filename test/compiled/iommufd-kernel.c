// A kernel that knows iommufd, for the addon: what the ioctls of iommufd and VFIO's character devices are given is printed,
// byte by byte, and answered. LD_PRELOAD puts it in the place of libc's ioctl.
#define _GNU_SOURCE
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { TYPE = 0x3b, IOAS_ALLOC = 0x81, IOVA_RANGES = 0x84, UNMAP = 0x86, BIND = 118, INFO = 107 };
enum { DESTROY = 0x80, HWPT_ALLOC = 0x89, FAULT_QUEUE_ALLOC = 0x8e };
enum { RANGES = 20 };

// The kernel's end of a fault queue: a group of two faults lies in it.
static int queue = -1;

static int makeQueue(uint32_t* alloc) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) != 0) return -1;
  queue = ends[0];
  alloc[2] = 11;
  alloc[3] = ends[1];
  const uint32_t faults[20] = {1, 9, 0x12345, 3, 1, 0, 0x89ab7000, 0x1234567, 0,      1,
                               3, 9, 0x12345, 3, 2, 0, 0x5000,     0,         0x2000, 0xfffffffe};
  return send(queue, faults, sizeof faults, 0) == sizeof faults ? 0 : -1;
}

static void print(unsigned nr, const uint8_t* bytes, uint32_t size) {
  char line[256];
  int end = snprintf(line, sizeof line, "%02x", nr);
  for (uint32_t i = 0; i < size && i < 64; i++) {
    end += snprintf(line + end, sizeof line - end, i % 4 == 0 ? " %02x" : "%02x", bytes[i]);
  }
  line[end++] = '\n';
  if (write(1, line, end) != end) errno = EIO;
}

static int ranges(uint32_t* query) {
  const uint32_t room = query[2];
  query[2] = RANGES;
  if (room < RANGES) return errno = EMSGSIZE, -1;
  uint64_t list;
  memcpy(&list, query + 4, sizeof list);
  for (uint64_t i = 0; i < RANGES; i++) {
    const uint64_t range[2] = {i << 32, (i << 32) + 0xffff};
    memcpy((uint8_t*)(uintptr_t)list + i * sizeof range, range, sizeof range);
  }
  return 0;
}

// What was written to the queue so far.
static void printAnswers(void) {
  uint8_t bytes[64];
  ssize_t size;
  while (queue >= 0 && (size = recv(queue, bytes, sizeof bytes, MSG_DONTWAIT)) > 0) {
    print(0xff, bytes, (uint32_t)size);
  }
}

int ioctl(int fd, unsigned long request, ...) {
  va_list arguments;
  va_start(arguments, request);
  uint32_t* const given = va_arg(arguments, uint32_t*);
  va_end(arguments);
  const unsigned nr = request & 0xff;
  // _IO(';', nr): neither a direction nor a size
  if (request != ((unsigned long)TYPE << 8 | nr)) return syscall(SYS_ioctl, fd, request, given);
  if (nr == INFO) {
    given[1] = 3;  // resets, PCI
    given[2] = given[3] = 0;
    return 0;
  }
  uint32_t shown[16] = {0};
  memcpy(shown, given, given[0] > sizeof shown ? sizeof shown : given[0]);
  if (nr == IOVA_RANGES || nr == 0x85) memset(shown + 4, 0xff, 8);  // a place in memory
  print(nr, (const uint8_t*)shown, given[0]);
  if (nr == IOAS_ALLOC) given[2] = 7;
  if (nr == HWPT_ALLOC) given[4] = 12;
  if (nr == FAULT_QUEUE_ALLOC) return makeQueue(given);
  if (nr == DESTROY) printAnswers();
  if (nr == BIND) given[3] = 9;
  if (nr == UNMAP && given[2] == 0x5000) given[4] = 0x1000;
  return nr == IOVA_RANGES ? ranges(given) : 0;
}
