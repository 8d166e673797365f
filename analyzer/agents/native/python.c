#define _GNU_SOURCE
#include "python.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "log.h"

/* In the order of PERFSCOPE_CUDA_STACKS; -1 for what a version does not have. */
enum field {
  TOP,
  TOP_IN_CFRAME,
  PREVIOUS,
  CODE,
  INSTRUCTION,
  OWNER,
  MOST_OWNER,
  FILE_NAME,
  NAME,
  FIRST_LINE,
  LINE_TABLE,
  BYTECODE,
  TEXT_LENGTH,
  TEXT_STATE,
  TEXT_ASCII,
  TEXT_DATA,
  UNITS_ARE_BYTES,
  FIELDS
};
/* What lies at one place in every version. */
enum { OBJECT_TYPE = 8, OBJECT_SIZE = 16, TYPE_NAME = 24, BYTES_DATA = 32 };
/* Owners from this one on are marks on the C stack, without code. */
enum { FIRST_MARK = 3 };
enum { FRAME_BYTES = 128, CODE_BYTES = 216, TEXT_BYTES = 64, MOST_STEPS = 1024, MOST_TEXT = 4096, MOST_TABLE = 1 << 20, MOST_CODES = 128 };

static long fields[FIELDS];
static int minor;
/* Bytes that hold the fields which are read, and no more: what follows may not be there. */
static size_t frame_bytes, code_bytes;
static void *(*thread_state)(void);

/*
 * Until so many walks have shown that the layout is right, the kernel reads, which takes a microsecond a frame and cannot fail the
 * program. From then on links are followed as the interpreter itself follows them: they are of this thread, which waits.
 */
enum { PROBATION = 64 };
static _Atomic int sound_walks;
/* The type of code objects, of which a process has one. */
static _Atomic uint64_t code_type;

static int read_at(uint64_t address, void *into, size_t bytes) {
  if (address != 0 && sound_walks >= PROBATION) {
    memcpy(into, (const void *)(uintptr_t)address, bytes);
    return 1;
  }
  struct iovec to = {into, bytes}, from = {(void *)(uintptr_t)address, bytes};
  return address != 0 && process_vm_readv(getpid(), &to, 1, &from, 1, 0) == (ssize_t)bytes;
}

static uint64_t pointer_at(uint64_t address) {
  uint64_t value = 0;
  return read_at(address, &value, sizeof value) ? value : 0;
}

static uint64_t word(const uint8_t *bytes, long at) {
  uint64_t value;
  memcpy(&value, bytes + at, sizeof value);
  return value;
}

static int32_t small(const uint8_t *bytes, long at) {
  int32_t value;
  memcpy(&value, bytes + at, sizeof value);
  return value;
}

/* A number, or `@N+M`: M more than the number at N of the table of offsets that the runtime begins with from 3.13 on. */
static int parse_field(char *text, uint64_t runtime, long *value) {
  char *end;
  if (*text != '@') {
    *value = strtol(text, &end, 10);
    return *end == '\0' && end != text;
  }
  *value = (long)pointer_at(runtime + (uint64_t)strtol(text + 1, &end, 10));
  if (*end == '+') *value += strtol(end + 1, &end, 10);
  return runtime != 0 && *end == '\0';
}

/* Bytes up to the end of the last of these fields; 0 when one cannot be where it is said to be. */
static size_t extent(const int *which, size_t count, long most) {
  long last = 0;
  for (size_t i = 0; i < count; i++) {
    long at = fields[which[i]];
    if (at < 0 || at > most - 8) return 0;
    if (at > last) last = at;
  }
  return (size_t)last + 8;
}

static int is_plausible(void) {
  static const int in_code[] = {FILE_NAME, NAME, FIRST_LINE, LINE_TABLE}, in_frame[] = {PREVIOUS, CODE, INSTRUCTION};
  frame_bytes = extent(in_frame, 3, FRAME_BYTES);
  code_bytes = extent(in_code, 4, CODE_BYTES);
  if (frame_bytes == 0 || code_bytes == 0 || fields[OWNER] >= FRAME_BYTES) return 0;
  if (fields[OWNER] >= (long)frame_bytes) frame_bytes = (size_t)fields[OWNER] + 1;
  if (fields[TEXT_ASCII] <= 0 || fields[TEXT_ASCII] > TEXT_BYTES) return 0;
  return fields[TOP] >= 0 && fields[TOP] < 4096 && fields[BYTECODE] >= 0 && fields[BYTECODE] < 4096;
}

static int parse_layout(char *entry) {
  uint64_t runtime = (uint64_t)(uintptr_t)dlsym(RTLD_DEFAULT, "_PyRuntime");
  char *rest = entry;
  if (atoi(strsep(&rest, ",")) != minor) return 0;
  for (int i = 0; i < FIELDS; i++) {
    char *text = rest == NULL ? NULL : strsep(&rest, ",");
    if (text == NULL || !parse_field(text, runtime, &fields[i])) return 0;
  }
  return is_plausible();
}

int python_prepare(void) {
  const char *asked = getenv("PERFSCOPE_CUDA_STACKS");
  const char *(*version)(void);
  *(void **)&version = dlsym(RTLD_DEFAULT, "Py_GetVersion");
  *(void **)&thread_state = dlsym(RTLD_DEFAULT, "PyGILState_GetThisThreadState");
  if (asked == NULL || version == NULL || thread_state == NULL) return 0;
  /* A build without a GIL, or for debugging, lays out its objects differently. */
  if (sscanf(version(), "3.%d", &minor) != 1 || strstr(version(), "free-threading") != NULL) return 0;
  char *list = strdup(asked), *rest = list;
  int found = 0;
  while (rest != NULL && !found) found = parse_layout(strsep(&rest, ";"));
  free(list);
  return found;
}

static int32_t unit_of(const uint8_t *frame, uint64_t code) {
  if (fields[OWNER] < 0) {
    int32_t index = small(frame, fields[INSTRUCTION]);
    return index < 0 ? -1 : fields[UNITS_ARE_BYTES] ? index / 2 : index;
  }
  return (int32_t)((int64_t)(word(frame, fields[INSTRUCTION]) - code - (uint64_t)fields[BYTECODE]) / 2);
}

/* Whether an object is of the type that is called `code`. */
static int is_code(uint64_t type) {
  char name[5] = {0};
  if (code_type == 0 && read_at(pointer_at(type + TYPE_NAME), name, sizeof name) && memcmp(name, "code", sizeof name) == 0)
    code_type = type;
  return code_type == type && type != 0;
}

/* What tells the code objects of frames from later ones at their addresses. */
static int identify(struct python_frame *frames, int count) {
  for (int i = 0; i < count; i++) {
    uint8_t code[CODE_BYTES];
    if (!read_at(frames[i].code, code, code_bytes) || !is_code(word(code, OBJECT_TYPE))) return 0;
    frames[i].name = word(code, fields[NAME]);
    frames[i].file = word(code, fields[FILE_NAME]);
    frames[i].first_line = small(code, fields[FIRST_LINE]);
  }
  return 1;
}

int python_frames(struct python_frame *frames, int most) {
  uint64_t state = (uint64_t)(uintptr_t)thread_state();
  if (state == 0) return 0;
  uint64_t at = pointer_at(state + (uint64_t)fields[TOP]);
  if (at != 0 && fields[TOP_IN_CFRAME] >= 0) at = pointer_at(at + (uint64_t)fields[TOP_IN_CFRAME]);
  int count = 0;
  if (most > MOST_CODES) most = MOST_CODES;
  for (int step = 0; at != 0 && count < most && step < MOST_STEPS; step++) {
    uint8_t frame[FRAME_BYTES];
    if (!read_at(at, frame, frame_bytes)) return 0;
    int owner = fields[OWNER] < 0 ? 0 : frame[fields[OWNER]];
    if (owner > fields[MOST_OWNER]) return 0;
    if (owner < FIRST_MARK) {
      /* From 3.14 on the low bits of a reference are marks. */
      uint64_t code = word(frame, fields[CODE]) & ~(uint64_t)7;
      frames[count++] = (struct python_frame){code, 0, 0, unit_of(frame, code), 0};
    }
    at = word(frame, fields[PREVIOUS]);
  }
  if (count == 0 || !identify(frames, count)) return 0;
  if (sound_walks < PROBATION) sound_walks++;
  return count;
}

static size_t put_utf8(char *to, uint32_t character) {
  if (character < 0x80) return to[0] = (char)character, 1;
  if (character < 0x800) return to[0] = (char)(0xc0 | character >> 6), to[1] = (char)(0x80 | (character & 0x3f)), 2;
  if (character < 0x10000) {
    to[0] = (char)(0xe0 | character >> 12);
    to[1] = (char)(0x80 | (character >> 6 & 0x3f));
    return to[2] = (char)(0x80 | (character & 0x3f)), 3;
  }
  to[0] = (char)(0xf0 | (character >> 18 & 7));
  to[1] = (char)(0x80 | (character >> 12 & 0x3f));
  to[2] = (char)(0x80 | (character >> 6 & 0x3f));
  return to[3] = (char)(0x80 | (character & 0x3f)), 4;
}

/* A `str` as UTF-8, cut where it is long. Its characters have 1, 2 or 4 bytes each, behind the object or where it points to. */
static size_t text_of(uint64_t object, char *into) {
  uint8_t head[TEXT_BYTES], characters[MOST_TEXT];
  if (!read_at(object, head, (size_t)fields[TEXT_ASCII])) return 0;
  uint32_t state = (uint32_t)small(head, fields[TEXT_STATE]), kind = state >> 2 & 7;
  int is_compact = (state & 0x20) != 0, is_ascii = (state & 0x40) != 0;
  uint64_t length = word(head, fields[TEXT_LENGTH]);
  if (kind != 1 && kind != 2 && kind != 4) return 0;
  if (length > MOST_TEXT / 4) length = MOST_TEXT / 4;
  uint64_t at = is_compact ? object + (uint64_t)fields[is_ascii ? TEXT_ASCII : TEXT_DATA] : pointer_at(object + (uint64_t)fields[TEXT_DATA]);
  if (length > 0 && !read_at(at, characters, length * kind)) return 0;
  size_t bytes = 0;
  for (uint64_t i = 0; i < length; i++) {
    uint32_t character = 0;
    memcpy(&character, characters + i * kind, kind);
    bytes += put_utf8(into + bytes, character);
  }
  return bytes;
}

void python_describe(const struct python_frame *frame) {
  uint64_t table = pointer_at(frame->code + (uint64_t)fields[LINE_TABLE]), bytes = pointer_at(table + OBJECT_SIZE);
  uint64_t units = pointer_at(fields[OWNER] >= 0 ? frame->code + OBJECT_SIZE : pointer_at(frame->code + (uint64_t)fields[BYTECODE]) + OBJECT_SIZE);
  if (fields[OWNER] < 0) units /= 2;
  if (bytes > MOST_TABLE || units > MOST_TABLE) return;
  struct {
    uint64_t code;
    int32_t minor, first_line;
    uint32_t units, file, name, table;
  } head = {frame->code, minor, frame->first_line, (uint32_t)units, 0, 0, (uint32_t)bytes};
  char *body = malloc(2 * MOST_TEXT + bytes);
  if (body == NULL) return;
  head.file = (uint32_t)text_of(frame->file, body);
  head.name = (uint32_t)text_of(frame->name, body + head.file);
  size_t texts = head.file + head.name;
  if (bytes == 0 || read_at(table + BYTES_DATA, body + texts, bytes))
    log_chunk(CHUNK_CODE, &head, sizeof head, body, texts + bytes);
  free(body);
}
