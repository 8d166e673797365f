#ifndef PERFSCOPE_LIBRARY_H
#define PERFSCOPE_LIBRARY_H

#include "cupti.h"

/* libcupti as it was found; all NULL before `library_load` has succeeded. */
extern struct cupti_functions cupti;

/* Finds and binds libcupti, once. 0 when there is none that has what is needed. */
int library_load(void);

/* File that it was loaded from; empty when there is none. */
const char *library_path(void);

/* Version of CUDA that the loaded driver supports, such as 13000; 0 when no driver is loaded. */
uint32_t driver_version(void);

#endif
