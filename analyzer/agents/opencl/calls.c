/* Calls that put nothing into a queue and may take long: those that wait, build programs, and make and free memory. */
#include "content.h"
#include "hooks.h"
#include "log.h"

void call_made(enum Call call, int64_t start) {
    struct CallRecord record = {.call = (uint8_t)call, .thread = thread_number(), .start = start, .end = now()};
    APPEND(record, RECORD_CALL);
}

/* Gives `expression` and writes down how long it took. */
#define TIMED(name, type, expression)                                                                                  \
    int64_t start = now();                                                                                             \
    type result = expression;                                                                                          \
    call_made(CALL_##name, start)

static int32_t hook_clFinish(ClQueue queue) {
    TIMED(clFinish, int32_t, TARGET(clFinish)(queue));
    settle_queue(queue);
    return result;
}

static int32_t hook_clFlush(ClQueue queue) {
    TIMED(clFlush, int32_t, TARGET(clFlush)(queue));
    return result;
}

static int32_t hook_clWaitForEvents(uint32_t count, const ClEvent *events) {
    TIMED(clWaitForEvents, int32_t, TARGET(clWaitForEvents)(count, events));
    if (events) settle_events(count, events);
    return result;
}

static int32_t hook_clBuildProgram(ClProgram program, uint32_t count, const ClDevice *devices, const char *options,
                                   void (*told)(ClProgram, void *), void *data) {
    TIMED(clBuildProgram, int32_t, TARGET(clBuildProgram)(program, count, devices, options, told, data));
    return result;
}

static int32_t hook_clCompileProgram(ClProgram program, uint32_t count, const ClDevice *devices, const char *options,
                                     uint32_t headers, const ClProgram *sources, const char **names,
                                     void (*told)(ClProgram, void *), void *data) {
    TIMED(clCompileProgram, int32_t,
          TARGET(clCompileProgram)(program, count, devices, options, headers, sources, names, told, data));
    return result;
}

static ClProgram hook_clLinkProgram(ClContext context, uint32_t count, const ClDevice *devices, const char *options,
                                    uint32_t programs, const ClProgram *sources, void (*told)(ClProgram, void *),
                                    void *data, int32_t *error) {
    TIMED(clLinkProgram, ClProgram,
          TARGET(clLinkProgram)(context, count, devices, options, programs, sources, told, data, error));
    return result;
}

static int32_t hook_clReleaseMemObject(ClMem memory) {
    TIMED(clReleaseMemObject, int32_t, TARGET(clReleaseMemObject)(memory));
    return result;
}

/* Memory that was made with what the host has is a copy without a queue: the call itself makes it, or sees to it. */
static void made(enum Call call, ClMem memory, uint64_t flags, const void *host, uint8_t to, int64_t start) {
    struct CommandRecord record = {
        .call = (uint8_t)call,
        .work = WORK_TO_DEVICE,
        .flags = COMMAND_BLOCKING,
        .thread = thread_number(),
        .start = start,
        .end = now(),
        .from = host_memory(host),
        .to = to,
        .host = (uint64_t)(uintptr_t)host,
    };
    size_t size = 0;
    bool is_copy = memory && host && (flags & MEM_COPY_HOST_PTR);
    if (is_copy && TARGET(clGetMemObjectInfo)(memory, MEM_SIZE, sizeof size, &size, NULL) == SUCCESS && size > 0) {
        record.bytes = size;
        if (to == MEMORY_BUFFER) {
            struct HostBox box = {.address = host, .row_bytes = size, .rows = 1, .slices = 1};
            record.content = content_hash(&box);
        }
        APPEND(record, RECORD_COMMAND);
    } else
        call_made(call, start);
}

static ClMem hook_clCreateBuffer(ClContext context, uint64_t flags, size_t size, void *host, int32_t *error) {
    int64_t start = now();
    ClMem memory = TARGET(clCreateBuffer)(context, flags, size, host, error);
    made(CALL_clCreateBuffer, memory, flags, host, MEMORY_BUFFER, start);
    return memory;
}

static ClMem hook_clCreateBufferWithProperties(ClContext context, const uint64_t *properties, uint64_t flags,
                                               size_t size, void *host, int32_t *error) {
    int64_t start = now();
    ClMem memory = TARGET(clCreateBufferWithProperties)(context, properties, flags, size, host, error);
    made(CALL_clCreateBufferWithProperties, memory, flags, host, MEMORY_BUFFER, start);
    return memory;
}

static ClMem hook_clCreateImage(ClContext context, uint64_t flags, const ImageFormat *format, const void *description,
                                void *host, int32_t *error) {
    int64_t start = now();
    ClMem memory = TARGET(clCreateImage)(context, flags, format, description, host, error);
    made(CALL_clCreateImage, memory, flags, host, MEMORY_IMAGE, start);
    return memory;
}

static ClMem hook_clCreateImageWithProperties(ClContext context, const uint64_t *properties, uint64_t flags,
                                              const ImageFormat *format, const void *description, void *host,
                                              int32_t *error) {
    int64_t start = now();
    ClMem memory = TARGET(clCreateImageWithProperties)(context, properties, flags, format, description, host, error);
    made(CALL_clCreateImageWithProperties, memory, flags, host, MEMORY_IMAGE, start);
    return memory;
}

static ClMem hook_clCreateImage2D(ClContext context, uint64_t flags, const ImageFormat *format, size_t width,
                                  size_t height, size_t row, void *host, int32_t *error) {
    int64_t start = now();
    ClMem memory = TARGET(clCreateImage2D)(context, flags, format, width, height, row, host, error);
    made(CALL_clCreateImage2D, memory, flags, host, MEMORY_IMAGE, start);
    return memory;
}

static ClMem hook_clCreateImage3D(ClContext context, uint64_t flags, const ImageFormat *format, size_t width,
                                  size_t height, size_t depth, size_t row, size_t slice, void *host, int32_t *error) {
    int64_t start = now();
    ClMem memory = TARGET(clCreateImage3D)(context, flags, format, width, height, depth, row, slice, host, error);
    made(CALL_clCreateImage3D, memory, flags, host, MEMORY_IMAGE, start);
    return memory;
}

void install_calls(void **table) {
    HOOK(clFinish);
    HOOK(clFlush);
    HOOK(clWaitForEvents);
    HOOK(clBuildProgram);
    HOOK(clCompileProgram);
    HOOK(clLinkProgram);
    HOOK(clReleaseMemObject);
    HOOK(clCreateBuffer);
    HOOK(clCreateBufferWithProperties);
    HOOK(clCreateImage);
    HOOK(clCreateImageWithProperties);
    HOOK(clCreateImage2D);
    HOOK(clCreateImage3D);
}
