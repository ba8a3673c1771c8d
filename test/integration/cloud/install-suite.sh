#!/bin/sh
# install-suite.sh SUITE ROOT: puts the Glance of another Debian release into a folder of its own, once.
set -eu
suite=$1 root=$2

installed() { [ -x "$root/usr/bin/glance-api" ]; }

installed && exit 0
if [ "$(id -u)" != 0 ]; then
  echo "Only root can install the Glance of Debian $suite in $root: it takes debootstrap, mount and chroot" >&2
  exit 1
fi
# Mounts in a namespace of its own end with its last process, however that ends.
[ -n "${IMAGEWRIGHT_UNSHARED:-}" ] || IMAGEWRIGHT_UNSHARED=yes exec unshare --mount /bin/sh "$0" "$@"

mkdir -p "${root%/*}"
exec 9> "$root.lock"
flock 9
installed && exit 0

quiet() { "$@" > "$root.log" 2>&1 || { tail -n 30 "$root.log" >&2; exit 1; }; }

export DEBIAN_FRONTEND=noninteractive
if ! command -v debootstrap > /dev/null; then
  quiet apt-get update
  quiet apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=300 debootstrap debian-archive-keyring
fi

# What an earlier run left unfinished is not gone on with.
new=$root.unfinished
rm -rf "$new"
quiet debootstrap --variant=minbase "$suite" "$new"
printf '#!/bin/sh\nexit 101\n' > "$new/usr/sbin/policy-rc.d"
chmod +x "$new/usr/sbin/policy-rc.d"
echo force-unsafe-io > "$new/etc/dpkg/dpkg.cfg.d/unsafe-io"
mount --bind /proc "$new/proc"
mount --rbind /dev "$new/dev"
quiet chroot "$new" apt-get install -y --no-install-recommends glance-api
quiet chroot "$new" apt-get clean
mv "$new" "$root"
