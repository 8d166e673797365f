/* What all parts of the layer share. */
#pragma once
#include "opencl.h"
#include <stdbool.h>

/* The functions of whoever comes after the layer, by place. */
extern void *const *target;
#define TARGET(name) ((Fn_##name *)target[SLOT_##name])

/* Puts `hook_name`, which must have the function's own type, into a table. */
#define HOOK(name)                                                                                                     \
    do {                                                                                                               \
        Fn_##name *hook = hook_##name;                                                                                 \
        table[SLOT_##name] = (void *)hook;                                                                             \
    } while (0)

/* Guards every table of the layer. Never held while a function of OpenCL is called: a driver may call back with locks of its own. */
void state_lock(void);
void state_unlock(void);
void state_after_fork_in_child(void);

/* Nanoseconds of CLOCK_MONOTONIC. */
int64_t now(void);
/* The system's number of the calling thread. */
uint32_t thread_number(void);
