/* A layer of OpenCL that writes down what a program's queues do. The loader puts it between the program and the drivers when
 * OPENCL_LAYERS names it; where the shared object is found, the log goes to: one variable says all. It needs no headers of OpenCL, see opencl.h. */
#define _GNU_SOURCE
#include "hooks.h"
#include "log.h"
#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EXPORTED __attribute__((visibility("default")))

static void before_fork(void) {
    state_lock();
    log_before_fork();
}

static void after_fork_in_parent(void) {
    log_after_fork(false);
    state_unlock();
}

/* The folder that the loader found this library in, under the name that it used. */
static const char *own_folder(char *path, size_t size) {
    Dl_info info;
    if (!dladdr((void *)(uintptr_t)before_fork, &info) || !info.dli_fname || strlen(info.dli_fname) >= size) return NULL;
    strcpy(path, info.dli_fname);
    char *end = strrchr(path, '/');
    if (!end) return NULL;
    *end = 0;
    return path;
}

static void begin(void) {
    struct ProcessRecord record = {.process = (uint32_t)getpid(), .time = now()};
    APPEND(record, RECORD_PROCESS);
}

/* What the parent's queues run stays the parent's; the child's own calls go to a log of its own. */
static void after_fork_in_child(void) {
    log_after_fork(true);
    state_after_fork_in_child();
    commands_after_fork_in_child();
}

EXPORTED int32_t clGetLayerInfo(uint32_t name, size_t size, void *value, size_t *needed) {
    static const char own_name[] = "perfscope";
    const uint32_t version = LAYER_API_VERSION_100;
    const void *answer = name == LAYER_API_VERSION ? (const void *)&version : own_name;
    size_t length = name == LAYER_API_VERSION ? sizeof version : sizeof own_name;
    if (name != LAYER_API_VERSION && name != LAYER_NAME) return INVALID_VALUE;
    if (value && size < length) return INVALID_VALUE;
    if (value) memcpy(value, answer, length);
    if (needed) *needed = length;
    return SUCCESS;
}

EXPORTED int32_t clInitLayer(uint32_t count, void *const *next, uint32_t *own_count, void *const **own) {
    /* A loader that knows layers knows OpenCL 1.2; of what came later it may have less than the layer. */
    if (!next || !own || !own_count || count <= SLOT_clEnqueueBarrierWithWaitList) return INVALID_VALUE;
    size_t size = count > SLOT_clCreateImageWithProperties ? count : SLOT_clCreateImageWithProperties + 1;
    void **table = calloc(size, sizeof *table);
    void **after = calloc(size, sizeof *after);
    char path[4096];
    if (!table || !after || !log_begin(own_folder(path, sizeof path))) {
        free(table);
        free(after);
        return INVALID_VALUE;
    }
    memcpy(after, next, count * sizeof *table);
    memcpy(table, next, count * sizeof *table);
    target = after;
    install_queues(table);
    install_events(table);
    install_buffers(table);
    install_images(table);
    install_maps(table);
    install_svm(table);
    install_kernels(table);
    install_calls(table);
    static bool is_watched;
    if (!is_watched) pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
    is_watched = true;
    begin();
    *own = table;
    *own_count = count;
    return SUCCESS;
}

/* What loaders call instead that tell layers when they are done with them. There is nothing to end: see settle in commands.c. */
EXPORTED int32_t clInitLayerWithProperties(uint32_t count, void *const *next, uint32_t *own_count, void *const **own,
                                           const uint64_t *properties) {
    (void)properties;
    return clInitLayer(count, next, own_count, own);
}

EXPORTED int32_t clDeinitLayer(void) { return SUCCESS; }
