/* Devices, each described in the log when it is first seen. */
#pragma once
#include "opencl.h"
#include <stdbool.h>

struct Device {
    ClDevice handle;
    uint32_t number;
    /* Of the log that it was described in. */
    uint32_t generation;
    bool has_timer;
    /* When its clock was read last. */
    int64_t read;
    struct Device *next;
};

/* NULL without memory. */
struct Device *device_of(ClDevice handle);

/* Reads the device's clock, unless that was done a moment ago or cannot be done. */
void read_clock(struct Device *device);
