"""Runs the examples of the package's docstrings and of pages: examples.py [PAGE ...]

Names what fails, and exits with 1 where something does or where there are no examples."""
import doctest
import importlib
import pathlib
import pkgutil
import sys

import adrep

OPTIONS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS


def main(pages):
    failed = attempted = 0
    for module in pkgutil.iter_modules(adrep.__path__, "adrep."):
        if module.name == "adrep._adrep":
            continue
        found = doctest.testmod(importlib.import_module(module.name), optionflags=OPTIONS)
        failed, attempted = failed + found.failed, attempted + found.attempted
    for page in pages:
        found = doctest.testfile(str(pathlib.Path(page).resolve()), module_relative=False, optionflags=OPTIONS)
        if found.attempted == 0:
            print(f"{page}: no examples")
            failed += 1
        failed, attempted = failed + found.failed, attempted + found.attempted
    print(f"{attempted} examples, {failed} failed")
    return failed > 0 or attempted == 0


sys.exit(main(sys.argv[1:]))
