#include "map.h"
#include <stdint.h>
#include <stdlib.h>

/* Open addressing; an entry that was removed closes the gap behind itself, so that there are no graves to collect. */
static size_t place_of(const struct Map *map, const void *key) {
    return (size_t)(((uint64_t)(uintptr_t)key * 0x9E3779B97F4A7C15u) >> 20) & (map->capacity - 1);
}

static struct MapEntry *find(const struct Map *map, const void *key) {
    if (map->capacity == 0) return NULL;
    size_t at = place_of(map, key);
    while (map->entries[at].key && map->entries[at].key != key) at = (at + 1) & (map->capacity - 1);
    return &map->entries[at];
}

void *map_get(const struct Map *map, const void *key) {
    const struct MapEntry *entry = find(map, key);
    return entry ? entry->value : NULL;
}

static bool grow(struct Map *map) {
    struct Map larger = {.capacity = map->capacity ? map->capacity * 2 : 64};
    larger.entries = calloc(larger.capacity, sizeof *larger.entries);
    if (!larger.entries) return false;
    for (size_t i = 0; i < map->capacity; i++)
        if (map->entries[i].key) *find(&larger, map->entries[i].key) = map->entries[i];
    larger.used = map->used;
    free(map->entries);
    *map = larger;
    return true;
}

bool map_set(struct Map *map, const void *key, void *value) {
    if ((map->used + 1) * 2 > map->capacity && !grow(map)) return false;
    struct MapEntry *entry = find(map, key);
    if (!entry->key) map->used++;
    *entry = (struct MapEntry){key, value};
    return true;
}

void *map_remove(struct Map *map, const void *key) {
    struct MapEntry *entry = find(map, key);
    if (!entry || !entry->key) return NULL;
    void *value = entry->value;
    size_t mask = map->capacity - 1;
    size_t hole = (size_t)(entry - map->entries);
    for (size_t at = (hole + 1) & mask; map->entries[at].key; at = (at + 1) & mask) {
        size_t home = place_of(map, map->entries[at].key);
        /* It may move into the hole when that lies between its home and where it is. */
        if (((at - home) & mask) < ((at - hole) & mask)) continue;
        map->entries[hole] = map->entries[at];
        hole = at;
    }
    map->entries[hole] = (struct MapEntry){NULL, NULL};
    map->used--;
    return value;
}
