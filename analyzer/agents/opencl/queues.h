/* Queues, as the layer knows them and as the program sees them. */
#pragma once
#include "devices.h"
#include <stddef.h>

struct Command;

struct Queue {
    ClQueue handle;
    uint32_t number;
    uint32_t generation;
    struct Device *device;
    int64_t made;
    /* As the program asked for, and whether profiling was added to them. */
    uint64_t properties;
    bool is_hidden, is_timed;
    /* A list of properties that the program gave, ended by 0; NULL for none. */
    uint64_t *list;
    /* Of the list, with its end. */
    size_t list_length;
    /* Commands that have not ended, in order; guarded by the lock. */
    struct Command *first, *last;
};

/* What is known of a queue, whoever made it; NULL without memory. The queue and its device are described in the log. */
struct Queue *queue_of(ClQueue handle);

/* The same, without looking at one that is not known yet. */
struct Queue *known_queue(ClQueue handle);

/* Their commands are those of the parent process. */
void queues_forget_commands(void);

void install_queues(void **table);
