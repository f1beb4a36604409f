# Sourced before every scenario's script: how a script records a step, and how it looks at a
# function from outside the program that drives it (configuration space by sysfs, BAR0 by /dev/mem).

# step NAME COMMAND… runs COMMAND, for a minute at most (or $STEP_SECONDS); NAME.out, NAME.err and NAME.exit land in
# the share.
step() {
  local name=$1 status=0
  shift
  timeout --kill-after=5 "${STEP_SECONDS:-60}" "$@" > "$SHARE/$name.out" 2> "$SHARE/$name.err" || status=$?
  ended "$name" "$status"
}

ended() {
  echo "$2" > "$SHARE/$1.exit"
  echo "$1 ended with $2, $SECONDS s into the script"
}

# background NAME COMMAND… is step in the background with SIGINT at its default: bash starts its
# background jobs with SIGINT ignored. Its process id is $!; collect it with finish NAME PID.
background() {
  local name=$1
  shift
  env --default-signal=INT "$@" > "$SHARE/$name.out" 2> "$SHARE/$name.err" &
}

finish() {
  local status=0 guard
  { sleep 60; kill -KILL "$2"; } &
  guard=$!
  wait "$2" || status=$?
  kill "$guard"
  ended "$1" "$status"
}

note() { echo "$2" > "$SHARE/$1.out"; }

# Command register, PCI 3.0 section 6.2.2: bit 1 memory space, bit 2 bus master.
pci_command() {
  echo $((0x$(od -An -tx2 -j4 -N2 "/sys/bus/pci/devices/$1/config" | tr -d ' ')))
}
set_pci_command() {
  printf "\\x0$2\\x00" |
    dd of="/sys/bus/pci/devices/$1/config" bs=1 seek=4 conv=notrunc status=none
}
bus_master() { echo $((($(pci_command "$1") >> 2) & 1)); }

# bar0 ADDRESS OFFSET [VALUE] reads (or writes) one 32-bit controller register. A function that
# nobody holds sleeps in D3 with its decoder off: it is woken, and decoding switched on, first.
bar0() {
  local function=/sys/bus/pci/devices/$1 base
  echo on > "$function/power/control"
  (($(pci_command "$1") & 2)) || set_pci_command "$1" 2
  base=$(cut -d' ' -f1 "$function/resource" | head -n1)
  busybox devmem $((base + $2)) 32 ${3+"$3"}
}

# One line of JSON: how the function was left. CC is at 14h with CC.EN as bit 0, CSTS at 1Ch (NVMe
# Base 2.0, section 3.1.3).
state_of() {
  printf '{"busMaster":%d,"cc":%d,"csts":%d}\n' \
    "$(bus_master "$1")" "$(bar0 "$1" 0x14)" "$(bar0 "$1" 0x1c)"
}

# The firmware's own driver leaves every controller enabled and mastering the bus. quiet ADDRESS
# ends that, so that what is seen later was done by the program under test.
quiet() {
  echo 1 > "/sys/bus/pci/devices/$1/reset"
  set_pci_command "$1" 2
}

# until_running ADDRESS PID waits until the function may master the bus and its CC.EN is set, that
# is until PID drives it. Only looks: waking or decoding is the driver's business meanwhile.
until_running() {
  local base
  base=$(cut -d' ' -f1 "/sys/bus/pci/devices/$1/resource" | head -n1)
  for _ in $(seq 300); do
    kill -0 "$2" 2> /dev/null || return 1
    if (( ($(pci_command "$1") & 6) == 6 )) && (($(busybox devmem $((base + 0x14)) 32) & 1)); then
      return 0
    fi
    sleep 0.1
  done
  return 1
}

# Without a reset method the kernel cannot tidy up after a program: what is seen is what it left.
without_reset() { echo > "/sys/bus/pci/devices/$1/reset_method"; }
with_reset() { echo default > "/sys/bus/pci/devices/$1/reset_method"; }

# insert MODULE… loads modules that initramfs.ts keeps in spare. One that the kernel has built in is no failure.
insert() {
  local module
  for module in "$@"; do
    [ ! -e "/run/modules/$module.ko" ] || busybox insmod "/run/modules/$module.ko"
  done
}

# to_kernel ADDRESS… gives functions to the kernel's own NVMe driver, and waits for the block device of the first
# namespace where the function is to have one; disk_of ADDRESS names it.
to_kernel() {
  local address
  [ -d /sys/module/nvme ] || insert nvme-keyring nvme-auth nvme-core nvme
  for address in "$@"; do
    echo > "/sys/bus/pci/devices/$address/driver_override"
    [ ! -e "/sys/bus/pci/devices/$address/driver" ] ||
      echo "$address" > "/sys/bus/pci/devices/$address/driver/unbind"
    echo "$address" > /sys/bus/pci/drivers_probe
  done
  for address in "$@"; do
    for _ in $(seq 20); do
      [ -z "$(disk_of "$address")" ] || break
      sleep 0.1
    done
  done
}
disk_of() {
  local names
  # multipath's path nvme0c1n1 leads to the disk nvme0n1
  names=$(echo "/sys/bus/pci/devices/$1/nvme"/nvme*/nvme*n*)
  names=${names%% *}
  [ -e "$names" ] || return 0
  echo "${names##*/}" | sed -E 's/c[0-9]+//'
}

driver_of() { basename "$(readlink "/sys/bus/pci/devices/$1/driver" || echo none)"; }
