#include "queues.h"
#include "log.h"
#include "map.h"
#include "records.h"
#include "state.h"
#include <stdlib.h>
#include <string.h>

/* Properties of a longer list are left as they are. */
enum { MOST_PROPERTIES = 64 };

static struct Map queues;
static uint32_t count;

static uint64_t properties_of(ClQueue handle) {
    uint64_t properties = 0;
    return TARGET(clGetCommandQueueInfo)(handle, QUEUE_PROPERTIES, 8, &properties, NULL) == SUCCESS ? properties : 0;
}

/* Takes note of a queue that was made; its handle may have been another one's. `list`: has `length` values. */
static void learn(ClQueue handle, bool is_hidden, const uint64_t *list, size_t length) {
    ClDevice device = NULL;
    TARGET(clGetCommandQueueInfo)(handle, QUEUE_DEVICE, sizeof device, &device, NULL);
    uint64_t properties = properties_of(handle);
    struct Device *on = device_of(device);
    uint64_t *copy = length > 0 ? malloc(length * sizeof *list) : NULL;
    if (copy) memcpy(copy, list, length * sizeof *list);
    state_lock();
    struct Queue *queue = map_get(&queues, handle);
    if (!queue && (queue = calloc(1, sizeof *queue)) && !map_set(&queues, handle, queue)) {
        free(queue);
        queue = NULL;
    }
    if (queue && on) {
        free(queue->list);
        queue->handle = handle;
        queue->number = ++count;
        queue->generation = 0;
        queue->device = on;
        queue->made = now();
        queue->is_timed = (properties & QUEUE_PROFILING_ENABLE) != 0;
        queue->is_hidden = is_hidden;
        queue->properties = is_hidden ? properties & ~(uint64_t)QUEUE_PROFILING_ENABLE : properties;
        queue->list = copy;
        queue->list_length = copy ? length : 0;
    } else
        free(copy);
    state_unlock();
}

struct Queue *known_queue(ClQueue handle) {
    state_lock();
    struct Queue *queue = map_get(&queues, handle);
    state_unlock();
    return queue && queue->device ? queue : NULL;
}

struct Queue *queue_of(ClQueue handle) {
    struct Queue *queue = known_queue(handle);
    if (!queue) {
        learn(handle, false, NULL, 0);
        if (!(queue = known_queue(handle))) return NULL;
    }
    uint32_t generation = log_generation();
    if (__atomic_exchange_n(&queue->generation, generation, __ATOMIC_RELAXED) != generation) {
        device_of(queue->device->handle);
        struct QueueRecord record = {
            .is_timed = queue->is_timed,
            .number = queue->number,
            .device = queue->device->number,
            .properties = queue->properties,
            .time = queue->made,
        };
        APPEND(record, RECORD_QUEUE);
    }
    return queue;
}

void queues_forget_commands(void) {
    for (size_t i = 0; i < queues.capacity; i++) {
        struct Queue *queue = queues.entries[i].value;
        if (queue) queue->first = queue->last = NULL;
    }
}

/* The queue with profiling; without, where the driver does not want to. */
static ClQueue hook_clCreateCommandQueue(ClContext context, ClDevice device, uint64_t properties, int32_t *error) {
    Fn_clCreateCommandQueue *create = TARGET(clCreateCommandQueue);
    bool is_hidden = (properties & QUEUE_PROFILING_ENABLE) == 0;
    ClQueue queue = create(context, device, properties | QUEUE_PROFILING_ENABLE, error);
    if (!queue && is_hidden) {
        is_hidden = false;
        queue = create(context, device, properties, error);
    }
    if (queue) learn(queue, is_hidden, NULL, 0);
    return queue;
}

/* Copies a list with profiling added. Gives its length with the end, 0 when there is nothing to add. */
static size_t with_profiling(const uint64_t *list, uint64_t *copy, size_t *own_length) {
    size_t length = 0;
    bool is_there = false;
    for (; list && list[length]; length += 2) {
        if (length + 5 > MOST_PROPERTIES) return 0;
        copy[length] = list[length];
        copy[length + 1] = list[length + 1];
        if (list[length] != QUEUE_PROPERTIES) continue;
        if (list[length + 1] & (QUEUE_PROFILING_ENABLE | QUEUE_ON_DEVICE)) return 0;
        copy[length + 1] |= QUEUE_PROFILING_ENABLE;
        is_there = true;
    }
    *own_length = list ? length + 1 : 0;
    if (!is_there) {
        copy[length++] = QUEUE_PROPERTIES;
        copy[length++] = QUEUE_PROFILING_ENABLE;
    }
    copy[length] = 0;
    return length + 1;
}

static ClQueue hook_clCreateCommandQueueWithProperties(ClContext context, ClDevice device, const uint64_t *list,
                                                       int32_t *error) {
    Fn_clCreateCommandQueueWithProperties *create = TARGET(clCreateCommandQueueWithProperties);
    uint64_t copy[MOST_PROPERTIES];
    size_t own_length = 0;
    bool is_hidden = with_profiling(list, copy, &own_length) > 0;
    ClQueue queue = create(context, device, is_hidden ? copy : list, error);
    if (!queue && is_hidden) {
        is_hidden = false;
        queue = create(context, device, list, error);
    }
    if (queue) learn(queue, is_hidden, list, own_length);
    return queue;
}

static int32_t own_list(const struct Queue *queue, size_t size, void *value, size_t *needed) {
    size_t length = queue->list_length * sizeof *queue->list;
    if (value && size < length) return INVALID_VALUE;
    if (value && length > 0) memcpy(value, queue->list, length);
    if (needed) *needed = length;
    return SUCCESS;
}

static int32_t hook_clGetCommandQueueInfo(ClQueue handle, uint32_t name, size_t size, void *value, size_t *needed) {
    struct Queue *queue = name == QUEUE_PROPERTIES || name == QUEUE_PROPERTIES_ARRAY ? known_queue(handle) : NULL;
    if (!queue || !queue->is_hidden) return TARGET(clGetCommandQueueInfo)(handle, name, size, value, needed);
    if (name == QUEUE_PROPERTIES_ARRAY) {
        int32_t result = TARGET(clGetCommandQueueInfo)(handle, name, 0, NULL, NULL);
        return result == SUCCESS ? own_list(queue, size, value, needed) : result;
    }
    int32_t result = TARGET(clGetCommandQueueInfo)(handle, name, size, value, needed);
    if (result == SUCCESS && value) {
        uint64_t properties;
        memcpy(&properties, value, sizeof properties);
        properties &= ~(uint64_t)QUEUE_PROFILING_ENABLE;
        memcpy(value, &properties, sizeof properties);
    }
    return result;
}

/* Profiling stays on; only what the program sees changes. */
static int32_t hook_clSetCommandQueueProperty(ClQueue handle, uint64_t properties, uint32_t enable, uint64_t *old) {
    struct Queue *queue = known_queue(handle);
    bool is_timed = queue && queue->is_timed;
    uint64_t forwarded = is_timed ? properties & ~(uint64_t)QUEUE_PROFILING_ENABLE : properties;
    int32_t result = TARGET(clSetCommandQueueProperty)(handle, forwarded, enable, old);
    if (result != SUCCESS || !is_timed) return result;
    if (old && queue->is_hidden) *old &= ~(uint64_t)QUEUE_PROFILING_ENABLE;
    if (properties & QUEUE_PROFILING_ENABLE) queue->is_hidden = !enable;
    return result;
}

static int32_t hook_clGetEventProfilingInfo(ClEvent event, uint32_t name, size_t size, void *value, size_t *needed) {
    ClQueue handle = NULL;
    TARGET(clGetEventInfo)(event, EVENT_COMMAND_QUEUE, sizeof handle, &handle, NULL);
    struct Queue *queue = handle ? known_queue(handle) : NULL;
    if (queue && queue->is_hidden) return PROFILING_INFO_NOT_AVAILABLE;
    return TARGET(clGetEventProfilingInfo)(event, name, size, value, needed);
}

void install_queues(void **table) {
    HOOK(clCreateCommandQueue);
    HOOK(clCreateCommandQueueWithProperties);
    HOOK(clGetCommandQueueInfo);
    HOOK(clSetCommandQueueProperty);
    HOOK(clGetEventProfilingInfo);
}
