#include "devices.h"
#include "log.h"
#include "records.h"
#include "state.h"
#include "texts.h"
#include <stdlib.h>
#include <string.h>

/* Readings of a clock, of which the one counts that took least time. */
enum { READINGS = 5 };
/* Nanoseconds between readings: clocks drift by some 10 microseconds in this time at most. */
static const int64_t PERIOD = 500000000;

static struct Device *devices;
static uint32_t count;

static uint64_t info(ClDevice device, uint32_t name, size_t size) {
    uint64_t value = 0;
    return TARGET(clGetDeviceInfo)(device, name, size, &value, NULL) == SUCCESS ? value : 0;
}

/* Place of a device among those of its platform. */
static uint32_t ordinal_of(ClDevice device) {
    enum { MOST = 64 };
    ClPlatform platform = NULL;
    ClDevice all[MOST];
    uint32_t found = 0;
    TARGET(clGetDeviceInfo)(device, DEVICE_PLATFORM, sizeof platform, &platform, NULL);
    if (!platform || TARGET(clGetDeviceIDs)(platform, DEVICE_TYPE_ALL, MOST, all, &found) != SUCCESS) return 0;
    for (uint32_t i = 0; i < found && i < MOST; i++)
        if (all[i] == device) return i;
    return 0;
}

static void describe(const struct Device *device) {
    char name[256] = "";
    ClDevice handle = device->handle;
    TARGET(clGetDeviceInfo)(handle, DEVICE_NAME, sizeof name - 1, name, NULL);
    uint64_t type = info(handle, DEVICE_TYPE, 8);
    struct DeviceRecord record = {
        .number = device->number,
        .name = text_number(name),
        .type = (uint32_t)type,
        .ordinal = ordinal_of(handle),
        .compute_units = (uint32_t)info(handle, DEVICE_MAX_COMPUTE_UNITS, 4),
        .memory = info(handle, DEVICE_GLOBAL_MEM_SIZE, 8),
        .shares_memory = info(handle, DEVICE_HOST_UNIFIED_MEMORY, 4) != 0 || (type & DEVICE_TYPE_CPU) != 0,
    };
    if (TARGET(clGetDeviceInfo)(handle, DEVICE_UUID, sizeof record.uuid, record.uuid, NULL) != SUCCESS)
        memset(record.uuid, 0, sizeof record.uuid);
    APPEND(record, RECORD_DEVICE);
}

static struct Device *find(ClDevice handle) {
    struct Device *device = devices;
    while (device && device->handle != handle) device = device->next;
    return device;
}

struct Device *device_of(ClDevice handle) {
    state_lock();
    struct Device *device = find(handle);
    if (!device && (device = calloc(1, sizeof *device))) {
        *device = (struct Device){.handle = handle, .number = ++count, .has_timer = TARGET(clGetDeviceAndHostTimer) != NULL, .next = devices};
        devices = device;
    }
    uint32_t generation = log_generation();
    bool is_new = device && device->generation != generation;
    if (is_new) device->generation = generation;
    if (is_new) device->read = 0;
    state_unlock();
    if (is_new) describe(device);
    return device;
}

void read_clock(struct Device *device) {
    int64_t time = now();
    if (!__atomic_load_n(&device->has_timer, __ATOMIC_RELAXED)) return;
    int64_t last = __atomic_load_n(&device->read, __ATOMIC_RELAXED);
    if (last != 0 && time - last < PERIOD) return;
    if (!__atomic_compare_exchange_n(&device->read, &last, time, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) return;
    struct ClockRecord best = {.device = device->number};
    for (int i = 0; i < READINGS; i++) {
        uint64_t on_device = 0, on_host = 0;
        int64_t before = now();
        int32_t result = TARGET(clGetDeviceAndHostTimer)(device->handle, &on_device, &on_host);
        int64_t after = now();
        if (result != SUCCESS || on_device == 0) {
            __atomic_store_n(&device->has_timer, false, __ATOMIC_RELAXED);
            return;
        }
        if (i > 0 && after - before >= best.after - best.before) continue;
        best.device_time = on_device;
        best.before = before;
        best.after = after;
    }
    APPEND(best, RECORD_CLOCK);
}
