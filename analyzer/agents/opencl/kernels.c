/* Kernels, and points and barriers in queues. */
#include "hooks.h"
#include "texts.h"

static ClKernel hook_clCreateKernel(ClProgram program, const char *name, int32_t *error) {
    ClKernel kernel = TARGET(clCreateKernel)(program, name, error);
    kernel_made(kernel);
    return kernel;
}

static int32_t hook_clCreateKernelsInProgram(ClProgram program, uint32_t most, ClKernel *kernels, uint32_t *count) {
    uint32_t own = 0;
    int32_t result = TARGET(clCreateKernelsInProgram)(program, most, kernels, count ? count : &own);
    uint32_t made = result == SUCCESS && kernels ? count ? *count : own : 0;
    for (uint32_t i = 0; i < made && i < most; i++) kernel_made(kernels[i]);
    return result;
}

static ClKernel hook_clCloneKernel(ClKernel kernel, int32_t *error) {
    ClKernel clone = TARGET(clCloneKernel)(kernel, error);
    kernel_made(clone);
    return clone;
}

static int32_t hook_clEnqueueNDRangeKernel(ClQueue queue, ClKernel kernel, uint32_t dimensions, const size_t *offset,
                                           const size_t *global, const size_t *local, WAITS) {
    ENQUEUE(clEnqueueNDRangeKernel, .work = WORK_KERNEL, .name = kernel_name(kernel));
    for (uint32_t i = 0; i < 3; i++) {
        call.record.global[i] = i < dimensions && global ? global[i] : 1;
        call.record.local[i] = !local ? 0 : i < dimensions ? (uint32_t)local[i] : 1;
    }
    ENQUEUED(clEnqueueNDRangeKernel, queue, kernel, dimensions, offset, global, local, WAITED);
}

static int32_t hook_clEnqueueTask(ClQueue queue, ClKernel kernel, WAITS) {
    ENQUEUE(clEnqueueTask, .work = WORK_KERNEL, .name = kernel_name(kernel), .global = {1, 1, 1}, .local = {1, 1, 1});
    ENQUEUED(clEnqueueTask, queue, kernel, WAITED);
}

static int32_t hook_clEnqueueNativeKernel(ClQueue queue, void (*function)(void *), void *arguments, size_t size,
                                          uint32_t objects, const ClMem *list, const void **places, WAITS) {
    ENQUEUE(clEnqueueNativeKernel, .work = WORK_NATIVE);
    ENQUEUED(clEnqueueNativeKernel, queue, function, arguments, size, objects, list, places, WAITED);
}

static int32_t hook_clEnqueueMarker(ClQueue queue, ClEvent *event) {
    /* An error, which an event of the layer's own would hide. */
    if (!event) return TARGET(clEnqueueMarker)(queue, NULL);
    ENQUEUE(clEnqueueMarker, .work = WORK_MARKER);
    ENQUEUED(clEnqueueMarker, queue, call.event);
}

static int32_t hook_clEnqueueMarkerWithWaitList(ClQueue queue, WAITS) {
    ENQUEUE(clEnqueueMarkerWithWaitList, .work = WORK_MARKER);
    ENQUEUED(clEnqueueMarkerWithWaitList, queue, WAITED);
}

static int32_t hook_clEnqueueBarrierWithWaitList(ClQueue queue, WAITS) {
    ENQUEUE(clEnqueueBarrierWithWaitList, .work = WORK_MARKER);
    ENQUEUED(clEnqueueBarrierWithWaitList, queue, WAITED);
}

/* These two give no event, so that all there is to know is that they were called. */
static int32_t hook_clEnqueueBarrier(ClQueue queue) {
    int64_t start = now();
    int32_t result = TARGET(clEnqueueBarrier)(queue);
    call_made(CALL_clEnqueueBarrier, start);
    return result;
}

static int32_t hook_clEnqueueWaitForEvents(ClQueue queue, uint32_t waits, const ClEvent *wait_list) {
    int64_t start = now();
    int32_t result = TARGET(clEnqueueWaitForEvents)(queue, waits, wait_list);
    call_made(CALL_clEnqueueWaitForEvents, start);
    return result;
}

void install_kernels(void **table) {
    HOOK(clCreateKernel);
    HOOK(clCreateKernelsInProgram);
    HOOK(clCloneKernel);
    HOOK(clEnqueueNDRangeKernel);
    HOOK(clEnqueueTask);
    HOOK(clEnqueueNativeKernel);
    HOOK(clEnqueueMarker);
    HOOK(clEnqueueMarkerWithWaitList);
    HOOK(clEnqueueBarrierWithWaitList);
    HOOK(clEnqueueBarrier);
    HOOK(clEnqueueWaitForEvents);
}
