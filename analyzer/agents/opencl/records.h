/* The records of the log, as they lie in it: little-endian, each a multiple of 8 bytes that ends with RECORD_END.
 * analyzer/collect/opencl/records.ts reads them. */
#pragma once
#include <stdint.h>

enum { RECORD_END = 0x5a };

enum RecordKind {
    RECORD_PROCESS = 1,
    RECORD_TEXT,
    RECORD_DEVICE,
    RECORD_QUEUE,
    RECORD_CLOCK,
    RECORD_COMMAND,
    RECORD_DONE,
    RECORD_CALL,
};

/* What a command makes a device do. */
enum Work { WORK_MARKER, WORK_KERNEL, WORK_NATIVE, WORK_FILL, WORK_TO_DEVICE, WORK_TO_HOST, WORK_ON_DEVICE };

/* What memory one end of a transfer lies in. */
enum Memory { MEMORY_UNKNOWN, MEMORY_PAGEABLE, MEMORY_PINNED, MEMORY_BUFFER, MEMORY_IMAGE, MEMORY_SVM };

enum CommandFlags {
    /* The call returned when the command had ended. */
    COMMAND_BLOCKING = 1,
    /* `bytes` is the most that may have moved. */
    COMMAND_ESTIMATED = 2,
};

/* Functions of OpenCL by number; the reader has the same list. */
#define CALLS(X)                                                                                                       \
    X(clEnqueueReadBuffer) X(clEnqueueWriteBuffer) X(clEnqueueCopyBuffer) X(clEnqueueReadBufferRect)                   \
    X(clEnqueueWriteBufferRect) X(clEnqueueCopyBufferRect) X(clEnqueueFillBuffer) X(clEnqueueReadImage)                \
    X(clEnqueueWriteImage) X(clEnqueueCopyImage) X(clEnqueueCopyImageToBuffer) X(clEnqueueCopyBufferToImage)           \
    X(clEnqueueFillImage) X(clEnqueueMapBuffer) X(clEnqueueMapImage) X(clEnqueueUnmapMemObject)                        \
    X(clEnqueueMigrateMemObjects) X(clEnqueueNDRangeKernel) X(clEnqueueTask) X(clEnqueueNativeKernel)                  \
    X(clEnqueueMarker) X(clEnqueueMarkerWithWaitList) X(clEnqueueBarrier) X(clEnqueueBarrierWithWaitList)              \
    X(clEnqueueWaitForEvents) X(clEnqueueSVMFree) X(clEnqueueSVMMemcpy) X(clEnqueueSVMMemFill) X(clEnqueueSVMMap)      \
    X(clEnqueueSVMUnmap) X(clEnqueueSVMMigrateMem) X(clFinish) X(clFlush) X(clWaitForEvents) X(clBuildProgram)         \
    X(clCompileProgram) X(clLinkProgram) X(clCreateBuffer) X(clCreateBufferWithProperties) X(clCreateImage)            \
    X(clCreateImage2D) X(clCreateImage3D) X(clCreateImageWithProperties) X(clReleaseMemObject) X(clSVMAlloc)           \
    X(clSVMFree)

#define CALL_NUMBER(name) CALL_##name,
enum Call { CALLS(CALL_NUMBER) };
#undef CALL_NUMBER

/* Every record begins so. */
#define RECORD_HEAD                                                                                                    \
    uint16_t length;                                                                                                   \
    uint8_t kind
#define RECORD_TAIL uint8_t mark

/* Times are nanoseconds of CLOCK_MONOTONIC. */
struct ProcessRecord {
    RECORD_HEAD;
    uint8_t reserved;
    uint32_t process;
    int64_t time;
    uint8_t more[7];
    RECORD_TAIL;
};

enum { MOST_TEXT = 1000 };

/* `text` has `size` bytes, without a zero; zeros fill the record up. */
struct TextRecord {
    RECORD_HEAD;
    uint8_t reserved;
    uint32_t number;
    uint16_t size;
    char text[MOST_TEXT + 14];
};

struct DeviceRecord {
    RECORD_HEAD;
    uint8_t shares_memory;
    uint32_t number;
    uint32_t name;
    uint32_t type;
    uint32_t ordinal;
    uint32_t compute_units;
    uint64_t memory;
    uint8_t uuid[16];
    uint8_t more[7];
    RECORD_TAIL;
};

struct QueueRecord {
    RECORD_HEAD;
    /* 1 when its commands have times. */
    uint8_t is_timed;
    uint32_t number;
    uint32_t device;
    uint32_t reserved;
    /* As the program sees them. */
    uint64_t properties;
    int64_t time;
    uint8_t more[7];
    RECORD_TAIL;
};

/* The clock of a device read `device_time` at some time from `before` to `after`. */
struct ClockRecord {
    RECORD_HEAD;
    uint8_t reserved;
    uint32_t device;
    uint64_t device_time;
    int64_t before, after;
    uint8_t more[7];
    RECORD_TAIL;
};

/* A command that was put into a queue; `queue` is 0 for a copy that a call made itself. */
struct CommandRecord {
    RECORD_HEAD;
    uint8_t call;
    uint8_t flags;
    uint8_t work;
    uint8_t from, to;
    uint32_t number;
    uint32_t queue;
    uint32_t thread;
    /* A text, 0 for none. */
    uint32_t name;
    int64_t start, end;
    uint64_t bytes;
    uint64_t host;
    uint32_t content;
    /* 0 where the program left the size of groups to the driver. */
    uint32_t local[3];
    uint64_t global[3];
    uint8_t more[7];
    RECORD_TAIL;
};

/* A command has ended, as the host saw at `seen`. The other times are those of the device's clock, all 0 when there are none. */
struct DoneRecord {
    RECORD_HEAD;
    uint8_t reserved;
    int32_t status;
    uint32_t number;
    uint32_t reserved_too;
    int64_t seen;
    uint64_t queued, submitted, start, end;
    uint8_t more[7];
    RECORD_TAIL;
};

/* A call that put nothing into a queue. */
struct CallRecord {
    RECORD_HEAD;
    uint8_t call;
    uint32_t thread;
    int64_t start, end;
    uint8_t more[7];
    RECORD_TAIL;
};

#define APPEND(record, record_kind)                                                                                    \
    do {                                                                                                               \
        (record).length = sizeof(record);                                                                              \
        (record).kind = (record_kind);                                                                                 \
        (record).mark = RECORD_END;                                                                                    \
        log_append(&(record), sizeof(record));                                                                         \
    } while (0)
