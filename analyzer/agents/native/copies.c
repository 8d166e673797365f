#define _GNU_SOURCE
#include "copies.h"

#include <pthread.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "library.h"
#include "log.h"

enum { DOMAINS = 3, FUNCTIONS = 1024, MOST_WAITING = 256, SAMPLES = 16, SAMPLE_BYTES = 64 };

/* What the arguments of a function are, all of which begin with destination, source, bytes. */
enum shape { NOT_A_COPY, EITHER_WAY, TO_DEVICE, FROM_DEVICE };
enum { HOST_TO_DEVICE = 1, DEVICE_TO_HOST = 2 };

struct arguments {
  uint64_t to, from, bytes;
  int direction; /* of EITHER_WAY alone */
};

struct copy {
  uint32_t correlation, content;
  uint64_t address;
};

static uint8_t shapes[DOMAINS][FUNCTIONS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct copy waiting[MOST_WAITING];
static int count;

static enum shape shape_of(const char *name) {
  static const struct {
    const char *prefix;
    enum shape shape;
  } copying[] = {
      /* With what follows, so that neither symbols nor arrays are meant. The first version of the driver's had 32 bits. */
      {"cudaMemcpy_", EITHER_WAY},          {"cudaMemcpyAsync_", EITHER_WAY},   {"cuMemcpyHtoD_v2", TO_DEVICE},
      {"cuMemcpyHtoDAsync_v2", TO_DEVICE},  {"cuMemcpyDtoH_v2", FROM_DEVICE},   {"cuMemcpyDtoHAsync_v2", FROM_DEVICE},
  };
  for (size_t i = 0; i < sizeof copying / sizeof *copying; i++)
    if (strncmp(name, copying[i].prefix, strlen(copying[i].prefix)) == 0) return copying[i].shape;
  return NOT_A_COPY;
}

int copies_begin(void *subscriber) {
  int functions = 0;
  if (cupti.enable_callback == NULL || cupti.get_callback_name == NULL) return 0;
  for (int domain = DOMAIN_DRIVER; domain <= DOMAIN_RUNTIME; domain++) {
    for (uint32_t id = 1; id < FUNCTIONS; id++) {
      const char *name = NULL;
      if (cupti.get_callback_name(domain, id, &name) != CUPTI_OK || name == NULL) continue;
      enum shape shape = shape_of(name);
      shapes[domain][id] = (uint8_t)shape;
      if (shape != NOT_A_COPY && cupti.enable_callback(1, subscriber, domain, id) == CUPTI_OK) functions++;
    }
  }
  return functions;
}

/*
 * A number for what is in the memory, from samples that are spread over it; 0 when it cannot be read. The kernel reads: an address
 * that is wrong has to be found out by the call that it was given to.
 */
static uint32_t content_of(uint64_t address, uint64_t bytes) {
  uint64_t words[SAMPLES * SAMPLE_BYTES / sizeof(uint64_t)] = {0};
  struct iovec into = {words, sizeof words}, from[SAMPLES];
  int samples = 0;
  if (bytes <= sizeof words) {
    into.iov_len = bytes;
    from[samples++] = (struct iovec){(void *)(uintptr_t)address, bytes};
  } else {
    for (; samples < SAMPLES; samples++) {
      uint64_t at = (bytes - SAMPLE_BYTES) / (SAMPLES - 1) * (uint64_t)samples;
      from[samples] = (struct iovec){(void *)(uintptr_t)(address + at), SAMPLE_BYTES};
    }
  }
  if (process_vm_readv(getpid(), &into, 1, from, (unsigned long)samples, 0) != (ssize_t)into.iov_len) return 0;
  uint64_t hash = bytes;
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    hash = (hash ^ words[i]) * 0x9e3779b97f4a7c15u;
    hash ^= hash >> 29;
  }
  uint32_t folded = (uint32_t)(hash >> 32) ^ (uint32_t)hash;
  return folded == 0 ? 1 : folded;
}

static void note(struct copy copy) {
  pthread_mutex_lock(&lock);
  int is_full = count == MOST_WAITING;
  pthread_mutex_unlock(&lock);
  if (is_full && log_begin()) {
    copies_write();
    log_end();
  }
  pthread_mutex_lock(&lock);
  if (count < MOST_WAITING) waiting[count++] = copy;
  pthread_mutex_unlock(&lock);
}

void copies_on_call(void *own, int domain, uint32_t id, const struct callback_data *data) {
  (void)own;
  if (domain >= DOMAINS || domain < 0 || id >= FUNCTIONS || data->site != 0 || data->parameters == NULL) return;
  enum shape shape = (enum shape)shapes[domain][id];
  if (shape == NOT_A_COPY || !log_is_ours()) return;
  struct arguments given = {0};
  memcpy(&given, data->parameters, shape == EITHER_WAY ? offsetof(struct arguments, direction) + sizeof(int) : offsetof(struct arguments, direction));
  if (shape == TO_DEVICE || (shape == EITHER_WAY && given.direction == HOST_TO_DEVICE))
    note((struct copy){data->correlation, content_of(given.from, given.bytes), given.from});
  else if (shape == FROM_DEVICE || given.direction == DEVICE_TO_HOST)
    /* What will be in it is not there yet. */
    note((struct copy){data->correlation, 0, given.to});
}

void copies_write(void) {
  struct copy taken[MOST_WAITING];
  pthread_mutex_lock(&lock);
  int number = count;
  memcpy(taken, waiting, (size_t)number * sizeof *taken);
  count = 0;
  pthread_mutex_unlock(&lock);
  if (number > 0) log_chunk(CHUNK_COPIES, taken, (size_t)number * sizeof *taken, NULL, 0);
}
