"""Loads into PyTorch what writes down its operators, once the program has imported it: a shared object that was compiled for
this very PyTorch before the run. See docs/collectors/torch.md.
"""

import os

_LIBRARY = "PERFSCOPE_AGENT_TORCH"
_FOLDER = "PERFSCOPE_AGENT_TORCH_FOLDER"


def actions(records):
    """What `Watch` does when a module has been imported; nothing where operators are not asked for."""
    library, folder = os.environ.get(_LIBRARY), os.environ.get(_FOLDER)
    if not library or not folder:
        return {}

    def load(module):
        try:
            problem = _load(module, library, folder, records)
        except Exception as error:
            problem = "%s: %s" % (type(error).__name__, error)
        if problem:
            _say(records, problem)

    return {"torch": load}


def _load(module, library, folder, records):
    own = os.path.dirname(os.path.realpath(module.__file__))
    if own != folder:
        return "its PyTorch is the one in %s, and the run was prepared for the one in %s" % (own, folder)
    import ctypes

    # PyTorch has imported ctypes itself.
    start = ctypes.CDLL(library).perfscope_torch_start
    start.argtypes = [ctypes.c_char_p]
    return "the callback was refused" if start(os.fsencode(records)) else None


def _say(records, problem):
    try:
        descriptor = os.open("%s/%d.torch-note" % (records, os.getpid()), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.write(descriptor, problem.encode("utf-8", "replace")[:1000])
        finally:
            os.close(descriptor)
    except OSError:
        pass
