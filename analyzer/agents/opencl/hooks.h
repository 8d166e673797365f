/* What the hooks have in common. */
#pragma once
#include "commands.h"
#include "state.h"

/* Begins the record of a call that puts a command into a queue. */
#define ENQUEUE(name, ...)                                                                                             \
    struct Enqueue call = {.record = {.call = CALL_##name, __VA_ARGS__}};                                              \
    enqueue_begin(&call, queue, event)

#define BLOCKS(blocking) ((blocking) ? COMMAND_BLOCKING : 0)

/* Puts the command into the queue, writes it down and gives the driver's result. */
#define ENQUEUED(name, ...)                                                                                            \
    enqueue_ready(&call);                                                                                              \
    int32_t result = TARGET(name)(__VA_ARGS__);                                                                        \
    enqueue_end(&call, result);                                                                                        \
    return result

/* Memory of the host at that address: whether the driver has pinned it. */
uint8_t host_memory(const void *address);

/* Writes down a call that put nothing into a queue and began at `start`. */
void call_made(enum Call call, int64_t start);

static inline size_t product(const size_t *region) { return region ? region[0] * region[1] * region[2] : 0; }

void install_buffers(void **table);
void install_images(void **table);
void install_maps(void **table);
void install_svm(void **table);
void install_kernels(void **table);
void install_calls(void **table);
