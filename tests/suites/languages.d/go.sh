# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A test binary of Go runs in strict: goroutines, collector, sockets, children.
. "$E2E/lib.sh"

printf 'module work\ngo 1.18\n' >go.mod
cat >work_test.go <<-'END'
	package work
	import (
		"net"
		"os"
		"os/exec"
		"os/signal"
		"runtime"
		"sync"
		"syscall"
		"testing"
		"time"
	)
	func TestThreads(t *testing.T) {
		var wait sync.WaitGroup
		for i := 0; i < 100; i++ {
			wait.Add(1)
			go func() { defer wait.Done(); _ = make([]byte, 1<<16); runtime.LockOSThread(); time.Sleep(1) }()
		}
		wait.Wait()
		runtime.GC()
	}
	func TestSocket(t *testing.T) {
		server, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil { t.Fatal(err) }
		go func() { peer, _ := server.Accept(); peer.Write([]byte("x")); peer.Close() }()
		peer, err := net.Dial("tcp", server.Addr().String())
		if err != nil { t.Fatal(err) }
		if n, err := peer.Read(make([]byte, 1)); n != 1 { t.Fatal(err) }
	}
	func TestChild(t *testing.T) {
		said, err := exec.Command("echo", "hi").Output()
		if err != nil || string(said) != "hi\n" { t.Fatal(err, said) }
	}
	func TestSignal(t *testing.T) {
		came := make(chan os.Signal, 1)
		signal.Notify(came, syscall.SIGUSR1)
		syscall.Kill(os.Getpid(), syscall.SIGUSR1)
		<-came
	}
	func TestFile(t *testing.T) {
		if err := os.WriteFile(t.TempDir() + "/a", []byte("x"), 0o600); err != nil { t.Fatal(err) }
	}
END
GOFLAGS=-mod=mod GOCACHE=$PWD/cache GOTOOLCHAIN=local go test -c -o work.test . >go.log 2>&1 ||
	fail "$(cat go.log)"
expect 0 isorun -p strict --net loopback ./work.test -test.v
[ "$(grep -c '^--- PASS' "$out")" = 5 ] || fail "not all five passed"
