#define _GNU_SOURCE
#include "buffers.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "copies.h"
#include "cupti.h"
#include "library.h"
#include "log.h"
#include "names.h"
#include "stacks.h"

enum {
  LARGEST = 1 << 20,
  SMALLEST = 1 << 16,
  SPARE = 8,
  CLOCK_TRIES = 4,
  MOST_DEVICES = 64
};

static pthread_mutex_t spare_lock = PTHREAD_MUTEX_INITIALIZER;
static uint8_t *spare[SPARE];
static int spares;
static _Atomic size_t next_size = 1 << 18;
static _Atomic uint64_t records, buffers, bytes, dropped;
static _Atomic uint32_t devices;
static uint32_t strides[KIND_COUNT];

void buffer_request(uint8_t **buffer, size_t *size, size_t *most_records) {
  pthread_mutex_lock(&spare_lock);
  *buffer = spares > 0 ? spare[--spares] : NULL;
  pthread_mutex_unlock(&spare_lock);
  /* All have the largest size, so that any can be used again; what is not written to takes no memory. */
  if (*buffer == NULL) *buffer = malloc(LARGEST);
  *size = *buffer == NULL ? 0 : atomic_load(&next_size);
  *most_records = 0;
}

static void give_back(uint8_t *buffer) {
  pthread_mutex_lock(&spare_lock);
  if (spares < SPARE) {
    spare[spares++] = buffer;
    buffer = NULL;
  }
  pthread_mutex_unlock(&spare_lock);
  free(buffer);
}

static uint32_t u32_at(const uint8_t *at) {
  uint32_t value;
  memcpy(&value, at, sizeof value);
  return value;
}

static const char *text_at(const uint8_t *at) {
  const char *text;
  memcpy(&text, at, sizeof text);
  return text;
}

/* Writes down what the record refers to and CUPTI may forget. */
static void note_record(const uint8_t *record, uint32_t kind) {
  switch (kind) {
    case KIND_KERNEL:
    case KIND_CONCURRENT_KERNEL:
      name_text(text_at(record + KERNEL_NAME));
      break;
    case KIND_DRIVER:
      name_function(DOMAIN_DRIVER, u32_at(record + API_CALLBACK));
      break;
    case KIND_RUNTIME:
      name_function(DOMAIN_RUNTIME, u32_at(record + API_CALLBACK));
      break;
    case KIND_MARKER:
      name_text(text_at(record + MARKER_NAME));
      name_text(text_at(record + MARKER_DOMAIN));
      break;
    case KIND_DEVICE:
      name_text(text_at(record + DEVICE_NAME));
      if (u32_at(record + DEVICE_ID) >= devices && u32_at(record + DEVICE_ID) < MOST_DEVICES)
        devices = u32_at(record + DEVICE_ID) + 1;
      break;
    case KIND_NAME:
      name_text(text_at(record + NAME_NAME));
      break;
    default:
      break;
  }
}

/* True when a stride became known or changed. */
static int learn_stride(uint32_t kind, size_t stride) {
  if (kind >= KIND_COUNT || strides[kind] == stride) return 0;
  strides[kind] = (uint32_t)stride;
  return 1;
}

/*
 * Goes through the records and gives their number. How long they are is CUPTI's to say: its version alone does not tell. What
 * it has said once is used from then on, unless that does not lead to the end.
 */
static uint64_t walk(uint8_t *buffer, size_t valid, int trusting, int *is_new) {
  uint64_t count = 0;
  uint8_t *record = NULL;
  size_t at = 0;
  while (at + sizeof(uint32_t) <= valid) {
    record = buffer + at;
    uint32_t kind = u32_at(record);
    size_t stride = trusting && kind < KIND_COUNT ? strides[kind] : 0;
    if (stride == 0) {
      uint8_t *next = record;
      int last = cupti.next_record(buffer, valid, &next) != CUPTI_OK;
      stride = last ? valid - at : (size_t)(next - record);
      if (!last && next <= record) break;
      /* Behind the last record there may be room that it does not need, so what is known of others counts for more. */
      if (!(last && kind < KIND_COUNT && strides[kind] != 0) && learn_stride(kind, stride)) *is_new = 1;
    }
    if (at + stride > valid) return 0;
    note_record(record, kind);
    at += stride;
    count++;
  }
  return at == valid || !trusting ? count : 0;
}

static void write_buffer(uint8_t *buffer, size_t valid) {
  int is_new = 0;
  uint64_t count = walk(buffer, valid, 1, &is_new);
  if (count == 0) count = walk(buffer, valid, 0, &is_new);
  if (is_new) log_chunk(CHUNK_STRIDES, strides, sizeof strides, NULL, 0);
  copies_write();
  stacks_write();
  uint64_t head[2] = {count, nanoseconds(CLOCK_MONOTONIC)};
  log_chunk(CHUNK_BUFFER, head, sizeof head, buffer, valid);
  records += count;
  buffers++;
  bytes += valid;
}

void buffer_complete(void *context, uint32_t stream, uint8_t *buffer, size_t size, size_t valid) {
  (void)context, (void)stream;
  if (buffer == NULL) return;
  if (valid > 0 && valid <= size && log_is_ours()) {
    if (log_begin()) {
      write_buffer(buffer, valid);
      log_end();
    }
  }
  give_back(buffer);
}

void clock_note(void) {
  uint64_t best[4] = {0, 0, UINT64_MAX, 0};
  for (int i = 0; i < CLOCK_TRIES; i++) {
    uint64_t pair[4] = {nanoseconds(CLOCK_MONOTONIC), 0, 0, 0};
    if (cupti.get_timestamp(&pair[1]) != CUPTI_OK) return;
    pair[2] = nanoseconds(CLOCK_MONOTONIC);
    if (pair[2] - pair[0] < best[2] - best[0]) memcpy(best, pair, sizeof best);
  }
  best[3] = nanoseconds(CLOCK_REALTIME);
  log_one(CHUNK_CLOCK, best, sizeof best);
}

/*
 * A buffer with a record that is not complete is not given out, and in a busy program there always is one: what a kill costs is the
 * buffer that is being filled. So buffers are about as large as what comes in half a flush.
 */
static void adapt_size(void) {
  static _Atomic uint64_t last;
  uint64_t now = atomic_load(&bytes), come = (now - atomic_exchange(&last, now)) / 2;
  size_t size = SMALLEST;
  while (size < come && size < LARGEST) size *= 2;
  atomic_store(&next_size, size);
}

void buffers_flush(int forced) {
  if (!log_is_ours()) return;
  cupti.flush_all(forced ? CUPTI_FLUSH_FORCED : 0);
  adapt_size();
  size_t lost = 0;
  /* Not under our lock: it may wait for a thread that completes a buffer. */
  if (cupti.dropped_records == NULL || cupti.dropped_records(NULL, 0, &lost) != CUPTI_OK || lost == 0) return;
  dropped += lost;
  uint64_t number = lost;
  log_one(CHUNK_DROPPED, &number, sizeof number);
}

struct totals buffers_totals(void) {
  struct totals totals = {records, buffers, bytes, dropped};
  return totals;
}

uint32_t buffers_devices(void) { return devices; }
