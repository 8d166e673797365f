#include "commands.h"
#include "content.h"
#include "log.h"
#include "map.h"
#include "state.h"
#include <sched.h>
#include <stdlib.h>

/* A command whose event the layer holds on to. Two know of it: the tables here, and the driver, which will call back. */
struct Command {
    struct Command *previous, *next;
    struct Queue *queue;
    ClEvent event;
    uint32_t number;
    int owners;
    /* Of the sweep that looked at it last. */
    uint32_t sweep;
    int32_t status;
    /* Somebody looks whether it has ended; it has, with `status`; its event is being let go of. Guarded by the lock. */
    bool is_claimed, has_ended, is_going;
};

/* By event. */
static struct Map commands;
static uint32_t count;

void enqueue_begin(struct Enqueue *call, ClQueue queue, ClEvent *event) {
    call->is_own = !event && log_is_open();
    call->event = call->is_own ? &call->own : event;
    call->queue = log_is_open() ? queue_of(queue) : NULL;
    if (call->queue) read_clock(call->queue->device);
}

void enqueue_ready(struct Enqueue *call) {
    struct CommandRecord *record = &call->record;
    record->thread = thread_number();
    record->host = (uint64_t)(uintptr_t)call->host.address;
    if (call->queue && record->host && record->work == WORK_TO_DEVICE && !call->waits)
        record->content = content_hash(&call->host);
    record->start = now();
}

static void drop(struct Command *command) {
    if (__atomic_sub_fetch(&command->owners, 1, __ATOMIC_ACQ_REL) == 0) free(command);
}

/* The lock is held. */
static bool keep(struct Command *command) {
    struct Queue *queue = command->queue;
    if (!map_set(&commands, command->event, command)) return false;
    command->previous = queue->last;
    if (queue->last) queue->last->next = command;
    else queue->first = command;
    queue->last = command;
    return true;
}

/* The lock is held. */
static void forget(struct Command *command) {
    struct Queue *queue = command->queue;
    if (map_get(&commands, command->event) == command) map_remove(&commands, command->event);
    if (command->previous) command->previous->next = command->next;
    else queue->first = command->next;
    if (command->next) command->next->previous = command->previous;
    else queue->last = command->previous;
}

/* Writes a command down and lets go of its event; whoever has claimed it does this. */
static void settle(struct Command *command, int32_t status) {
    struct DoneRecord record = {.status = status, .number = command->number, .seen = now()};
    uint64_t times[4] = {0, 0, 0, 0};
    for (uint32_t i = 0; i < 4 && command->queue->is_timed; i++)
        TARGET(clGetEventProfilingInfo)(command->event, PROFILING_COMMAND_QUEUED + i, 8, &times[i], NULL);
    record.queued = times[0];
    record.submitted = times[1];
    record.start = times[2];
    record.end = times[3];
    APPEND(record, RECORD_DONE);
    state_lock();
    command->is_going = true;
    state_unlock();
    TARGET(clReleaseEvent)(command->event);
    state_lock();
    forget(command);
    state_unlock();
    drop(command);
}

/* The lock is held. A command that was claimed is there, and so is its event, until it is settled or let be. */
static bool claim(struct Command *command) {
    if (!command || command->is_claimed) return false;
    command->is_claimed = true;
    return true;
}

/* Settles a claimed command if it has ended. */
static void settle_if_ended(struct Command *command) {
    int32_t status = 1;
    TARGET(clGetEventInfo)(command->event, EVENT_COMMAND_EXECUTION_STATUS, sizeof status, &status, NULL);
    if (status > COMPLETE) {
        state_lock();
        bool has_ended = command->has_ended;
        status = command->status;
        command->is_claimed = has_ended;
        state_unlock();
        if (!has_ended) return;
    }
    settle(command, status);
}

static void ended(ClEvent event, int32_t status, void *data) {
    struct Command *command = data;
    (void)event;
    state_lock();
    bool is_ours = claim(command);
    /* Whoever has claimed it may be about to let it be. */
    command->has_ended = true;
    command->status = status;
    state_unlock();
    if (is_ours) settle(command, status);
    drop(command);
}

static void watch(struct Enqueue *call) {
    struct Command *command = malloc(sizeof *command);
    ClEvent event = *call->event;
    if (!command) {
        if (call->is_own) TARGET(clReleaseEvent)(event);
        return;
    }
    *command = (struct Command){
        .queue = call->queue, .event = event, .number = call->record.number, .owners = 2};
    if (!call->is_own) TARGET(clRetainEvent)(event);
    state_lock();
    bool is_kept = keep(command);
    state_unlock();
    if (!is_kept) {
        TARGET(clReleaseEvent)(event);
        free(command);
    } else if (TARGET(clSetEventCallback)(event, COMPLETE, ended, command) != SUCCESS) {
        /* Whoever waits for it will settle it. */
        drop(command);
    }
}

void enqueue_end(struct Enqueue *call, int32_t result) {
    struct CommandRecord *record = &call->record;
    record->end = now();
    if (!call->queue || result != SUCCESS) {
        if (call->is_own && result == SUCCESS && call->own) TARGET(clReleaseEvent)(call->own);
        return;
    }
    record->number = __atomic_add_fetch(&count, 1, __ATOMIC_RELAXED);
    record->queue = call->queue->number;
    bool is_blocking = (record->flags & COMMAND_BLOCKING) != 0;
    if (record->host && record->work == WORK_TO_HOST && is_blocking) record->content = content_hash(&call->host);
    APPEND(*record, RECORD_COMMAND);
    if (!*call->event) return;
    ClEvent event = *call->event;
    watch(call);
    if (is_blocking) settle_events(1, &event);
}

void settle_events(uint32_t number, const ClEvent *events) {
    for (uint32_t i = 0; i < number; i++) {
        state_lock();
        struct Command *command = map_get(&commands, events[i]);
        bool is_ours = claim(command);
        state_unlock();
        if (is_ours) settle_if_ended(command);
    }
}

void settle_queue(ClQueue handle) {
    struct Queue *queue = known_queue(handle);
    static uint32_t sweeps;
    uint32_t sweep = __atomic_add_fetch(&sweeps, 1, __ATOMIC_RELAXED);
    while (queue) {
        state_lock();
        struct Command *command = queue->first;
        while (command && (command->is_claimed || command->sweep == sweep)) command = command->next;
        if (command) command->sweep = sweep;
        bool is_ours = claim(command);
        state_unlock();
        if (!is_ours) return;
        settle_if_ended(command);
    }
}

void commands_after_fork_in_child(void) {
    /* Memory of the parent's commands is not given back: another thread of the parent may have been changing them. */
    commands = (struct Map){NULL, 0, 0};
    queues_forget_commands();
}

/* How often the layer holds on to an event: 0 or 1; -1 while it lets go. */
static int holds(ClEvent event) {
    state_lock();
    struct Command *command = map_get(&commands, event);
    int result = !command ? 0 : command->is_going ? -1 : 1;
    state_unlock();
    return result;
}

/* Looks at an event that the layer lets go of; a driver that calls back meanwhile, and asks, must not wait for itself. */
enum { MOST_LOOKS = 10000 };

/* The program sees the references that it would see without the layer. */
static int32_t hook_clGetEventInfo(ClEvent event, uint32_t name, size_t size, void *value, size_t *needed) {
    Fn_clGetEventInfo *ask = TARGET(clGetEventInfo);
    if (name != EVENT_REFERENCE_COUNT || !value) return ask(event, name, size, value, needed);
    int32_t result = SUCCESS;
    for (int look = 0; look < MOST_LOOKS; look++) {
        int before = holds(event);
        result = ask(event, name, size, value, needed);
        if (result != SUCCESS) return result;
        if (before >= 0 && before == holds(event)) {
            *(uint32_t *)value -= (uint32_t)before;
            return result;
        }
        sched_yield();
    }
    return result;
}

void install_events(void **table) { HOOK(clGetEventInfo); }
