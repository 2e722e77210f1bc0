# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# --hide makes a file empty and a directory empty.
. "$E2E/lib.sh"

need_namespaces

echo secret >file
mkdir sub
echo secret >sub/file
expect 0 isorun --hide "$PWD/file" --hide "$PWD/sub" sh -c 'cat file; ls -A sub'
prints ""
