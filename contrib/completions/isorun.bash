# SPDX-License-Identifier: Apache-2.0
# bash completion of isorun.  What there is to complete comes from isorun's own
# tables (isorun --dump-options), so nothing here can lag behind them.

_isorun_options()
{
	isorun --dump-options 2>/dev/null | awk -v c="$1" '$1 == c { print $2 }'
}

_isorun_commands()
{
	isorun --dump-options 2>/dev/null | awk '$1 != "isorun" { print $1 }' | sort -u
}

_isorun_runs()
{
	ls "${ISORUN_STATE_DIR:-${XDG_STATE_HOME:-$HOME/.local/state}/isorun}/runs" 2>/dev/null
}

_isorun()
{
	local cur=${COMP_WORDS[COMP_CWORD]}
	local prev=${COMP_WORDS[COMP_CWORD - 1]}
	local command=isorun

	if [ "$COMP_CWORD" -gt 1 ] && _isorun_commands | grep -qx -- "${COMP_WORDS[1]}"; then
		command=${COMP_WORDS[1]}
	fi
	case $prev in
	-p | --profile) COMPREPLY=($(compgen -W "$(isorun profile | awk '{ print $1 }')" -- "$cur")) ;;
	--seccomp) COMPREPLY=($(compgen -f -W "off $(isorun profile --seccomp | awk '{ print $1 }')" -- "$cur")) ;;
	--net) COMPREPLY=($(compgen -W "loopback none host nat" -- "$cur")) ;;
	--workspace) COMPREPLY=($(compgen -W "shared overlay readonly" -- "$cur")) ;;
	--meminfo) COMPREPLY=($(compgen -W "own host" -- "$cur")) ;;
	--scratch) COMPREPLY=($(compgen -W "auto memory disk" -- "$cur")) ;;
	--share) COMPREPLY=($(compgen -W "mount net pid ipc uts cgroup" -- "$cur")) ;;
	--repeat) COMPREPLY=($(compgen -W "until-fail" -- "$cur")) ;;
	--since) COMPREPLY=($(compgen -W "$(_isorun_runs)" -- "$cur")) ;;
	--order) COMPREPLY=($(compgen -W "longest listed random" -- "$cur")) ;;
	--user) COMPREPLY=($(compgen -u -- "$cur")) ;;
	--bind | --hide | --status | --junit | --json | --html | --svg | --quarantine) COMPREPLY=($(compgen -f -- "$cur")) ;;
	*)
		case $cur in
		-*) COMPREPLY=($(compgen -W "$(_isorun_options "$command")" -- "$cur")) ;;
		*)
			if [ "$command" = isorun ] && [ "$COMP_CWORD" = 1 ]; then
				COMPREPLY=($(compgen -W "$(_isorun_commands)" -- "$cur") $(compgen -c -- "$cur"))
			elif [ "$command" = shell ]; then
				COMPREPLY=($(compgen -W "$(isorun list 2>/dev/null | awk 'NR > 1 { print $4 }')" -- "$cur") $(compgen -f -- "$cur"))
			elif [ "$command" = history ]; then
				COMPREPLY=($(compgen -W "export import prune" -- "$cur") $(compgen -f -- "$cur"))
			elif [ "$command" = profile ]; then
				COMPREPLY=($(compgen -W "$(isorun profile | awk '{ print $1 }')" -- "$cur"))
			else
				COMPREPLY=($(compgen -f -- "$cur"))
			fi
			;;
		esac
		;;
	esac
}

complete -o filenames -F _isorun isorun
