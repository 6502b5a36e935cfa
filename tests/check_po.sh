#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Translations are complete: every source file with marked texts is listed, every text is
# translated, none of the translations is a guess or a left-over. Speaks TAP.
#
# usage: check_po.sh SOURCE_ROOT
set -eu
cd "$1"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT INT TERM
number=0
failed=0
report() { # description; fd 3 has what is wrong, nothing when all is well
    number=$((number + 1))
    if [ -s "$dir/wrong" ]; then
        sed 's/^/# /' "$dir/wrong"
        echo "not ok $number - $1"
        failed=1
    else
        echo "ok $number - $1"
    fi
}

find src alarms storage ui -name '*.[ch]' ! -name i18n.h -exec \
    grep -lE '(^|[^A-Za-z0-9_])(N?_|gettext|ngettext)\(' {} + | LC_ALL=C sort >"$dir/marked"
diff data/po/POTFILES "$dir/marked" >"$dir/wrong" || true
report "POTFILES lists the files with marked texts, sorted"

xgettext --from-code=UTF-8 --keyword=_ --keyword=N_ --directory=. \
    --files-from="$dir/marked" --output="$dir/leitstand.pot"
while read -r language; do
    po=data/po/$language.po
    msgfmt --check --statistics --output-file=/dev/null "$po" >"$dir/out" 2>&1 || true
    # "N translated messages." and nothing else
    grep -vE '^[0-9]+ translated messages?\.$' "$dir/out" >"$dir/wrong" || true
    report "$language: every text is translated, formats agree"
    msgcmp "$po" "$dir/leitstand.pot" >"$dir/out" 2>&1 || cp "$dir/out" "$dir/wrong"
    report "$language: every text of the sources is there"
    msgattrib --only-obsolete "$po" >"$dir/wrong"
    report "$language: no left-over"
done <data/po/LINGUAS
echo "1..$number"
exit "$failed"
