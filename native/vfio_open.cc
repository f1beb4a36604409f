// Taking a function through VFIO, in the order of the kernel's Documentation/driver-api/vfio.rst.
#include <fcntl.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <string>
#include <utility>

#include "arguments.h"
#include "error.h"
#include "instance.h"
#include "vfio.h"

namespace {

Failure OpenContainer(VfioHandles* handles) {
  const std::string path = "/dev/vfio/vfio";
  handles->container = Descriptor(open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (!handles->container) return {"open", errno, "open VFIO container " + path};
  const int fd = handles->container.get();
  if (ioctl(fd, VFIO_GET_API_VERSION) != VFIO_API_VERSION) {
    return {"ioctl", ENOTSUP, "open VFIO container", "the kernel speaks another VFIO version"};
  }
  // Without an IOMMU driver the container offers no type; a no-IOMMU container offers type 8 only.
  if (ioctl(fd, VFIO_CHECK_EXTENSION, VFIO_TYPE1v2_IOMMU) != 1) {
    return {"ioctl", ENOTSUP, "open VFIO container", "no IOMMU of type 1 v2 (vfio_iommu_type1)"};
  }
  return {};
}

Failure OpenGroup(VfioHandles* handles, uint64_t number) {
  const std::string path = "/dev/vfio/" + std::to_string(number);
  handles->group = Descriptor(open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (!handles->group) return {"open", errno, "open VFIO group " + path};
  const int fd = handles->group.get();
  vfio_group_status status = {sizeof status, 0};
  if (ioctl(fd, VFIO_GROUP_GET_STATUS, &status) != 0) {
    return {"ioctl", errno, "read the status of VFIO group " + path};
  }
  if (!(status.flags & VFIO_GROUP_FLAGS_VIABLE)) {
    return {"ioctl", EPERM, "open VFIO group " + path,
            "the group is not viable: another function in it is bound to a kernel driver"};
  }
  int container = handles->container.get();
  if (ioctl(fd, VFIO_GROUP_SET_CONTAINER, &container) != 0) {
    return {"ioctl", errno, "put VFIO group " + path + " into a container"};
  }
  // Only now: a container learns its IOMMU from the first group in it.
  if (ioctl(container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU) != 0) {
    return {"ioctl", errno, "set the IOMMU of VFIO group " + path};
  }
  return {};
}

// Sizes and places of the regions do not change while the device is open, so they are read once.
Failure ReadRegion(VfioHandles* handles, uint32_t index) {
  VfioRegion region;
  region.index = index;
  vfio_region_info question = {};
  question.index = index;
  std::vector<uint64_t> reply;
  if (QueryWithCapabilities(handles->device.get(), VFIO_DEVICE_GET_REGION_INFO, question, &reply)) {
    // EINVAL: this device has no such region (VGA).
    if (errno != EINVAL) return {"ioctl", errno, "read VFIO region " + std::to_string(index)};
    handles->regions.push_back(region);
    return {};
  }
  const auto* const info = reinterpret_cast<const vfio_region_info*>(reply.data());
  region.bytes = info->size;
  region.offset = info->offset;
  region.flags = info->flags;
  if (info->flags & VFIO_REGION_INFO_FLAG_CAPS) {
    region.areas = ReadCapability<vfio_region_sparse_mmap_area>(reply, info->cap_offset,
                                                                VFIO_REGION_INFO_CAP_SPARSE_MMAP);
  }
  handles->regions.push_back(std::move(region));
  return {};
}

Failure OpenDevice(VfioHandles* handles, const std::string& address) {
  handles->device =
      Descriptor(ioctl(handles->group.get(), VFIO_GROUP_GET_DEVICE_FD, address.c_str()));
  if (!handles->device) return {"ioctl", errno, "open VFIO device " + address};
  vfio_device_info info = {};
  info.argsz = sizeof info;
  if (ioctl(handles->device.get(), VFIO_DEVICE_GET_INFO, &info) != 0) {
    return {"ioctl", errno, "read VFIO device " + address};
  }
  if (!(info.flags & VFIO_DEVICE_FLAGS_PCI)) {
    return {"ioctl", ENOTSUP, "open VFIO device " + address, "it is not a PCI function"};
  }
  handles->hasReset = info.flags & VFIO_DEVICE_FLAGS_RESET;
  // Regions past the standard ones are a vendor driver's own.
  const uint32_t regions = std::min<uint32_t>(info.num_regions, VFIO_PCI_NUM_REGIONS);
  for (uint32_t index = 0; index < regions; index++) {
    const Failure failure = ReadRegion(handles, index);
    if (failure) return failure;
  }
  return {};
}

}  // namespace

Napi::Value OpenVfio(const Napi::CallbackInfo& info) {
  Arguments args(info);
  const uint64_t group = args.Whole(0, "group", INT32_MAX);
  const std::string address = args.Text(1, "address");
  if (args.Failed()) return Napi::Value();

  VfioHandles handles;
  Failure failure = OpenContainer(&handles);
  if (!failure) failure = OpenGroup(&handles, group);
  if (!failure) failure = OpenDevice(&handles, address);
  if (failure) return Throw(info.Env(), failure);
  return VfioDevice::Make(info.Env(), std::move(handles));
}
