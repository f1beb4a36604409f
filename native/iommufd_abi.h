// What of <linux/iommufd.h> and of the newer half of <linux/vfio.h> is used here: Debian 12's headers are those of
// Linux 6.1, which has neither. Names, numbers and layouts are the kernel's.
#pragma once

#include <linux/ioctl.h>
#include <linux/types.h>

// Of Linux 6.2 and later.
struct iommu_ioas_alloc {
  __u32 size;
  __u32 flags;
  __u32 out_ioas_id;
};
struct iommu_iova_range {
  __aligned_u64 start;
  __aligned_u64 last;
};
struct iommu_ioas_iova_ranges {
  __u32 size;
  __u32 ioas_id;
  __u32 num_iovas;
  __u32 reserved;
  __aligned_u64 allowed_iovas;
  __aligned_u64 out_iova_alignment;
};
struct iommu_ioas_map {
  __u32 size;
  __u32 flags;
  __u32 ioas_id;
  __u32 reserved;
  __aligned_u64 user_va;
  __aligned_u64 length;
  __aligned_u64 iova;
};
struct iommu_ioas_unmap {
  __u32 size;
  __u32 ioas_id;
  __aligned_u64 iova;
  __aligned_u64 length;
};
struct iommu_destroy {
  __u32 size;
  __u32 id;
};
// The fault queue and its number in the page tables are of Linux 6.11.
struct iommu_hwpt_alloc {
  __u32 size;
  __u32 flags;
  __u32 dev_id;
  __u32 pt_id;
  __u32 out_hwpt_id;
  __u32 reserved;
  __u32 data_type;
  __u32 data_len;
  __aligned_u64 data_uptr;
  __u32 fault_id;
  __u32 reserved2;
};
struct iommu_fault_alloc {
  __u32 size;
  __u32 flags;
  __u32 out_fault_id;
  __u32 out_fault_fd;
};
// What is read from a fault queue, and written to it.
struct iommu_hwpt_pgfault {
  __u32 flags;
  __u32 dev_id;
  __u32 pasid;
  __u32 grpid;
  __u32 perm;
  __u32 reserved;
  __aligned_u64 addr;
  __u32 length;
  __u32 cookie;
};
struct iommu_hwpt_page_response {
  __u32 cookie;
  __u32 code;
};
static_assert(sizeof(iommu_destroy) == 8);
static_assert(sizeof(iommu_hwpt_alloc) == 48);
static_assert(sizeof(iommu_fault_alloc) == 16);
static_assert(sizeof(iommu_hwpt_pgfault) == 40);
static_assert(sizeof(iommu_hwpt_page_response) == 8);
static_assert(sizeof(iommu_ioas_alloc) == 12);
static_assert(sizeof(iommu_iova_range) == 16);
static_assert(sizeof(iommu_ioas_iova_ranges) == 32);
static_assert(sizeof(iommu_ioas_map) == 40);
static_assert(sizeof(iommu_ioas_unmap) == 24);

constexpr unsigned long kIommuDestroy = _IO(';', 0x80);
constexpr unsigned long kIommuHwptAlloc = _IO(';', 0x89);
constexpr unsigned long kIommuFaultQueueAlloc = _IO(';', 0x8e);
constexpr __u32 kIommuHwptFaultIdValid = 1 << 2;
constexpr unsigned long kIommuIoasAlloc = _IO(';', 0x81);
constexpr unsigned long kIommuIoasIovaRanges = _IO(';', 0x84);
constexpr unsigned long kIommuIoasMap = _IO(';', 0x85);
constexpr unsigned long kIommuIoasUnmap = _IO(';', 0x86);

constexpr __u32 kIommuMapFixedIova = 1 << 0;
constexpr __u32 kIommuMapWriteable = 1 << 1;
constexpr __u32 kIommuMapReadable = 1 << 2;

// Of Linux 6.6 and later; the token is of 6.17, and an older kernel refuses a structure that has one.
struct vfio_bind_iommufd {
  __u32 argsz;
  __u32 flags;
  __s32 iommufd;
  __u32 out_devid;
  __aligned_u64 token_uuid_ptr;
};
struct vfio_attach_iommufd_pt {
  __u32 argsz;
  __u32 flags;
  __u32 pt_id;
};
static_assert(sizeof(vfio_bind_iommufd) == 24);
static_assert(sizeof(vfio_attach_iommufd_pt) == 12);

constexpr __u32 kBindBytesWithoutToken = 16;
constexpr __u32 kBindFlagToken = 1 << 0;
constexpr unsigned long kVfioDeviceBindIommufd = _IO(';', 100 + 18);
constexpr unsigned long kVfioDeviceAttachIommufdPt = _IO(';', 100 + 19);
