#!/bin/sh
# Fetches the xlexample.* files of Debian's xen-utils-common into the directory $1.
# They are GPL and so are not in this repository. Needs apt-get and dpkg, but no privileges.
set -eu

cache=$1
mkdir -p "$cache"
cache=$(cd "$cache" && pwd)
work=$(mktemp -d "$cache/fetch.XXXXXX")
trap 'rm -rf "$work"' EXIT

cd "$work"
apt-get -qq download xen-utils-common
dpkg -x ./xen-utils-common_*.deb unpacked
mv -f unpacked/etc/xen/xlexample.* "$cache"
