# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A profile that was compiled for one home directory, or one installation, is not
# used for another.
. "$E2E/lib.sh"

mkdir -p mine/isorun/profiles other
printf '[profile]\ninherit = default\n[environment]\nset = WHOSE=mine\n' \
	>mine/isorun/profiles/default.ini
# shellcheck disable=SC2016 # for the shell in the sandbox
for config in mine other mine; do
	XDG_CONFIG_HOME=$PWD/$config expect 0 isorun sh -c 'echo "${WHOSE-nobody}"'
	prints "$([ $config = mine ] && echo mine || echo nobody)"
done
rm -r "$XDG_RUNTIME_DIR/isorun" 2>/dev/null
unset XDG_CONFIG_HOME
for home in other mine; do
	mkdir -p "$home/.config"
	[ $home = other ] || mv mine/isorun mine/.config/
	# shellcheck disable=SC2016
	HOME=$PWD/$home expect 0 isorun sh -c 'echo "${WHOSE-nobody}"'
	prints "$([ $home = mine ] && echo mine || echo nobody)"
done

# Two installations.
for at in one two; do
	mkdir -p $at/bin $at/libexec/isorun $at/share/isorun
	cp "$ISORUN" $at/bin/isorun
	cp "$ISORUN-full" $at/libexec/isorun/
	cp -r "${ISORUN%/*}/../profiles" $at/share/isorun/ 2>/dev/null ||
		cp -r "$E2E/../../profiles" $at/share/isorun/
done
printf '\n[environment]\nset = WHOSE=two\n' >>two/share/isorun/profiles/default.ini
for at in one two one two; do
	# shellcheck disable=SC2016
	expect 0 $at/bin/isorun sh -c 'echo "${WHOSE-one}"'
	prints $at
done
