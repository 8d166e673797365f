/*
 * A program that uses the CUDA of fakeCupti.c, which PERFSCOPE_CUPTI names, as its arguments say, one after the other:
 *
 *     launch:N:NS:NAME  drive:N:NS  graph:NODES:NS  h2d:BYTES  d2h:BYTES  pinned:BYTES  d2d:BYTES  peer:BYTES  memset:BYTES  call:ID
 *     range:NAME  pop  migrate:BYTES  sync  sleep:MS  pace:N:NS:US (launches with pauses)  threads:N:LAUNCHES  yield  resume
 *     fork  exec  closefrom  exit:CODE  _exit:CODE  term  kill
 *
 * Prints what it does not understand, and `done` in the end.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int (*init)(void);
static void (*launch)(const char *, uint32_t, uint64_t, uint32_t, uint32_t, int);
static void (*graph)(const char *, uint32_t, uint64_t, uint32_t);
static void (*copy)(int, int, int, void *, uint64_t, uint32_t, int);
static void (*peer)(uint64_t, uint32_t);
static void (*set)(uint64_t, uint32_t);
static void (*call)(uint32_t);
static void (*synchronize)(void);
static uint32_t (*range)(const char *, uint32_t);
static void (*migrate)(uint64_t);

static void load(void) {
  const char *path = getenv("PERFSCOPE_CUPTI");
  void *library = dlopen(path == NULL ? "" : path, RTLD_NOW);
  if (library == NULL) puts(dlerror()), exit(99);
  const struct {
    void **to;
    const char *name;
  } all[] = {{(void **)&init, "fake_init"},   {(void **)&launch, "fake_launch"},      {(void **)&graph, "fake_graph"},
             {(void **)&copy, "fake_copy"},   {(void **)&peer, "fake_copy_peer"},     {(void **)&set, "fake_memset"},
             {(void **)&call, "fake_call"},   {(void **)&synchronize, "fake_synchronize"}, {(void **)&range, "fake_range"},
             {(void **)&migrate, "fake_migrate"}};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) *all[i].to = dlsym(library, all[i].name);
}

static void launches(long count, uint64_t nanoseconds, const char *name, int driver) {
  for (long i = 0; i < count; i++) launch(name, 7, nanoseconds, 128, 256, driver);
}

static void *in_thread(void *count) {
  launches((long)(intptr_t)count, 1000, "_Z5spinsPfi", 0);
  return NULL;
}

static void threads(long number, long count) {
  pthread_t all[64];
  for (long i = 0; i < number && i < 64; i++) pthread_create(&all[i], NULL, in_thread, (void *)(intptr_t)count);
  for (long i = 0; i < number && i < 64; i++) pthread_join(all[i], NULL);
}

static void call_shim(const char *name) {
  const char *path = getenv("CUDA_INJECTION64_PATH");
  void *shim = path == NULL ? NULL : dlopen(path, RTLD_NOW);
  int (*function)(void) = NULL;
  if (shim != NULL) *(void **)&function = dlsym(shim, name);
  if (function != NULL) function();
}

int main(int count, char **words) {
  static char host[1 << 16];
  /* What CUPTI was given stays where it is. */
  static char *volatile kept[512];
  static uint32_t ranges[64];
  int depth = 0;
  for (size_t i = 0; i < sizeof host; i++) host[i] = (char)(i * 31);
  load();
  init();
  for (int i = 1; i < count; i++) {
    char *word = kept[i % 512] = strdup(words[i]), *rest = word, *name = strsep(&rest, ":"), *text = rest;
    char *one = rest == NULL ? "0" : strsep(&rest, ":"), *two = rest == NULL ? "1000" : strsep(&rest, ":");
    long first = atol(one);
    uint64_t second = strtoull(two, NULL, 10);
    if (strcmp(name, "launch") == 0) launches(first, second, rest == NULL ? "_Z4gemmPfS_i" : rest, 0);
    else if (strcmp(name, "drive") == 0) launches(first, second, "triton_poi_fused_add_0", 1);
    else if (strcmp(name, "pace") == 0)
      for (long k = 0; k < first; k++) launches(1, second, "_Z4gemmPfS_i", 0), usleep((useconds_t)atol(rest == NULL ? "0" : rest));
    else if (strcmp(name, "graph") == 0) graph("_Z4stepPf", 9, second, (uint32_t)first);
    else if (strcmp(name, "h2d") == 0) copy(1, 1, 3, host, (uint64_t)first, 7, 0);
    else if (strcmp(name, "pinned") == 0) copy(1, 2, 3, host, (uint64_t)first, 8, 1);
    else if (strcmp(name, "d2h") == 0) copy(2, 3, 1, host, (uint64_t)first, 7, 0);
    else if (strcmp(name, "d2d") == 0) copy(8, 3, 3, host, (uint64_t)first, 7, 1);
    else if (strcmp(name, "peer") == 0) peer((uint64_t)first, 7);
    else if (strcmp(name, "memset") == 0) set((uint64_t)first, 7);
    else if (strcmp(name, "call") == 0) call((uint32_t)first);
    else if (strcmp(name, "range") == 0) ranges[depth++ % 64] = range(text, 0);
    else if (strcmp(name, "pop") == 0) range(NULL, ranges[--depth % 64]);
    else if (strcmp(name, "migrate") == 0) migrate((uint64_t)first);
    else if (strcmp(name, "sync") == 0) synchronize();
    else if (strcmp(name, "sleep") == 0) usleep((useconds_t)first * 1000);
    else if (strcmp(name, "threads") == 0) threads(first, (long)second);
    else if (strcmp(name, "yield") == 0) call_shim("perfscope_cuda_yield");
    else if (strcmp(name, "resume") == 0) call_shim("perfscope_cuda_resume");
    else if (strcmp(name, "fork") == 0) {
      fflush(stdout);
      pid_t child = fork();
      if (child == 0) exit(3);
      int status = 0;
      waitpid(child, &status, 0);
      printf("child %d\n", WEXITSTATUS(status));
    } else if (strcmp(name, "exec") == 0) {
      words[i] = words[0];
      fflush(stdout);
      execv("/proc/self/exe", words + i);
    } else if (strcmp(name, "closefrom") == 0) {
      for (int k = 3; k < 2048; k++) close(k);
    } else if (strcmp(name, "exit") == 0) exit((int)first);
    else if (strcmp(name, "_exit") == 0) _exit((int)first);
    else if (strcmp(name, "term") == 0) raise(SIGTERM);
    else if (strcmp(name, "kill") == 0) raise(SIGKILL);
    else printf("? %s\n", words[i]);
  }
  puts("done");
  return 0;
}
