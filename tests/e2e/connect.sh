#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Ways to a broker: away at first, over TLS, with a password, of old; presence and will; who may
# run beside whom; signals, systemd. Speaks TAP.
#
# usage: connect.sh LEITSTAND
# shellcheck disable=SC2317 # called through report()
set -u
leitstand=$1
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/e2e/lib.sh
. "$here/lib.sh"
cd "$dir" || exit 1
export LC_ALL=C.UTF-8
others= # further processes, to be ended by number

end_others() {
    for pid in $others; do
        kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null
    done
    others=
}
first_cleanup=end_others

mkdir plant
printf 'uid,name,silence_s\nPS-01,Pump station,0\n' >plant/stations.csv
printf 'id,station,name,kind\nL1,PS-01,Level,level\nP1,PS-01,Pump,actuator\n' \
    >plant/components.csv

# write_config NAME LINES…: NAME.ini; LINES stand in [mqtt].
write_config() {
    name=$1
    shift
    {
        printf '[instance]\nname = %s\nsocket = %s/%s.sock\n[mqtt]\n' "$name" "$dir" "$name"
        printf '%s\n' "$@"
        printf '[source:all]\nfilter = w/#\nprofile = scalar\n'
        printf '[cache]\npath = %s/%s.db\n[plant]\ndir = plant\n' "$dir" "$name"
    } >"$name.ini"
}

# start_one NAME: in the background; its number is in $one, its log in NAME.log.
start_one() {
    "$leitstand" --config="$1.ini" run 2>>"$1.log" &
    one=$!
    others="$others $one"
}
stop_one() { # pid
    kill "$1"
    wait "$1"
}
status_has() { # NAME TEXT
    "$leitstand" --config="$1.ini" status --format=json 2>/dev/null | tr -d ' \n' |
        grep -qF -- "$2"
}
has_reading() { # NAME VALUE
    "$leitstand" --config="$1.ini" readings --format=csv | grep -q ",$2,"
}
logged() { # NAME TEXT
    grep -qF -- "$2" "$1.log"
}
retained() { # the presence topics that the broker keeps
    mosquitto_sub --unix "$dir/mqtt" -t 'leitstand/v1/instances/+' -v -W 1 2>/dev/null
}
present() { # NAME
    retained | grep -q "^leitstand/v1/instances/$1 {\"instance\":\"$1\""
}
absent() {
    ! present "$1"
}

# --- the broker is away at first ---
write_config one "socket = $dir/mqtt"
start_one one
one_pid=$one
away() {
    until_true 10 status_has one '"connected":false' &&
        "$leitstand" --config=one.ini status >out
    [ $? -eq 2 ] && head -1 out | grep -q "^CRITICAL: no connection to the broker $dir/mqtt: No such file"
}
report "no broker: the instance runs, and says so" away
report "... in the log, too" until_true 10 logged one "no connection to the broker"
start_broker
report "... and connects when it comes" until_true 20 status_has one '"connected":true'
said_once() {
    [ "$(grep -c "no connection to the broker" one.log)" -eq 1 ]
}
report "... of which the log told once, however often it was tried" said_once
report "presence is retained at the broker" until_true 10 present one
arrives() {
    mosquitto_pub --unix "$dir/mqtt" -t w/PS-01/L1 -m "$2" -q 1 && until_true 10 has_reading "$1" "$2"
}
report "a value arrives" arrives one 11.5

# --- a source that takes everything hears us, too ---
hears_all() {
    write_config all "socket = $dir/mqtt"
    sed -i 's|^filter = .*|filter = #|' all.ini
    start_one all
    # Those of alarms, changes and elections every instance hears; a heartbeat only this one.
    until_true 20 status_has all '"connected":true' &&
        mosquitto_pub --unix "$dir/mqtt" -t leitstand/v1/heartbeat/other -m 1 -q 1 && arrives all 12.5 &&
        status_has all '"rejected":0,"unknown_ids":0' && ! status_has all '"received":1,'
}
report "our own topics are not taken for measurements" hears_all
stop_one "$one"

# --- who may run beside whom ---
second_cache() {
    write_config two "socket = $dir/mqtt"
    sed -i "s|two.db|one.db|" two.ini
    "$leitstand" --config=two.ini run 2>err
    [ $? -eq 1 ] && grep -q 'cache ".*one.db" belongs to another running instance' err
}
second_socket() {
    write_config two "socket = $dir/mqtt"
    sed -i "s|two.sock|one.sock|" two.ini
    "$leitstand" --config=two.ini run 2>err
    [ $? -eq 1 ] && grep -q 'another instance listens at the control socket' err
}
side_by_side() {
    write_config two "socket = $dir/mqtt"
    start_one two
    two_pid=$one
    until_true 10 status_has two '"connected":true' && arrives one 12.5 &&
        until_true 10 has_reading two 12.5
}
report "a second instance on the same cache is refused" second_cache
report "a second instance at the same control socket is refused" second_socket
report "two instances with caches of their own run side by side" side_by_side

# --- ends ---
killed() {
    until_true 10 present two && kill -9 "$two_pid"
    wait "$two_pid"
    until_true 10 absent two && until_true 10 present one
}
report "kill -9: the will empties the presence, nobody else's" killed
restarts() {
    start_one two
    two_pid=$one
    until_true 10 status_has two '"connected":true' && stop_one "$two_pid" &&
        until_true 10 absent two && [ ! -e two.sock ] && [ ! -e two.sock.lock ]
}
report "the stale socket is no obstacle; an orderly end takes presence and socket away" restarts
fight_told() { # by whichever noticed first
    logged one "another client seems to use our MQTT client id" ||
        logged thief "another client seems to use our MQTT client id"
}
takes_over() {
    sed 's|^name = .*|name = thief|; s|one.sock|thief.sock|; s|one.db|thief.db|
        s|^\[mqtt\]|&\nclient_id = leitstand-one|' one.ini >thief.ini
    start_one thief
    until_true 30 fight_told &&
        stop_one "$one" && until_true 60 status_has one '"connected":true'
}
report "another client with our id: told, and no fight over it" takes_over
reloads() {
    printf 'PS-02,Second,0\n' >>plant/stations.csv
    kill -HUP "$one_pid" && until_true 10 status_has one '"total":2'
}
report "SIGHUP reads the plant again" reloads
reload_refused() {
    printf 'PS-02,Twice,0\n' >>plant/stations.csv
    kill -HUP "$one_pid" && until_true 10 logged one 'stations.csv:4: uid: "PS-02"' &&
        status_has one '"total":2' && sed -i '$d' plant/stations.csv
}
report "... but not a wrong one" reload_refused
report "SIGTERM ends it with status 0" stop_one "$one_pid"

# --- systemd ---
systemd() {
    python3 - "$leitstand" "$dir/one.ini" <<'END'
import os, signal, socket, subprocess, sys
path = os.path.join(os.getcwd(), "notify")
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(path)
s.settimeout(10)
env = dict(os.environ, NOTIFY_SOCKET=path, WATCHDOG_USEC="300000")
p = subprocess.Popen([sys.argv[1], "--config=" + sys.argv[2], "run"], env=env,
                     stderr=subprocess.DEVNULL)
assert s.recv(1000) == b"READY=1"
assert s.recv(1000) == b"WATCHDOG=1" and s.recv(1000) == b"WATCHDOG=1"
p.send_signal(signal.SIGINT)
while (word := s.recv(1000)) == b"WATCHDOG=1":
    pass
assert word == b"STOPPING=1", word
assert p.wait(10) == 0
END
}
report "systemd hears of start, life and end" systemd

# --- brokers of old ---
old_broker() { # MODE
    python3 "$here/old_broker.py" "$dir/old" "$dir/mqtt" "$1" >"old.$1" &
    others="$others $!"
    old=$!
    until_true 10 test -S "$dir/old"
    write_config "$1" "socket = $dir/old"
    start_one "$1"
    until_true 30 status_has "$1" '"connected":true' && grep -q '^5 refused' "old.$1" &&
        grep -q '^4 let in' "old.$1" && arrives "$1" "4$2"
    result=$?
    stop_one "$one"
    kill "$old"
    wait "$old" 2>/dev/null
    rm -f "$dir/old"
    return "$result"
}
report "MQTT 3.1.1 when the broker refuses MQTT 5 in the old way" old_broker refuse 1
report "... in the new way" old_broker refuse5 2
report "... or just hangs up" old_broker silent 3

# --- TLS and passwords ---
certificates() {
    openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 2 \
        -subj /CN=test-ca && for name in localhost wrong.example client; do
        openssl req -newkey rsa:2048 -nodes -keyout "$name.key" -out "$name.csr" \
            -subj "/CN=$name" &&
            printf 'subjectAltName=DNS:%s\n' "$name" >"$name.ext" &&
            openssl x509 -req -in "$name.csr" -CA ca.pem -CAkey ca.key -CAcreateserial \
                -days 2 -extfile "$name.ext" -out "$name.pem" || return 1
    done
}
free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}
listening() { # port
    python3 -c 'import socket, sys; socket.create_connection(("127.0.0.1", int(sys.argv[1])))' "$1"
}
secure_broker() {
    good=$(free_port) bad=$(free_port)
    printf 'secret word\n' >password
    printf 'wrong\n' >wrong_password
    PATH=$PATH:/usr/bin mosquitto_passwd -c -b passwords operator 'secret word'
    {
        printf 'per_listener_settings true\npersistence false\nlog_type error\n'
        [ "$(id -u)" -ne 0 ] || echo "user root"
        printf 'listener %s 127.0.0.1\ncafile ca.pem\ncertfile localhost.pem\n' "$good"
        printf 'keyfile localhost.key\nrequire_certificate true\npassword_file passwords\n'
        printf 'listener %s 127.0.0.1\ncafile ca.pem\ncertfile wrong.example.pem\n' "$bad"
        printf 'keyfile wrong.example.key\nallow_anonymous true\n'
    } >secure.conf
    PATH=$PATH:/usr/sbin mosquitto -c secure.conf >secure.log 2>&1 &
    others="$others $!"
    until_true 10 listening "$good" && until_true 10 listening "$bad"
}
report "a private authority and a broker with TLS" certificates
secure_broker
secure_config() { # NAME PORT PASSWORD_FILE
    write_config "$1" "host = localhost" "port = $2" "tls = yes" "cafile = ca.pem" \
        "certfile = client.pem" "keyfile = client.key" "username = operator" \
        "password_file = $3"
}
secure() {
    secure_config tls "$good" password
    start_one tls
    until_true 20 status_has tls '"connected":true' &&
        mosquitto_pub -h localhost -p "$good" --cafile ca.pem --cert client.pem \
            --key client.key -u operator -P 'secret word' -t w/PS-01/L1 -m 77.5 -q 1 &&
        until_true 10 has_reading tls 77.5 && stop_one "$one"
}
wrong_name() {
    secure_config wrongname "$bad" password
    start_one wrongname
    until_true 60 status_has wrongname 'certificateverifyfailed' &&
        status_has wrongname '"connected":false' && stop_one "$one" && return
    "$leitstand" --config=wrongname.ini status
    cat wrongname.log secure.log
    return 1
}
wrong_authority() {
    secure_config wrongca "$good" password
    openssl req -x509 -newkey rsa:2048 -nodes -keyout other.key -out other.pem -days 2 \
        -subj /CN=other-ca && sed -i 's/cafile = ca.pem/cafile = other.pem/' wrongca.ini
    start_one wrongca
    until_true 20 status_has wrongca 'certificateverifyfailed' && stop_one "$one"
}
wrong_password() {
    secure_config wrongpass "$good" wrong_password
    start_one wrongpass
    until_true 20 status_has wrongpass '"problem":"refused:' &&
        ! status_has wrongpass '"connected":true' && stop_one "$one"
}
report "TLS with a client's certificate, a password from a file" secure
report "a certificate of another name is refused" wrong_name
report "... and one of another authority" wrong_authority
report "a wrong password is told" wrong_password
no_such_host() {
    write_config nohost "host = no-such-host.invalid"
    start_one nohost
    until_true 30 status_has nohost '"problem":"host' && stop_one "$one"
}
report "a host name that nobody knows is told" no_such_host
plan
