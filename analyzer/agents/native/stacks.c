#define _GNU_SOURCE
#include "stacks.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "library.h"
#include "log.h"
#include "python.h"

enum { DOMAINS = 3, FUNCTIONS = 1024, DEEPEST = 128, MOST_WAITING = 512, SLOTS = 1 << 14, CODES = 1 << 13 };

struct launch {
  uint32_t correlation, stack;
};

static uint8_t launches[DOMAINS][FUNCTIONS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct launch waiting[MOST_WAITING];
static int count;
/* Hash of each stack that was written down last in its slot, and its number; 0 for none. */
static struct {
  uint64_t hash;
  uint32_t stack;
} stacks[SLOTS];
static struct python_frame codes[CODES];
static uint32_t stack_count;

static int starts_work(const char *name) {
  static const char *const prefixes[] = {"cudaLaunch", "cudaGraphLaunch", "cudaMemcpy", "cudaMemset", "cuLaunch", "cuGraphLaunch", "cuMemcpy", "cuMemset"};
  if (strstr(name, "HostFunc") != NULL) return 0;
  for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
    if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0) return 1;
  return 0;
}

int stacks_begin(void *subscriber) {
  const char *asked = getenv("PERFSCOPE_CUDA_STACKS");
  int functions = 0;
  if (asked == NULL || *asked == '\0' || cupti.enable_callback == NULL || cupti.get_callback_name == NULL || !python_prepare()) return 0;
  for (int domain = DOMAIN_DRIVER; domain <= DOMAIN_RUNTIME; domain++) {
    for (uint32_t id = 1; id < FUNCTIONS; id++) {
      const char *name = NULL;
      if (cupti.get_callback_name(domain, id, &name) != CUPTI_OK || name == NULL || !starts_work(name)) continue;
      launches[domain][id] = 1;
      if (cupti.enable_callback(1, subscriber, domain, id) == CUPTI_OK) functions++;
    }
  }
  return functions;
}

static uint64_t hash_of(const struct python_frame *frames, int depth) {
  uint64_t hash = (uint64_t)depth;
  for (int i = 0; i < depth; i++) {
    const uint64_t parts[] = {frames[i].code, frames[i].name, frames[i].file, (uint64_t)(uint32_t)frames[i].unit << 32 | (uint32_t)frames[i].first_line};
    for (size_t k = 0; k < sizeof parts / sizeof *parts; k++) {
      hash = (hash ^ parts[k]) * 0x9e3779b97f4a7c15u;
      hash ^= hash >> 31;
    }
  }
  return hash == 0 ? 1 : hash;
}

static int is_known(const struct python_frame *frame) {
  struct python_frame *known = &codes[(frame->code * 0x9e3779b97f4a7c15u) >> 51];
  if (known->code == frame->code && known->name == frame->name && known->file == frame->file && known->first_line == frame->first_line) return 1;
  *known = *frame;
  return 0;
}

/* With the log's lock, which guards the tables too. */
static uint32_t number_of(const struct python_frame *frames, int depth) {
  uint64_t hash = hash_of(frames, depth);
  size_t slot = hash >> 50;
  if (stacks[slot].hash == hash) return stacks[slot].stack;
  struct {
    uint64_t code;
    int32_t unit, rest;
  } entries[DEEPEST];
  for (int i = 0; i < depth; i++) {
    if (!is_known(&frames[i])) python_describe(&frames[i]);
    entries[i].code = frames[i].code;
    entries[i].unit = frames[i].unit;
    entries[i].rest = 0;
  }
  stacks[slot].hash = hash;
  stacks[slot].stack = ++stack_count;
  uint32_t head[2] = {stack_count, (uint32_t)depth};
  log_chunk(CHUNK_STACK, head, sizeof head, entries, (size_t)depth * sizeof *entries);
  return stack_count;
}

void stacks_on_call(int domain, uint32_t id, uint32_t correlation) {
  struct python_frame frames[DEEPEST];
  if (domain >= DOMAINS || domain < 0 || id >= FUNCTIONS || !launches[domain][id]) return;
  int depth = python_frames(frames, DEEPEST);
  if (depth == 0 || !log_begin()) return;
  uint32_t stack = number_of(frames, depth);
  pthread_mutex_lock(&lock);
  int is_full = count == MOST_WAITING;
  pthread_mutex_unlock(&lock);
  if (is_full) stacks_write();
  pthread_mutex_lock(&lock);
  if (count < MOST_WAITING) waiting[count++] = (struct launch){correlation, stack};
  pthread_mutex_unlock(&lock);
  log_end();
}

void stacks_write(void) {
  struct launch taken[MOST_WAITING];
  pthread_mutex_lock(&lock);
  int number = count;
  memcpy(taken, waiting, (size_t)number * sizeof *taken);
  count = 0;
  pthread_mutex_unlock(&lock);
  if (number > 0) log_chunk(CHUNK_LAUNCHES, taken, (size_t)number * sizeof *taken, NULL, 0);
}
