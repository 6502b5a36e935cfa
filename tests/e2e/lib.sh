# shellcheck shell=sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# What the end-to-end scripts share: a directory of their own, a private broker, TAP, and waiting
# for a condition with a deadline. A script sets `leitstand` and then reads this file.

: "${leitstand:?}"
dir=$(mktemp -d)
# What a console keeps for its user is neither read nor written.
export XDG_STATE_HOME="$dir/user-state" XDG_CONFIG_HOME="$dir/user-config"
number=0
failed=0
broker_pid=
program_pid=

first_cleanup=: # what a script itself has to end

# Only what was started here is ended, by its number; whatever fails in it, the rest is done.
cleanup() {
    status=$?
    set +e
    $first_cleanup
    for pid in $program_pid $broker_pid; do
        kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null
    done
    [ -z "${tmux_socket:-}" ] || end_tmux
    rm -rf "$dir"
    exit "$status"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

# report DESCRIPTION COMMAND…: ok when the command succeeds; its output explains a failure.
report() {
    what=$1
    shift
    number=$((number + 1))
    if "$@" >"$dir/report" 2>&1; then
        echo "ok $number - $what"
    else
        tail -n 40 "$dir/report" | LC_ALL=C tr -c '\n[:print:]' '?' | sed 's/^/# /'
        echo "not ok $number - $what"
        failed=1
    fi
}

# A tmux of our own of 80x24 that runs a command line in sh; everything the pane's programs write
# goes to the file as well, from the first byte on.
start_tmux() { # command file
    tmux_socket=$dir/tmux
    printf 'set -g default-terminal tmux-256color\nset -g status off\nset -g escape-time 0\n' \
        >"$dir/tmux.conf"
    # It waits for Enter, so that the pipe is there before anything is written.
    tmux -S "$tmux_socket" -f "$dir/tmux.conf" new-session -d -x 80 -y 24 \
        "read -r go; $1; echo \"exit status \$?\"; exec cat"
    tmux -S "$tmux_socket" pipe-pane -o "cat >$2"
    press Enter
}

# What ran in it has ended as well afterwards: a program on its way out still writes to $dir.
end_tmux() {
    sessions=$(tmux -S "$tmux_socket" list-panes -a -F '#{pid},#{pane_pid}' 2>/dev/null |
        paste -s -d ,)
    [ -n "$sessions" ] || return 0
    tmux -S "$tmux_socket" kill-server
    until_true 20 session_ended "$sessions"
}

session_ended() { # session,…
    ! pgrep -s "$1"
}

press() { # key…
    tmux -S "$tmux_socket" send-keys "$@"
}

pane() {
    tmux -S "$tmux_socket" capture-pane -p
}

pane_has() { # regular expression
    pane | grep -Eq "$1"
}

# Wait until the screen has it; what it had instead explains a failure.
shows() { # regular expression
    until_true 20 pane_has "$1" && return
    pane
    return 1
}

plan() {
    echo "1..$number"
    exit "$failed"
}

# until_true SECONDS COMMAND…: asks ten times a second.
until_true() {
    tries=$(($1 * 10))
    shift
    while ! "$@" >/dev/null 2>&1; do
        tries=$((tries - 1))
        if [ "$tries" -le 0 ]; then
            echo "not within the time: $*"
            return 1
        fi
        sleep 0.1
    done
}

# A mosquitto that listens on $dir/mqtt only; mosquitto.log has who subscribes to what.
start_broker() {
    {
        echo "listener 0 $dir/mqtt"
        echo "allow_anonymous true"
        echo "log_type error"
        echo "log_type subscribe"
        [ "$(id -u)" -ne 0 ] || echo "user root"
    } >"$dir/mosquitto.conf"
    PATH=$PATH:/usr/sbin mosquitto -c "$dir/mosquitto.conf" >"$dir/mosquitto.log" 2>&1 &
    broker_pid=$!
    until_true 10 test -S "$dir/mqtt"
}

# NAME.ini: an instance with one source, and a central store where conninfo is not empty.
plain_instance() { # name conninfo
    cat >"$1.ini" <<END
[instance]
name = $1
socket = $dir/$1.sock
[mqtt]
socket = $dir/mqtt
[source:plain]
filter = plant/#
profile = scalar
[cache]
path = $dir/$1.db
[postgres]
conninfo = $2
END
}

publish() { # topic file
    mosquitto_pub --unix "$dir/mqtt" -q 1 -t "$1" -f "$2"
}

# Start "$leitstand … run" with the config given; its log goes to $dir/log.
start_run() { # ini [options]
    ini=$1
    shift
    "$leitstand" --config="$ini" "$@" run 2>>"$dir/log" &
    program_pid=$!
    until_true 20 connected "$ini"
}

connected() {
    "$leitstand" --config="$1" status --format=json | grep -Eq '"connected": ?true'
}

stop_run() {
    kill "$program_pid"
    wait "$program_pid"
    program_pid=
}
