# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# go: programs of `go test -c`, in their own directory.
. "$E2E/lib.sh"

printf 'module work\ngo 1.18\n' >go.mod
mkdir p
echo data >p/testdata
cat >p/p_test.go <<'END'
package p
import ("fmt"; "os"; "testing")
func TestData(t *testing.T) { if _, err := os.ReadFile("testdata"); err != nil { t.Fatal(err) } }
func TestSkips(t *testing.T) { t.Skip("why") }
func TestBad(t *testing.T) { t.Run("sub", func(t *testing.T) { t.Error("no") }) }
func ExampleOut() {
	fmt.Println("a")
	// Output: a
}
func BenchmarkNothing(b *testing.B) {}
END
export GOFLAGS=-mod=mod GOCACHE="$PWD/cache" GOTOOLCHAIN=local
(cd p && go test -c >../build.log 2>&1) || fail "$(cat build.log)"
expect 1 isorun suite 'go:*/*.test'
has '^2 passed, 1 failed, 1 skipped'
has '  \| +--- FAIL: TestBad/sub'

# Short cases share launches, once they are known.
cat >p/p_test.go <<'END'
package p
import ("os"; "testing")
func TestSkips(t *testing.T) { t.Skip("why") }
func TestBad(t *testing.T) { if os.Getenv("BAD") != "" { t.Error("no") } }
func TestQuits(t *testing.T) { if os.Getenv("QUITS") != "" { os.Exit(0) } }
END
for i in $(seq 4 40); do echo "func TestC$i(t *testing.T) { t.Run(\"sub\", func(t *testing.T) {}) }"; done >>p/p_test.go
(cd p && go test -c >../build.log 2>&1) || fail "$(cat build.log)"
launches() { sed -n 's/.*"own_attempts":\([0-9]*\).*/\1/p' "$ISORUN_STATE_DIR/runs/last/events.jsonl"; }
auto() { isorun suite -j2 --granularity auto 'go:p/*.test'; }
expect 0 auto
[ "$(launches)" = 40 ] || fail "$(launches) launches without a history"
expect 0 auto
has '^39 passed, 0 failed, 1 skipped'
has '^skip .*::TestSkips: p_test.go:3: why'
[ "$(launches)" -lt 20 ] || fail "$(launches) launches of 40 cases"
BAD=1 expect 1 auto
has '^38 passed, 1 failed, 1 skipped'
has 'FAIL .*::TestBad: '
QUITS=1 expect 1 auto
has '^38 passed, 1 failed, 1 skipped'
has 'FAIL .*::TestQuits: '
