#!/bin/sh
# What the official image's entry point does, and no more.
set -eu

[ "${1#-}" = "$1" ] || set -- redis-server "$@"
[ "$1" = redis-server ] || exec "$@"

if [ "$(id -u)" = 0 ]; then
  find . \! -user redis -exec chown redis '{}' +
  exec setpriv --reuid=redis --regid=redis --clear-groups "$0" "$@"
fi
# The official image has this mode off by default.
exec "$@" --protected-mode no
