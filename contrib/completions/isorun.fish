# SPDX-License-Identifier: Apache-2.0
# fish completion of isorun.  What there is to complete comes from isorun's own
# tables (isorun --dump-options), so nothing here can lag behind them.

function __isorun_commands
    isorun --dump-options 2>/dev/null | string match -rv '^isorun ' | string replace -r ' .*' '' | sort -u
end

function __isorun_options
    set -l words (commandline -opc)
    set -l command isorun
    if set -q words[2]; and contains -- $words[2] (__isorun_commands)
        set command $words[2]
    end
    isorun --dump-options 2>/dev/null | string replace -rf "^$command (--.*)" '$1'
end

function __isorun_profiles
    isorun profile 2>/dev/null | string replace -r ' .*' ''
end

complete -c isorun -n 'string match -q -- "-*" (commandline -ct)' -f -a '(__isorun_options)'
complete -c isorun -n __fish_is_first_token -a '(__isorun_commands) (__fish_complete_command)'
complete -c isorun -n '__fish_seen_subcommand_from profile' -f -a '(__isorun_profiles)'
complete -c isorun -n '__fish_seen_subcommand_from shell' -a "(isorun list 2>/dev/null | awk 'NR > 1 { print \$4 }')"
complete -c isorun -s p -l profile -x -a '(__isorun_profiles)'
complete -c isorun -l seccomp -r -a 'off (isorun profile --seccomp | string replace -r " .*" "")'
complete -c isorun -l net -x -a 'loopback none host nat'
complete -c isorun -l meminfo -x -a 'own host'
complete -c isorun -l scratch -x -a 'auto memory disk'
complete -c isorun -l workspace -x -a 'shared overlay readonly'
complete -c isorun -l share -x -a 'mount net pid ipc uts cgroup'
complete -c isorun -n '__fish_seen_subcommand_from history' -a 'export import prune'
complete -c isorun -l repeat -x -a until-fail
complete -c isorun -l quarantine -r -F
complete -c isorun -l order -x -a 'longest listed random'
complete -c isorun -l user -x -a '(__fish_complete_users)'
complete -c isorun -n '__fish_seen_subcommand_from plan' -l html -r -F
complete -c isorun -n '__fish_seen_subcommand_from plan' -l svg -r -F
