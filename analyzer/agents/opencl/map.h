/* From pointers to pointers; for whoever holds the lock of what it is part of. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

struct MapEntry {
    const void *key;
    void *value;
};

struct Map {
    struct MapEntry *entries;
    size_t capacity, used;
};

/* NULL when there is none. */
void *map_get(const struct Map *map, const void *key);

/* Replaces what was there; `value` is not NULL. False without memory. */
bool map_set(struct Map *map, const void *key, void *value);

/* Gives what was there, NULL for nothing. */
void *map_remove(struct Map *map, const void *key);
