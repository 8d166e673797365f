"""Compiles, runs and drops functions, each with a number of its own: their addresses are used over and over."""

SOURCE = """
def work_{0}(rounds):
    total = 0
    for i in range(rounds):
        total += inner_{0}(i)
    return total
def inner_{0}(i):
    return i * i
work_{0}(3000)
"""


def main():
    print("ready {}", flush=True)
    number = 1
    while True:
        scope = {}
        exec(compile(SOURCE.format(number), "part_%d.py" % number, "exec"), scope)
        scope.clear()
        number += 1


main()
