/* Commands that were put into queues, from the call until they have ended. */
#pragma once
#include "queues.h"
#include "records.h"

/* One call that puts a command into a queue. The hook fills in `record` and, for a copy from or to the host, `host`; it passes
 * `event` to the driver. */
struct Enqueue {
    struct CommandRecord record;
    /* Where the driver puts the event: the program's place, or one of ours. */
    ClEvent *event;
    ClEvent own;
    bool is_own;
    struct Queue *queue;
    /* The host's side of a copy: `rows` times `row_bytes`, of which those of one slice lie `row_pitch` apart. */
    struct HostBox {
        const void *address;
        size_t row_bytes, rows, slices, row_pitch, slice_pitch;
    } host;
    /* The command waits for others: what the host's side holds may not be there yet. */
    bool waits;
};

/* Long before the call. `event`: the program's place for the event, or NULL. */
void enqueue_begin(struct Enqueue *call, ClQueue queue, ClEvent *event);

/* Just before the call: looks at what the host's side holds, and takes the time. */
void enqueue_ready(struct Enqueue *call);

/* After it, with its result. */
void enqueue_end(struct Enqueue *call, int32_t result);

/* Writes down the commands of these events that have ended, and lets go of them. */
void settle_events(uint32_t count, const ClEvent *events);

/* The same for all commands of a queue. */
void settle_queue(ClQueue queue);

/* Forgets the commands of the parent process. */
void commands_after_fork_in_child(void);

void install_events(void **table);
