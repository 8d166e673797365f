#include "texts.h"
#include "log.h"
#include "map.h"
#include "records.h"
#include "state.h"
#include <stdlib.h>
#include <string.h>

struct Text {
    struct Text *next;
    uint32_t hash, number;
    /* Of the log that it was written to. */
    uint32_t generation;
    char text[];
};

enum { BUCKETS = 256 };
static struct Text *buckets[BUCKETS];
static uint32_t count;
static struct Map kernels;

static void write_text(const struct Text *text) {
    struct TextRecord record = {.kind = RECORD_TEXT, .number = text->number, .size = (uint16_t)strlen(text->text)};
    size_t length = (offsetof(struct TextRecord, text) + record.size + 8) & ~(size_t)7;
    memcpy(record.text, text->text, record.size);
    ((unsigned char *)&record)[length - 1] = RECORD_END;
    record.length = (uint16_t)length;
    log_append(&record, length);
}

/* The lock is held. */
static struct Text *find(const char *name) {
    char cut[MOST_TEXT + 1];
    size_t length = strnlen(name, MOST_TEXT);
    memcpy(cut, name, length);
    cut[length] = 0;
    uint32_t hash = 2166136261u;
    for (const char *at = cut; *at; at++) hash = (hash ^ (unsigned char)*at) * 16777619u;
    struct Text *text = buckets[hash % BUCKETS];
    while (text && (text->hash != hash || strcmp(text->text, cut) != 0)) text = text->next;
    if (text || !(text = malloc(sizeof *text + length + 1))) return text;
    *text = (struct Text){.next = buckets[hash % BUCKETS], .hash = hash, .number = ++count};
    memcpy(text->text, cut, length + 1);
    buckets[hash % BUCKETS] = text;
    return text;
}

/* The lock is held. */
static uint32_t number_of(struct Text *text) {
    if (!text) return 0;
    uint32_t generation = log_generation();
    if (text->generation != generation) {
        text->generation = generation;
        write_text(text);
    }
    return text->number;
}

uint32_t text_number(const char *name) {
    state_lock();
    uint32_t number = number_of(find(name));
    state_unlock();
    return number;
}

void kernel_made(ClKernel kernel) {
    char name[MOST_TEXT + 1] = "";
    size_t needed = 0;
    if (!kernel || TARGET(clGetKernelInfo)(kernel, KERNEL_FUNCTION_NAME, 0, NULL, &needed) != SUCCESS) return;
    char *all = needed > sizeof name ? malloc(needed) : name;
    if (!all) return;
    if (TARGET(clGetKernelInfo)(kernel, KERNEL_FUNCTION_NAME, needed, all, NULL) == SUCCESS) {
        state_lock();
        struct Text *text = find(all);
        if (text) map_set(&kernels, kernel, text);
        state_unlock();
    }
    if (all != name) free(all);
}

uint32_t kernel_name(ClKernel kernel) {
    state_lock();
    struct Text *text = map_get(&kernels, kernel);
    state_unlock();
    if (!text) kernel_made(kernel);
    state_lock();
    uint32_t number = number_of(text ? text : map_get(&kernels, kernel));
    state_unlock();
    return number;
}
