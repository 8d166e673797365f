#ifndef PERFSCOPE_BUFFERS_H
#define PERFSCOPE_BUFFERS_H

#include <stddef.h>
#include <stdint.h>

struct totals {
  uint64_t records, buffers, bytes, dropped;
};

/* Callbacks for `cuptiActivityRegisterCallbacks`. */
void buffer_request(uint8_t **buffer, size_t *size, size_t *most_records);
void buffer_complete(void *context, uint32_t stream, uint8_t *buffer, size_t size, size_t valid);

/* Gets from CUPTI what is complete, with `forced` all there is, and what was lost. */
void buffers_flush(int forced);

struct totals buffers_totals(void);

/* Devices that CUPTI has told of. */
uint32_t buffers_devices(void);

/* Relates CUPTI's clock to CLOCK_MONOTONIC. */
void clock_note(void);

#endif
