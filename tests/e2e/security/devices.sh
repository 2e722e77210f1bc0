# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Under strict the host's raw devices are out of reach, also for user 0, who
# owns them and so needs no capability to open them.
. "$E2E/lib.sh"

need_namespaces

cat >open <<'END_OPEN'
for node; do
	(: <"$node") 2>/dev/null && echo "$node can be read"
	# An append writes nothing yet; what is not there would be made.
	[ ! -e "$node" ] || (: >>"$node") 2>/dev/null && [ -e "$node" ] && echo "$node can be written"
done
:
END_OPEN
# shellcheck disable=SC2046 # names of devices
expect 0 isorun --profile strict sh ./open /dev/mem /dev/port /dev/kmsg /dev/kvm /dev/fuse \
	/dev/loop-control /dev/console $(find /dev -type b)
prints ""
expect 0 isorun --profile strict find /dev -type b
prints ""

# A node elsewhere in the host's files is none either.
if is_root && mknod node c 1 3 2>/dev/null && : <node; then
	expect 0 isorun --profile strict sh ./open "$PWD/node"
	prints ""
	expect 0 isorun --profile strict --workspace shared sh ./open "$PWD/node"
	prints ""
	expect 0 isorun --profile strict --workspace readonly sh ./open "$PWD/node"
	prints ""
fi
