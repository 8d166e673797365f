#define _GNU_SOURCE
#include "names.h"

#include <stdlib.h>
#include <string.h>

#include "cupti.h"
#include "library.h"
#include "log.h"

enum { SLOT_BITS = 14, SLOTS = 1 << SLOT_BITS, LONGEST_TEXT = 8192, FUNCTIONS = 4096, DOMAINS = 3 };

static struct {
  const char *at;
  char *text;
} slots[SLOTS];
static uint8_t known[DOMAINS][FUNCTIONS];
static _Atomic int managed;

void name_text(const char *text) {
  if (text == NULL) return;
  uint64_t hash = (uint64_t)(uintptr_t)text * 0x9e3779b97f4a7c15u;
  size_t slot = hash >> (64 - SLOT_BITS);
  /* Two that share a slot are written again in turn, which costs bytes and nothing else. */
  if (slots[slot].at == text && strncmp(slots[slot].text, text, LONGEST_TEXT) == 0) return;
  size_t length = strnlen(text, LONGEST_TEXT);
  char *copy = malloc(length + 1);
  if (copy == NULL) return;
  memcpy(copy, text, length);
  copy[length] = '\0';
  free(slots[slot].text);
  slots[slot].text = copy;
  slots[slot].at = text;
  uint64_t address = (uint64_t)(uintptr_t)text;
  log_chunk(CHUNK_TEXT, &address, sizeof address, copy, length);
}

void name_function(uint32_t domain, uint32_t id) {
  if (domain >= DOMAINS || id >= FUNCTIONS || known[domain][id]) return;
  known[domain][id] = 1;
  const char *name = NULL;
  if (cupti.get_callback_name == NULL || cupti.get_callback_name((int)domain, id, &name) != CUPTI_OK || name == NULL) return;
  if (strstr(name, "MallocManaged") != NULL || strstr(name, "MemAllocManaged") != NULL) managed = 1;
  uint32_t which[2] = {domain, id};
  log_chunk(CHUNK_FUNCTION, which, sizeof which, name, strlen(name));
}

int uses_managed_memory(void) { return managed; }
