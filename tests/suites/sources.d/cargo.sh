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
