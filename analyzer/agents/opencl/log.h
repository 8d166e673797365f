/* The log of this process: records appended to files that are mapped into memory, so that what was written survives whatever ends
 * the process. docs/collectors/opencl.md describes the records, records.h packs them. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where logs go: a folder that exists. False when there is nothing to do. */
bool log_begin(const char *folder);

/* False once the log had to stop; what happens from then on is counted and lost. */
bool log_is_open(void);

/* Appends a record, whose first two bytes hold its length: a multiple of 8. What it refers to must be there already. */
void log_append(const void *record, size_t length);

/* Changes when a forked child begins a log of its own, to which everything has to be described anew. */
uint32_t log_generation(void);

/* Around fork, so that the child finds no lock held and leaves the parent's files alone. */
void log_before_fork(void);
void log_after_fork(bool in_child);
