#ifndef PERFSCOPE_COPIES_H
#define PERFSCOPE_COPIES_H

#include "cupti.h"

/*
 * Which memory of the host was copied, and what was in it: CUPTI's records do not say, the arguments of the calls do. Only calls that
 * copy are looked at; all others run as without.
 */

/* Looks at copies from here on, through a subscriber with `copies_on_call` as callback. Gives the number of functions. */
int copies_begin(void *subscriber);

void copies_on_call(void *own, int domain, uint32_t id, const struct callback_data *data);

/* Writes down what was seen since. Between `log_begin` and `log_end`. */
void copies_write(void);

#endif
