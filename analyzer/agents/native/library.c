#define _GNU_SOURCE
#include "library.h"

#include <dlfcn.h>
#include <glob.h>
#include <link.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct cupti_functions cupti;

static pthread_mutex_t loading = PTHREAD_MUTEX_INITIALIZER;
static void *library;
static char path[1024];
static int bound;

enum { OLDEST_MAJOR = 11, NEWEST_MAJOR = 19, NEWEST_MINOR_OF_11 = 8, PATTERN = 1280 };

uint32_t driver_version(void) {
  /* Not by RTLD_DEFAULT: frameworks load the driver for themselves alone. */
  void *driver = dlopen("libcuda.so.1", RTLD_NOW | RTLD_NOLOAD);
  if (driver == NULL) return 0;
  int version = 0;
  int (*get)(int *);
  *(void **)&get = dlsym(driver, "cuDriverGetVersion");
  if (get == NULL || get(&version) != 0) version = 0;
  dlclose(driver);
  return (uint32_t)version;
}

/* A libcupti that is newer than the driver refuses to work, and there may be another. */
static int is_too_new(const char *file) {
  const char *suffix = strstr(file, "libcupti.so.");
  if (suffix == NULL) return 0;
  long major = strtol(suffix + strlen("libcupti.so."), NULL, 10);
  uint32_t driver = driver_version() / 1000;
  /* The file behind the links is named after a year, which does not tell. */
  return major >= 100 || (driver != 0 && major > (long)driver);
}

static int try_file(const char *file, int flags) {
  if (library == NULL && !is_too_new(file)) library = dlopen(file, RTLD_NOW | flags);
  return library != NULL;
}

static int has_match(const char *pattern) {
  glob_t found;
  if (glob(pattern, GLOB_NOSORT, NULL, &found) != 0) return 0;
  globfree(&found);
  return 1;
}

/* The newest first. */
static int try_pattern(const char *pattern) {
  glob_t found;
  if (glob(pattern, 0, NULL, &found) != 0) return 0;
  for (size_t i = found.gl_pathc; i > 0 && library == NULL; i--) try_file(found.gl_pathv[i - 1], 0);
  globfree(&found);
  return library != NULL;
}

/* By the name without a version, which may lead to any, only where no other is. */
static int try_in(const char *folder, int length, const char *below) {
  static const char *const names[] = {"libcupti.so.*", "libcupti.so"};
  for (int i = 0; i < 2; i++) {
    char pattern[PATTERN];
    int written = snprintf(pattern, sizeof pattern, "%.*s%s/%s", length, folder, below, names[i]);
    if (written <= 0 || written >= (int)sizeof pattern) return 0;
    if (has_match(pattern)) return try_pattern(pattern);
  }
  return 0;
}

/*
 * What is loaded and may lead to libcupti. Noted first and tried afterwards: the loader holds a lock while it is asked, and
 * loading from within could wait for another thread that loads.
 */
enum { MOST_LOADED = 1024 };
struct loaded {
  int count;
  char *files[MOST_LOADED];
};

static int note_loaded(struct dl_phdr_info *object, size_t size, void *into) {
  (void)size;
  struct loaded *loaded = into;
  const char *file = object->dlpi_name;
  int leads = strstr(file, "/libcupti.so") != NULL || strstr(file, "-packages/") != NULL ||
              strstr(file, "/libcudart") != NULL || strstr(file, "/libnvrtc") != NULL;
  if (leads && loaded->count < MOST_LOADED && (loaded->files[loaded->count] = strdup(file)) != NULL) loaded->count++;
  return 0;
}

/* One that the program uses must be ours too: two in one process do not see each other's work. */
static int try_loaded(const char *file) {
  return strstr(file, "/libcupti.so") != NULL && try_file(file, RTLD_NOLOAD);
}

/* Wheels of PyTorch, JAX and CuPy lie below the folder of all packages. */
static int try_packages_of(const char *file) {
  const char *packages = strstr(file, "-packages/");
  if (packages == NULL) return 0;
  int length = (int)(packages - file) + (int)strlen("-packages/");
  return try_in(file, length, "nvidia/cuda_cupti/lib") || try_in(file, length, "nvidia/cu*/lib");
}

/* conda and toolkits lay it beside or near the runtime. */
static int try_beside(const char *file) {
  const char *base = strrchr(file, '/');
  if (base == NULL || (strncmp(base, "/libcudart", 10) != 0 && strncmp(base, "/libnvrtc", 9) != 0)) return 0;
  int length = (int)(base - file);
  return try_in(file, length, "") || try_in(file, length, "/../extras/CUPTI/lib64");
}

static int near_what_is_loaded(void) {
  static int (*const tries[])(const char *) = {try_loaded, try_packages_of, try_beside};
  struct loaded *loaded = calloc(1, sizeof *loaded);
  if (loaded == NULL) return 0;
  dl_iterate_phdr(note_loaded, loaded);
  for (size_t way = 0; way < sizeof tries / sizeof *tries; way++)
    for (int i = 0; i < loaded->count && library == NULL; i++) tries[way](loaded->files[i]);
  for (int i = 0; i < loaded->count; i++) free(loaded->files[i]);
  free(loaded);
  return library != NULL;
}

static int by_name(void) {
  char file[64];
  for (int major = NEWEST_MAJOR; major > OLDEST_MAJOR && library == NULL; major--) {
    snprintf(file, sizeof file, "libcupti.so.%d", major);
    try_file(file, 0);
  }
  for (int minor = NEWEST_MINOR_OF_11; minor >= 0 && library == NULL; minor--) {
    snprintf(file, sizeof file, "libcupti.so.11.%d", minor);
    try_file(file, 0);
  }
  return library != NULL || try_file("libcupti.so", 0);
}

static int in_toolkit(const char *folder) {
  static const char *const below[] = {"/lib64", "/extras/CUPTI/lib64", "/lib", "/targets/*/lib"};
  if (folder == NULL || *folder == '\0') return 0;
  for (size_t i = 0; i < sizeof below / sizeof *below; i++)
    if (try_in(folder, (int)strlen(folder), below[i])) return 1;
  return 0;
}

static int find(void) {
  const char *asked = getenv("PERFSCOPE_CUPTI");
  if (asked != NULL && *asked != '\0') return try_file(asked, 0);
  return near_what_is_loaded() || by_name() || in_toolkit(getenv("CUDA_HOME")) || in_toolkit(getenv("CUDA_PATH")) ||
         in_toolkit(getenv("CONDA_PREFIX")) || in_toolkit("/usr/local/cuda") || in_toolkit("/usr/local/cuda-*") ||
         in_toolkit("/opt/cuda");
}

static int bind(void) {
  static const struct {
    void **to;
    const char *name;
  } functions[] = {
      {(void **)&cupti.get_version, "cuptiGetVersion"},
      {(void **)&cupti.get_timestamp, "cuptiGetTimestamp"},
      {(void **)&cupti.get_callback_name, "cuptiGetCallbackName"},
      {(void **)&cupti.activity_enable, "cuptiActivityEnable"},
      {(void **)&cupti.activity_disable, "cuptiActivityDisable"},
      {(void **)&cupti.register_callbacks, "cuptiActivityRegisterCallbacks"},
      {(void **)&cupti.flush_all, "cuptiActivityFlushAll"},
      {(void **)&cupti.next_record, "cuptiActivityGetNextRecord"},
      {(void **)&cupti.dropped_records, "cuptiActivityGetNumDroppedRecords"},
      {(void **)&cupti.set_thread_id_type, "cuptiSetThreadIdType"},
      {(void **)&cupti.enable_runtime_api, "cuptiActivityEnableRuntimeApi"},
      {(void **)&cupti.enable_driver_api, "cuptiActivityEnableDriverApi"},
      {(void **)&cupti.configure_unified_memory, "cuptiActivityConfigureUnifiedMemoryCounter"},
      {(void **)&cupti.subscribe, "cuptiSubscribe"},
      {(void **)&cupti.unsubscribe, "cuptiUnsubscribe"},
      {(void **)&cupti.enable_callback, "cuptiEnableCallback"},
      {(void **)&cupti.nvtx_initialize, "InitializeInjectionNvtx2"},
  };
  for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
    *functions[i].to = dlsym(library, functions[i].name);
  Dl_info where;
  if (cupti.get_version != NULL && dladdr(*(void **)&cupti.get_version, &where) != 0 && where.dli_fname != NULL)
    snprintf(path, sizeof path, "%s", where.dli_fname);
  return cupti.get_version != NULL && cupti.get_timestamp != NULL && cupti.activity_enable != NULL &&
         cupti.activity_disable != NULL && cupti.register_callbacks != NULL && cupti.flush_all != NULL &&
         cupti.next_record != NULL && cupti.subscribe != NULL && cupti.unsubscribe != NULL;
}

int library_load(void) {
  pthread_mutex_lock(&loading);
  if (!bound && library == NULL && find()) bound = bind();
  int loaded = bound;
  pthread_mutex_unlock(&loading);
  return loaded;
}

const char *library_path(void) { return path; }
