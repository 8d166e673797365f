#define _GNU_SOURCE
#include "state.h"
#include <pthread.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

void *const *target;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static __thread uint32_t thread;

void state_lock(void) { pthread_mutex_lock(&mutex); }
void state_unlock(void) { pthread_mutex_unlock(&mutex); }

void state_after_fork_in_child(void) {
    pthread_mutex_init(&mutex, NULL);
    thread = 0;
}

int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

uint32_t thread_number(void) {
    if (thread == 0) thread = (uint32_t)syscall(SYS_gettid);
    return thread;
}
