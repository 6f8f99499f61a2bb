"""Forbid a process, and all that it starts, some calls to the Linux kernel. Runs inside the sandbox.

Memory in files without a name and in enlarged sockets belongs to no process, so
no watchdog could count it. The kernel's key rings belong to no namespace.
Neither NumPy nor TensorFlow needs one of these calls.
"""

import ctypes
import os
import platform
import struct

# Numbers from the kernel's tables of calls.
FORBIDDEN = {
    "x86_64": {
        **{"memfd_create": 319, "memfd_secret": 447, "shmget": 29, "msgget": 68, "io_uring_setup": 425},
        **{"add_key": 248, "request_key": 249, "keyctl": 250},
        **{"bpf": 321, "perf_event_open": 298, "userfaultfd": 323, "setsockopt": 54},
    },
    "aarch64": {
        **{"memfd_create": 279, "memfd_secret": 447, "shmget": 194, "msgget": 186, "io_uring_setup": 425},
        **{"add_key": 217, "request_key": 218, "keyctl": 219},
        **{"bpf": 280, "perf_event_open": 241, "userfaultfd": 282, "setsockopt": 208},
    },
}
ARCHITECTURE = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
FIRST_OF_ANOTHER_TABLE = 0x40000000  # x86-64 knows each call by a second number

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP = 38, 22
SECCOMP_MODE_FILTER = 2
ALLOW, REFUSE = 0x7FFF0000, 0x00050001  # the latter as EPERM
LOAD, JUMP_IF_EQUAL, JUMP_IF_NOT_LESS, RETURN = 0x20, 0x15, 0x35, 0x06
NUMBER_OF_CALL, ARCHITECTURE_OF_CALL = 0, 4  # offsets in the kernel's struct seccomp_data


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def forbid() -> None:
    """Forbid the calls for good.

    Raises
    ------
    OSError
        If the kernel has no seccomp.
    NotImplementedError
        If the numbers of the calls on this kind of processor are not known here.
    """
    machine = platform.machine()
    if machine not in FORBIDDEN:
        raise NotImplementedError(f"the sandbox knows no calls to forbid on {machine}: grade on another machine")
    instructions = compile_filter(ARCHITECTURE[machine], sorted(FORBIDDEN[machine].values()))
    program = _Program(len(instructions) // 8, instructions)
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl.argtypes = [ctypes.c_int, *[ctypes.c_ulong] * 4]
    for arguments in (
        (PR_SET_NO_NEW_PRIVS, 1, 0),
        (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.addressof(program)),
    ):
        if libc.prctl(*arguments, 0, 0):
            raise OSError(ctypes.get_errno(), f"seccomp: {os.strerror(ctypes.get_errno())}")


def compile_filter(architecture: int, numbers: list[int]) -> bytes:
    """Make the filter for seccomp, as instructions of the classic BPF: eight bytes each.

    Parameters
    ----------
    architecture : int
        The architecture whose calls are meant; calls of any other are refused.
    numbers : list of int
        Of the calls to refuse.

    Returns
    -------
    bytes
    """
    count = len(numbers)
    rows = [
        (LOAD, 0, 0, ARCHITECTURE_OF_CALL),
        (JUMP_IF_EQUAL, 0, count + 3, architecture),
        (LOAD, 0, 0, NUMBER_OF_CALL),
        (JUMP_IF_NOT_LESS, count + 1, 0, FIRST_OF_ANOTHER_TABLE),
        *((JUMP_IF_EQUAL, count - position, 0, number) for position, number in enumerate(numbers)),
        (RETURN, 0, 0, ALLOW),
        (RETURN, 0, 0, REFUSE),
    ]
    return b"".join(struct.pack("<HBBI", *row) for row in rows)
