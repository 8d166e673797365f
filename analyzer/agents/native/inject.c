/*
 * Records what a program has a CUDA device do. The driver loads this library when it is initialised, because CUDA_INJECTION64_PATH
 * names it; NVTX does the same by NVTX_INJECTION64_PATH. It hands CUPTI's buffers to a file as they are and decodes nothing.
 * Whatever fails costs data and leaves the program alone.
 */
#include <stdatomic.h>

#include "ending.h"
#include "library.h"
#include "log.h"
#include "session.h"

#define EXPORTED __attribute__((visibility("default")))

EXPORTED int InitializeInjection(void);
EXPORTED int InitializeInjectionNvtx2(void *export_table);
EXPORTED int perfscope_cuda_yield(void);
EXPORTED int perfscope_cuda_resume(void);

/* The driver takes 0 for a failure that it may act on; there is none that should change the program. */
enum { INJECTED = 1 };

int InitializeInjection(void) {
  static atomic_flag begun = ATOMIC_FLAG_INIT;
  if (atomic_flag_test_and_set(&begun)) return INJECTED;
  uint32_t version = 0;
  int found = library_load();
  if (found) cupti.get_version(&version);
  if (!log_open(version, driver_version())) return INJECTED;
  if (!found) {
    log_note("libcupti was not found");
    log_stop();
    return INJECTED;
  }
  session_begin();
  ending_prepare();
  return INJECTED;
}

/* Ranges and marks of NVTX reach CUPTI by itself, which needs to be told where. */
int InitializeInjectionNvtx2(void *export_table) {
  return library_load() && cupti.nvtx_initialize != NULL ? cupti.nvtx_initialize(export_table) : 0;
}

/* For a profiler inside the program that is about to need CUPTI, and when it is done. */
int perfscope_cuda_yield(void) { return session_yield(); }

int perfscope_cuda_resume(void) { return session_resume(); }
