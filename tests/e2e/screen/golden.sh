# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# What a person sees of a suite while it runs, of a failure as it comes, and at the end, in
# windows of two sizes: compared with golden/, where times and sizes stand as T and M.
# `UPDATE=yes` writes these anew.
. "$E2E/lib.sh"

need_root
need_cgroup
need_namespaces
need_cmd tmux
golden=$E2E/screen/golden
tmux() { command tmux -u -L "isorun-$$" -f /dev/null "$@"; }
end_tmux()
{
	tmux kill-server 2>/dev/null
	end_own
}
trap end_tmux EXIT

mkdir t
for name in 1 2 3 4 5; do
	echo "until [ -e '$PWD/first' ]; do sleep 0.05; done" >"t/$name"
done
for name in 'of which the name is so long that no window of eighty columns has room for it' \
	'漢字の名前 é'; do
	echo "until [ -e '$PWD/second' ]; do sleep 0.05; done" >"t/$name"
done
cat >t/fails <<'END'
echo one
echo 'two: Read-only file system'
exit 3
END
echo 'exit 77' >t/skips
for file in t/*; do
	sed -i '1i#!/bin/sh' "$file"
	chmod +x "$file"
done
cat >typed <<END
clear
"$ISORUN" suite -j8 --order listed --workspace shared --share pid --memory 8M --budget 100M 'exec:t/*'
echo "status \$?"
END

# Numbers become letters of one width; what differs from machine to machine is cut.
plain()
{
	sed -E -e "s|$PWD|DIR|g" -e 's|[^ ]*/runs/[^ ]*|RUN|g' \
		-e 's/ *[0-9.]+(us|ms|s|m[0-9]*s?)( |,|$)/ T\2/g' \
		-e 's/ +(-|[0-9.]+[KMG])( |$)/ M\2/g' -e 's/ +(-|[0-9.]+[KMG])( |$)/ M\2/g' \
		-e 's/[0-9.]+[MG] of [0-9.]+[MG]/M of M/' -e 's/[0-9]+ cpus?/N cpus/' \
		-e 's/eta T/T/' -e 's/ +$//' \
		-e 's/(speedup) [0-9.]+x/\1 N/; s/memory [0-9.]+[mu]?s\)/memory T)/' \
		-e '/^(slowest|largest)$/,/^$/ s| t/.*| NAME|' 
}
shows() { tmux capture-pane -p -t s >screen && grep -Eq -- "$1" screen; }
same() # same NAME: the screen is the golden one
{
	tmux capture-pane -p -J -S - -t s | plain >screen
	# Which of those that began together is told first is nobody's promise.
	{ grep -v '^ T' screen && grep '^ T' screen | LC_ALL=C sort; } >"$1"
	[ -z "${UPDATE-}" ] || cp "$1" "$golden/$1"
	diff "$golden/$1" "$1" || fail "the screen is not as in golden/$1"
}

for size in 80x24 200x50; do
	rm -f first second
	tmux new-session -d -s s -x ${size%x*} -y ${size#*x} \
		"env TERM=screen ISORUN_STATE_DIR=$PWD/state sh $PWD/typed; cat"
	within 20 shows 'run it alone'
	within 20 shows '^\[2/9\].* 7 running'
	same $size.begin
	# Narrower, and back: it is drawn again in place, not once more.  Without room for
	# more, what each has reserved is left out.
	once() { shows '^\[2/9\]' && [ "$(grep -c '^\[2/9\]' screen)" = 1 ]; }
	narrow() { once && ! shows ' / 8M'; }
	wide() { once && shows ' / 8M'; }
	tmux resize-window -t s -x 40 -y 12
	within 20 narrow
	tmux resize-window -t s -x "${size%x*}" -y "${size#*x}"
	within 20 wide
	same "$size.begin"
	touch first
	within 20 shows '^\[7/9\].* 2 running'
	same $size.running
	touch second
	within 20 shows '^status'
	same $size.end
	tmux kill-session -t s
	rm -rf state
done
