# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# cargo's runner: its test programs run one after the other, so what it gives is an own
# network, /tmp and limit, and what one left running does not meet the next.
. "$E2E/lib.sh"

need_namespaces
mkdir src tests
printf '[package]\nname = "work"\nversion = "0.1.0"\nedition = "2018"\n' >Cargo.toml
echo >src/lib.rs
for i in 1 2 3; do
	cat >"tests/t$i.rs" <<-'END'
		#[test]
		fn leaves_a_server() {
		    let server = std::net::TcpListener::bind("127.0.0.1:8080").unwrap();
		    std::fs::create_dir("/tmp/x").unwrap();
		    std::process::Command::new("sleep").arg("1000").spawn().unwrap();
		    drop(server);
		}
	END
done
PATH="$(dirname "$ISORUN"):/usr/bin:$PATH"
export CARGO_HOME="$PWD/home" PATH
unset RUSTC RUSTUP_TOOLCHAIN
expect 0 /usr/bin/cargo test --offline --no-run
expect 0 /usr/bin/cargo test --offline --no-fail-fast --config "target.'cfg(unix)'.runner = 'isorun'"
[ "$(grep -c '^test leaves_a_server ... ok' "$out")" = 3 ] || fail "not all 3 passed"
