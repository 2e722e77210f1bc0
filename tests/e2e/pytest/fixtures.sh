# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Fixtures that survive a fork are set up once, before it, and torn down once; all others in
# each test; a module's in a process of its own, apart from other modules'.
. "$E2E/lib.sh"
. "$E2E/pytest/plugin"

cat >conftest.py <<'END'
import os, socket, threading
import pytest
import pytest_isorun as isorun

def log(text):
    with open(os.environ["LOG"], "a") as f:
        f.write(f"{text} {os.getpid()}\n")

@isorun.preload
@pytest.fixture(scope="session")
def model(tmp_path_factory):
    log("up model")
    path = tmp_path_factory.mktemp("model") / "data"
    path.write_text("of the model")
    yield path
    log("down model")

@pytest.fixture(scope="session")
def own():
    log("up own")
    yield
    log("down own")

@pytest.fixture(scope="session")
def plain_data():
    log("up data")
    return [1, 2, 3]

@pytest.fixture(scope="session")
def server():
    with socket.socket() as s:
        yield s

@pytest.fixture(scope="session")
def thread():
    done = threading.Event()
    t = threading.Thread(target=done.wait)
    t.start()
    yield t
    done.set()
    t.join()

@pytest.fixture(scope="session")
def broken():
    log("up broken")
    raise RuntimeError("cannot be set up")
END
for name in one two; do
	cat >test_$name.py <<END
import os
import pytest
import pytest_isorun as isorun
from conftest import log

@pytest.fixture(scope="module")
@isorun.preload
def table(model):
    log("up table_$name")
    yield {"name": "$name"}
    log("down table_$name")

@pytest.mark.parametrize("n", range(3))
def test_table(table, model, n):
    assert table == {"name": "$name"} and model.read_text() == "of the model"
    table["name"] = "changed"

class TestOf:
    @pytest.fixture(scope="class")
    def wide(self, own):
        return object()
    def test_first(self, wide, plain_data):
        plain_data.append(4)
        assert len(plain_data) == 4
    def test_second(self, wide, plain_data):
        assert plain_data == [1, 2, 3]
END
done
mkdir shared
export LOG="$PWD/shared/log"
count() { grep -c "^$1 " "$LOG"; }
expect 0 boxed --isorun-args="-j 4 --bind $PWD/shared"
has '^=+ 10 passed'
has '^isorun: set up once: model$'
for name in model table_one table_two; do
	[ "$(count "up $name") $(count "down $name")" = "1 1" ] || fail "$name: $(cat "$LOG")"
done
[ "$(count 'up own') $(count 'down own')" = "4 4" ] || fail "own: $(cat "$LOG")"
[ "$(tail -n 1 "$LOG" | cut -d ' ' -f 1,2)" = "down model" ] || fail "the model went early: $(cat "$LOG")"
[ "$(grep '^up model ' "$LOG" | cut -d ' ' -f 3)" = "$(grep '^down model ' "$LOG" | cut -d ' ' -f 3)" ] ||
	fail "another process tore it down"

# By name; and all that may be, with what may not be and why.
rm "$LOG"
expect 0 boxed --isorun-preload=plain_data --isorun-args="--bind $PWD/shared" -k TestOf
[ "$(count 'up data')" = 1 ] || fail "by name: $(cat "$LOG")"
cat >test_auto.py <<'END'
def test_server(server): assert server.fileno() >= 0
def test_thread(thread): assert thread.is_alive()
def test_data(plain_data): assert plain_data == [1, 2, 3]
def test_broken(broken): pass
END
rm "$LOG"
expect 1 boxed --isorun-preload=auto --isorun-args="--bind $PWD/shared" test_auto.py
has '^=+ 3 passed, 1 error'
has 'RuntimeError: cannot be set up'
has '^isorun: set up once: plain_data$'
has '^isorun: server is set up in each test: it holds a socket$'
has '^isorun: thread is set up in each test: it holds a thread$'
has '^isorun: broken is set up in each test: it failed: RuntimeError: cannot be set up$'
printf '[pytest]\nisorun_preload = plain_data\nisorun_args = -j 2\n' >pytest.ini
rm "$LOG"
expect 0 boxed --isorun-args="--bind $PWD/shared --json events" -k TestOf
[ "$(count 'up data')" = 1 ] || fail "by pytest.ini: $(cat "$LOG")"
has '"jobs":2' events

# Under isorun's own suite, too.
rm "$LOG"
expect 0 isorun suite --bind "$PWD/shared" pytest:.  --json events -k 'table or TestOf'
has '^10 passed'
for name in model table_one table_two data; do
	[ "$(count "up $name")" = 1 ] || fail "$name: $(cat "$LOG")"
done
[ "$(count 'down model')" = 1 ] || fail "model: $(cat "$LOG")"

# Of each class its own, and of each package.
cat >test_classes.py <<'END'
import pytest
@pytest.fixture(scope="class")
def of_class(request): return request.cls and request.cls.__name__
class TestA:
    def test_a(self, of_class): assert of_class == "TestA"
class TestB:
    def test_b(self, of_class): assert of_class == "TestB"
def test_f(of_class): assert of_class is None
END
for name in p q; do
	mkdir $name
	touch $name/__init__.py
	printf 'import pytest\n@pytest.fixture(scope="package")\ndef of_package(): return "%s"\n' \
		$name >$name/conftest.py
	echo "def test_$name(of_package): assert of_package == '$name'" >$name/test_$name.py
done
expect 0 boxed --isorun-preload=auto test_classes.py p q
has '^=+ 5 passed'
