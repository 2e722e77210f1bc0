# SPDX-License-Identifier: Apache-2.0
# A Python process, threads and all, forks itself into sandboxes by ctypes.
. "$E2E/lib.sh"
need_cmd python3
need_namespaces
. "$E2E/library/installed"
cat >warm.py <<'END'
import ctypes, os, sys, threading, time
from ctypes import byref, c_char_p, c_int, c_uint, c_void_p, pythonapi

lib = ctypes.PyDLL(sys.argv[1] + "/libisorun.so.0")  # keeps the interpreter's lock
lib.iso_spec_new.restype = c_void_p

class Err(ctypes.Structure):
    _fields_ = [("code", c_int), ("kind", c_int), ("text", ctypes.c_char * 504)]

err = Err()
spec = c_void_p(lib.iso_spec_new())
lib.iso_spec_runtime_dir(spec, c_char_p(sys.argv[2].encode()))
lib.iso_spec_profile_dirs(spec, (c_char_p * 2)(sys.argv[3].encode(), None))
for r in (lib.iso_spec_profile(spec, None, byref(err)),
          lib.iso_spec_set(spec, b"limits", b"memory", b"64M", byref(err))):
    if r < 0:
        sys.exit(err.text.decode())

lib.iso_spec_fork_hooks(spec, *(ctypes.cast(f, c_void_p) for f in (
    pythonapi.PyOS_BeforeFork, pythonapi.PyOS_AfterFork_Parent, pythonapi.PyOS_AfterFork_Child)))

done = threading.Event()
def work():
    while not done.is_set():
        sorted(str(i) for i in range(1000))
for _ in range(3):
    threading.Thread(target=work, daemon=True).start()

def run(test):
    box = c_void_p()
    sys.stdout.flush()
    r = lib.iso_fork(spec, byref(box), byref(err))
    if r == 0:
        try:
            test()
            os._exit(0)
        except BaseException as e:
            print(type(e).__name__, e, flush=True)
            os._exit(1)
    if r < 0:
        sys.exit(err.text.decode())
    result = (c_int * 64)()
    ctypes.CDLL(lib._name).iso_box_wait(box, result, None)  # others go on meanwhile
    lib.iso_box_free(box)
    return list(result[:2])

def first():
    assert os.getppid() == 1 and threading.active_count() == 1
    with open("/tmp/one", "x"):
        t = threading.Thread(target=time.sleep, args=(0.01,))
        t.start(); t.join()
def second():
    assert not os.path.exists("/tmp/one")
    raise KeyError("mine")
print(run(first), run(second), run(first), flush=True)
done.set()
END
expect 0 python3 warm.py "$lib" "$PWD/run/isorun" "$profiles"
prints "KeyError 'mine'
[0, 0] [1, 1] [0, 0]"
