/*
 * The capture of one process: files `PID-START.SEGMENT.cuda` in the folder of the run, each a header and chunks. All numbers are
 * as the machine holds them. Everything but what stands in a header is left to whoever reads them.
 *
 *     header: "PSCUPTI2" | 0x01020304 u32 | header bytes u32 | CUPTI u32 | driver u32 | pid u32 | segment u32 |
 *             CLOCK_MONOTONIC u64 | CLOCK_REALTIME u64 | bytes of a pointer u32 | 0 u32 x 1
 *     chunk:  type u32 | 0 u32 | payload bytes u64 | payload, filled up to 8
 */
#ifndef PERFSCOPE_LOG_H
#define PERFSCOPE_LOG_H

#include <stddef.h>
#include <stdint.h>

enum chunk {
  CHUNK_META = 1,  /* JSON: what was found and enabled */
  CHUNK_CLOCK = 2, /* u64 each: CLOCK_MONOTONIC before, CUPTI's clock, CLOCK_MONOTONIC after, CLOCK_REALTIME */
  CHUNK_TEXT = 3,  /* address u64, then the text that records mean by it from here on */
  CHUNK_BUFFER = 4, /* records u64, CLOCK_MONOTONIC u64, then a buffer as CUPTI filled it */
  CHUNK_STRIDES = 5, /* u32 a kind: bytes from one record to the next, 0 for kinds not seen yet */
  CHUNK_DROPPED = 6, /* u64: records that CUPTI lost since the last such chunk */
  CHUNK_END = 7,     /* JSON: why, and how much there was */
  CHUNK_FUNCTION = 8, /* domain u32, callback u32, then the function's name */
  CHUNK_COPIES = 9,   /* of each: correlation u32, hash u32, address on the host u64 */
  CHUNK_NOTE = 10,    /* a sentence about what is missing */
  CHUNK_CODE = 11,    /* code object u64, minor version i32, first line i32, then u32 each: units of bytecode, bytes of file name,
                         name and line table, which follow */
  CHUNK_STACK = 12,   /* number u32, depth u32, then of each frame, innermost first: code object u64, unit i32, 0 i32 */
  CHUNK_LAUNCHES = 13 /* of each call: correlation u32, number of its stack u32 */
};

/* Begins the capture; 0 when there is no folder to write to. */
int log_open(uint32_t cupti, uint32_t driver);

/*
 * Takes the lock, for chunks that belong together; 0, without it, when nothing is to be written: in a forked child, after the end,
 * or because the disk is full. Not from signal handlers.
 */
int log_begin(void);
void log_chunk(enum chunk type, const void *head, size_t head_bytes, const void *body, size_t body_bytes);
void log_end(void);

/* One chunk by itself. */
void log_one(enum chunk type, const void *payload, size_t bytes);

/* A chunk with a sentence. */
void log_note(const char *sentence);

/* True in the process that began the capture, until it ended. */
int log_is_ours(void);

/* Nothing is written from here on. */
void log_stop(void);

uint64_t nanoseconds(int clock);

#endif
