/* Copies from, to and between buffers. */
#include "hooks.h"
#include "memory.h"

uint8_t host_memory(const void *address) {
    struct Mapping mapping;
    if (mapping_at(address, &mapping) && mapping.is_pinned) return MEMORY_PINNED;
    return svm_size(address) > 0 ? MEMORY_SVM : MEMORY_PAGEABLE;
}

static struct HostBox plain(const void *address, size_t size) {
    return (struct HostBox){.address = address, .row_bytes = size, .rows = 1, .slices = 1};
}

/* Where the driver takes the pitch from the region when it is not given. */
static struct HostBox box(const void *address, const size_t *origin, const size_t *region, size_t row, size_t slice) {
    if (!origin || !region || product(region) == 0) return (struct HostBox){.address = NULL};
    size_t row_pitch = row ? row : region[0];
    size_t slice_pitch = slice ? slice : row_pitch * region[1];
    size_t offset = origin[2] * slice_pitch + origin[1] * row_pitch + origin[0];
    return (struct HostBox){(const char *)address + offset, region[0], region[1], region[2], row_pitch, slice_pitch};
}

static int32_t hook_clEnqueueReadBuffer(ClQueue queue, ClMem buffer, uint32_t blocking, size_t offset, size_t size,
                                        void *host, WAITS) {
    ENQUEUE(clEnqueueReadBuffer, .work = WORK_TO_HOST, .flags = BLOCKS(blocking), .bytes = size, .from = MEMORY_BUFFER,
            .to = host_memory(host));
    call.host = plain(host, size);
    ENQUEUED(clEnqueueReadBuffer, queue, buffer, blocking, offset, size, host, WAITED);
}

static int32_t hook_clEnqueueWriteBuffer(ClQueue queue, ClMem buffer, uint32_t blocking, size_t offset, size_t size,
                                         const void *host, WAITS) {
    ENQUEUE(clEnqueueWriteBuffer, .work = WORK_TO_DEVICE, .flags = BLOCKS(blocking), .bytes = size,
            .from = host_memory(host), .to = MEMORY_BUFFER);
    call.host = plain(host, size);
    call.waits = waits > 0;
    ENQUEUED(clEnqueueWriteBuffer, queue, buffer, blocking, offset, size, host, WAITED);
}

static int32_t hook_clEnqueueCopyBuffer(ClQueue queue, ClMem from, ClMem to, size_t from_offset, size_t to_offset,
                                        size_t size, WAITS) {
    ENQUEUE(clEnqueueCopyBuffer, .work = WORK_ON_DEVICE, .bytes = size, .from = MEMORY_BUFFER, .to = MEMORY_BUFFER);
    ENQUEUED(clEnqueueCopyBuffer, queue, from, to, from_offset, to_offset, size, WAITED);
}

static int32_t hook_clEnqueueReadBufferRect(ClQueue queue, ClMem buffer, uint32_t blocking, BOX, void *host, WAITS) {
    ENQUEUE(clEnqueueReadBufferRect, .work = WORK_TO_HOST, .flags = BLOCKS(blocking), .bytes = product(region),
            .from = MEMORY_BUFFER, .to = host_memory(host));
    call.host = box(host, host_origin, region, host_row, host_slice);
    ENQUEUED(clEnqueueReadBufferRect, queue, buffer, blocking, buffer_origin, host_origin, region, buffer_row,
             buffer_slice, host_row, host_slice, host, WAITED);
}

static int32_t hook_clEnqueueWriteBufferRect(ClQueue queue, ClMem buffer, uint32_t blocking, BOX, const void *host,
                                             WAITS) {
    ENQUEUE(clEnqueueWriteBufferRect, .work = WORK_TO_DEVICE, .flags = BLOCKS(blocking), .bytes = product(region),
            .from = host_memory(host), .to = MEMORY_BUFFER);
    call.host = box(host, host_origin, region, host_row, host_slice);
    call.waits = waits > 0;
    ENQUEUED(clEnqueueWriteBufferRect, queue, buffer, blocking, buffer_origin, host_origin, region, buffer_row,
             buffer_slice, host_row, host_slice, host, WAITED);
}

static int32_t hook_clEnqueueCopyBufferRect(ClQueue queue, ClMem from, ClMem to, BOX, WAITS) {
    ENQUEUE(clEnqueueCopyBufferRect, .work = WORK_ON_DEVICE, .bytes = product(region), .from = MEMORY_BUFFER,
            .to = MEMORY_BUFFER);
    ENQUEUED(clEnqueueCopyBufferRect, queue, from, to, buffer_origin, host_origin, region, buffer_row, buffer_slice,
             host_row, host_slice, WAITED);
}

static int32_t hook_clEnqueueFillBuffer(ClQueue queue, ClMem buffer, const void *pattern, size_t pattern_size,
                                        size_t offset, size_t size, WAITS) {
    ENQUEUE(clEnqueueFillBuffer, .work = WORK_FILL, .bytes = size, .to = MEMORY_BUFFER);
    ENQUEUED(clEnqueueFillBuffer, queue, buffer, pattern, pattern_size, offset, size, WAITED);
}

/* Bytes of memory objects are moved as a whole, and only when they are not there yet. */
static int32_t hook_clEnqueueMigrateMemObjects(ClQueue queue, uint32_t count, const ClMem *objects, uint64_t flags,
                                               WAITS) {
    size_t bytes = 0;
    for (uint32_t i = 0; objects && i < count && !(flags & MIGRATE_CONTENT_UNDEFINED); i++) {
        size_t size = 0;
        TARGET(clGetMemObjectInfo)(objects[i], MEM_SIZE, sizeof size, &size, NULL);
        bytes += size;
    }
    ENQUEUE(clEnqueueMigrateMemObjects, .flags = COMMAND_ESTIMATED, .bytes = bytes,
            .work = bytes == 0              ? WORK_MARKER
                    : flags & MIGRATE_HOST ? WORK_TO_HOST
                                           : WORK_TO_DEVICE,
            .from = flags & MIGRATE_HOST ? MEMORY_BUFFER : MEMORY_UNKNOWN,
            .to = flags & MIGRATE_HOST ? MEMORY_UNKNOWN : MEMORY_BUFFER);
    ENQUEUED(clEnqueueMigrateMemObjects, queue, count, objects, flags, WAITED);
}

void install_buffers(void **table) {
    HOOK(clEnqueueReadBuffer);
    HOOK(clEnqueueWriteBuffer);
    HOOK(clEnqueueCopyBuffer);
    HOOK(clEnqueueReadBufferRect);
    HOOK(clEnqueueWriteBufferRect);
    HOOK(clEnqueueCopyBufferRect);
    HOOK(clEnqueueFillBuffer);
    HOOK(clEnqueueMigrateMemObjects);
}
