#!/bin/sh
# with-arm64.sh COMMAND...: runs a command in a user namespace of its own, in which the kernel executes arm64 programs by
# qemu-aarch64-static. binfmt_misc belongs to a user namespace since Linux 6.7: nothing outside sees the registration.
set -eu
interpreter=$(command -v qemu-aarch64-static)
gate=$(mktemp -d)
trap 'rm -rf "$gate"' EXIT
mkfifo "$gate/ready" "$gate/go"
magic='\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00'
mask='\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff'
export BINFMT_RULE=":arm64:M::$magic:$mask:$interpreter:F"
unshare --user --mount sh -c '
  echo > "$0/ready"
  read -r _ < "$0/go"
  mount -t binfmt_misc none /proc/sys/fs/binfmt_misc
  printf %s "$BINFMT_RULE" > /proc/sys/fs/binfmt_misc/register
  unset BINFMT_RULE
  exec "$@"
' "$gate" "$@" &
child=$!
read -r _ < "$gate/ready"
echo '0 0 65536' > "/proc/$child/uid_map"
echo '0 0 65536' > "/proc/$child/gid_map"
echo > "$gate/go"
wait "$child"
