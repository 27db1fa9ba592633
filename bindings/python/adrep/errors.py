"""What adrep raises: each with the line that the program would print."""


class Error(RuntimeError):
    """Something failed: a file that cannot be written, a device that is gone. The program would exit with 1."""


class InputError(Error, ValueError):
    """Wrong input: a setting, an array, a file. One line says what, where and what to do. The program would exit with 2."""
