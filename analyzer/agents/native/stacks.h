#ifndef PERFSCOPE_STACKS_H
#define PERFSCOPE_STACKS_H

#include "cupti.h"

/*
 * Which code of Python launches: its stack is taken inside the call, where it is asked for. Each stack is written down once.
 */

/* Looks at launches from here on. Gives the number of functions; 0 where stacks are not asked for or there is no Python to tell them. */
int stacks_begin(void *subscriber);

void stacks_on_call(int domain, uint32_t id, uint32_t correlation);

/* Writes down which calls had which stacks. Between `log_begin` and `log_end`. */
void stacks_write(void);

#endif
