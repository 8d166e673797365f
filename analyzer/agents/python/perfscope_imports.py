"""Does something when a module has been imported, without importing it: a program that uses no pools pays for none."""

import sys


class Watch:
    """A finder that finds nothing itself: it has the others find a watched module, and acts when that has run."""

    def __init__(self, actions):
        """`actions`: name of a module -> what is called with it."""
        self.actions = actions

    def start(self):
        for name in [name for name in self.actions if name in sys.modules]:
            self.act(name, sys.modules[name])
        if self.actions:
            sys.meta_path.insert(0, self)

    def find_spec(self, name, path=None, target=None):
        if name not in self.actions:
            return None
        for finder in list(sys.meta_path):
            if finder is self or not hasattr(finder, "find_spec"):
                continue
            spec = finder.find_spec(name, path, target)
            if spec is not None:
                if hasattr(spec.loader, "exec_module"):
                    self.follow(name, spec.loader)
                return spec
        return None

    def follow(self, name, loader):
        if isinstance(loader, type):  # That of builtin and frozen modules is shared by all of them.
            return
        execute = loader.exec_module

        def exec_module(module):
            del loader.exec_module
            execute(module)
            self.act(name, module)

        loader.exec_module = exec_module

    def act(self, name, module):
        action = self.actions.pop(name, None)
        if action is not None:
            try:
                action(module)
            except Exception:  # The program comes first.
                pass
