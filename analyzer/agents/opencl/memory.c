#include "memory.h"
#include "map.h"
#include "state.h"
#include <stdlib.h>

struct Range {
    struct Range *next;
    const char *address;
    size_t size;
};

static struct Map mappings;
static struct Range *ranges;

void mapping_made(const void *address, size_t bytes, uint64_t flags, ClMem memory) {
    uint64_t asked = 0;
    struct Mapping *mapping = malloc(sizeof *mapping);
    if (!mapping) return;
    if (memory) TARGET(clGetMemObjectInfo)(memory, MEM_FLAGS, sizeof asked, &asked, NULL);
    *mapping = (struct Mapping){bytes, flags, (asked & MEM_ALLOC_HOST_PTR) != 0};
    state_lock();
    struct Mapping *old = map_get(&mappings, address);
    if (!map_set(&mappings, address, mapping)) old = mapping;
    state_unlock();
    free(old);
}

bool mapping_at(const void *address, struct Mapping *mapping) {
    state_lock();
    const struct Mapping *known = map_get(&mappings, address);
    if (known) *mapping = *known;
    state_unlock();
    return known != NULL;
}

bool mapping_gone(const void *address, struct Mapping *mapping) {
    state_lock();
    struct Mapping *known = map_remove(&mappings, address);
    state_unlock();
    if (known) *mapping = *known;
    free(known);
    return known != NULL;
}

void svm_made(const void *address, size_t size) {
    struct Range *range = malloc(sizeof *range);
    if (!range) return;
    state_lock();
    *range = (struct Range){ranges, address, size};
    ranges = range;
    state_unlock();
}

void svm_gone(const void *address) {
    state_lock();
    struct Range **at = &ranges;
    while (*at && (*at)->address != address) at = &(*at)->next;
    struct Range *range = *at;
    if (range) *at = range->next;
    state_unlock();
    free(range);
}

size_t svm_size(const void *address) {
    state_lock();
    const struct Range *range = ranges;
    while (range && ((const char *)address < range->address || (const char *)address >= range->address + range->size))
        range = range->next;
    size_t size = range ? range->size : 0;
    state_unlock();
    return size;
}
