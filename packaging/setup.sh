#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Installs the Debian packages that are missing. Asks once; --yes answers.
#
# usage: setup.sh [--yes] [build|run|test|bench …]     (default: build run)
set -eu

here=$(cd "$(dirname "$0")" && pwd)
yes=no
classes=
for arg in "$@"; do
    case $arg in
    --yes | -y) yes=yes ;;
    build | run | test | bench) classes="$classes $arg" ;;
    *)
        echo "usage: setup.sh [--yes] [build|run|test|bench ...]" >&2
        exit 2
        ;;
    esac
done
: "${classes:= build run}"

if ! command -v dpkg-query >/dev/null 2>&1; then
    echo "setup: this system has no dpkg; what is needed stands in packaging/packages" >&2
    exit 0
fi

wanted=$(awk -v classes="$classes " '
    !/^#/ && NF >= 2 && index(classes, " " $2 " ") { print $1 }' "$here/packages")
missing=
for package in $wanted; do
    # A package that only stands in for another counts when the other is there.
    status=$(dpkg-query -W -f='${db:Status-Status} ' "$package" 2>/dev/null || true)
    case " $status" in
    *" installed "*) ;; # and not "not-installed", which a package once known may be
    *) missing="$missing $package" ;;
    esac
done
[ -n "$missing" ] || exit 0

echo "These Debian packages are missing:"
echo "$missing" | fold -s -w 72 | sed 's/^ */    /'
if [ "$yes" = no ]; then
    if [ ! -t 0 ]; then
        echo "setup: nobody to ask; --yes installs them" >&2
        exit 1
    fi
    printf 'Install them now? [Y/n] '
    read -r answer || answer=n
    case $answer in
    '' | [YyJj]*) ;;
    *) exit 1 ;;
    esac
fi

as_root=
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null 2>&1; then
        echo "setup: neither root nor sudo; as root: apt-get install$missing" >&2
        exit 1
    fi
    as_root=sudo
fi

install_packages() {
    # The lists of words are split on purpose; recommended packages stay away.
    # shellcheck disable=SC2086
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet \
        --no-install-recommends -o Dpkg::Use-Pty=0 $missing
}

log=$(mktemp)
trap 'rm -f "$log"' EXIT
trap 'exit 1' INT TERM
echo "Installing ..."
# The package lists are fetched only when the ones at hand are not good enough.
if ! install_packages >"$log" 2>&1; then
    if ! { $as_root apt-get update --quiet && install_packages; } >"$log" 2>&1; then
        cat "$log" >&2
        exit 1
    fi
fi
