/* Copies from, to and between images. */
#include "hooks.h"

static size_t element_size(ClMem image) {
    size_t size = 0;
    TARGET(clGetImageInfo)(image, IMAGE_ELEMENT_SIZE, sizeof size, &size, NULL);
    return size;
}

static struct HostBox box(const void *address, const size_t *region, size_t element, size_t row, size_t slice) {
    if (product(region) * element == 0) return (struct HostBox){.address = NULL};
    size_t row_bytes = region[0] * element;
    size_t row_pitch = row ? row : row_bytes;
    return (struct HostBox){address, row_bytes, region[1], region[2], row_pitch, slice ? slice : row_pitch * region[1]};
}

static int32_t hook_clEnqueueReadImage(ClQueue queue, ClMem image, uint32_t blocking, const size_t *origin,
                                       const size_t *region, size_t row, size_t slice, void *host, WAITS) {
    size_t element = element_size(image);
    ENQUEUE(clEnqueueReadImage, .work = WORK_TO_HOST, .flags = BLOCKS(blocking), .bytes = product(region) * element,
            .from = MEMORY_IMAGE, .to = host_memory(host));
    call.host = box(host, region, element, row, slice);
    ENQUEUED(clEnqueueReadImage, queue, image, blocking, origin, region, row, slice, host, WAITED);
}

static int32_t hook_clEnqueueWriteImage(ClQueue queue, ClMem image, uint32_t blocking, const size_t *origin,
                                        const size_t *region, size_t row, size_t slice, const void *host, WAITS) {
    size_t element = element_size(image);
    ENQUEUE(clEnqueueWriteImage, .work = WORK_TO_DEVICE, .flags = BLOCKS(blocking), .bytes = product(region) * element,
            .from = host_memory(host), .to = MEMORY_IMAGE);
    call.host = box(host, region, element, row, slice);
    call.waits = waits > 0;
    ENQUEUED(clEnqueueWriteImage, queue, image, blocking, origin, region, row, slice, host, WAITED);
}

static int32_t hook_clEnqueueCopyImage(ClQueue queue, ClMem from, ClMem to, const size_t *from_origin,
                                       const size_t *to_origin, const size_t *region, WAITS) {
    size_t bytes = product(region) * element_size(from);
    ENQUEUE(clEnqueueCopyImage, .work = WORK_ON_DEVICE, .bytes = bytes, .from = MEMORY_IMAGE, .to = MEMORY_IMAGE);
    ENQUEUED(clEnqueueCopyImage, queue, from, to, from_origin, to_origin, region, WAITED);
}

static int32_t hook_clEnqueueCopyImageToBuffer(ClQueue queue, ClMem from, ClMem to, const size_t *origin,
                                               const size_t *region, size_t offset, WAITS) {
    size_t bytes = product(region) * element_size(from);
    ENQUEUE(clEnqueueCopyImageToBuffer, .work = WORK_ON_DEVICE, .bytes = bytes, .from = MEMORY_IMAGE,
            .to = MEMORY_BUFFER);
    ENQUEUED(clEnqueueCopyImageToBuffer, queue, from, to, origin, region, offset, WAITED);
}

static int32_t hook_clEnqueueCopyBufferToImage(ClQueue queue, ClMem from, ClMem to, size_t offset,
                                               const size_t *origin, const size_t *region, WAITS) {
    size_t bytes = product(region) * element_size(to);
    ENQUEUE(clEnqueueCopyBufferToImage, .work = WORK_ON_DEVICE, .bytes = bytes, .from = MEMORY_BUFFER,
            .to = MEMORY_IMAGE);
    ENQUEUED(clEnqueueCopyBufferToImage, queue, from, to, offset, origin, region, WAITED);
}

static int32_t hook_clEnqueueFillImage(ClQueue queue, ClMem image, const void *color, const size_t *origin,
                                       const size_t *region, WAITS) {
    size_t bytes = product(region) * element_size(image);
    ENQUEUE(clEnqueueFillImage, .work = WORK_FILL, .bytes = bytes, .to = MEMORY_IMAGE);
    ENQUEUED(clEnqueueFillImage, queue, image, color, origin, region, WAITED);
}

void install_images(void **table) {
    HOOK(clEnqueueReadImage);
    HOOK(clEnqueueWriteImage);
    HOOK(clEnqueueCopyImage);
    HOOK(clEnqueueCopyImageToBuffer);
    HOOK(clEnqueueCopyBufferToImage);
    HOOK(clEnqueueFillImage);
}
