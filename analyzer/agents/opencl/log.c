#define _GNU_SOURCE
#include "log.h"
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define MAGIC "perfscope-opencl 1\n"
/* In the header of a segment: 1 when the log had to stop there, and how many records were lost then. */
enum { HEADER = 64, STATUS = 32, LOST = 40 };
/* Most processes write little; those that write much soon have large segments. */
enum { FIRST_SEGMENT = 1 << 16, LARGEST_SEGMENT = 1 << 22 };
/* The reader removes what it has read. Beyond this many segments that it has not, the log stops: it must not fill the disk. */
enum { MOST_UNREAD = 128 };
enum { PATH = 4096 };

static struct {
    pthread_mutex_t mutex;
    char folder[PATH - 128];
    unsigned char *mapped;
    size_t size, used;
    pid_t process;
    uint64_t stamp;
    unsigned segment, oldest;
    uint32_t generation;
    bool stopped;
} this = {.mutex = PTHREAD_MUTEX_INITIALIZER, .stopped = true};

static void start(void) {
    struct timespec time;
    clock_gettime(CLOCK_REALTIME, &time);
    this.stamp = (uint64_t)time.tv_sec * 1000000u + (uint64_t)time.tv_nsec / 1000u;
    this.process = getpid();
    this.mapped = NULL;
    this.size = this.used = 0;
    this.segment = this.oldest = 0;
    this.stopped = false;
    this.generation++;
}

bool log_begin(const char *folder) {
    if (!folder || folder[0] != '/' || strlen(folder) >= sizeof this.folder) return false;
    strcpy(this.folder, folder);
    start();
    return true;
}

bool log_is_open(void) { return !__atomic_load_n(&this.stopped, __ATOMIC_RELAXED); }

uint32_t log_generation(void) { return __atomic_load_n(&this.generation, __ATOMIC_RELAXED); }

static void path_of(unsigned segment, char *path) {
    snprintf(path, PATH, "%s/%d-%llu.%u.opencl", this.folder, (int)this.process, (unsigned long long)this.stamp, segment);
}

static bool is_room_on_disk(void) {
    char path[PATH];
    for (; this.oldest < this.segment; this.oldest++) {
        path_of(this.oldest, path);
        if (access(path, F_OK) == 0) break;
    }
    return this.segment - this.oldest < MOST_UNREAD;
}

static unsigned char *map_segment(size_t size) {
    char path[PATH];
    struct rlimit limit;
    /* Beyond the limit there is a signal instead of an error. */
    if (getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur < size) return NULL;
    if (!is_room_on_disk()) return NULL;
    path_of(this.segment, path);
    int descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (descriptor < 0) return NULL;
    void *mapped = MAP_FAILED;
    /* Blocks are reserved now: a write to a mapped hole on a full disk is a SIGBUS. */
    if (posix_fallocate(descriptor, 0, (off_t)size) == 0)
        mapped = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    close(descriptor);
    if (mapped != MAP_FAILED) return mapped;
    unlink(path);
    return NULL;
}

/* Makes room for a record; the mutex is held. */
static bool extend(size_t length) {
    size_t size = this.segment < 3 ? (size_t)FIRST_SEGMENT << 2 * this.segment : LARGEST_SEGMENT;
    unsigned char *mapped = length + HEADER > size || this.process != getpid() ? NULL : map_segment(size);
    if (!mapped) {
        if (this.mapped) this.mapped[STATUS] = 1;
        __atomic_store_n(&this.stopped, true, __ATOMIC_RELAXED);
        return false;
    }
    memcpy(mapped, MAGIC, sizeof MAGIC - 1);
    if (this.mapped) munmap(this.mapped, this.size);
    this.mapped = mapped;
    this.size = size;
    this.used = HEADER;
    this.segment++;
    return true;
}

void log_append(const void *record, size_t length) {
    pthread_mutex_lock(&this.mutex);
    bool is_open = log_is_open() && (this.used + length <= this.size || extend(length));
    if (is_open) {
        unsigned char *to = this.mapped + this.used;
        memcpy(to + 2, (const unsigned char *)record + 2, length - 2);
        /* The length makes a record of it: a reader, or whoever is left when this process is killed, sees all or nothing. */
        __atomic_store_n((uint16_t *)(void *)to, (uint16_t)length, __ATOMIC_RELEASE);
        this.used += length;
    } else if (this.mapped) {
        uint64_t lost;
        memcpy(&lost, this.mapped + LOST, sizeof lost);
        lost++;
        memcpy(this.mapped + LOST, &lost, sizeof lost);
    }
    pthread_mutex_unlock(&this.mutex);
}

void log_before_fork(void) { pthread_mutex_lock(&this.mutex); }

void log_after_fork(bool in_child) {
    if (in_child) {
        pthread_mutex_init(&this.mutex, NULL);
        if (this.mapped) munmap(this.mapped, this.size);
        if (this.folder[0]) start();
    } else
        pthread_mutex_unlock(&this.mutex);
}
