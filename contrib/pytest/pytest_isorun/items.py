# SPDX-License-Identifier: Apache-2.0
"""What isorun is told of the tests: names, commands, markers."""

import os

from . import library

# Settings of the marker `isorun`, and the manifest's keys that they are.
SETTINGS = {
    "memory": "memory",
    "cpus": "cpus",
    "locks": "locks",
    "profile": "profile",
    "timeout": "timeout",
    "tokens": "tokens",
    "exclusive": "exclusive",
    "retries": "retries",
}


def test_id(item):
    """The node id, from here and not from pytest's rootdir."""
    file, *rest = item.nodeid.split("::")
    return "::".join([os.path.relpath(str(getattr(item, "path", item.fspath))), *rest])


def _words(value):
    if isinstance(value, bool):
        return ["yes" if value else "no"]
    if isinstance(value, (list, tuple)):
        return [str(v) for v in value]
    return [str(value)]


def _lock(name):
    return "".join(c if c.isalnum() or c in "._-" else "_" for c in str(name)) or "_"


def _of_marker(mark, settings, where):
    for key, value in mark.kwargs.items():
        if key == "gpu":
            settings.setdefault("tokens", []).append(f"gpu={value}")
        elif key in SETTINGS:
            known = settings.setdefault(SETTINGS[key], [])
            if key in ("locks", "tokens"):
                known.extend(_words(value))
            elif not known:
                # The closest marker comes first and wins.
                known.extend(_words(value))
        else:
            keys = ", ".join(sorted([*SETTINGS, "gpu"]))
            raise ValueError(f"{where}: marker isorun({key}=...): it takes {keys}")
    if mark.args:
        raise ValueError(f"{where}: marker isorun takes keywords only, as in memory='2G'")


def settings(item, where):
    """Keys and values of a manifest's [match] section."""
    ret = {}
    tags = []
    for mark in item.iter_markers():
        if mark.name not in tags:
            tags.append(mark.name)
        if mark.name == "isorun":
            _of_marker(mark, ret, where)
        elif mark.name == "serial":
            # A sandbox of its own takes care of all but what is outside of sandboxes.
            ret.setdefault("locks", []).append("serial")
        elif mark.name == "xdist_group":
            name = mark.kwargs.get("name", mark.args[0] if mark.args else "default")
            ret.setdefault("locks", []).append(_lock(name))
    if tags:
        ret["tags"] = sorted(tags)
    return ret


def describe(items, environment=()):
    """Messages of all tests, and their names as isorun's events have them.  environment: what
    their commands get."""
    messages = []
    names = []
    seen = {}
    for item in items:
        name = test_id(item)
        seen[name] = seen.get(name, 0) + 1
        unique = name if seen[name] == 1 else f"{name}~{seen[name]}"
        path = str(getattr(item, "path", item.fspath))
        known = settings(item, name)
        if environment:
            known["env"] = environment
        names.append(unique)
        messages.append({
            "test": unique,
            "file": path,
            "command": [library.python(), "-m", "pytest", "-q", "-rs", name],
            "settings": known,
        })
    return messages, names
