#!/bin/sh
# enter.sh <root> <binds> <limit> <command>: runs a command in a root file system as if the machine had no other one. The caller has made
# a mount and a process namespace (unshare). `binds`: lines "<file or folder of the host> <path in the root>", read-only there.
set -eu
root=$1 binds=$2 command=$3
mount --bind "$root" "$root"
cd "$root"
mkdir -p proc sys dev run .host
mount -t proc proc proc
mount --rbind /sys sys
mount --rbind /dev dev
mount -t tmpfs -o mode=755 tmpfs run
while read -r from to; do
  mount --bind "$from" ".$to"
  mount -o remount,bind,ro ".$to"
done <"$binds"
pivot_root . .host
cd /
umount -l /.host
result=0
# Where the trace begins: all before is the set-up's.
chroot / sh -c "cd /srv/slipway; $command" || result=$?
# What a command leaves running is said, and ends here: nothing of a run outlives it. A guard of processes, which ends what its parent has
# left, has its twenty seconds for that.
look() {
  left=
  for folder in /proc/[0-9]*; do
    pid=${folder#/proc/}
    [ "$pid" -gt 1 ] && [ "$pid" -ne $$ ] || continue
    line=$(tr '\0' ' ' <"$folder/cmdline") 2>/dev/null || continue
    [ -n "$line" ] || continue
    left="$left$line
"
  done
}
tries=0
look
while [ -n "$left" ] && [ "$tries" -lt 30 ]; do
  tries=$((tries + 1))
  sleep 1
  look
done
[ -n "$left" ] || exit "$result"
printf '%s' "$left" | sed 's/^/left running: /' >&2
kill -9 -1
exit 70
