"""Threads that are held still around locks: for each case one that may hold its lock, and one that waits for it.

Prints `ready` and {case: {"holder": thread, "waiter": thread}} with the kernel's numbers of the threads.
"""
import json
import os
import threading
import time

quiet, _ = os.pipe()
other = threading.Lock()
threads = {}


def hold():
    os.read(quiet, 1)


def inside(lock):
    with lock:
        hold()


def among_others(lock):
    with threading.Lock() as _, lock, threading.RLock():
        hold()


def in_loops_and_handlers(lock):
    for _ in range(2):
        try:
            with lock:
                for _ in range(2):
                    try:
                        raise ValueError
                    except ValueError:
                        hold()
        finally:
            pass


def in_generator(lock):
    def numbers():
        with lock:
            hold()
            yield 1

    for _ in numbers():
        pass


def in_coroutine(lock):
    async def serve():
        with lock:
            hold()

    serve().send(None)


def through_c(lock):
    with lock:
        sorted([1], key=lambda _: hold())


def by_condition(lock):
    with threading.Condition(lock):
        hold()


def deep(lock, depth=40):
    if depth == 40:
        with lock:
            deep(lock, depth - 1)
    elif depth > 0:
        deep(lock, depth - 1)
    else:
        hold()


def reentrant(lock):
    lock.acquire()
    hold()


# Below nobody is inside a `with` of the lock: it was taken by `acquire`, or its `with` lies on no stack.


def bare(lock):
    lock.acquire()
    hold()


def left_behind(lock):
    with lock:
        pass
    lock.acquire()
    hold()


def left_behind_in_another(lock):
    with threading.Lock():
        with lock:
            pass
        lock.acquire()
        hold()


def sleeps_on_condition(lock):
    condition = threading.Condition(lock)
    with lock:
        threading.Timer(0, lock.acquire).start()
        condition.wait()


def suspended(lock):
    def numbers():
        with lock:
            yield 1

    for _ in numbers():
        hold()


def method_is_kept(lock):
    lock.acquire()
    print(lock.release, [hold() for _ in (1,)])


def by_with(lock):
    with lock:
        pass


def by_acquire(lock):
    lock.acquire()


def by_timeout(lock):
    lock.acquire(True, 3600)


def by_bound_method(lock):
    acquire = lock.acquire
    del lock
    acquire()


def by_waiting_condition(lock):
    with threading.Condition(lock):
        pass


HOLDERS = [
    inside, among_others, in_loops_and_handlers, in_generator, in_coroutine, through_c, by_condition, deep, reentrant,
    bare, left_behind, left_behind_in_another, sleeps_on_condition, suspended, method_is_kept,
]
WAITERS = [by_with, by_acquire, by_timeout, by_bound_method, by_waiting_condition]


def start(role, case, function, lock):
    def body():
        threads.setdefault(case, {})[role] = threading.get_native_id()
        function(lock)

    threading.Thread(target=body, daemon=True).start()


def main():
    locks = {each: threading.RLock() if each is reentrant else threading.Lock() for each in HOLDERS}
    for case, lock in locks.items():
        start("holder", case.__name__, case, lock)
    # Some of them take the lock once or twice before they stay.
    time.sleep(0.3)
    for i, (case, lock) in enumerate(locks.items()):
        start("waiter", case.__name__, WAITERS[i % len(WAITERS)], lock)
    while sum(len(roles) for roles in threads.values()) < 2 * len(HOLDERS):
        time.sleep(0.01)
    print("ready " + json.dumps(threads), flush=True)
    hold()


main()
