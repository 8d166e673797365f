#define _GNU_SOURCE
#include "session.h"

#include <link.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "buffers.h"
#include "copies.h"
#include "cupti.h"
#include "library.h"
#include "log.h"
#include "names.h"
#include "stacks.h"

static const int kinds[] = {KIND_CONCURRENT_KERNEL, KIND_MEMCPY, KIND_MEMCPY_PEER, KIND_MEMSET,  KIND_RUNTIME,
                            KIND_DRIVER,            KIND_SYNCHRONIZATION,          KIND_OVERHEAD, KIND_DEVICE,
                            KIND_CONTEXT,           KIND_STREAM, KIND_NAME,        KIND_MARKER};
enum { ENTERED = 0, PATIENCE = 2 };
enum { KINDS = sizeof kinds / sizeof *kinds, FUNCTIONS = 1024, JSON = 4096 };

static pthread_mutex_t changing = PTHREAD_MUTEX_INITIALIZER;
static void *subscriber;
static _Atomic int is_recording;
static int has_unified_memory, has_yielded;

struct json {
  char text[JSON];
  size_t length;
};

__attribute__((format(printf, 2, 3))) static void add(struct json *json, const char *format, ...) {
  va_list values;
  va_start(values, format);
  int written = vsnprintf(json->text + json->length, sizeof json->text - json->length, format, values);
  va_end(values);
  if (written > 0 && json->length + (size_t)written < sizeof json->text) json->length += (size_t)written;
}

/* A file's name may hold anything; what JSON could not is not worth telling apart. */
static void add_text(struct json *json, const char *key, const char *value) {
  add(json, "\"%s\":\"", key);
  for (; *value != '\0'; value++) add(json, "%c", *value < ' ' || *value == '"' || *value == '\\' ? '?' : *value);
  add(json, "\"");
}

/* Functions that programs call at every turn and that tell nothing: each would be a record. */
static int is_chatter(const char *name) {
  static const char *const prefixes[] = {
      "__cudaPushCall", "__cudaPopCall",     "cudaGetDevice",   "cudaSetDevice",      "cudaGetLastError", "cudaPeekAtLastError",
      "cudaDeviceGet",  "cudaEventCreate",   "cudaEventDestroy", "cudaEventQuery",    "cudaEventRecord",  "cudaStreamQuery",
      "cudaStreamGet",  "cudaStreamIsCapt",  "cudaFuncGet",     "cudaOccupancy",      "cudaPointerGet",   "cudaGetError",
      "cuCtxGet",       "cuCtxSetCurrent",   "cuCtxPush",       "cuCtxPop",           "cuDeviceGet",      "cuDevicePrimaryCtxGet",
      "cuGetProc",      "cuGetError",        "cuDriverGet",     "cuFuncGet",          "cuKernelGet",      "cuLibraryGet",
      "cuModuleGet",    "cuOccupancy",       "cuPointerGet",    "cuEventCreate",      "cuEventDestroy",   "cuEventQuery",
      "cuEventRecord",  "cuStreamQuery",     "cuStreamGet",     "cuStreamIsCapt",     "cuGetExport",      "cuMemGetInfo"};
  for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
    if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0) return 1;
  return 0;
}

static void leave_out_chatter(int domain, int (*enable)(uint32_t, uint8_t)) {
  if (enable == NULL || cupti.get_callback_name == NULL) return;
  for (uint32_t id = 1; id < FUNCTIONS; id++) {
    const char *name = NULL;
    if (cupti.get_callback_name(domain, id, &name) == CUPTI_OK && name != NULL && is_chatter(name)) enable(id, 0);
  }
}

struct profilers {
  int torch, others;
};

static int note_profiler(struct dl_phdr_info *object, size_t size, void *found) {
  static const char *const others[] = {"/xla_", "/libtensorflow", "/libpaddle", "/libproton"};
  struct profilers *profilers = found;
  (void)size;
  if (strstr(object->dlpi_name, "/libtorch") != NULL) profilers->torch = 1;
  for (size_t i = 0; i < sizeof others / sizeof *others; i++)
    if (strstr(object->dlpi_name, others[i]) != NULL) profilers->others = 1;
  return 0;
}

static int is_set(const char *name) {
  const char *value = getenv(name);
  return value != NULL && *value != '\0';
}

/*
 * Copies are seen through a subscriber, of which CUPTI has one. A framework with a profiler of its own may want it, and would find
 * none; there it is left free unless copies are asked for, or somebody in this process sees to it that we make way.
 */
static int may_stay_subscribed(void) {
  const char *asked = getenv("PERFSCOPE_CUDA_COPIES"), *yields = getenv("PERFSCOPE_CUDA_YIELDS");
  if (asked != NULL && *asked != '\0') return *asked == '1';
  if (is_set("PERFSCOPE_CUDA_STACKS")) return 1;
  struct profilers found = {0, 0};
  dl_iterate_phdr(note_profiler, &found);
  /* A process that was started by another has its environment, and not what runs in it. */
  int makes_way = yields != NULL && strtol(yields, NULL, 10) == getpid();
  return !found.others && (!found.torch || makes_way);
}

static void on_call(void *own, int domain, uint32_t id, const struct callback_data *data) {
  if (data->site != ENTERED) return;
  copies_on_call(own, domain, id, data);
  stacks_on_call(domain, id, data->correlation);
}

/* The result of subscribing, which tells whether somebody else records already. */
static int take_subscriber(struct json *json) {
  int result = cupti.subscribe(&subscriber, on_call, NULL);
  add(json, ",\"subscribe\":%d", result);
  if (result != CUPTI_OK) {
    subscriber = NULL;
    return result;
  }
  if (may_stay_subscribed()) {
    add(json, ",\"copies\":%d,\"stacks\":%d", copies_begin(subscriber), stacks_begin(subscriber));
  } else {
    cupti.unsubscribe(subscriber);
    subscriber = NULL;
  }
  return result;
}

static void enable_all(struct json *json) {
  int threads = cupti.set_thread_id_type == NULL ? -1 : cupti.set_thread_id_type(CUPTI_THREAD_ID_SYSTEM);
  add(json, ",\"threadIds\":%d", threads);
  add(json, ",\"register\":%d,\"enable\":{", cupti.register_callbacks(buffer_request, buffer_complete));
  for (size_t i = 0; i < KINDS; i++) add(json, "%s\"%d\":%d", i > 0 ? "," : "", kinds[i], cupti.activity_enable(kinds[i]));
  add(json, "}");
  leave_out_chatter(DOMAIN_RUNTIME, cupti.enable_runtime_api);
  leave_out_chatter(DOMAIN_DRIVER, cupti.enable_driver_api);
}

/* `after_other`: somebody else subscribed meanwhile and is done with activities, which is all that is needed. */
static int begin(int after_other) {
  struct json json = {{0}, 0};
  add(&json, "{");
  add_text(&json, "library", library_path());
  add(&json, ",\"thread\":%ld", syscall(SYS_gettid));
  is_recording = take_subscriber(&json) != CUPTI_MULTIPLE_SUBSCRIBERS || after_other;
  if (is_recording) enable_all(&json);
  add(&json, "}");
  log_one(CHUNK_META, json.text, json.length);
  if (is_recording) clock_note();
  else log_note("another user of CUPTI was there first");
  return is_recording;
}

void session_begin(void) {
  pthread_mutex_lock(&changing);
  begin(0);
  pthread_mutex_unlock(&changing);
}

int session_yield(void) {
  pthread_mutex_lock(&changing);
  int was = is_recording && log_is_ours();
  if (was) {
    buffers_flush(1);
    for (size_t i = 0; i < KINDS; i++) cupti.activity_disable(kinds[i]);
    if (subscriber != NULL) cupti.unsubscribe(subscriber);
    subscriber = NULL;
    is_recording = 0;
    has_yielded = 1;
    log_note("another user of CUPTI took over");
  }
  pthread_mutex_unlock(&changing);
  return was;
}

int session_resume(void) {
  pthread_mutex_lock(&changing);
  int resumed = has_yielded && log_is_ours() && begin(1);
  has_yielded = 0;
  pthread_mutex_unlock(&changing);
  return resumed;
}

/* Bytes moved either way, faults of either side, and device to device. */
static int configure_unified_memory(uint32_t device) {
  static const uint32_t counters[] = {1, 2, 3, 4, 8};
  enum { COUNTERS = sizeof counters / sizeof *counters, ONE_PROCESS_AND_DEVICE = 1 };
  struct unified_memory_setting settings[COUNTERS];
  for (uint32_t i = 0; i < COUNTERS; i++)
    settings[i] = (struct unified_memory_setting){ONE_PROCESS_AND_DEVICE, counters[i], device, 1};
  return cupti.configure_unified_memory(settings, COUNTERS);
}

/* Only where a program uses it: it makes the driver watch every page. */
static void enable_unified_memory(void) {
  if (has_unified_memory || !uses_managed_memory() || cupti.configure_unified_memory == NULL) return;
  has_unified_memory = 1;
  int result = CUPTI_OK;
  for (uint32_t device = 0; device < buffers_devices() && result == CUPTI_OK; device++)
    result = configure_unified_memory(device);
  if (result == CUPTI_OK) result = cupti.activity_enable(KIND_UNIFIED_MEMORY);
  if (result == CUPTI_OK) return;
  char sentence[96];
  snprintf(sentence, sizeof sentence, "CUPTI does not tell what managed memory does (error %d)", result);
  log_note(sentence);
}

void session_flush(void) {
  pthread_mutex_lock(&changing);
  /* While another user has CUPTI, a flush would be of its buffers. */
  if (is_recording) {
    clock_note();
    buffers_flush(0);
    enable_unified_memory();
  }
  pthread_mutex_unlock(&changing);
}

/* Waits for a flush on another thread, whose buffers would come after the end otherwise; not for ever, if it is stuck. */
static int lock_for_the_end(void) {
  struct timespec until;
  clock_gettime(CLOCK_REALTIME, &until);
  until.tv_sec += PATIENCE;
  return pthread_mutex_timedlock(&changing, &until) == 0;
}

void session_finish(const char *why) {
  static atomic_flag finished = ATOMIC_FLAG_INIT;
  if (!log_is_ours() || atomic_flag_test_and_set(&finished)) return;
  int is_locked = lock_for_the_end();
  if (is_recording) {
    clock_note();
    buffers_flush(1);
    clock_note();
  }
  struct totals totals = buffers_totals();
  struct json json = {{0}, 0};
  add(&json, "{\"reason\":\"%s\",\"records\":%llu,\"buffers\":%llu,\"bytes\":%llu,\"dropped\":%llu}", why,
      (unsigned long long)totals.records, (unsigned long long)totals.buffers, (unsigned long long)totals.bytes,
      (unsigned long long)totals.dropped);
  if (log_begin()) {
    copies_write();
    stacks_write();
    log_chunk(CHUNK_END, json.text, json.length, NULL, 0);
    log_end();
  }
  log_stop();
  if (is_locked) pthread_mutex_unlock(&changing);
}
