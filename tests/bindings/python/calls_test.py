"""Calls as Python expects them: other threads go on, Ctrl-C stops them, and the program's settings stay its own."""
import os
import signal
import threading
import time
import unittest
from concurrent.futures import ThreadPoolExecutor

import numpy as np

import adrep
from support import FolderTest, maps_with_masks, python

BUSY = """
import numpy as np, adrep
draw = np.random.default_rng(0)
maps = draw.normal(size=(24, 512, 512)).astype(np.float32)
masks = np.zeros(maps.shape, np.uint8)
masks[::2, :9, :9] = 1
"""


class CallsTest(FolderTest):
    def test_another_thread_runs_during_a_call(self):
        maps, masks = maps_with_masks(images=60, height=300, width=300)
        steps = []
        stop = threading.Event()

        def count():
            while not stop.is_set():
                steps.append(time.monotonic())
                time.sleep(0.001)

        other = threading.Thread(target=count)
        other.start()
        begin = time.monotonic()
        adrep.metrics.evaluate(maps, masks, threads=1)
        end = time.monotonic()
        stop.set()
        other.join()
        within = [step for step in steps if begin < step < end]
        self.assertGreater(len(within), 10)

    def test_many_threads_call_at_once_and_get_the_same(self):
        maps, masks = maps_with_masks()
        expected = adrep.metrics.evaluate(maps, masks).data
        with ThreadPoolExecutor(8) as pool:
            for found in pool.map(lambda _: adrep.metrics.evaluate(maps, masks).data, range(40)):
                self.assertEqual(found, expected)

    def test_ctrl_c_ends_a_call_and_not_the_process(self):
        code = BUSY + """
import os, signal, threading, time
threading.Timer(0.5, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
begin = time.monotonic()
try:
    while time.monotonic() < begin + 60:
        adrep.metrics.evaluate(maps, masks, bootstrap=200)
    print("not interrupted")
except KeyboardInterrupt:
    print("interrupted after", "seconds" if time.monotonic() < begin + 20 else "long")
print(adrep.metrics.evaluate(maps[:2], masks[:2])["image_auroc"] is not None)
"""
        self.assertEqual(python(code, timeout=200), (0, "interrupted after seconds\nTrue\n"))

    def test_a_handler_of_the_users_is_called(self):
        code = BUSY + """
import os, signal, threading, time
def handler(*_):
    raise RuntimeError("the user's own")
signal.signal(signal.SIGINT, handler)
threading.Timer(0.5, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
begin = time.monotonic()
try:
    while time.monotonic() < begin + 60:
        adrep.metrics.evaluate(maps, masks, bootstrap=200)
except RuntimeError as error:
    print(error, signal.getsignal(signal.SIGINT) is handler)
"""
        self.assertEqual(python(code, timeout=200), (0, "the user's own True\n"))

    def test_ctrl_c_that_python_finds_while_it_gets_a_message_is_not_lost(self):
        code = """
import logging, os, signal, sys, tempfile, adrep
class Handler(logging.Handler):
    def emit(self, record):
        print("a message", flush=True)
        os.kill(os.getpid(), signal.SIGINT)  # Python calls its handler here, before adrep goes on
logging.getLogger("adrep").addHandler(Handler())
folder = tempfile.mkdtemp()
adrep.demo_images(folder + "/parts", train_per_class=4, normal_test_per_class=1, defects_per_type=1, size=64)
try:
    adrep.fit(folder + "/parts/fabric/train/good", "feature_norm", image__crop=64, image__resize=64)
    print("not interrupted")
except KeyboardInterrupt:
    print("interrupted")
logging.getLogger("adrep").handlers.clear()
print(adrep.fit(folder + "/parts/fabric/train/good", "feature_norm", image__crop=64, image__resize=64).detector)
"""
        exit_code, text = python(code)
        self.assertEqual(exit_code, 0, text)
        self.assertIn("a message\ninterrupted\nfeature_norm\n", text)

    def test_messages_go_to_logging_and_progress_to_nobody_without_a_terminal(self):
        code = """
import logging, sys, tempfile, adrep
logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(name)s %(levelname)s %(message)s")
folder = tempfile.mkdtemp()
adrep.demo_images(folder + "/parts", train_per_class=4, normal_test_per_class=1, defects_per_type=1, size=64)
adrep.fit(folder + "/parts/fabric/train/good", "feature_norm")
"""
        exit_code, text = python(code)
        self.assertEqual(exit_code, 0, text)
        self.assertIn("adrep WARNING", text)  # so few images
        self.assertNotIn("\r", text)

    def test_memory_of_freed_tensors_is_not_kept(self):
        code = BUSY + """
import ctypes, re
def resident():
    ctypes.CDLL("libc.so.6").malloc_trim(0)  # what the C library itself keeps, more or less of it by its version
    return int(re.search(r"VmRSS:\\s+(\\d+)", open("/proc/self/status").read())[1]) >> 10
import adrep
backbone = adrep.Backbone("efficientnet_lite0")
backbone(np.zeros((1, 3, 224, 224), np.float32))
before = resident()
backbone(np.zeros((32, 3, 224, 224), np.float32))
print(resident() - before < 60)
"""
        self.assertEqual(python(code), (0, "True\n"))


if __name__ == "__main__":
    unittest.main()
