"""Which interpreter of a process this is."""

import sys

_kept = None


def is_main_interpreter():
    """A thread left in a subinterpreter is a fatal error at its end, and the main one's sampler sees its stacks anyway. 3.6 and
    3.7 cannot tell; they are taken for the main one."""
    global _kept
    try:
        if sys.version_info >= (3, 12):
            import _imp

            # It refuses to work in the main interpreter, and 0 is what is set anyway. Asking `_interpreters` for the number
            # instead crashes 3.13.0 when the program imports that module again.
            _imp._override_multi_interp_extensions_check(0)
            return False
        known = "_xxsubinterpreters" in sys.modules
        import _xxsubinterpreters as _kept

        if not known:
            del sys.modules["_xxsubinterpreters"]
        return int(_kept.get_current()) == 0
    except RuntimeError as error:
        return "main interpreter" in str(error)
    except (ImportError, AttributeError):
        return True
