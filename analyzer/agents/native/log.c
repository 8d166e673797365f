#define _GNU_SOURCE
#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum {
  HEADER = 64,
  /* The reader removes what it has read, so the disk holds a few of these. */
  SEGMENT = 64 << 20,
  /* Where nobody reads, writing ends after so many. */
  MOST_UNREAD = 32,
  /* Above what programs count their own descriptors by. */
  DESCRIPTOR = 700,
  PATH_BYTES = 1024
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static _Atomic int open_for;
static int descriptor = -1;
static dev_t device;
static ino_t inode;
static char folder[PATH_BYTES - 64];
static uint64_t begun, written;
static uint32_t segment, cupti_version, cuda_version;

uint64_t nanoseconds(int clock) {
  struct timespec now;
  clock_gettime((clockid_t)clock, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

int log_is_ours(void) { return atomic_load(&open_for) == getpid(); }

void log_stop(void) { atomic_store(&open_for, 0); }

static void path_of(char *path, uint32_t number) {
  snprintf(path, PATH_BYTES, "%s/%d-%llu.%u.cuda", folder, (int)getpid(), (unsigned long long)begun, number);
}

/* A program may close descriptors that it did not open, and open its own files under their numbers. */
static int is_still_ours(void) {
  struct stat now;
  return descriptor >= 0 && fstat(descriptor, &now) == 0 && now.st_dev == device && now.st_ino == inode;
}

static int open_file(int flags) {
  char path[PATH_BYTES];
  path_of(path, segment);
  int low = open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW | flags, 0600);
  if (low < 0) return 0;
  descriptor = fcntl(low, F_DUPFD_CLOEXEC, DESCRIPTOR);
  if (descriptor < 0) descriptor = low;
  else close(low);
  struct stat opened;
  if (fstat(descriptor, &opened) != 0) return 0;
  device = opened.st_dev;
  inode = opened.st_ino;
  return 1;
}

/* All of it or an end mark's worth of less: the reader stops at a chunk that is not whole. 0 when writing has to end. */
static int write_all(struct iovec *parts, int count) {
  struct rlimit limit;
  uint64_t bytes = 0;
  for (int i = 0; i < count; i++) bytes += parts[i].iov_len;
  /* Beyond it the kernel would end the program by a signal. */
  if (getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY && written + bytes > limit.rlim_cur) return 0;
  if (!is_still_ours() && !open_file(0)) return 0;
  while (count > 0) {
    ssize_t taken = writev(descriptor, parts, count);
    if (taken < 0 && errno == EINTR) continue;
    if (taken < 0) return 0;
    written += (uint64_t)taken;
    while (count > 0 && (size_t)taken >= parts->iov_len) {
      taken -= (ssize_t)parts->iov_len;
      parts++, count--;
    }
    if (count > 0) {
      parts->iov_base = (char *)parts->iov_base + taken;
      parts->iov_len -= (size_t)taken;
    }
  }
  return 1;
}

static int write_header(void) {
  struct {
    char magic[8];
    uint32_t order, header, cupti, driver, pid, segment;
    uint64_t monotonic, realtime;
    uint32_t pointer, rest[3];
  } header = {{'P', 'S', 'C', 'U', 'P', 'T', 'I', '2'},
              0x01020304,
              HEADER,
              cupti_version,
              cuda_version,
              (uint32_t)getpid(),
              segment,
              nanoseconds(CLOCK_MONOTONIC),
              nanoseconds(CLOCK_REALTIME),
              sizeof(void *),
              {0}};
  _Static_assert(sizeof header == HEADER, "a header has 64 bytes");
  struct iovec part = {&header, sizeof header};
  written = 0;
  return write_all(&part, 1);
}

int log_open(uint32_t cupti, uint32_t driver) {
  const char *where = getenv("PERFSCOPE_CUDA_DIR");
  if (where == NULL || *where != '/' || strlen(where) >= sizeof folder) return 0;
  strcpy(folder, where);
  begun = nanoseconds(CLOCK_MONOTONIC);
  cupti_version = cupti;
  cuda_version = driver;
  if (!open_file(O_CREAT | O_EXCL) || !write_header()) return 0;
  atomic_store(&open_for, getpid());
  return 1;
}

/* 0 when there is no next one: nobody reads, or there is no room. */
static int next_segment(void) {
  if (segment >= MOST_UNREAD) {
    char oldest[PATH_BYTES];
    path_of(oldest, segment - MOST_UNREAD);
    if (access(oldest, F_OK) == 0) return 0;
  }
  if (is_still_ours()) close(descriptor);
  segment++;
  return open_file(O_CREAT | O_EXCL) && write_header();
}

int log_begin(void) {
  if (!log_is_ours()) return 0;
  pthread_mutex_lock(&lock);
  if (log_is_ours()) return 1;
  pthread_mutex_unlock(&lock);
  return 0;
}

void log_end(void) { pthread_mutex_unlock(&lock); }

void log_chunk(enum chunk type, const void *head, size_t head_bytes, const void *body, size_t body_bytes) {
  static const char filling[8];
  struct {
    uint32_t type, rest;
    uint64_t bytes;
  } mark = {type, 0, head_bytes + body_bytes};
  size_t fill = (8 - (mark.bytes & 7)) & 7;
  struct iovec parts[] = {
      {&mark, sizeof mark}, {(void *)head, head_bytes}, {(void *)body, body_bytes}, {(void *)filling, fill}};
  if (!log_is_ours()) return;
  if ((written > SEGMENT && !next_segment()) || !write_all(parts, 4)) log_stop();
}

void log_one(enum chunk type, const void *payload, size_t bytes) {
  if (!log_begin()) return;
  log_chunk(type, payload, bytes, NULL, 0);
  log_end();
}

void log_note(const char *sentence) { log_one(CHUNK_NOTE, sentence, strlen(sentence)); }
