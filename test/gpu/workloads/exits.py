"""Launches a thousand kernels and ends as it is told: return, raise, exit, _exit, term, kill, error.

Before `_exit`, `term`, `kill` and `error` it waits for a second, in which whatever records should have written down what is done.
"""

import os
import signal
import sys
import time

import torch

way = sys.argv[1]
values = torch.zeros(1024, device="cuda")
for _ in range(1000):
    values.add_(1.0)
torch.cuda.synchronize()
print(int(values[0].item()), flush=True)
if way in ("_exit", "term", "kill", "error"):
    time.sleep(1)
if way == "raise":
    raise ValueError("as told")
if way == "exit":
    sys.exit(7)
if way == "_exit":
    os._exit(8)
if way in ("term", "kill"):
    os.kill(os.getpid(), signal.SIGTERM if way == "term" else signal.SIGKILL)
if way == "error":
    # Out of bounds on the device: the context is lost, and with it what it had not told yet.
    values[torch.tensor([1 << 20], device="cuda")]
    torch.cuda.synchronize()
