# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# meson test --wrapper, and the verdicts of its protocol (77: skipped) pass through.
. "$E2E/lib.sh"

need_cmd meson
need_cmd ninja
clashing
cat >meson.build <<'END'
project('clash')
clash = find_program('./clash')
foreach i : range(40)
  test('t@0@'.format(i), clash, args: i.to_string(), workdir: meson.current_source_dir())
endforeach
test('absent', find_program('sh'), args: ['-c', 'exit 77'])
END
expect 0 meson setup build
hooked 'meson test -C build --num-processes 8' \
	'meson test -C build --num-processes 8 --wrapper isorun'
has '^Ok: +40'
has '^Skipped: +1'
