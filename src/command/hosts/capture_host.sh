#!/bin/sh
# Captures what a Linux host (bare, or dom0 under Xen) knows of its persistent memory, for `nvdeck host import --capture`.
# It reads and never writes, except into the folder it makes: no namespace is disabled, no label is touched, no driver is
# loaded. It wants root (addresses in sysfs and /proc/iomem are zero for others) and ndctl; daxctl and xl where they are.
#
#     sh capture-host.sh [FOLDER]      default: capture-HOSTNAME; pack it with: tar czf FOLDER.tar.gz FOLDER
set -u
umask 077

host=$(uname -n)
out=${1:-capture-$host}
root=${CAPTURE_ROOT-} # another root than / to look at, for tests
here=$root/sys/bus/nd/devices

say() { printf '%s\n' "$*" >&2; }
fail() { say "capture-host: $*"; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

[ -e "$out" ] && fail "$out exists already"
have ndctl || fail "ndctl is not installed"
[ "$(id -u)" = 0 ] || say "capture-host: not root: addresses, label areas and tables will be missing"
mkdir -p "$out/labels" || fail "$out cannot be made"

# keep FILE COMMAND…: what the command prints; a command that fails leaves no file.
keep() {
  to=$out/$1
  shift
  "$@" >"$to" 2>/dev/null || rm -f "$to"
}

# attribute DIRECTORY NAME SHOWN-AS: a line `device/file: value`, or `device/file:` where there is nothing to read.
attribute() {
  [ -f "$1/$2" ] && [ -r "$1/$2" ] || return 0
  value=$(cat "$1/$2" 2>/dev/null && echo .) || value=.
  if [ "$value" = . ]; then
    printf '%s:\n' "$3"
  else
    printf '%s: %s\n' "$3" "$(printf '%s' "${value%?}" | sed -e '$!s/$/ /' | tr -d '\n')"
  fi
}

attributes() {
  for file in "$1"/*; do
    leaf=${file##*/}
    case $leaf in uevent | wait_probe) continue ;; esac # the one has many lines, the other waits
    attribute "$1" "$leaf" "$2/$leaf"
  done
}

link() {
  [ -L "$1/$2" ] || return 0
  target=$(readlink "$1/$2")
  printf '%s -> %s\n' "$3/$2" "${target##*/}"
}

device() {
  name=${1##*/}
  real=$(readlink -f "$1")
  link "$1" driver "$name"
  link "$1" subsystem "$name"
  parent=${real%/*}
  printf '%s -> %s\n' "$name/parent" "${parent##*/}"
  attributes "$1" "$name"
  for group in nfit dax_region; do
    [ -d "$1/$group" ] && attributes "$1/$group" "$name/$group"
  done
  for disk in "$1"/block/*; do
    [ -d "$disk" ] || continue
    at=$name/block/${disk##*/}
    for file in size queue/dax queue/logical_block_size queue/physical_block_size badblocks; do
      attribute "$disk" "$file" "$at/$file"
    done
  done
}

sysfs() {
  for path in "$here"/*; do
    [ -e "$path" ] && device "$path"
  done
}

tables=$root/sys/firmware/acpi/tables
table() { [ -r "$tables/$1" ] && cat "$tables/$1" >"$out/$2"; }

say "capture-host: writing to $out"

table NFIT nfit.bin || say "no NFIT: either this host has no NVDIMM, or they were all plugged in since the boot"
table SRAT srat.bin
for path in "$tables"/SSDT* "$tables"/dynamic/SSDT*; do
  [ -r "$path" ] && grep -q ACPI0012 "$path" && cat "$path" >"$out/ssdt.bin" && break
done

keep end.ndctl.json ndctl list -BDRNHMFXivvv
keep end.ndctl.human.json ndctl list -BDRNHMFXivvvu
have daxctl && keep end.daxctl.json daxctl list -RDi
keep end.sysfs.txt sysfs
keep start.iomem.txt cat "$root/proc/iomem"
[ -f "$out/start.iomem.txt" ] && cp "$out/start.iomem.txt" "$out/end.iomem.txt"

for path in "$here"/nmem*; do
  [ -e "$path" ] || continue
  dimm=${path##*/}
  ndctl read-labels -o "$out/labels/end.$dimm.bin" "$dimm" >/dev/null 2>&1 || rm -f "$out/labels/end.$dimm.bin"
  keep "labels/end.$dimm.json" ndctl read-labels -v -j "$dimm"
done

xen=
if [ "$(cat "$root/sys/hypervisor/type" 2>/dev/null)" = xen ]; then
  version=$root/sys/hypervisor/version
  xen=$(cat "$version/major").$(cat "$version/minor")$(cat "$version/extra")
fi
if [ -n "$xen" ] && have xl; then
  keep xl-info.txt xl info
  keep xl-info-n.txt xl info -n
  keep xl-list.txt xl list -v
  keep xl-dmesg.txt xl dmesg
fi

{
  printf '{\n "name": "%s",\n' "$host"
  printf ' "what": "captured from a running host on %s",\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)"
  printf ' "versions": { "linux": "%s", "ndctl": "%s"' "$(uname -r)" "$(ndctl --version 2>/dev/null)"
  [ -n "$xen" ] && printf ', "xen": "%s"' "$xen"
  printf ' },\n "live": true,\n "boots": [ { "script": [], "namespaces": {} } ]\n}\n'
} >"$out/meta.json"

say "capture-host: done; to rehearse on it: nvdeck --host $host.nvdeck host import --capture $out"
