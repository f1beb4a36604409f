#include "vfio_container.h"

#include <fcntl.h>
#include <linux/vfio.h>
#include <sys/ioctl.h>

#include <string>
#include <utility>
#include <vector>

#include "arguments.h"
#include "dma_name.h"
#include "error.h"
#include "fd_property.h"
#include "instance.h"
#include "vfio_info.h"

Napi::Function VfioContainer::Define(Napi::Env env) {
  return DefineClass(env, "VfioContainer",
                     {
                         InstanceMethod<&VfioContainer::SetIommu>("setIommu"),
                         InstanceMethod<&VfioContainer::IovaRanges>("iovaRanges"),
                         InstanceMethod<&VfioContainer::MapDma>("mapDma"),
                         InstanceMethod<&VfioContainer::UnmapDma>("unmapDma"),
                         InstanceMethod<&VfioContainer::Close>("close"),
                     });
}

VfioContainer::VfioContainer(const Napi::CallbackInfo& info)
    : Napi::ObjectWrap<VfioContainer>(info) {
  Descriptor* const container = Constructed<Descriptor>(info);
  if (container != nullptr) container_ = std::move(*container);
}

Napi::Value VfioContainer::SetIommu(const Napi::CallbackInfo& info) {
  if (ioctl(container_.get(), VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU) != 0) {
    return Throw(info.Env(), {"ioctl", errno, "set the IOMMU of a VFIO container"});
  }
  return info.Env().Undefined();
}

Napi::Value VfioContainer::IovaRanges(const Napi::CallbackInfo& info) {
  std::vector<uint64_t> reply;
  if (QueryWithCapabilities(container_.get(), VFIO_IOMMU_GET_INFO, vfio_iommu_type1_info{},
                            &reply) != 0) {
    return Throw(info.Env(), {"ioctl", errno, "read IOVA ranges"});
  }
  const auto* const iommu = reinterpret_cast<const vfio_iommu_type1_info*>(reply.data());
  std::vector<vfio_iova_range> ranges;
  if (iommu->flags & VFIO_IOMMU_INFO_CAPS) {
    ranges = ReadCapability<vfio_iova_range>(reply, iommu->cap_offset,
                                             VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE);
  }
  const Napi::Array result = Napi::Array::New(info.Env(), ranges.size());
  for (uint32_t i = 0; i < ranges.size(); i++) {
    const Napi::Object entry = Napi::Object::New(info.Env());
    entry.Set("start", Napi::BigInt::New(info.Env(), uint64_t{ranges[i].start}));
    entry.Set("end", Napi::BigInt::New(info.Env(), uint64_t{ranges[i].end}));
    result.Set(i, entry);
  }
  return result;
}

Napi::Value VfioContainer::MapDma(const Napi::CallbackInfo& info) {
  Arguments args(info);
  const LinearMemory memory = args.Memory(0);
  const uint64_t pointer = args.Whole(1, "pointer");
  const uint64_t bytes = args.Whole(2, "bytes");
  const uint64_t iova = args.Big(3, "iova");
  const uint64_t access = args.Access(4);
  uint8_t* const place = args.Pages(memory, pointer, bytes);
  args.Multiple("iova", iova, HostPageBytes());
  if (args.Failed()) return Napi::Value();

  vfio_iommu_type1_dma_map map = {};
  map.argsz = sizeof map;
  map.flags = (access & kReads ? VFIO_DMA_MAP_FLAG_READ : 0) |
              (access & kWrites ? VFIO_DMA_MAP_FLAG_WRITE : 0);
  map.vaddr = reinterpret_cast<uintptr_t>(place);
  map.iova = iova;
  map.size = bytes;
  if (ioctl(container_.get(), VFIO_IOMMU_MAP_DMA, &map) != 0) {
    return Throw(info.Env(), {"ioctl", errno, DmaName("map", iova, bytes)});
  }
  return info.Env().Undefined();
}

Napi::Value VfioContainer::UnmapDma(const Napi::CallbackInfo& info) {
  Arguments args(info);
  const uint64_t iova = args.Big(0, "iova");
  const uint64_t bytes = args.Whole(1, "bytes");
  args.Multiple("iova", iova, HostPageBytes());
  args.Multiple("bytes", bytes, HostPageBytes());
  if (args.Failed()) return Napi::Value();

  vfio_iommu_type1_dma_unmap unmap = {};
  unmap.argsz = sizeof unmap;
  unmap.iova = iova;
  unmap.size = bytes;
  if (ioctl(container_.get(), VFIO_IOMMU_UNMAP_DMA, &unmap) != 0) {
    return Throw(info.Env(), {"ioctl", errno, DmaName("unmap", iova, bytes)});
  }
  // The kernel calls it a success when there was nothing, or only a part.
  if (unmap.size != bytes) {
    return Throw(info.Env(), {"ioctl", ENOENT, DmaName("unmap", iova, bytes),
                              "only " + std::to_string(unmap.size) + " bytes were mapped"});
  }
  return info.Env().Undefined();
}

Napi::Value VfioContainer::Close(const Napi::CallbackInfo& info) {
  container_.Close();
  SetFd(info.This().As<Napi::Object>(), -1);
  return info.Env().Undefined();
}

Napi::Value OpenVfioContainer(const Napi::CallbackInfo& info) {
  const std::string path = "/dev/vfio/vfio";
  const std::string action = "open VFIO container " + path;
  Descriptor container(open(path.c_str(), O_RDWR | O_CLOEXEC));
  const int fd = container.get();
  if (!container) return Throw(info.Env(), {"open", errno}, action);
  if (ioctl(fd, VFIO_GET_API_VERSION) != VFIO_API_VERSION) {
    return Throw(info.Env(),
                 {"ioctl", ENOTSUP, action, "the kernel speaks another VFIO version"});
  }
  // Without an IOMMU driver the container offers no type; a no-IOMMU container offers type 8 only.
  if (ioctl(fd, VFIO_CHECK_EXTENSION, VFIO_TYPE1v2_IOMMU) != 1) {
    return Throw(info.Env(),
                 {"ioctl", ENOTSUP, action, "no IOMMU of type 1 v2 (vfio_iommu_type1)"});
  }
  const Napi::Value value =
      Construct(info.Env().GetInstanceData<Instance>()->vfioContainer, &container);
  if (!value.IsEmpty()) SetFd(value.As<Napi::Object>(), fd);
  return value;
}
