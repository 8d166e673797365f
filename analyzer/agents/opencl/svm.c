/* Shared virtual memory. */
#include "hooks.h"
#include "memory.h"

static uint8_t work_of_copy(const void *to, const void *from) {
    bool is_to = svm_size(to) > 0, is_from = svm_size(from) > 0;
    if (is_to == is_from) return WORK_ON_DEVICE;
    return is_to ? WORK_TO_DEVICE : WORK_TO_HOST;
}

static void *hook_clSVMAlloc(ClContext context, uint64_t flags, size_t size, uint32_t alignment) {
    int64_t start = now();
    void *address = TARGET(clSVMAlloc)(context, flags, size, alignment);
    call_made(CALL_clSVMAlloc, start);
    if (address) svm_made(address, size);
    return address;
}

static void hook_clSVMFree(ClContext context, void *address) {
    int64_t start = now();
    /* Before it is free: another thread may be given the address. */
    svm_gone(address);
    TARGET(clSVMFree)(context, address);
    call_made(CALL_clSVMFree, start);
}

static int32_t hook_clEnqueueSVMFree(ClQueue queue, uint32_t count, void **pointers,
                                     void (*freed)(ClQueue, uint32_t, void **, void *), void *data, WAITS) {
    /* With a function of its own the program frees them later, by clSVMFree for example. */
    for (uint32_t i = 0; pointers && !freed && i < count; i++) svm_gone(pointers[i]);
    ENQUEUE(clEnqueueSVMFree, .work = WORK_MARKER);
    ENQUEUED(clEnqueueSVMFree, queue, count, pointers, freed, data, WAITED);
}

static int32_t hook_clEnqueueSVMMemcpy(ClQueue queue, uint32_t blocking, void *to, const void *from, size_t size,
                                       WAITS) {
    uint8_t work = work_of_copy(to, from);
    ENQUEUE(clEnqueueSVMMemcpy, .work = work, .flags = BLOCKS(blocking), .bytes = size, .from = host_memory(from),
            .to = host_memory(to));
    const void *host = work == WORK_TO_DEVICE ? from : work == WORK_TO_HOST ? to : NULL;
    call.host = (struct HostBox){.address = host, .row_bytes = size, .rows = 1, .slices = 1};
    call.waits = waits > 0;
    ENQUEUED(clEnqueueSVMMemcpy, queue, blocking, to, from, size, WAITED);
}

static int32_t hook_clEnqueueSVMMemFill(ClQueue queue, void *to, const void *pattern, size_t pattern_size, size_t size,
                                        WAITS) {
    ENQUEUE(clEnqueueSVMMemFill, .work = WORK_FILL, .bytes = size, .to = MEMORY_SVM);
    ENQUEUED(clEnqueueSVMMemFill, queue, to, pattern, pattern_size, size, WAITED);
}

static int32_t hook_clEnqueueSVMMap(ClQueue queue, uint32_t blocking, uint64_t flags, void *address, size_t size,
                                    WAITS) {
    bool is_read = !(flags & MAP_WRITE_INVALIDATE_REGION);
    ENQUEUE(clEnqueueSVMMap, .work = is_read ? WORK_TO_HOST : WORK_MARKER, .flags = BLOCKS(blocking),
            .bytes = is_read ? size : 0, .from = MEMORY_SVM, .to = MEMORY_SVM);
    if (is_read) call.host = (struct HostBox){.address = address, .row_bytes = size, .rows = 1, .slices = 1};
    enqueue_ready(&call);
    int32_t result = TARGET(clEnqueueSVMMap)(queue, blocking, flags, address, size, WAITED);
    if (result == SUCCESS) mapping_made(address, size, flags, NULL);
    enqueue_end(&call, result);
    return result;
}

static int32_t hook_clEnqueueSVMUnmap(ClQueue queue, void *address, WAITS) {
    struct Mapping mapping = {0, 0, false};
    bool is_written = mapping_gone(address, &mapping) && (mapping.flags & (MAP_WRITE | MAP_WRITE_INVALIDATE_REGION));
    ENQUEUE(clEnqueueSVMUnmap, .work = is_written ? WORK_TO_DEVICE : WORK_MARKER, .from = MEMORY_SVM, .to = MEMORY_SVM,
            .bytes = is_written ? mapping.bytes : 0);
    if (is_written) call.host = (struct HostBox){.address = address, .row_bytes = mapping.bytes, .rows = 1, .slices = 1};
    call.waits = waits > 0;
    ENQUEUED(clEnqueueSVMUnmap, queue, address, WAITED);
}

/* A size of 0, or none at all, stands for the whole allocation. */
static int32_t hook_clEnqueueSVMMigrateMem(ClQueue queue, uint32_t count, const void **pointers, const size_t *sizes,
                                           uint64_t flags, WAITS) {
    size_t bytes = 0;
    for (uint32_t i = 0; pointers && i < count && !(flags & MIGRATE_CONTENT_UNDEFINED); i++)
        bytes += sizes && sizes[i] ? sizes[i] : svm_size(pointers[i]);
    ENQUEUE(clEnqueueSVMMigrateMem, .flags = COMMAND_ESTIMATED, .bytes = bytes, .from = MEMORY_SVM, .to = MEMORY_SVM,
            .work = bytes == 0              ? WORK_MARKER
                    : flags & MIGRATE_HOST ? WORK_TO_HOST
                                           : WORK_TO_DEVICE);
    ENQUEUED(clEnqueueSVMMigrateMem, queue, count, pointers, sizes, flags, WAITED);
}

void install_svm(void **table) {
    HOOK(clSVMAlloc);
    HOOK(clSVMFree);
    HOOK(clEnqueueSVMFree);
    HOOK(clEnqueueSVMMemcpy);
    HOOK(clEnqueueSVMMemFill);
    HOOK(clEnqueueSVMMap);
    HOOK(clEnqueueSVMUnmap);
    HOOK(clEnqueueSVMMigrateMem);
}
