#!/bin/sh
# kube-proxy sets the kernel's connection limit, which is one for the whole host and read-only in a network namespace,
# and gives up if it cannot. Where that is so the limit is left as it is; all else is what the cluster configured.
set -eu
for argument; do
  case "$argument" in
    --config=*) config=${argument#--config=} ;;
  esac
done
if [ -n "${config:-}" ] && ! [ -w /proc/sys/net/netfilter/nf_conntrack_max ]; then
  sed 's/maxPerCore:.*/maxPerCore: 0/' "$config" >/tmp/config.conf
  set -- "$@" --config=/tmp/config.conf
fi
exec /usr/local/libexec/kube-proxy "$@"
