/*
 * What is used of CUPTI, declared here so that no CUDA header is needed to build. CUPTI promises that records only grow at their
 * end from version to version; a test holds these numbers against the headers of a toolkit where there is one.
 */
#ifndef PERFSCOPE_CUPTI_H
#define PERFSCOPE_CUPTI_H

#include <stddef.h>
#include <stdint.h>

enum { CUPTI_OK = 0, CUPTI_MULTIPLE_SUBSCRIBERS = 39 };
enum { CUPTI_FLUSH_FORCED = 1, CUPTI_THREAD_ID_SYSTEM = 1 };

enum activity_kind {
  KIND_MEMCPY = 1,
  KIND_MEMSET = 2,
  KIND_KERNEL = 3,
  KIND_DRIVER = 4,
  KIND_RUNTIME = 5,
  KIND_DEVICE = 8,
  KIND_CONTEXT = 9,
  KIND_CONCURRENT_KERNEL = 10,
  KIND_NAME = 11,
  KIND_MARKER = 12,
  KIND_OVERHEAD = 17,
  KIND_MEMCPY_PEER = 22,
  KIND_UNIFIED_MEMORY = 25,
  KIND_STREAM = 37,
  KIND_SYNCHRONIZATION = 38,
  KIND_COUNT = 128
};

enum callback_domain { DOMAIN_DRIVER = 1, DOMAIN_RUNTIME = 2 };

/* Where records hold pointers to texts, and API records their function: the same since CUDA 9. */
enum {
  KERNEL_NAME = 104,
  MARKER_NAME = 40,
  MARKER_DOMAIN = 48,
  DEVICE_ID = 112,
  DEVICE_NAME = 136,
  NAME_NAME = 24,
  API_CALLBACK = 4
};

typedef void (*buffer_requested)(uint8_t **buffer, size_t *size, size_t *most_records);
typedef void (*buffer_completed)(void *context, uint32_t stream, uint8_t *buffer, size_t size, size_t valid);

struct callback_data {
  int site; /* 0: the function is entered, 1: it returns */
  const char *function;
  const void *parameters;
  void *result;
  const char *symbol;
  void *context;
  uint32_t context_id;
  uint64_t *own;
  uint32_t correlation;
};

typedef void (*api_callback)(void *own, int domain, uint32_t id, const struct callback_data *data);

struct unified_memory_setting {
  uint32_t scope, kind, device, enable;
};

/* Functions of libcupti; those that a version lacks are NULL. */
struct cupti_functions {
  int (*get_version)(uint32_t *version);
  int (*get_timestamp)(uint64_t *nanoseconds);
  int (*get_callback_name)(int domain, uint32_t id, const char **name);
  int (*activity_enable)(int kind);
  int (*activity_disable)(int kind);
  int (*register_callbacks)(buffer_requested requested, buffer_completed completed);
  int (*flush_all)(uint32_t flags);
  int (*next_record)(uint8_t *buffer, size_t valid, uint8_t **record);
  int (*dropped_records)(void *context, uint32_t stream, size_t *dropped);
  int (*set_thread_id_type)(int type);
  int (*enable_runtime_api)(uint32_t id, uint8_t enable);
  int (*enable_driver_api)(uint32_t id, uint8_t enable);
  int (*configure_unified_memory)(struct unified_memory_setting *settings, uint32_t count);
  int (*subscribe)(void **subscriber, api_callback callback, void *own);
  int (*unsubscribe)(void *subscriber);
  int (*enable_callback)(uint32_t enable, void *subscriber, int domain, uint32_t id);
  int (*nvtx_initialize)(void *export_table);
};

#endif
