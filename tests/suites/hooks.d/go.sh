# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# go test -exec: a program for each package, eight at once.
. "$E2E/lib.sh"

clashing
printf 'module work\ngo 1.18\n' >go.mod
for i in $(seq 8); do
	mkdir "p$i"
	cat >"p$i/p_test.go" <<-END
		package p
		import ("os/exec"; "testing")
		func clash(t *testing.T) {
			if out, err := exec.Command("$PWD/clash", t.Name()).CombinedOutput(); err != nil {
				t.Fatal(err, string(out))
			}
		}
		func Test1(t *testing.T) { clash(t) }
		func Test2(t *testing.T) { clash(t) }
		func Test3(t *testing.T) { clash(t) }
		func Test4(t *testing.T) { clash(t) }
		func Test5(t *testing.T) { clash(t) }
	END
done
export GOFLAGS=-mod=mod GOCACHE="$PWD/cache" GOTOOLCHAIN=local
go test -count=1 -run None ./... >build.log 2>&1 || fail "$(cat build.log)"
hooked 'go test -count=1 -p 8 ./...' 'go test -count=1 -p 8 -v -exec isorun ./...'
[ "$(grep -c '^--- PASS' "$out")" = 40 ] || fail "not all 40 passed"
