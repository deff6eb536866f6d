#!/bin/sh
# Installs Debian packages; the services that come with them are neither started now nor at the
# next boot. INSTALLED is a file that the names of what was installed are added to.
set -eu
[ "$(id -u)" = 0 ] || { echo "only root can install packages; ask for: $*" >&2; exit 1; }
policy=/usr/sbin/policy-rc.d
before="$(mktemp)"
trap 'rm -f "$before"' EXIT
if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' > "$policy"
    chmod 755 "$policy"
    trap 'rm -f "$before" "$policy"' EXIT
fi

started_at_boot() {
    find /etc/systemd/system -path '*.wants/*' -type l 2>/dev/null || true
    find /etc/rc[2-5].d -name 'S*' -type l 2>/dev/null || true
}

started_at_boot | sort > "$before"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends "$@"
started_at_boot | sort | comm -13 "$before" - | while read -r link; do
    case "$link" in
        /etc/systemd/*) rm -f "$link" ;;
        *) update-rc.d "$(basename "$link" | cut -c4-)" disable ;;
    esac
done
if [ -n "${INSTALLED:-}" ]; then
    printf '%s\n' "$@" >> "$INSTALLED"
fi
