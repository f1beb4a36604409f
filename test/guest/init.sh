#!/bin/sh
# First process of the guest machine: mounts the host's root and the share, gives every NVMe
# function to vfio-pci, runs the share's main.sh in the host's root, powers off.
# It is packed into the cached initramfs by its content, so nothing about one boot may stand here.
/bin/busybox --install -s /bin
export PATH=/bin
say() { echo "guest: $*" > /dev/console; }

mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
while read -r module; do
  insmod "/modules/$module.ko" || say "insmod $module failed"
done < /modules/order

nine() { mount -t 9p -o "trans=virtio,version=9p2000.L,msize=524288,$3" "$1" "$2"; }
# The host's files do not change under a test, so their pages and names may be kept: Node starts
# in half the time. The share is the host's to read at any moment: no cache there.
nine root /host ro,cache=loose || say "no host root"
nine share /share rw,cache=none || say "no share"

# boot.env sets REPOSITORY, NODE, SHARE (all paths as seen in the host's root).
. /share/boot.env

mount -o bind "/host$REPOSITORY" /repository
mount -o rbind /dev /host/dev
mount -o rbind /proc /host/proc
mount -o rbind /sys /host/sys
mount -t tmpfs tmpfs /host/tmp
mount -t tmpfs tmpfs /host/run
mkdir -p /host/dev/shm /host/tmp/home /host/run/modules "/host$SHARE"
mount -o bind /modules /host/run/modules
mount -t tmpfs tmpfs /host/dev/shm
mount -o bind /share "/host$SHARE"
# A checkout below /tmp is hidden by the tmpfs above: put it back where it was.
[ -d "/host$REPOSITORY" ] || { mkdir -p "/host$REPOSITORY"; mount -o bind /repository "/host$REPOSITORY"; }

count=0
for function in /sys/bus/pci/devices/*; do
  [ "$(cut -c1-6 "$function/class")" = 0x0108 ] || continue
  address=${function##*/}
  echo vfio-pci > "$function/driver_override"
  echo "$address" > /sys/bus/pci/drivers_probe
  export "NVME$count=$address"
  count=$((count + 1))
done

ulimit -l unlimited
ip link set lo up
say "script starts"
chroot /host /usr/bin/env -C "$REPOSITORY" HOME=/tmp/home TMPDIR=/tmp \
  PATH="${NODE%/*}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" \
  NODE="$NODE" SHARE="$SHARE" REPOSITORY="$REPOSITORY" \
  bash "$SHARE/main.sh" > /share/main.out 2> /share/main.err < /dev/null
echo $? > /share/main.exit
say "script ended"
sync
poweroff -f
