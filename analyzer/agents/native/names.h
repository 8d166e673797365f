#ifndef PERFSCOPE_NAMES_H
#define PERFSCOPE_NAMES_H

#include <stdint.h>

/*
 * Records name kernels and ranges by the address of a text. These write the text down once, and again when another one lies at its
 * address. Between `log_begin` and `log_end`.
 */
void name_text(const char *text);

/* The name of an API function, at its first call. */
void name_function(uint32_t domain, uint32_t id);

/* Whether a function was called that allocates memory which host and device share by moving it. */
int uses_managed_memory(void);

#endif
