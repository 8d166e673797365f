"""The log of one process: records appended to files that are mapped into memory.

Mapped, because what was written then survives whatever ends the process (SIGTERM, SIGKILL, os._exit), is seen by perfscope
at once, and costs no system call, which would give up the GIL. `mmap.write` copies and moves on in one step under the GIL, so
threads need no lock of ours. docs/collectors/pools.md describes the records.
"""

import _thread
import mmap
import os
import sys
import time

# Taken now, before the program can replace them (gevent, pyfakefs).
_open, _close, _fstat, _dup, _getpid = os.open, os.close, os.fstat, os.dup, os.getpid
_reserve = getattr(os, "posix_fallocate", None)

MAGIC = b"perfscope-pools 1\n"
# Begin of every segment. The first one has, besides, 1 at `STATUS` when the log had to stop, and at `LEFT` what was left out
# since the last record of its kind: the numbers are right whenever the process is killed.
HEADER = MAGIC.ljust(64, b"\0")
STATUS = 32
LEFT = 40
# Most processes write little; those that write much soon have large segments. A thread that needs a new one meanwhile waits,
# so they are not so large that reserving them takes long.
FIRST_SEGMENT = 1 << 16
LARGEST_SEGMENT = 1 << 20
# Beyond this the log stops: a run of days must not fill the disk.
LARGEST_LOG = 1 << 28
# Does the mapping keep a descriptor of its own? From 3.13 on it need not.
_TRACKED = sys.version_info < (3, 13)


class Log:
    """`write(record)` appends. It is an attribute and not a method, so that a full segment costs those that have room nothing:
    it is the mapping's own `write`, and raises ValueError when there is no room left."""

    def __init__(self, folder):
        self.folder = folder
        self.lock = _thread.allocate_lock()
        # Never let go of: the end of a mapping closes the number that its descriptor had, which may be the program's by then.
        self.kept = []
        self.reset()

    def reset(self):
        """Also in a child of fork: what the parent mapped is the parent's."""
        self.process = _getpid()
        self.stamp = int(time.time() * 1e6)
        self.segments = 0
        self.size = 0
        self.closed = False
        self.home = None
        self.write = self.first
        self.lock = _thread.allocate_lock()

    def first(self, record):
        raise ValueError

    def append(self, record):
        """What `write` does, and a new segment where the old one is full. Raises OSError when there is no more room anywhere."""
        try:
            self.write(record)
        except ValueError:
            if self.closed:
                return
            with self.lock:
                try:
                    self.write(record)
                except ValueError:
                    self.extend(len(record))
                    self.write(record)

    def extend(self, least):
        try:
            size = min(LARGEST_SEGMENT, FIRST_SEGMENT << 2 * self.segments)
            if self.size + size > LARGEST_LOG or least + len(HEADER) > size or self.process != _getpid():
                raise OSError("the log is full")
            path = "%s/%d-%d.%d.pools" % (self.folder, self.process, self.stamp, self.segments)
            mapping = self.map(path, size)
        except BaseException:
            self.closed = True
            if self.home is not None and self.process == _getpid():
                self.home[STATUS] = 1
            raise
        mapping.write(HEADER)
        if self.home is None:
            self.home = mapping
        if self.kept and hasattr(mmap, "MADV_DONTNEED"):
            # The pages stay in the file; they are only no part of this process any more.
            self.kept[-1].madvise(mmap.MADV_DONTNEED)
        self.kept.append(mapping)
        self.segments += 1
        self.size += size
        self.write = mapping.write

    def map(self, path, size):
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0)
        descriptor = _open(path, flags, 0o600)
        try:
            if _reserve is None:
                os.ftruncate(descriptor, size)
            else:
                # Blocks are reserved now: a write to a mapped hole on a full disk is a SIGBUS.
                _reserve(descriptor, 0, size)
            if not _TRACKED:
                return mmap.mmap(descriptor, size, trackfd=False)
            # The mapping takes the lowest free number for a descriptor of its own, which is then closed, so that the program's
            # files have the numbers that they would have without us.
            wanted = _dup(descriptor)
            _close(wanted)
            mapping = mmap.mmap(descriptor, size)
            self.release(wanted, descriptor)
            return mapping
        finally:
            _close(descriptor)

    @staticmethod
    def release(wanted, descriptor):
        file = _fstat(descriptor)
        for number in (wanted, *range(1024)):
            try:
                other = _fstat(number)
            except OSError:
                continue
            if number != descriptor and (other.st_dev, other.st_ino) == (file.st_dev, file.st_ino):
                _close(number)
                return
