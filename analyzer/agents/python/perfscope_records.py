"""The file of one process: a record a line, fields parted by tabs, the kind of record in the first field.

Lines, because a torn tail or a damaged record then costs that record and no other. docs/collectors/python-agent.md
lists the records.
"""

import os
import time

# Taken now, before the program can replace them (gevent, pyfakefs).
_open, _write, _close, _fstat, _dup2 = os.open, os.write, os.close, os.fstat, os.dup2

FORMAT = "perfscope-python-agent 1"
# Numbers for our descriptor: the program's files keep the low ones that they would have without us. The later ones are for
# a low limit on open files.
_PLACES = tuple(range(900, 1000)) + tuple(range(200, 250)) + tuple(range(50, 60))


class RecordFile:
    """Buffers records and appends them to the file.

    The program may close our descriptor (daemons close them all) and later get its number for a file of its own. So it is
    compared with the file before each write, and never closed: what is closed could be the program's.
    """

    def __init__(self, folder, pid):
        """Called before the process has other threads: nobody else can get or close a descriptor meanwhile."""
        self.path = "%s/%d-%d.pyagent" % (folder, pid, int(time.time() * 1e6))
        self.lines = [FORMAT]
        self.descriptor = -1
        self.file = None
        self.open(os.O_CREAT | os.O_EXCL)

    def open(self, more):
        low = _open(self.path, os.O_WRONLY | os.O_APPEND | getattr(os, "O_CLOEXEC", 0) | more, 0o600)
        self.file = _identity(low)
        self.descriptor = low
        for place in _PLACES:
            if _identity(place) is not None:
                continue
            try:
                _dup2(low, place, False)
            except OSError:
                continue
            self.descriptor = place
            _close(low)
            return

    def add(self, line):
        self.lines.append(line)

    def flush(self):
        """Raises OSError when the folder is gone or the disk is full; what was buffered is lost then."""
        if not self.lines:
            return
        lines, self.lines = self.lines, []
        data = ("\n".join(lines) + "\n").encode("utf-8", "replace")
        if _identity(self.descriptor) != self.file:
            self.open(0)
        while data:
            data = data[_write(self.descriptor, data) :]

    def abandon(self):
        """In a child of fork, before it has other threads: the descriptor belongs to the parent's file."""
        if self.descriptor >= 0 and _identity(self.descriptor) == self.file:
            _close(self.descriptor)
        self.descriptor = -1


def _identity(descriptor):
    """Which file a descriptor stands for, None when it stands for none."""
    try:
        status = _fstat(descriptor)
    except OSError:
        return None
    return status.st_dev, status.st_ino


def field(text):
    """Text as a field: without the characters that part fields and lines, and of bounded length."""
    text = str(text)[:4096]
    if "\\" in text:
        text = text.replace("\\", "\\\\")
    if "\t" in text or "\n" in text or "\r" in text:
        text = text.replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
    return text
