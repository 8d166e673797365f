/* Buffers and images that the host maps: what it may read is copied to it when it maps, what it has written when it unmaps. */
#include "hooks.h"
#include "memory.h"

static uint8_t work_of_map(uint64_t flags) {
    return flags & MAP_WRITE_INVALIDATE_REGION ? WORK_MARKER : WORK_TO_HOST;
}

static void *mapped(struct Enqueue *call, ClMem memory, void *address, uint64_t flags, size_t bytes, int32_t error) {
    if (address) {
        mapping_made(address, bytes, flags, memory);
        call->record.to = host_memory(address);
    }
    call->record.host = (uint64_t)(uintptr_t)address;
    call->host = (struct HostBox){.address = address, .row_bytes = bytes, .rows = 1, .slices = 1};
    enqueue_end(call, address ? SUCCESS : error);
    return address;
}

static void *hook_clEnqueueMapBuffer(ClQueue queue, ClMem buffer, uint32_t blocking, uint64_t flags, size_t offset,
                                     size_t size, WAITS, int32_t *error) {
    int32_t own = INVALID_VALUE;
    ENQUEUE(clEnqueueMapBuffer, .work = work_of_map(flags), .flags = BLOCKS(blocking), .from = MEMORY_BUFFER,
            .bytes = work_of_map(flags) == WORK_MARKER ? 0 : size);
    enqueue_ready(&call);
    void *address = TARGET(clEnqueueMapBuffer)(queue, buffer, blocking, flags, offset, size, WAITED,
                                               error ? error : &own);
    return mapped(&call, buffer, address, flags, size, error ? *error : own);
}

static void *hook_clEnqueueMapImage(ClQueue queue, ClMem image, uint32_t blocking, uint64_t flags, const size_t *origin,
                                    const size_t *region, size_t *row, size_t *slice, WAITS, int32_t *error) {
    int32_t own = INVALID_VALUE;
    size_t element = 0;
    TARGET(clGetImageInfo)(image, IMAGE_ELEMENT_SIZE, sizeof element, &element, NULL);
    size_t size = product(region) * element;
    ENQUEUE(clEnqueueMapImage, .work = work_of_map(flags), .flags = BLOCKS(blocking), .from = MEMORY_IMAGE,
            .bytes = work_of_map(flags) == WORK_MARKER ? 0 : size);
    enqueue_ready(&call);
    void *address = TARGET(clEnqueueMapImage)(queue, image, blocking, flags, origin, region, row, slice, WAITED,
                                              error ? error : &own);
    return mapped(&call, image, address, flags, size, error ? *error : own);
}

static int32_t hook_clEnqueueUnmapMemObject(ClQueue queue, ClMem memory, void *address, WAITS) {
    struct Mapping mapping = {0, 0, false};
    uint8_t from = host_memory(address);
    bool is_known = mapping_gone(address, &mapping);
    bool is_written = is_known && (mapping.flags & (MAP_WRITE | MAP_WRITE_INVALIDATE_REGION)) != 0;
    ENQUEUE(clEnqueueUnmapMemObject, .work = is_written ? WORK_TO_DEVICE : WORK_MARKER,
            .bytes = is_written ? mapping.bytes : 0, .from = from, .to = MEMORY_BUFFER);
    if (is_written) call.host = (struct HostBox){.address = address, .row_bytes = mapping.bytes, .rows = 1, .slices = 1};
    call.waits = waits > 0;
    ENQUEUED(clEnqueueUnmapMemObject, queue, memory, address, WAITED);
}

void install_maps(void **table) {
    HOOK(clEnqueueMapBuffer);
    HOOK(clEnqueueMapImage);
    HOOK(clEnqueueUnmapMemObject);
}
