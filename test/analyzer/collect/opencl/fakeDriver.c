/* fakeDriver LAYER HOW: stands for a loader and a driver that are not like the ones here, and drives the layer through the table
 * that it hands out. HOW is a list of letters:
 *
 *     t  the device's clock can be asked        s  the driver does not call back
 *     u  queues cannot have profiling           f  commands end with an error
 *     o  the table ends with OpenCL 1.2         p  the loader is of the kind that ends layers
 *
 * Prints the results of what it called. */
#include "opencl.h"
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ENTRIES = 160, OLD_ENTRIES = 107, COMMANDS = 5 };
/* The device's clock is that far ahead. */
static const uint64_t AHEAD = 1000000000000000000u;

struct ClEvent {
    int references, status;
    uint64_t times[4];
    void (*told)(ClEvent, int32_t, void *);
    void *data;
};
struct ClQueue {
    uint64_t properties;
    ClEvent waiting[COMMANDS];
    int count;
};

static const char *how;
static struct ClQueue queue;
static int alive;
static int has(char letter) { return strchr(how, letter) != NULL; }

static uint64_t device_now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec + AHEAD;
}

static int32_t answer(const void *value, size_t length, size_t size, void *to, size_t *needed) {
    if (to && size < length) return INVALID_VALUE;
    if (to) memcpy(to, value, length);
    if (needed) *needed = length;
    return SUCCESS;
}

static int32_t fake_clGetDeviceIDs(ClPlatform platform, uint64_t type, uint32_t most, ClDevice *to, uint32_t *count) {
    (void)platform, (void)type;
    if (most > 0) to[0] = (ClDevice)2;
    *count = 1;
    return SUCCESS;
}

static int32_t fake_clGetDeviceInfo(ClDevice device, uint32_t name, size_t size, void *to, size_t *needed) {
    const uint64_t number = name == DEVICE_TYPE ? 4 : name == DEVICE_GLOBAL_MEM_SIZE ? 1 << 20 : name == DEVICE_PLATFORM;
    const uint8_t uuid[16] = {0xab, 1};
    (void)device;
    if (name == DEVICE_NAME) return answer("Fake GPU", 9, size, to, needed);
    if (name == DEVICE_UUID) return answer(uuid, 16, size, to, needed);
    return answer(&number, name == DEVICE_MAX_COMPUTE_UNITS || name == DEVICE_HOST_UNIFIED_MEMORY ? 4 : 8, size, to, needed);
}

static ClQueue fake_clCreateCommandQueue(ClContext context, ClDevice device, uint64_t properties, int32_t *error) {
    (void)context, (void)device;
    int is_refused = has('u') && (properties & QUEUE_PROFILING_ENABLE);
    if (error) *error = is_refused ? -35 : SUCCESS;
    queue.properties = properties;
    return is_refused ? NULL : &queue;
}

static int32_t fake_clGetCommandQueueInfo(ClQueue asked, uint32_t name, size_t size, void *to, size_t *needed) {
    const ClDevice device = (ClDevice)2;
    if (name == QUEUE_DEVICE) return answer(&device, sizeof device, size, to, needed);
    return name == QUEUE_PROPERTIES ? answer(&asked->properties, 8, size, to, needed) : INVALID_VALUE;
}

static int32_t fake_clGetEventInfo(ClEvent event, uint32_t name, size_t size, void *to, size_t *needed) {
    const ClQueue of = &queue;
    const uint32_t references = (uint32_t)event->references;
    if (name == EVENT_COMMAND_QUEUE) return answer(&of, sizeof of, size, to, needed);
    if (name == EVENT_REFERENCE_COUNT) return answer(&references, 4, size, to, needed);
    return answer(&event->status, 4, size, to, needed);
}

static int32_t fake_clRetainEvent(ClEvent event) {
    event->references++;
    return SUCCESS;
}

static int32_t fake_clReleaseEvent(ClEvent event) {
    if (--event->references > 0) return SUCCESS;
    alive--;
    free(event);
    return SUCCESS;
}

static int32_t fake_clGetEventProfilingInfo(ClEvent event, uint32_t name, size_t size, void *to, size_t *needed) {
    if (!(queue.properties & QUEUE_PROFILING_ENABLE)) return PROFILING_INFO_NOT_AVAILABLE;
    return answer(&event->times[name - PROFILING_COMMAND_QUEUED], 8, size, to, needed);
}

static int32_t fake_clSetEventCallback(ClEvent event, int32_t type, void (*told)(ClEvent, int32_t, void *), void *data) {
    (void)type;
    if (has('s')) return -59;
    event->told = told;
    event->data = data;
    return SUCCESS;
}

static int32_t fake_clEnqueueFillBuffer(ClQueue to, ClMem buffer, const void *pattern, size_t pattern_size, size_t offset,
                                        size_t size, WAITS) {
    (void)buffer, (void)pattern, (void)pattern_size, (void)offset, (void)size, (void)waits, (void)wait_list;
    ClEvent made = calloc(1, sizeof *made);
    made->references = 1 + (event != NULL);
    made->status = 3;
    made->times[0] = made->times[1] = device_now();
    to->waiting[to->count++] = made;
    alive++;
    if (event) *event = made;
    return SUCCESS;
}

static int32_t fake_clFinish(ClQueue of) {
    for (int i = 0; i < of->count; i++) {
        ClEvent event = of->waiting[i];
        event->times[2] = device_now();
        event->times[3] = device_now();
        event->status = has('f') ? -5 : COMPLETE;
        if (event->told) event->told(event, event->status, event->data);
        fake_clReleaseEvent(event);
    }
    of->count = 0;
    return SUCCESS;
}

static int32_t fake_clGetDeviceAndHostTimer(ClDevice device, uint64_t *on_device, uint64_t *on_host) {
    (void)device;
    if (!has('t')) return -59;
    *on_device = device_now();
    *on_host = *on_device - AHEAD;
    return SUCCESS;
}

int main(int count, char **arguments) {
    void *table[ENTRIES] = {NULL};
    void *const *layer = NULL;
    uint32_t given = 0;
    if (count < 3) return 2;
    how = arguments[2];
#define FAKE(name) table[SLOT_##name] = (void *)fake_##name
    FAKE(clGetDeviceIDs), FAKE(clGetDeviceInfo), FAKE(clCreateCommandQueue), FAKE(clGetCommandQueueInfo);
    FAKE(clGetEventInfo), FAKE(clRetainEvent), FAKE(clReleaseEvent), FAKE(clGetEventProfilingInfo);
    FAKE(clSetEventCallback), FAKE(clEnqueueFillBuffer), FAKE(clFinish);
    uint32_t entries = has('o') ? OLD_ENTRIES : ENTRIES;
    if (!has('o')) FAKE(clGetDeviceAndHostTimer);
    void *library = dlopen(arguments[1], RTLD_NOW);
    if (!library) return 3;
    int32_t (*start)(uint32_t, void *const *, uint32_t *, void *const **) = NULL;
    int32_t (*start_with)(uint32_t, void *const *, uint32_t *, void *const **, const uint64_t *) = NULL;
    *(void **)&start = dlsym(library, "clInitLayer");
    *(void **)&start_with = dlsym(library, "clInitLayerWithProperties");
    int32_t code = has('p') ? start_with(entries, table, &given, &layer, NULL) : start(entries, table, &given, &layer);
    printf("start %d %d\n", code, given == entries);
#define CALL(name) ((Fn_##name *)layer[SLOT_##name])
    ClQueue made = CALL(clCreateCommandQueue)(NULL, (ClDevice)2, 0, &code);
    uint64_t properties = 9;
    CALL(clGetCommandQueueInfo)(made, QUEUE_PROPERTIES, 8, &properties, NULL);
    printf("queue %d properties %d\n", code, (int)properties);
    ClEvent kept;
    for (int i = 0; i < COMMANDS; i++)
        CALL(clEnqueueFillBuffer)(made, NULL, NULL, 0, 0, 64, 0, NULL, i == 0 ? &kept : NULL);
    CALL(clFinish)(made);
    uint32_t references = 0;
    CALL(clGetEventInfo)(kept, EVENT_REFERENCE_COUNT, 4, &references, NULL);
    uint64_t time = 0;
    code = CALL(clGetEventProfilingInfo)(kept, PROFILING_COMMAND_QUEUED, 8, &time, NULL);
    printf("references %u profiling %d\n", references, code);
    CALL(clReleaseEvent)(kept);
    printf("events left %d\n", alive);
    if (has('p')) {
        int32_t (*end)(void) = NULL;
        *(void **)&end = dlsym(library, "clDeinitLayer");
        printf("end %d\n", end());
    }
    return 0;
}
