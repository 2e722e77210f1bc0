# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# cargo: the programs that `cargo test --no-run` names.
. "$E2E/lib.sh"

mkdir src tests
printf '[package]\nname = "work"\nversion = "0.1.0"\nedition = "2018"\n' >Cargo.toml
printf '#[cfg(test)]\nmod deep { #[test] #[ignore] fn ignored() {} #[test] fn works() {} #[test] fn fails() { panic!("no") } }\n' >src/lib.rs
printf '#[test]\nfn outer() { std::fs::create_dir("/tmp/x").unwrap(); }\n' >tests/t.rs
PATH=/usr/bin:$PATH
export CARGO_HOME="$PWD/home" PATH
unset RUSTC RUSTUP_TOOLCHAIN
/usr/bin/cargo test --offline --no-run >build.log 2>&1 || fail "$(cat build.log)"
sed -n 's/.*Executable.*(\(.*\))$/cargo:\1/p' build.log >programs
[ "$(wc -l <programs)" = 2 ] || fail "$(cat build.log)"
# shellcheck disable=SC2046 # a list of words
expect 1 isorun suite $(cat programs)
has '^2 passed, 1 failed, 1 skipped'
has '::deep::fails: '

# Short cases share launches, once they are known.
{
	echo '#[test] fn quits() { if std::env::var("QUITS").is_ok() { std::process::exit(0) } }'
	echo '#[test] fn bad() { assert!(std::env::var("BAD").is_err()) }'
	echo '#[test] #[should_panic] fn panics() { panic!("as it should") }'
	echo '#[test] #[ignore = "slow"] fn ignored() {}'
	for i in $(seq 5 40); do echo "#[test] fn c$i() {}"; done
} >tests/t.rs
/usr/bin/cargo test --offline --no-run >build.log 2>&1 || fail "$(cat build.log)"
program=$(sed -n 's/.*Executable tests.*(\(.*\))$/cargo:\1/p' build.log)
launches() { sed -n 's/.*"own_attempts":\([0-9]*\).*/\1/p' "$ISORUN_STATE_DIR/runs/last/events.jsonl"; }
auto() { isorun suite -j2 --granularity auto "$program"; }
expect 0 auto
[ "$(launches)" = 40 ] || fail "$(launches) launches without a history"
expect 0 auto
has '^39 passed, 0 failed, 1 skipped'
has '^skip .*::ignored: slow'
[ "$(launches)" -lt 20 ] || fail "$(launches) launches of 40 cases"
BAD=1 expect 1 auto
has '^38 passed, 1 failed, 1 skipped'
has 'FAIL .*::bad: '
