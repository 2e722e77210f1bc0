# SPDX-License-Identifier: Apache-2.0
"""faults.py [-fsv] [-r ROLE,...] ACTION,... [-- OPTION...]: launches box by
isorun OPTION... once for each system call of the launch and each ACTION (see
fault.c), and prints a line for each launch that did not end well:

  - it did not end, or a process outlived it;
  - it failed, but not with 125 (126 or 127 where execve(2) did) and a sentence;
  - the command ran in another sandbox than without the fault, and no warning
    said so;
  - a cgroup, a reservation, or a file in the runtime directory stayed.

With -s a suite of three tests is run instead: a fault in the sandbox of one is
the error of that one, and after a fault in the runner what was reported is true.

-f does the first two calls of a name only, -v prints a line for every launch.
Exits with 1 when any ended badly."""
import fcntl
import getopt
import glob
import os
import re
import shutil
import struct
import subprocess
import sys
import xml.etree.ElementTree as xml

ISORUN, FAULT, BOX = (os.environ[k] for k in ("ISORUN", "FAULT", "BOX"))
SLOW = int(os.environ.get("SLOW", "1"))
SENTENCE = re.compile(r"^isorun: .{12}", re.M)
WARNING = re.compile(r"^(isorun: )?warning: .{12}", re.M)
USER_NS = re.compile(r"[-+](shares user|/proc/self/uid_map:)")
F_OFD_GETLK = 36
RUNTIME = "/run/isorun" if os.geteuid() == 0 else os.environ["XDG_RUNTIME_DIR"] + "/isorun"


def namespaces():
    names = ("cgroup", "ipc", "mnt", "net", "pid", "user", "uts")
    return [os.readlink("/proc/self/ns/" + n) for n in names]


def groups():
    """The cgroups in which leaves are made, as the prepared bytes name them."""
    found = set()
    for name in glob.glob(RUNTIME + "/prepared-*"):
        with open(name, "rb") as f:
            for line in f.read().decode("latin1").split("\n"):
                if line.startswith(("memory_dir ", "pids_dir ")):
                    found.add(line.split(" ", 1)[1])
    return found


def leaves(pid):
    """Those of one launcher: other isorun processes may use the groups, too."""
    for group in groups():
        yield from glob.glob("%s/%s-*" % (group, pid))


def slot_is_held(path):
    fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        lock = struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
        lock = fcntl.fcntl(fd, F_OFD_GETLK, lock)
        return struct.unpack("hhqqi4x", lock)[0] != fcntl.F_UNLCK
    finally:
        os.close(fd)


def remains(pid):
    for leaf in leaves(pid):
        yield "cgroup " + leaf
        os.rmdir(leaf)
    for name in os.listdir(RUNTIME) if os.path.isdir(RUNTIME) else []:
        path = os.path.join(RUNTIME, name)
        if name.startswith("slot-") and slot_is_held(path):
            yield "reservation " + name
        elif not re.fullmatch(r"table|slot-\d{4}|prepared-[0-9a-f]{16}", name):
            yield "file " + path
            os.unlink(path)


class Launch:
    """One run of isorun under fault, and what is wrong with its end."""

    def __init__(self, options, fault=None, calls=None):
        command = [FAULT, "-o", ".report", "-t", str(10 * SLOW)]
        if fault:
            command += ["-c", ":".join(fault)]
        if calls:
            command += ["-l", calls]
        command += self.command(options)
        ran = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True)
        self.out = ran.stdout.decode(errors="replace")
        self.err = ran.stderr.decode(errors="replace")
        with open(".report") as f:
            self.pid, status, self.call, self.hung, left = f.read().split()
        self.status, self.left = int(status), int(left)

    def command(self, options):
        return [ISORUN, *options, "./.box", *namespaces()]

    def changes(self, reference):
        old, new = (set(x.out.split("\n")) for x in (reference, self))
        lines = ["-" + x for x in sorted(old - new)] + ["+" + x for x in sorted(new - old)]
        # Root that may not make namespaces makes them as a user does.
        return [x for x in lines if not USER_NS.match(x)]

    def end(self, reference, role):
        if self.status == 0:
            if self.changes(reference) and not WARNING.search(self.err):
                yield "another sandbox, without a word"
        elif self.status == 125 or self.status in (126, 127) and self.call == "execve":
            if not SENTENCE.search(self.err):
                yield "no sentence"
        else:
            yield "status %d" % self.status

    def faults(self, reference, role, action):
        if self.hung != "-":
            yield "hung in " + self.hung
            list(remains(self.pid))
            return
        if self.left:
            yield "processes were left"
        if not (action == "kill" and self.status == 137):
            yield from self.end(reference, role)
        yield from remains(self.pid)


class Suite(Launch):
    tests = {"first": "./.box", "second": "echo second", "third": "sleep 0.01"}

    def command(self, options):
        for path in glob.glob(".junit*"):
            os.unlink(path)
        with open(".lines", "w") as f:
            f.writelines(c + "\n" for c in self.tests.values())
        return [ISORUN, "suite", "-j1", "--order", "listed", "--junit", ".junit.xml", *options,
                "lines:.lines"]

    def outcomes(self):
        """What the report says of each test, in order; None: there is no report."""
        if not os.path.exists(".junit.xml"):
            return None
        kinds = ("failure", "error", "skipped")
        return [next((k.tag for k in case if k.tag in kinds), "passed")
                for case in xml.parse(".junit.xml").iter("testcase")]

    def changes(self, reference):
        return []

    def end(self, reference, role):
        try:
            found = self.outcomes()
        except xml.ParseError:
            found = None
            if self.status in (0, 1):
                yield "half a report"
        bad = [x for x in found or [] if x != "passed"]
        if self.status == 0 and (bad or len(found or []) != 3 and not SENTENCE.search(self.err)):
            yield "status 0, but the report says %s" % found
        elif self.status == 1 and not bad and found:
            yield "status 1, but the report says %s" % found
        elif self.status in (2, 125) and not SENTENCE.search(self.err):
            yield "no sentence"
        elif self.status not in (0, 1, 2, 125):
            yield "status %d" % self.status
        if role != "launcher" and (len(bad) > 1 or self.status > 1):
            yield "more than one test suffered"
        # A test that is killed has failed, be it before its exec.
        if bad and role == "init" and bad != ["error"]:
            yield "not called an error but " + bad[0]


def main():
    opts, args = getopt.getopt(sys.argv[1:], "fr:sv")
    opts = dict(opts)
    kind = Suite if "-s" in opts else Launch
    roles = opts.get("-r", "launcher,init,test").split(",")
    actions, options = args[0].split(","), args[2:]
    shutil.copy(BOX, ".box")
    kind(options)                          # so that what is prepared is there
    reference = kind(options, calls=".calls")
    if reference.status != 0:
        sys.exit("without a fault: status %d\n%s" % (reference.status, reference.err))
    with open(".calls") as f:
        calls = [line.split() for line in f]
    n = bad = 0
    seen = {}
    for role, number, name in calls:
        seen[role, name] = seen.get((role, name), 0) + 1
        if role not in roles or "-f" in opts and seen[role, name] > 2:
            continue
        for action in actions:
            if action == "short" and name not in ("read", "write"):
                continue
            launch = kind(options, (role, number, action))
            n += 1
            what = list(launch.faults(reference, role, action))
            if not what and "-v" not in opts:
                continue
            bad += bool(what)
            print("%s %s %s: %s" % (role, number, action, launch.call), *what, sep="; ")
            text = launch.err.strip() or "(silent)"
            print("\t%d: %s" % (launch.status, text.replace("\n", "\n\t")))
            if launch.status == 0:
                print("\t" + " ".join(launch.changes(reference))[:300])
    print("%d launches, %d of them ended badly" % (n, bad))
    sys.exit(1 if bad or not n else 0)


main()
