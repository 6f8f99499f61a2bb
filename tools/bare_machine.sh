#!/usr/bin/env bash
# The README's commands where nothing is installed: a bare Debian 12 with git, make and Python, made by debootstrap.
#
#   sudo tools/bare_machine.sh user "make book" "make test"    as an ordinary user
#   sudo tools/bare_machine.sh root "make test"                as root
#   sudo PARTS=none tools/bare_machine.sh user "make test"     where neither browser nor sandbox can be had
#
# Needs root and debootstrap, and takes 5 GB below _build/bare. What this machine has set for pip and npm counts there too.
set -euo pipefail
cd "$(dirname "$0")/.."
who=$1
shift
bare=$PWD/_build/bare
root=$bare/root

if [ ! -d "$bare/debian" ]; then
  mkdir -p "$bare"
  debootstrap --variant=minbase --include=python3,python3-venv,git,make,ca-certificates bookworm "$bare/debian.part" >"$bare/debootstrap.log"
  mv "$bare/debian.part" "$bare/debian"
fi

rm -rf --one-file-system "$root"
cp -a "$bare/debian" "$root"
chroot "$root" useradd --create-home student
for path in /etc/resolv.conf /etc/hosts /etc/ssl/certs/ca-certificates.crt /etc/pip.conf /etc/xdg/pip /usr/etc/npmrc; do
  if [ -e "$path" ]; then
    mkdir -p "$root$(dirname "$path")"
    cp -L --recursive --remove-destination "$path" "$root$(dirname "$path")/"
  fi
done
home=/home/student
[ "$who" = root ] && home=/root
[ -f ~/.npmrc ] && cp ~/.npmrc "$root$home/"
git -c safe.directory="$PWD" clone --quiet --no-hardlinks . "$root$home/digit-book"
[ "$who" = root ] || chroot "$root" chown -R student: "$home"

settings=(HOME="$home" PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin LANG=C.UTF-8)
while IFS= read -r line; do settings+=("$line"); done < <(env | grep -iE '^(PIP_|NPM_CONFIG_|NODE_EXTRA_CA|SSL_CERT|[a-z]*_proxy=|CI=)' || true)
[ "${PARTS:-}" = none ] && settings+=(npm_config_registry=http://127.0.0.1:9 BUBBLEWRAP=/none)
as=()
[ "$who" = root ] || as=(setpriv --reuid student --regid student --init-groups)

commands="failed=0; "
for command in "$@"; do
  commands+="echo '\$ $command'; time $command; status=\$?; echo status \$status; [ \$status = 0 ] || failed=1; "
done
commands+="exit \$failed"

# A root of its own and not a chroot, in which nobody may make namespaces, and so no sandbox.
unshare --mount --pid --fork --kill-child bash -euc '
  root=$1; shift
  mount --make-rprivate /
  mount --bind "$root" "$root"
  mount --rbind /dev "$root/dev"
  mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
  mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
  mount -t proc proc "$root/proc"
  cd "$root"
  mkdir -p old
  pivot_root . old
  umount -l /old
  exec "$@"
' bare "$root" "${as[@]}" env -i "${settings[@]}" bash -c "cd $home/digit-book; $commands"
