#define _GNU_SOURCE
#include "content.h"
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

/* Pieces, evenly spread from the first byte to the last, and bytes of each. */
enum { PIECES = 16, PIECE = 64 };

/* Where byte `at` of the box lies, and how many follow it in one piece. */
static const char *place(const struct HostBox *box, size_t at, size_t *follow) {
    size_t row = at / box->row_bytes, column = at % box->row_bytes;
    *follow = box->row_bytes - column;
    return (const char *)box->address + row / box->rows * box->slice_pitch + row % box->rows * box->row_pitch + column;
}

uint32_t content_hash(const struct HostBox *box) {
    size_t total = box->row_bytes * box->rows * box->slices;
    struct iovec from[PIECES];
    char bytes[PIECES * PIECE];
    size_t length = 0;
    if (total == 0) return 0;
    size_t pieces = total <= PIECE ? 1 : PIECES;
    for (size_t i = 0; i < pieces; i++) {
        size_t follow, at = pieces == 1 ? 0 : (total - PIECE) / (PIECES - 1) * i;
        if (i > 0 && i == pieces - 1) at = total - PIECE;
        from[i].iov_base = (void *)(uintptr_t)place(box, at, &follow);
        from[i].iov_len = follow < PIECE ? follow : PIECE;
        length += from[i].iov_len;
    }
    struct iovec to = {bytes, length};
    /* Read through the kernel, which says so where a plain read of a bad address would end the program. */
    if (process_vm_readv(getpid(), &to, 1, from, pieces, 0) != (ssize_t)length) return 0;
    uint64_t hash = 0xCBF29CE484222325u ^ total;
    for (size_t at = 0; at < length; at += 8) {
        uint64_t word = 0;
        memcpy(&word, bytes + at, length - at < 8 ? length - at : 8);
        hash = (hash ^ word) * 0x9E3779B97F4A7C15u;
        hash ^= hash >> 29;
    }
    uint32_t folded = (uint32_t)(hash ^ hash >> 32);
    return folded ? folded : 1;
}
