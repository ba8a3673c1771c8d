#!/bin/sh
# Installs the programs that make disk images, where they are missing.
set -eu

packages="fdisk genisoimage qemu-utils xorriso"
installed() { [ -x /usr/sbin/sfdisk ] && [ -x /usr/bin/genisoimage ] && [ -x /usr/bin/qemu-img ] && [ -x /usr/bin/xorriso ]; }

installed && exit 0
if [ "$(id -u)" != 0 ] || ! grep -qx 'ID=debian' /etc/os-release; then
  echo "The oracle tests need these Debian packages, which only root can install: apt-get install --no-install-recommends $packages" >&2
  exit 1
fi

export DEBIAN_FRONTEND=noninteractive
apt-get update -qq > /dev/null
# shellcheck disable=SC2086
apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=300 $packages > /dev/null
