// What each program in examples/ prints, on the embedded controller and on any other: QEMU's IOMMU reports no fault of a
// direction that it has found in its cache.

/** By the program's name. */
export const exampleOutputs: Readonly<Record<string, RegExp>> = {
  regs: /^NVMe \d\.\d\.\d, queues of \d+ entries, ready within \d+ ms\nCAP [0-9a-f]+h\nCC\.EN 1, entries of 64 and 16 bytes\nadmin queues of 8 and 4 entries\nCSTS\.RDY 1\nvendor and device [0-9a-f]{4}:[0-9a-f]{4}\n$/,
  identify:
    /^.+, serial .+, NVMe 1\.4\.0\nstatus 0, NN (\d+) of \1\nnamespace 1: \d+ blocks of (512|4096) bytes\n$/,
  "read-write": /^65536 bytes are as they were written\nCRC-64 [0-9a-f]{1,16}h\n$/,
  "raw-entry":
    /^cid 1234h, SQHD [12], Success.*\ncid 1234h, SQHD 2, Success.*\ncid beefh, Invalid Namespace or Format \(0\/0b\), DNR true\n$/,
  "two-queues":
    /^SQ 1: 10 commands\nSQ 7: 40 commands\nCQ 3: head 2, phase 1, 0 strays\ndeleting it before them: status 10ch\n$/,
  cmb: /^(no Controller Memory Buffer|\d+ bytes at \d+ of BAR \d, for [A-Z ]+\nthe model in the buffer: .+, as in host memory\n100 commands, the last from entry \d at [0-9a-f]+h)\n$/,
  "cmb-p2p":
    /^(\d+ bytes of namespace 1 in the other's buffer, as in host memory|USAGE: .*devices of embedded have a memory each, .*)\n$/,
  reset:
    /^status 0, controller reset, RDY 0, .*: reset\nUSAGE: post to submission queue 1: .*reset since\nstatus 0, function reset, RDY 0, .*: reset\nUSAGE: .*\n$/,
  abort:
    /^Asynchronous Event Request: (aborted\ncid ae00h: .*Abort Requested.*|not aborted)\nRead: (aborted\ncid 7h: .*Abort Requested.*|not aborted\ncid 7h: Success.*)\n$/,
  events: /^SMART \/ Health: Temperature Threshold; SMART \/ Health.*: warning 10b, [1-9]\d+ K\n$/,
  iommu:
    /^Read into it: Success.*\nCompare with it: .*\nRead past it: .*\n((refused: read at 1234567000h, .+\n)?refused: write at 1234568000h, .+\n|there may be others: .+\n)$/,
  "by-hand":
    /^20480 bytes by PRP1 and 5 entries of a list at PRP2\n.+: \d+ commands, the first "post .+ Identify CNS 01h .+"\n$/,
  drives:
    /^\d+ NVMe functions\n([0-9a-f:.]+: .+, .+; .+\n)*(USAGE: (PCI address .+: expected the form .+|.+: it is on no PCI bus, .+)|from .+ to vfio-pci: \d+ steps, \d+ obstacles\nback from .+: \d+ steps)\n$/,
  eventfd: /^100 reads, 1\d\d interrupts of vector 1\n$/,
  masks:
    /^masked by its (table|trigger): 0 interrupts for 8 reads; then 1\nin the table meanwhile: masked (true|null), pending true\n100 eventfds, 1600 reads\n$/,
  "page-faults":
    /^(write at 1234567000h: success\nRead to 1234567000h: Success.*\nwrite at 1234569000h: invalid\nRead to 1234569000h: Data Transfer Error.*\nRead to 1234567000h: Success.*\nnever answered: 0|USAGE: answer page faults: a VFIO container has none: .*|ENVIRONMENT: answer page faults of .*)\n$/,
  perf: /^(interval [1-5]: \d+ IOPS\n){5}avg \d+, min \d+, max \d+\n$/,
  sriov:
    /^((REFUSED: the controller has no Virtualization Management .*|USAGE: function .*: can have no virtual functions: .*)|controller \d+: \d+ queues, \d+ interrupts\n.*: ready, serial .+\nRead: Success.*, as the physical function reads it)\n$/,
  sgl: /^(no SGLs|the first half is (dropped \(0h\)|read \(22h\)), behind it is what was written last: 11h)\n$/,
  "shadow-doorbells":
    /^50 reads; tail 2, in memory 2\nbefore \d+ of 10 doorbells EventIdx asked for them to be rung\n$/,
};
