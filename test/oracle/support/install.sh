#!/bin/sh
# Installs the programs that make disk images, where they are missing.
set -eu

packages="bzip2 fdisk genisoimage qemu-utils xorriso xz-utils zstd"
installed() {
  for program in bzip2 genisoimage qemu-img sfdisk xorriso xz zstd; do
    [ -x "/usr/bin/$program" ] || [ -x "/usr/sbin/$program" ] || return 1
  done
}

installed && exit 0
if [ "$(id -u)" != 0 ] || ! grep -qx 'ID=debian' /etc/os-release; then
  echo "The oracle tests need these Debian packages, which only root can install: apt-get install --no-install-recommends $packages" >&2
  exit 1
fi

export DEBIAN_FRONTEND=noninteractive
apt-get update -qq > /dev/null
# shellcheck disable=SC2086
apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=300 $packages > /dev/null
