/* Memory of devices that the host can see: mapped buffers and images, and shared virtual memory. */
#pragma once
#include "opencl.h"
#include <stdbool.h>

/* What was mapped at an address. */
struct Mapping {
    size_t bytes;
    uint64_t flags;
    /* The driver was asked for memory of the host that devices reach: it is pinned. */
    bool is_pinned;
};

void mapping_made(const void *address, size_t bytes, uint64_t flags, ClMem memory);
/* False when nothing is known of it. */
bool mapping_at(const void *address, struct Mapping *mapping);
/* The same, and forgets it. */
bool mapping_gone(const void *address, struct Mapping *mapping);

void svm_made(const void *address, size_t size);
void svm_gone(const void *address);
/* Bytes of the allocation that begins there, or of what an address lies in; 0 for memory that is not shared. */
size_t svm_size(const void *address);

