#!/bin/sh
# Installs Keystone and Glance from Debian's packages, where they are missing, without starting them.
set -eu

packages="glance-api keystone uwsgi-plugin-python3 python3-openstackclient"
installed() { [ -x /usr/bin/glance-api ] && [ -x /usr/bin/keystone-manage ] && [ -x /usr/bin/uwsgi ] && [ -x /usr/bin/openstack ]; }

installed && exit 0
if [ "$(id -u)" != 0 ] || ! grep -qx 'ID=debian' /etc/os-release; then
  echo "The integration cloud needs these Debian 12 packages, which only root can install: apt-get install --no-install-recommends $packages" >&2
  exit 1
fi

exec 9> /run/lock/imagewright-cloud-install
flock 9
installed && exit 0

policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap 'rm -f "$policy"' EXIT
  trap 'exit 1' HUP INT TERM
  printf '#!/bin/sh\nexit 101\n' > "$policy"
  chmod +x "$policy"
fi

export DEBIAN_FRONTEND=noninteractive
apt-get update -qq > /dev/null
# shellcheck disable=SC2086
apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=300 $packages > /dev/null
