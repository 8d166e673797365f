/* The part of OpenCL's binary interface that the layer uses: handles, constants, and where functions stand in the table that the
 * loader and its layers hand each other. The interface is stable, so no headers of OpenCL are needed to build the layer;
 * test/analyzer/collect/opencl/abi.c holds what stands here against them. */
#pragma once
#include <stddef.h>
#include <stdint.h>

typedef struct ClPlatform *ClPlatform;
typedef struct ClDevice *ClDevice;
typedef struct ClContext *ClContext;
typedef struct ClQueue *ClQueue;
typedef struct ClMem *ClMem;
typedef struct ClProgram *ClProgram;
typedef struct ClKernel *ClKernel;
typedef struct ClEvent *ClEvent;

enum {
    SUCCESS = 0,
    PROFILING_INFO_NOT_AVAILABLE = -7,
    INVALID_VALUE = -30,
    COMPLETE = 0,
};

enum {
    DEVICE_TYPE = 0x1000,
    DEVICE_MAX_COMPUTE_UNITS = 0x1002,
    DEVICE_GLOBAL_MEM_SIZE = 0x101F,
    DEVICE_NAME = 0x102B,
    DEVICE_PLATFORM = 0x1031,
    DEVICE_HOST_UNIFIED_MEMORY = 0x1035,
    DEVICE_UUID = 0x106A,
    QUEUE_DEVICE = 0x1091,
    QUEUE_REFERENCE_COUNT = 0x1092,
    QUEUE_PROPERTIES = 0x1093,
    QUEUE_PROPERTIES_ARRAY = 0x1098,
    MEM_FLAGS = 0x1101,
    MEM_SIZE = 0x1102,
    IMAGE_ELEMENT_SIZE = 0x1111,
    KERNEL_FUNCTION_NAME = 0x1190,
    EVENT_COMMAND_QUEUE = 0x11D0,
    EVENT_REFERENCE_COUNT = 0x11D2,
    EVENT_COMMAND_EXECUTION_STATUS = 0x11D3,
    PROFILING_COMMAND_QUEUED = 0x1280,
};

#define DEVICE_TYPE_ALL 0xFFFFFFFFu
#define DEVICE_TYPE_CPU 2u
#define QUEUE_PROFILING_ENABLE 2u
#define QUEUE_ON_DEVICE 4u
#define MEM_ALLOC_HOST_PTR 16u
#define MEM_COPY_HOST_PTR 32u
#define MAP_READ 1u
#define MAP_WRITE 2u
#define MAP_WRITE_INVALIDATE_REGION 4u
#define MIGRATE_HOST 1u
#define MIGRATE_CONTENT_UNDEFINED 2u

#define LAYER_API_VERSION 0x4240
#define LAYER_NAME 0x4241
#define LAYER_API_VERSION_100 100u

typedef struct {
    uint32_t order, type;
} ImageFormat;

/* What every function that puts a command into a queue ends with. */
#define WAITS uint32_t waits, const ClEvent *wait_list, ClEvent *event
#define WAITED waits, wait_list, call.event
/* Origins and pitches of the two sides of a copy of a box. */
#define BOX                                                                                                            \
    const size_t *buffer_origin, const size_t *host_origin, const size_t *region, size_t buffer_row,                  \
        size_t buffer_slice, size_t host_row, size_t host_slice

/* name, place in the table, result, parameters */
#define FUNCTIONS(X)                                                                                                   \
    X(clGetDeviceIDs, 2, int32_t, (ClPlatform, uint64_t type, uint32_t most, ClDevice *, uint32_t *count))             \
    X(clGetDeviceInfo, 3, int32_t, (ClDevice, uint32_t name, size_t size, void *value, size_t *needed))                \
    X(clCreateCommandQueue, 9, ClQueue, (ClContext, ClDevice, uint64_t properties, int32_t *error))                    \
    X(clReleaseCommandQueue, 11, int32_t, (ClQueue))                                                                   \
    X(clGetCommandQueueInfo, 12, int32_t, (ClQueue, uint32_t name, size_t size, void *value, size_t *needed))          \
    X(clSetCommandQueueProperty, 13, int32_t, (ClQueue, uint64_t properties, uint32_t enable, uint64_t *old))          \
    X(clCreateBuffer, 14, ClMem, (ClContext, uint64_t flags, size_t size, void *host, int32_t *error))                 \
    X(clCreateImage2D, 15, ClMem,                                                                                      \
      (ClContext, uint64_t flags, const ImageFormat *, size_t width, size_t height, size_t row, void *host,            \
       int32_t *error))                                                                                                \
    X(clCreateImage3D, 16, ClMem,                                                                                      \
      (ClContext, uint64_t flags, const ImageFormat *, size_t width, size_t height, size_t depth, size_t row,          \
       size_t slice, void *host, int32_t *error))                                                                      \
    X(clReleaseMemObject, 18, int32_t, (ClMem))                                                                        \
    X(clGetMemObjectInfo, 20, int32_t, (ClMem, uint32_t name, size_t size, void *value, size_t *needed))               \
    X(clGetImageInfo, 21, int32_t, (ClMem, uint32_t name, size_t size, void *value, size_t *needed))                   \
    X(clBuildProgram, 30, int32_t,                                                                                     \
      (ClProgram, uint32_t devices, const ClDevice *, const char *options, void(*told)(ClProgram, void *),            \
       void *data))                                                                                                    \
    X(clCreateKernel, 34, ClKernel, (ClProgram, const char *name, int32_t *error))                                     \
    X(clCreateKernelsInProgram, 35, int32_t, (ClProgram, uint32_t most, ClKernel *, uint32_t *count))                  \
    X(clGetKernelInfo, 39, int32_t, (ClKernel, uint32_t name, size_t size, void *value, size_t *needed))               \
    X(clWaitForEvents, 41, int32_t, (uint32_t count, const ClEvent *))                                                 \
    X(clGetEventInfo, 42, int32_t, (ClEvent, uint32_t name, size_t size, void *value, size_t *needed))                 \
    X(clRetainEvent, 43, int32_t, (ClEvent))                                                                           \
    X(clReleaseEvent, 44, int32_t, (ClEvent))                                                                          \
    X(clGetEventProfilingInfo, 45, int32_t, (ClEvent, uint32_t name, size_t size, void *value, size_t *needed))        \
    X(clFlush, 46, int32_t, (ClQueue))                                                                                 \
    X(clFinish, 47, int32_t, (ClQueue))                                                                                \
    X(clEnqueueReadBuffer, 48, int32_t,                                                                                \
      (ClQueue, ClMem, uint32_t blocking, size_t offset, size_t size, void *host, WAITS))                              \
    X(clEnqueueWriteBuffer, 49, int32_t,                                                                               \
      (ClQueue, ClMem, uint32_t blocking, size_t offset, size_t size, const void *host, WAITS))                        \
    X(clEnqueueCopyBuffer, 50, int32_t, (ClQueue, ClMem from, ClMem to, size_t, size_t, size_t size, WAITS))           \
    X(clEnqueueReadImage, 51, int32_t,                                                                                 \
      (ClQueue, ClMem, uint32_t blocking, const size_t *origin, const size_t *region, size_t row, size_t slice,        \
       void *host, WAITS))                                                                                             \
    X(clEnqueueWriteImage, 52, int32_t,                                                                                \
      (ClQueue, ClMem, uint32_t blocking, const size_t *origin, const size_t *region, size_t row, size_t slice,        \
       const void *host, WAITS))                                                                                       \
    X(clEnqueueCopyImage, 53, int32_t,                                                                                 \
      (ClQueue, ClMem from, ClMem to, const size_t *, const size_t *, const size_t *region, WAITS))                    \
    X(clEnqueueCopyImageToBuffer, 54, int32_t,                                                                         \
      (ClQueue, ClMem from, ClMem to, const size_t *, const size_t *region, size_t, WAITS))                            \
    X(clEnqueueCopyBufferToImage, 55, int32_t,                                                                         \
      (ClQueue, ClMem from, ClMem to, size_t, const size_t *, const size_t *region, WAITS))                            \
    X(clEnqueueMapBuffer, 56, void *,                                                                                  \
      (ClQueue, ClMem, uint32_t blocking, uint64_t flags, size_t offset, size_t size, WAITS, int32_t *error))          \
    X(clEnqueueMapImage, 57, void *,                                                                                   \
      (ClQueue, ClMem, uint32_t blocking, uint64_t flags, const size_t *origin, const size_t *region, size_t *row,     \
       size_t *slice, WAITS, int32_t *error))                                                                          \
    X(clEnqueueUnmapMemObject, 58, int32_t, (ClQueue, ClMem, void *mapped, WAITS))                                     \
    X(clEnqueueNDRangeKernel, 59, int32_t,                                                                             \
      (ClQueue, ClKernel, uint32_t dimensions, const size_t *offset, const size_t *global, const size_t *local,        \
       WAITS))                                                                                                         \
    X(clEnqueueTask, 60, int32_t, (ClQueue, ClKernel, WAITS))                                                          \
    X(clEnqueueNativeKernel, 61, int32_t,                                                                              \
      (ClQueue, void(*function)(void *), void *arguments, size_t size, uint32_t objects, const ClMem *,               \
       const void **places, WAITS))                                                                                    \
    X(clEnqueueMarker, 62, int32_t, (ClQueue, ClEvent *event))                                                         \
    X(clEnqueueWaitForEvents, 63, int32_t, (ClQueue, uint32_t waits, const ClEvent *wait_list))                        \
    X(clEnqueueBarrier, 64, int32_t, (ClQueue))                                                                        \
    X(clSetEventCallback, 81, int32_t,                                                                                 \
      (ClEvent, int32_t type, void(*told)(ClEvent, int32_t status, void *data), void *data))                           \
    X(clEnqueueReadBufferRect, 86, int32_t, (ClQueue, ClMem, uint32_t blocking, BOX, void *host, WAITS))               \
    X(clEnqueueWriteBufferRect, 87, int32_t, (ClQueue, ClMem, uint32_t blocking, BOX, const void *host, WAITS))        \
    X(clEnqueueCopyBufferRect, 88, int32_t, (ClQueue, ClMem from, ClMem to, BOX, WAITS))                               \
    X(clCreateImage, 96, ClMem,                                                                                        \
      (ClContext, uint64_t flags, const ImageFormat *, const void *description, void *host, int32_t *error))           \
    X(clCompileProgram, 98, int32_t,                                                                                   \
      (ClProgram, uint32_t devices, const ClDevice *, const char *options, uint32_t headers, const ClProgram *,        \
       const char **names, void(*told)(ClProgram, void *), void *data))                                               \
    X(clLinkProgram, 99, ClProgram,                                                                                    \
      (ClContext, uint32_t devices, const ClDevice *, const char *options, uint32_t programs, const ClProgram *,       \
       void(*told)(ClProgram, void *), void *data, int32_t *error))                                                   \
    X(clEnqueueFillBuffer, 102, int32_t,                                                                               \
      (ClQueue, ClMem, const void *pattern, size_t pattern_size, size_t offset, size_t size, WAITS))                   \
    X(clEnqueueFillImage, 103, int32_t,                                                                                \
      (ClQueue, ClMem, const void *color, const size_t *origin, const size_t *region, WAITS))                          \
    X(clEnqueueMigrateMemObjects, 104, int32_t,                                                                        \
      (ClQueue, uint32_t count, const ClMem *, uint64_t flags, WAITS))                                                 \
    X(clEnqueueMarkerWithWaitList, 105, int32_t, (ClQueue, WAITS))                                                     \
    X(clEnqueueBarrierWithWaitList, 106, int32_t, (ClQueue, WAITS))                                                    \
    X(clCreateCommandQueueWithProperties, 123, ClQueue,                                                                \
      (ClContext, ClDevice, const uint64_t *properties, int32_t *error))                                               \
    X(clSVMAlloc, 126, void *, (ClContext, uint64_t flags, size_t size, uint32_t alignment))                           \
    X(clSVMFree, 127, void, (ClContext, void *))                                                                       \
    X(clEnqueueSVMFree, 128, int32_t,                                                                                  \
      (ClQueue, uint32_t count, void **pointers, void(*freed)(ClQueue, uint32_t, void **, void *), void *data, WAITS)) \
    X(clEnqueueSVMMemcpy, 129, int32_t,                                                                                \
      (ClQueue, uint32_t blocking, void *to, const void *from, size_t size, WAITS))                                    \
    X(clEnqueueSVMMemFill, 130, int32_t,                                                                               \
      (ClQueue, void *to, const void *pattern, size_t pattern_size, size_t size, WAITS))                               \
    X(clEnqueueSVMMap, 131, int32_t,                                                                                   \
      (ClQueue, uint32_t blocking, uint64_t flags, void *pointer, size_t size, WAITS))                                 \
    X(clEnqueueSVMUnmap, 132, int32_t, (ClQueue, void *pointer, WAITS))                                                \
    X(clCloneKernel, 137, ClKernel, (ClKernel, int32_t *error))                                                        \
    X(clEnqueueSVMMigrateMem, 139, int32_t,                                                                            \
      (ClQueue, uint32_t count, const void **pointers, const size_t *sizes, uint64_t flags, WAITS))                    \
    X(clGetDeviceAndHostTimer, 140, int32_t, (ClDevice, uint64_t *device, uint64_t *host))                             \
    X(clCreateBufferWithProperties, 146, ClMem,                                                                        \
      (ClContext, const uint64_t *properties, uint64_t flags, size_t size, void *host, int32_t *error))                \
    X(clCreateImageWithProperties, 147, ClMem,                                                                         \
      (ClContext, const uint64_t *properties, uint64_t flags, const ImageFormat *, const void *description,            \
       void *host, int32_t *error))

#define SLOT(name, place, result, parameters) SLOT_##name = place,
enum { FUNCTIONS(SLOT) };
#undef SLOT

#define SIGNATURE(name, place, result, parameters) typedef result Fn_##name parameters;
FUNCTIONS(SIGNATURE)
#undef SIGNATURE
