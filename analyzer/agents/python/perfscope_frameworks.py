"""Hooks of libraries that run pools of their own: PyTorch's DataLoader."""

import sys
import weakref

from perfscope_pools import GONE, NO_RETURNS
from perfscope_program import getframe, local, parent_process, queue_key


class DataLoaders:
    """A batch is a task: its indices go to the queue of one worker, its data come back by a queue that all workers share. Who
    takes a batch out of that in the parent cannot be told without its content, so these tasks have no time of return."""

    def __init__(self, traffic):
        self.traffic = traffic
        self.recorder = traffic.recorder
        self.guard = traffic.stepped_aside
        self.reset()

    def reset(self):
        # id of the writing end of a worker's queue of indices -> pool, function and epoch: batches are counted anew in each.
        self.writers = {}
        # In a worker: its epoch, the writing end of the shared queue, its key, and when its batches were taken.
        self.epoch = 0
        self.results = None
        self.key = 0
        self.parent = 0
        self.taken = []

    def watch_loader(self, module):
        handling = module._utils.signal_handling
        set_pids = handling._set_worker_pids

        def _set_worker_pids(*args):
            # What an iterator does last before it hands out work.
            self.begins(getframe(1))
            return set_pids(*args)

        handling._set_worker_pids = _set_worker_pids
        self.traffic.feed("tuple", self.fed)
        self.traffic.feed("_ResumeIteration", self.resumes)
        self.traffic.feed("NoneType", self.sentinel)

    def watch_worker(self, module):
        self.traffic.receivers[id(module._worker_loop.__code__)] = self.took
        self.traffic.feed("tuple", self.fed)

    def begins(self, frame):
        try:
            loader = frame.f_locals.get("self")
            workers = loader._workers
            recorder = self.recorder
            context = sys.modules["multiprocessing.context"]
            method = getattr(workers[0], "_start_method", None) or context._default_context.get_start_method()
            key = queue_key(loader._worker_result_queue._reader)
            number = recorder.pool("torch DataLoader", method, len(workers), frame, key)
            recorder.pool_state(number, NO_RETURNS)
            dataset = type(loader._dataset)
            function = recorder.function(getattr(dataset, "__getitem__", None) or dataset.__iter__)
            writers = [id(queue._writer) for queue in loader._index_queues]
            for writer in writers:
                self.writers[writer] = [number, function, 0]

            def gone():
                try:
                    for writer in writers:
                        self.writers.pop(writer, None)
                    recorder.pool_state(number, GONE)
                except Exception as problem:
                    self.guard("a loader's end", problem)

            weakref.finalize(loader, gone).atexit = False
        except Exception as problem:
            self.guard("a loader's begin", problem)

    def took(self, begin, end, frame):
        """A worker has taken indices."""
        if self.results is None:
            self.results = local(frame, "data_queue")._writer
            self.key = queue_key(self.results)
            self.parent = parent_process()
        if len(self.taken) < 1000:
            self.taken.append((begin, end, self.recorder.thread()))

    def sentinel(self, begin, end, payload, nothing, frame, writer):
        """What tells a worker to end is no message."""
        return id(writer) in self.writers

    def resumes(self, begin, end, payload, request, frame, writer):
        """A worker that outlives an epoch is asked for the next."""
        known = self.writers.get(id(writer))
        if known is not None:
            known[2] += 1
        return known is not None

    def fed(self, begin, end, payload, item, frame, writer):
        if len(item) != 2 or type(item[0]) is not int:
            # The answer to a request for a new epoch.
            if writer is self.results and self.taken:
                self.taken.pop(0)
                self.epoch += 1
            return writer is self.results
        number, content = item
        if writer is self.results and self.taken:
            problem = getattr(content, "exc_type", None)
            name = -1 if problem is None else self.recorder.text(getattr(problem, "__qualname__", str(problem)))
            taken, start, thread = self.taken.pop(0)
            self.recorder.ran(self.key, self.parent, self.epoch, number, taken, start, begin, end, len(payload), name, thread)
            return True
        known = self.writers.get(id(writer))
        if known is None:
            return False
        pool, function, epoch = known
        items = len(content) if type(content) in (list, tuple) else 1
        self.recorder.sent(pool, epoch, number, begin, end, payload, function, items)
        return True


def watch(traffic):
    loaders = DataLoaders(traffic)
    actions = {
        "torch.utils.data.dataloader": loaders.watch_loader,
        "torch.utils.data._utils.worker": loaders.watch_worker,
    }
    return actions, loaders.reset
