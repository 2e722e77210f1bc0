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
