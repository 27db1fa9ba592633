#!/usr/bin/env python3
"""One case of cases.py for scripts/compare_peers.sh: serve.py CASE INPUTS PHOTOGRAPHS

Prepares it, then answers each line on standard input with {"seconds", "value", "peak_bytes"} of one more call. The first
line is {"version"}, after a call that warms up."""
import importlib.metadata
import json
import os
import resource
import sys
import time
import warnings


def main(name, inputs, photographs):
    warnings.simplefilter("ignore")
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what libraries print is no answer
    import torch
    from cases import CASES
    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    torch.manual_seed(0)
    package, prepare = CASES[name]
    call = prepare(inputs, photographs)
    call()

    def say(**words):
        print(json.dumps(words), file=answers, flush=True)
    say(version=importlib.metadata.version(package))
    for _ in sys.stdin:
        start = time.perf_counter()
        value = call()
        seconds = time.perf_counter() - start
        value = call.value() if hasattr(call, "value") else value
        say(seconds=seconds, value=value, peak_bytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)


main(*sys.argv[1:])
