#ifndef PERFSCOPE_PYTHON_H
#define PERFSCOPE_PYTHON_H

#include <stdint.h>

/* What a code object is told apart by: its address is used again when it is gone. */
struct python_frame {
  uint64_t code, name, file;
  int32_t unit, first_line; /* `unit`: of two bytes of bytecode, from the code's begin; -1 before the first */
};

/*
 * Finds out how this process's CPython keeps its frames, from PERFSCOPE_CUDA_STACKS, which lists that by version (see
 * `launchStacks.ts`). 0 when it runs no CPython that is listed. A layout that is wrong costs stacks and
 * not the program: links are followed only when many walks have shown that they lead where they should.
 */
int python_prepare(void);

/* The frames of the calling thread, innermost first; 0 when it runs no Python code. The thread need not hold the GIL. */
int python_frames(struct python_frame *frames, int most);

/* Writes down what the code of a frame is called, and its lines. Between `log_begin` and `log_end`. */
void python_describe(const struct python_frame *frame);

#endif
