# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# What a test leaves for --keep writes nowhere but in the tree, and no test gets
# more out than files: neither devices, nor pipes, nor set-user-id bits.
. "$E2E/lib.sh"

need_namespaces

mkdir outside tree
echo safe >outside/file
ln -s ../outside tree/link
cd tree || exit 1

# The tree's own link is no way out for files below its name.
expect 0 isorun --keep 'link/*' sh -c 'rm link; mkdir link; echo bad >link/file; echo bad >link/new'
says 'kept files'
[ "$(cat ../outside/file)" = safe ] && [ ! -e ../outside/new ] || fail "written through a link"

# Nor is a link of the test's: it is kept as a link, or nothing comes through it.
ln -s ../outside/file target
expect 0 isorun --keep '*' sh -c 'ln -sfn ../outside dir; rm target; echo mine >target'
[ "$(cat ../outside/file)" = safe ] || fail "the link's target was written"
[ "$(cat target)" = mine ] && [ -L dir ] || fail "not kept"
expect 0 isorun --keep '*' sh -c 'rm dir; mkdir dir; echo bad >dir/file'
[ "$(cat ../outside/file)" = safe ] || fail "written through a link of another run"

expect 0 isorun --keep '*' sh -c 'mkfifo pipe; cp /bin/true door; chmod 6755 door'
[ ! -e pipe ] || fail "a pipe was kept"
[ "$(stat -c %a door)" = 755 ] || fail "set-user-id was kept"
