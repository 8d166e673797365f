/* Names, each written to the log once. */
#pragma once
#include "opencl.h"

/* Number of a text in the log; 0 for none. */
uint32_t text_number(const char *text);

/* Number of a kernel's name. */
uint32_t kernel_name(ClKernel kernel);

/* A kernel was made: its handle may have been another one's. */
void kernel_made(ClKernel kernel);
