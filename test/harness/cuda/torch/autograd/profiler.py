import ctypes
import os

cupti = ctypes.CDLL(os.environ["PERFSCOPE_CUPTI"])
_subscribed = False


def _enable_profiler(config, activities):
    """What Kineto does: it subscribes once, and stays."""
    global _subscribed
    if not _subscribed:
        where = ctypes.c_void_p()
        print("subscribe", cupti.cuptiSubscribe(ctypes.byref(where), ctypes.c_void_p(1), None))
        _subscribed = True


def _disable_profiler():
    if not _subscribed:
        raise RuntimeError("no profiler is running")
    return "results"


class profile:
    def __init__(self, activities):
        self.kineto_activities = activities

    def config(self):
        return {}

    def __enter__(self):
        _enable_profiler(self.config(), self.kineto_activities)

    def __exit__(self, *_):
        print(_disable_profiler())
