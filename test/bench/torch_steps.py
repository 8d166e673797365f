"""Steps of a small training, or operators on small tensors, watched in one of several ways: prints the CPU seconds that they took,
reading what was recorded included, and the number of events.

usage: torch_steps.py training|operators COUNT plain|profiler|events|dispatch|function
"""

import sys
import time

import torch
from torch.autograd import profiler
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

torch.set_num_threads(1)
torch.manual_seed(0)
kind, count, way = sys.argv[1], int(sys.argv[2]), sys.argv[3]

layers = [module for _ in range(3) for module in (torch.nn.Linear(64, 64), torch.nn.ReLU())]
network = torch.nn.Sequential(*layers)
optimizer = torch.optim.SGD(network.parameters(), lr=1e-3)
data = torch.randn(32, 64)


def training(steps):
    for _ in range(steps):
        optimizer.zero_grad()
        loss = network(data).square().mean()
        loss.backward()
        optimizer.step()


def operators(calls):
    value = torch.ones(16)
    for _ in range(calls):
        value = value.add(1.0)


work = {"training": training, "operators": operators}[kind]
seen = []


class Dispatched(TorchDispatchMode):
    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        start = time.monotonic_ns()
        result = function(*args, **(kwargs or {}))
        seen.append((start, time.monotonic_ns(), function))
        return result


class Called(TorchFunctionMode):
    def __torch_function__(self, function, types, args=(), kwargs=None):
        start = time.monotonic_ns()
        result = function(*args, **(kwargs or {}))
        seen.append((start, time.monotonic_ns(), function))
        return result


def watched():
    if way == "profiler":
        with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU]) as its:
            work(count)
        its.key_averages()
        return len(its.events())
    if way == "events":
        # What the profiler writes down, without what it makes of it: each event is read once.
        with profiler.profile(use_kineto=True) as its:
            its._parse_kineto_results = lambda result: seen.extend(
                (each.name(), each.start_us(), each.duration_us(), each.sequence_nr()) for each in result.events()
            ) or []
            work(count)
        return len(seen)
    if way == "plain":
        work(count)
        return 0
    with Dispatched() if way == "dispatch" else Called():
        work(count)
    return len(seen)


work(count // 10)
before = time.process_time()
events = watched()
print(time.process_time() - before, events)
