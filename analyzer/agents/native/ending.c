#define _GNU_SOURCE
#include "ending.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "log.h"
#include "session.h"

static const int ends[] = {SIGTERM, SIGINT, SIGHUP};
enum { ENDS = sizeof ends / sizeof *ends, DEFAULT_PERIOD_MS = 500, SLICE_MS = 50, PATIENCE_MS = 2000 };

/* The signal that arrived, and whether everything is written: a futex, because a pipe would take numbers of the program's descriptors. */
static _Atomic uint32_t arrived, written;
static long period_ms = DEFAULT_PERIOD_MS;

static void sleep_while(_Atomic uint32_t *word, uint32_t value, long ms) {
  struct timespec most = {ms / 1000, ms % 1000 * 1000000};
  syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, &most, NULL, 0);
}

static void set_and_wake(_Atomic uint32_t *word, uint32_t value) {
  atomic_store(word, value);
  syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
}

static void die_of(int signal_number) {
  struct sigaction standard = {0};
  standard.sa_handler = SIG_DFL;
  sigaction(signal_number, &standard, NULL);
  sigset_t this_one;
  sigemptyset(&this_one);
  sigaddset(&this_one, signal_number);
  pthread_sigmask(SIG_UNBLOCK, &this_one, NULL);
  kill(getpid(), signal_number);
}

/*
 * The thread that was interrupted stays here until the worker is done: back in the program it could see an interrupted call and
 * end by itself with another status. Bounded, since it may hold what the worker waits for.
 */
static void on_signal(int signal_number) {
  int error = errno;
  if (log_is_ours()) {
    struct timespec begun, now;
    clock_gettime(CLOCK_MONOTONIC, &begun);
    atomic_store(&arrived, (uint32_t)signal_number);
    for (long spent = 0; atomic_load(&written) == 0 && spent < PATIENCE_MS;) {
      sleep_while(&written, 0, PATIENCE_MS - spent);
      clock_gettime(CLOCK_MONOTONIC, &now);
      spent = (now.tv_sec - begun.tv_sec) * 1000 + (now.tv_nsec - begun.tv_nsec) / 1000000;
    }
  }
  die_of(signal_number);
  errno = error;
}

/* A child that is forked has none of CUPTI's threads and cannot use CUDA. */
static void in_child(void) {
  log_stop();
  for (size_t i = 0; i < ENDS; i++) {
    struct sigaction now;
    if (sigaction(ends[i], NULL, &now) != 0 || now.sa_handler != on_signal) continue;
    now.sa_handler = SIG_DFL;
    sigaction(ends[i], &now, NULL);
  }
}

static void at_exit(void) { session_finish("exit"); }

/* In slices, and not for a lock: views would tell that a thread of the program waits for one. */
static void sleep_for_a_period(void) {
  for (long left = period_ms; left > 0 && atomic_load(&arrived) == 0; left -= SLICE_MS) {
    struct timespec slice = {0, (left < SLICE_MS ? left : SLICE_MS) * 1000000};
    nanosleep(&slice, NULL);
  }
}

static void *work(void *unused) {
  for (;;) {
    sleep_for_a_period();
    if (!log_is_ours()) break;
    uint32_t signal_number = atomic_load(&arrived);
    if (signal_number != 0) {
      char why[32];
      snprintf(why, sizeof why, "signal %u", signal_number);
      session_finish(why);
      break;
    }
    session_flush();
  }
  set_and_wake(&written, 1);
  return unused;
}

/* The program's signals are for the program's threads. */
static void start_worker(void) {
  sigset_t all, before;
  pthread_t thread;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  if (pthread_create(&thread, NULL, work, NULL) == 0) {
    pthread_setname_np(thread, "perfscope");
    pthread_detach(thread);
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* A handler of the program stays, and so does what it ignores. */
static void watch_signals(void) {
  for (size_t i = 0; i < ENDS; i++) {
    struct sigaction action;
    if (sigaction(ends[i], NULL, &action) != 0 || (action.sa_flags & SA_SIGINFO) != 0 || action.sa_handler != SIG_DFL) continue;
    action.sa_handler = on_signal;
    action.sa_flags = SA_RESTART;
    sigaction(ends[i], &action, NULL);
  }
}

void ending_prepare(void) {
  const char *asked = getenv("PERFSCOPE_CUDA_FLUSH_MS");
  if (asked != NULL && atol(asked) > 0) period_ms = atol(asked);
  atexit(at_exit);
  pthread_atfork(NULL, NULL, in_child);
  watch_signals();
  start_worker();
}
