/*
 * A libcupti, and the CUDA that it would watch, for machines without a device. What a program asks for is put on a timeline of
 * streams and told in records of the layout that the version asked for has (FAKE_CUPTI_VERSION, as cuptiGetVersion gives it).
 * FAKE_CUPTI_OTHER: somebody else has subscribed. FAKE_CUPTI_DROPPED: records that were lost. FAKE_CUPTI_STRIDE: bytes that every
 * kernel's record is longer than any known one.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define EXPORTED __attribute__((visibility("default")))

enum { MEMCPY = 1, MEMSET = 2, DRIVER = 4, RUNTIME = 5, DEVICE = 8, CONTEXT = 9, KERNEL = 10, NAME = 11, MARKER = 12, OVERHEAD = 17, PEER = 22, UVM = 25, STREAM = 37, SYNC = 38, KINDS = 64 };
enum { OK = 0, INVALID = 1, LIMIT = 12, MULTIPLE = 39, STREAMS = 32, BUFFERS = 4096, RECORDS = 32768 };

typedef void (*requested)(uint8_t **, size_t *, size_t *);
typedef void (*completed)(void *, uint32_t, uint8_t *, size_t, size_t);
struct callback_data {
  int site;
  const char *function;
  const void *parameters;
  void *result;
  const char *symbol;
  void *context;
  uint32_t context_id;
  uint64_t *own;
  uint32_t correlation;
};
typedef void (*callback)(void *, int, uint32_t, const struct callback_data *);

struct buffer {
  uint8_t *bytes;
  size_t size, used;
  uint64_t complete_at;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static requested on_request;
static completed on_complete;
static callback subscriber;
static uint8_t enabled[KINDS], left_out[3][1024], watched[3][1024];
static struct buffer current, full[BUFFERS];
static int waiting, drop_told;
static uint64_t stream_end[STREAMS];
static uint32_t correlation, marker;

/* The runtime and the driver are different products; here are those functions of each that tests call. */
static const struct {
  int domain;
  uint32_t id;
  const char *name;
} functions[] = {{2, 17, "cudaGetDevice_v3020"},      {2, 20, "cudaMalloc_v3020"},         {2, 31, "cudaMemcpy_v3020"},
                 {2, 41, "cudaMemcpyAsync_v3020"},    {2, 51, "cudaMemsetAsync_v3020"},    {2, 165, "cudaDeviceSynchronize_v3020"},
                 {2, 206, "cudaMallocManaged_v6000"}, {2, 211, "cudaLaunchKernel_v7000"},  {2, 311, "cudaGraphLaunch_v10000"},
                 {2, 159, "cudaMemcpyPeer_v4000"},    {1, 307, "cuLaunchKernel"},          {1, 276, "cuMemcpyHtoD_v2"}};

/* Bytes of a record from a version of CUPTI on; the last that is not too new counts. */
static const struct {
  uint32_t kind, since, bytes;
} sizes[] = {{KERNEL, 0, 160},  {KERNEL, 15, 168}, {KERNEL, 17, 176}, {KERNEL, 18, 200}, {KERNEL, 19, 208}, {KERNEL, 130000, 216},
             {MEMCPY, 0, 72},   {MEMCPY, 14, 80},  {MEMCPY, 17, 88},  {MEMCPY, 26, 96},  {PEER, 0, 80},     {PEER, 14, 88},
             {PEER, 17, 96},    {MEMSET, 0, 72},   {MEMSET, 14, 80},  {MEMSET, 17, 88},  {RUNTIME, 0, 40},  {DRIVER, 0, 40},
             {SYNC, 0, 40},     {SYNC, 26, 56},    {MARKER, 0, 56},   {DEVICE, 0, 152},  {DEVICE, 17, 176}, {DEVICE, 130000, 184},
             {CONTEXT, 0, 16},  {CONTEXT, 22, 24}, {CONTEXT, 130000, 32}, {STREAM, 0, 24}, {NAME, 0, 32},   {OVERHEAD, 0, 40},
             {OVERHEAD, 19, 48}, {OVERHEAD, 24, 56}, {UVM, 0, 64},    {UVM, 26, 104}};

static uint32_t number(const char *name, uint32_t otherwise) {
  const char *value = getenv(name);
  return value == NULL || *value == '\0' ? otherwise : (uint32_t)strtoul(value, NULL, 10);
}

static uint32_t version(void) { return number("FAKE_CUPTI_VERSION", 130001); }

static uint64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_REALTIME, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static size_t size_of(uint32_t kind) {
  size_t bytes = 0;
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
    if (sizes[i].kind == kind && sizes[i].since <= version()) bytes = sizes[i].bytes;
  return kind == KERNEL ? bytes + number("FAKE_CUPTI_STRIDE", 0) : bytes;
}

static void put(uint8_t *record, size_t at, uint64_t value, size_t bytes) {
  if (record != NULL) memcpy(record + at, &value, bytes);
}

static void deliver(struct buffer buffer) {
  if (buffer.bytes != NULL) on_complete(NULL, 0, buffer.bytes, buffer.size, buffer.used);
}

/* Hands out the buffers all of whose records are complete, or all there are. */
static void hand_out(int forced) {
  struct buffer ready[BUFFERS];
  int count = 0, rest = 0;
  pthread_mutex_lock(&lock);
  for (int i = 0; i < waiting; i++) {
    if (forced || full[i].complete_at <= now()) ready[count++] = full[i];
    else full[rest++] = full[i];
  }
  waiting = rest;
  pthread_mutex_unlock(&lock);
  for (int i = 0; i < count; i++) deliver(ready[i]);
}

static void set_aside(void) {
  if (current.bytes != NULL && waiting < BUFFERS) full[waiting++] = current;
  current = (struct buffer){0};
}

/* Room for a record that is complete at a time; with the lock. NULL where it is not wanted or there is none. */
static uint8_t *record_of(uint32_t kind, uint64_t complete_at) {
  size_t bytes = size_of(kind), most;
  if (!enabled[kind] || on_request == NULL) return NULL;
  if (current.bytes != NULL && current.used + bytes > current.size) set_aside();
  if (current.bytes == NULL) on_request(&current.bytes, &current.size, &most);
  if (current.bytes == NULL || current.size < bytes) return NULL;
  uint8_t *record = current.bytes + current.used;
  memset(record, 0, bytes);
  current.used += bytes;
  if (complete_at > current.complete_at) current.complete_at = complete_at;
  put(record, 0, kind, 4);
  return record;
}

static const char *name_of(int domain, uint32_t id) {
  for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
    if (functions[i].domain == domain && functions[i].id == id) return functions[i].name;
  return NULL;
}

static void call(int domain, uint32_t id, int site, const void *parameters, uint32_t correlated) {
  if (subscriber == NULL || !watched[domain][id]) return;
  struct callback_data data = {site, name_of(domain, id), parameters, NULL, NULL, NULL, 1, NULL, correlated};
  subscriber(NULL, domain, id, &data);
}

/* The record of a call; with the lock. */
static void tell_call(int domain, uint32_t id, uint64_t start, uint64_t end, uint32_t correlated) {
  if (left_out[domain][id]) return;
  uint8_t *record = record_of(domain == 1 ? DRIVER : RUNTIME, end);
  put(record, 4, id, 4);
  put(record, 8, start, 8);
  put(record, 16, end, 8);
  put(record, 24, (uint64_t)getpid(), 4);
  put(record, 28, (uint64_t)syscall(SYS_gettid), 4);
  put(record, 32, correlated, 4);
}

/* Tells the subscriber of a call, without the lock, and gives its number, with the lock. */
static uint32_t enter(int domain, uint32_t id) {
  pthread_mutex_lock(&lock);
  uint32_t mine = ++correlation;
  pthread_mutex_unlock(&lock);
  call(domain, id, 0, NULL, mine);
  pthread_mutex_lock(&lock);
  return mine;
}

static uint64_t queue(uint32_t stream, uint64_t from, uint64_t nanoseconds, uint64_t *end) {
  uint64_t start = stream_end[stream % STREAMS] > from ? stream_end[stream % STREAMS] + 1000 : from;
  *end = stream_end[stream % STREAMS] = start + nanoseconds;
  return start;
}

EXPORTED int cuptiGetVersion(uint32_t *out) { return *out = version(), OK; }
EXPORTED int cuptiGetTimestamp(uint64_t *out) { return *out = now(), OK; }
EXPORTED int cuptiSetThreadIdType(int type) { return type == 1 ? OK : INVALID; }
EXPORTED int cuptiGetCallbackName(int domain, uint32_t id, const char **name) {
  *name = name_of(domain, id);
  return *name == NULL ? INVALID : OK;
}
EXPORTED int cuptiActivityRegisterCallbacks(requested request, completed complete) {
  on_request = request;
  on_complete = complete;
  return OK;
}
EXPORTED int cuptiActivityEnable(int kind) { return enabled[kind] = 1, OK; }
EXPORTED int cuptiActivityDisable(int kind) { return enabled[kind] = 0, OK; }
EXPORTED int cuptiActivityEnableRuntimeApi(uint32_t id, uint8_t enable) { return left_out[2][id] = !enable, OK; }
EXPORTED int cuptiActivityEnableDriverApi(uint32_t id, uint8_t enable) { return left_out[1][id] = !enable, OK; }
EXPORTED int cuptiActivityConfigureUnifiedMemoryCounter(void *settings, uint32_t count) {
  return settings != NULL && count > 0 ? OK : INVALID;
}
EXPORTED int cuptiSubscribe(void **out, callback function, void *own) {
  (void)own;
  if (number("FAKE_CUPTI_OTHER", 0) != 0 || subscriber != NULL) return MULTIPLE;
  subscriber = function;
  *out = (void *)&subscriber;
  return OK;
}
EXPORTED int cuptiUnsubscribe(void *which) {
  (void)which;
  subscriber = NULL;
  memset(watched, 0, sizeof watched);
  return OK;
}
EXPORTED int cuptiEnableCallback(uint32_t enable, void *which, int domain, uint32_t id) {
  (void)which;
  return watched[domain][id] = (uint8_t)enable, OK;
}
EXPORTED int cuptiActivityGetNumDroppedRecords(void *context, uint32_t stream, size_t *dropped) {
  (void)context, (void)stream;
  pthread_mutex_lock(&lock);
  *dropped = drop_told ? 0 : number("FAKE_CUPTI_DROPPED", 0);
  drop_told = 1;
  pthread_mutex_unlock(&lock);
  return OK;
}
EXPORTED int cuptiActivityGetNextRecord(uint8_t *buffer, size_t valid, uint8_t **record) {
  uint8_t *next = *record == NULL ? buffer : *record + size_of(*(uint32_t *)*record);
  if (next >= buffer + valid) return LIMIT;
  *record = next;
  return OK;
}
EXPORTED int cuptiActivityFlushAll(uint32_t forced) {
  pthread_mutex_lock(&lock);
  if (forced || current.complete_at <= now()) set_aside();
  pthread_mutex_unlock(&lock);
  hand_out(forced != 0);
  return OK;
}
EXPORTED int InitializeInjectionNvtx2(void *table) { return table != NULL; }

static void tell_device(uint32_t id, const char *name) {
  uint8_t *record = record_of(DEVICE, 0);
  put(record, 16, 80ull << 30, 8);
  put(record, 44, 132, 4);
  put(record, 104, 9, 4);
  put(record, 112, id, 4);
  for (size_t i = 0; i < 16; i++) put(record, 120 + i, 0xa0 + id + i, 1);
  put(record, 136, (uint64_t)(uintptr_t)name, 8);
  record = record_of(CONTEXT, 0);
  put(record, 4, id + 1, 4);
  put(record, 8, id, 4);
}

/* What the driver does when it is initialised. 0 when nothing was to be injected or it failed. */
EXPORTED int fake_init(void) {
  const char *path = getenv("CUDA_INJECTION64_PATH");
  void *library = path == NULL ? NULL : dlopen(path, RTLD_NOW);
  int (*inject)(void);
  if (library == NULL) return 0;
  *(void **)&inject = dlsym(library, "InitializeInjection");
  int result = inject == NULL ? 0 : inject();
  pthread_mutex_lock(&lock);
  tell_device(0, "Fake GPU 9000");
  tell_device(1, "Fake GPU 9000");
  pthread_mutex_unlock(&lock);
  return result;
}

static void tell_kernel(const char *name, uint32_t stream, uint64_t from, uint64_t nanoseconds, uint32_t grid, uint32_t block, uint32_t correlated, uint32_t graph) {
  uint64_t end, start = queue(stream, from, nanoseconds, &end);
  uint8_t *record = record_of(KERNEL, end);
  const uint32_t sizes_of[] = {grid, 2, 1, block, 1, 1, 1024, 2048};
  put(record, 6, 40, 2);
  put(record, 16, start, 8);
  put(record, 24, end, 8);
  put(record, 44, 1, 4);
  put(record, 48, stream, 4);
  for (size_t i = 0; i < 8; i++) put(record, 52 + 4 * i, sizes_of[i], 4);
  put(record, 92, correlated, 4);
  put(record, 104, (uint64_t)(uintptr_t)name, 8);
  if (size_of(KERNEL) > 156) put(record, 156, graph, 4);
}

/* A driver works on a launch for some microseconds: FAKE_CUPTI_LAUNCH_NS of CPU. */
static uint32_t launch_ns;

/* Before the program has threads. */
__attribute__((constructor)) static void read_launch_ns(void) { launch_ns = number("FAKE_CUPTI_LAUNCH_NS", 0); }

static void work_on_launch(uint64_t start) {
  while (launch_ns > 0 && now() - start < launch_ns) {
  }
}

/* `driver`: launched through the driver's function. */
EXPORTED void fake_launch(const char *name, uint32_t stream, uint64_t nanoseconds, uint32_t grid, uint32_t block, int driver) {
  uint64_t start = now();
  work_on_launch(start);
  uint32_t mine = enter(driver ? 1 : 2, driver ? 307 : 211);
  tell_kernel(name, stream, start + 3000, nanoseconds, grid, block, mine, 0);
  if (driver) tell_call(1, 307, start, now(), mine);
  else tell_call(2, 211, start, now(), mine);
  pthread_mutex_unlock(&lock);
}

EXPORTED void fake_graph(const char *name, uint32_t stream, uint64_t nanoseconds, uint32_t nodes) {
  uint64_t start = now();
  uint32_t mine = enter(2, 311);
  for (uint32_t i = 0; i < nodes; i++) tell_kernel(name, stream, start + 3000, nanoseconds, 8, 32, mine, 5);
  tell_call(2, 311, start, now(), mine);
  pthread_mutex_unlock(&lock);
}

/* `direction`: CUPTI's number of it. `from`, `to`: kinds of memory. A bus of 10 GB/s. */
EXPORTED void fake_copy(int direction, int from, int to, void *host, uint64_t bytes, uint32_t stream, int asynchronous) {
  uint64_t start = now(), end;
  uint32_t id = asynchronous ? 41 : 31;
  struct {
    const void *to, *from;
    size_t bytes;
    int direction;
  } arguments = {direction == 2 ? host : NULL, direction == 2 ? NULL : host, bytes, direction == 8 ? 3 : direction};
  pthread_mutex_lock(&lock);
  uint32_t mine = ++correlation;
  pthread_mutex_unlock(&lock);
  call(2, id, 0, &arguments, mine);
  pthread_mutex_lock(&lock);
  uint64_t begin = queue(stream, start + 4000, bytes / 10 + 1000, &end);
  uint8_t *record = record_of(MEMCPY, end);
  put(record, 4, (uint64_t)direction, 1);
  put(record, 5, (uint64_t)from, 1);
  put(record, 6, (uint64_t)to, 1);
  put(record, 7, (uint64_t)asynchronous, 1);
  put(record, 8, bytes, 8);
  put(record, 16, begin, 8);
  put(record, 24, end, 8);
  put(record, 36, 1, 4);
  put(record, 40, stream, 4);
  put(record, 44, mine, 4);
  tell_call(2, id, start, now(), mine);
  pthread_mutex_unlock(&lock);
}

EXPORTED void fake_copy_peer(uint64_t bytes, uint32_t stream) {
  uint64_t start = now(), end;
  pthread_mutex_lock(&lock);
  uint32_t mine = ++correlation;
  uint64_t begin = queue(stream, start + 4000, bytes / 50 + 1000, &end);
  uint8_t *record = record_of(PEER, end);
  put(record, 4, 10, 1);
  put(record, 5, 3, 1);
  put(record, 6, 3, 1);
  put(record, 8, bytes, 8);
  put(record, 16, begin, 8);
  put(record, 24, end, 8);
  put(record, 36, 1, 4);
  put(record, 40, stream, 4);
  put(record, 52, 1, 4);
  put(record, 56, 2, 4);
  put(record, 60, mine, 4);
  tell_call(2, 159, start, now(), mine);
  pthread_mutex_unlock(&lock);
}

EXPORTED void fake_memset(uint64_t bytes, uint32_t stream) {
  uint64_t start = now(), end;
  uint32_t mine = enter(2, 51);
  uint64_t begin = queue(stream, start + 2000, bytes / 100 + 500, &end);
  uint8_t *record = record_of(MEMSET, end);
  put(record, 8, bytes, 8);
  put(record, 16, begin, 8);
  put(record, 24, end, 8);
  put(record, 36, 1, 4);
  put(record, 40, stream, 4);
  put(record, 44, mine, 4);
  tell_call(2, 51, start, now(), mine);
  pthread_mutex_unlock(&lock);
}

/* A call that starts nothing. */
EXPORTED void fake_call(uint32_t id) {
  uint64_t start = now();
  pthread_mutex_lock(&lock);
  tell_call(2, id, start, now(), ++correlation);
  pthread_mutex_unlock(&lock);
}

/* Returns when all streams are done. */
EXPORTED void fake_synchronize(void) {
  uint64_t start = now(), last = start;
  pthread_mutex_lock(&lock);
  for (int i = 0; i < STREAMS; i++)
    if (stream_end[i] > last) last = stream_end[i];
  uint32_t mine = ++correlation;
  pthread_mutex_unlock(&lock);
  struct timespec until = {(time_t)(last / 1000000000u), (long)(last % 1000000000u)};
  while (clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &until, NULL) != 0) continue;
  pthread_mutex_lock(&lock);
  uint8_t *record = record_of(SYNC, now());
  put(record, 4, 4, 4);
  put(record, 8, start, 8);
  put(record, 16, now(), 8);
  put(record, 24, mine, 4);
  put(record, 28, 1, 4);
  tell_call(2, 165, start, now(), mine);
  pthread_mutex_unlock(&lock);
}

/* Begins a range of NVTX and gives its number; ends it where `name` is NULL. */
EXPORTED uint32_t fake_range(const char *name, uint32_t id) {
  pthread_mutex_lock(&lock);
  uint32_t mine = name == NULL ? id : ++marker;
  uint8_t *record = record_of(MARKER, 0);
  put(record, 4, name == NULL ? 4 : 2, 4);
  put(record, 8, now(), 8);
  put(record, 16, mine, 4);
  put(record, 20, 2, 4);
  put(record, 24, (uint64_t)getpid(), 4);
  put(record, 28, (uint64_t)syscall(SYS_gettid), 4);
  put(record, 40, (uint64_t)(uintptr_t)name, 8);
  pthread_mutex_unlock(&lock);
  return mine;
}

/* Pages of managed memory that move to the device. */
EXPORTED void fake_migrate(uint64_t bytes) {
  pthread_mutex_lock(&lock);
  uint8_t *record = record_of(UVM, 0);
  uint64_t start = now();
  put(record, 4, 1, 4);
  put(record, 8, bytes, 8);
  put(record, 16, start, 8);
  put(record, 24, start + bytes / 10 + 500, 8);
  put(record, 32, 0x7f0000000000u, 8);
  put(record, 52, (uint64_t)getpid(), 4);
  pthread_mutex_unlock(&lock);
}
