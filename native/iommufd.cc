#include "iommufd.h"

#include <fcntl.h>
#include <sys/ioctl.h>

#include <string>
#include <utility>
#include <vector>

#include "arguments.h"
#include "dma_name.h"
#include "error.h"
#include "fault_queue.h"
#include "fd_property.h"
#include "instance.h"
#include "iommufd_abi.h"
#include "vfio_device.h"

namespace {

// No IOMMU has so many; a kernel that says so is not believed.
constexpr uint32_t kMostRanges = 4096;
constexpr uint64_t kTokenBytes = 16;

// EMSGSIZE is the answer to a list that is too short, with the length that it must have.
int QueryRanges(int fd, uint32_t ioas, std::vector<iommu_iova_range>* ranges) {
  for (;;) {
    iommu_ioas_iova_ranges query = {};
    query.size = sizeof query;
    query.ioas_id = ioas;
    query.num_iovas = static_cast<uint32_t>(ranges->size());
    query.allowed_iovas = reinterpret_cast<uintptr_t>(ranges->data());
    const int result = ioctl(fd, kIommuIoasIovaRanges, &query);
    if (result == 0) {
      if (query.num_iovas < ranges->size()) ranges->resize(query.num_iovas);
      return 0;
    }
    const bool isTooShort = errno == EMSGSIZE && query.num_iovas > ranges->size();
    if (!isTooShort || query.num_iovas > kMostRanges) return result;
    ranges->resize(query.num_iovas);
  }
}

}  // namespace

Napi::Function Iommufd::Define(Napi::Env env) {
  return DefineClass(env, "Iommufd",
                     {
                         InstanceMethod<&Iommufd::AllocateIoas>("allocateIoas"),
                         InstanceMethod<&Iommufd::IovaRanges>("iovaRanges"),
                         InstanceMethod<&Iommufd::MapDma>("mapDma"),
                         InstanceMethod<&Iommufd::UnmapDma>("unmapDma"),
                         InstanceMethod<&Iommufd::AllocateFaultQueue>("allocateFaultQueue"),
                         InstanceMethod<&Iommufd::AllocatePageTable>("allocatePageTable"),
                         InstanceMethod<&Iommufd::Destroy>("destroy"),
                         InstanceMethod<&Iommufd::Close>("close"),
                     });
}

Iommufd::Iommufd(const Napi::CallbackInfo& info) : Napi::ObjectWrap<Iommufd>(info) {
  Descriptor* const iommufd = Constructed<Descriptor>(info);
  if (iommufd != nullptr) iommufd_ = std::move(*iommufd);
}

Napi::Value Iommufd::AllocateIoas(const Napi::CallbackInfo& info) {
  iommu_ioas_alloc alloc = {};
  alloc.size = sizeof alloc;
  if (ioctl(iommufd_.get(), kIommuIoasAlloc, &alloc) != 0) {
    return Throw(info.Env(), {"ioctl", errno, "make an I/O address space"});
  }
  return Napi::Number::New(info.Env(), alloc.out_ioas_id);
}

Napi::Value Iommufd::IovaRanges(const Napi::CallbackInfo& info) {
  Arguments args(info);
  const uint32_t ioas = static_cast<uint32_t>(args.Whole(0, "ioas", UINT32_MAX));
  if (args.Failed()) return Napi::Value();

  std::vector<iommu_iova_range> ranges(16);
  if (QueryRanges(iommufd_.get(), ioas, &ranges) != 0) {
    return Throw(info.Env(), {"ioctl", errno, "read IOVA ranges"});
  }
  const Napi::Array result = Napi::Array::New(info.Env(), ranges.size());
  for (uint32_t i = 0; i < ranges.size(); i++) {
    const Napi::Object entry = Napi::Object::New(info.Env());
    entry.Set("start", Napi::BigInt::New(info.Env(), uint64_t{ranges[i].start}));
    entry.Set("end", Napi::BigInt::New(info.Env(), uint64_t{ranges[i].last}));
    result.Set(i, entry);
  }
  return result;
}

Napi::Value Iommufd::MapDma(const Napi::CallbackInfo& info) {
  Arguments args(info);
  const uint32_t ioas = static_cast<uint32_t>(args.Whole(0, "ioas", UINT32_MAX));
  const LinearMemory memory = args.Memory(1);
  const uint64_t pointer = args.Whole(2, "pointer");
  const uint64_t bytes = args.Whole(3, "bytes");
  const uint64_t iova = args.Big(4, "iova");
  const uint64_t access = args.Access(5);
  uint8_t* const place = args.Pages(memory, pointer, bytes);
  args.Multiple("iova", iova, HostPageBytes());
  if (args.Failed()) return Napi::Value();

  iommu_ioas_map map = {};
  map.size = sizeof map;
  map.flags = kIommuMapFixedIova | (access & kReads ? kIommuMapReadable : 0) |
              (access & kWrites ? kIommuMapWriteable : 0);
  map.ioas_id = ioas;
  map.user_va = reinterpret_cast<uintptr_t>(place);
  map.length = bytes;
  map.iova = iova;
  if (ioctl(iommufd_.get(), kIommuIoasMap, &map) != 0) {
    return Throw(info.Env(), {"ioctl", errno, DmaName("map", iova, bytes)});
  }
  return info.Env().Undefined();
}

Napi::Value Iommufd::UnmapDma(const Napi::CallbackInfo& info) {
  Arguments args(info);
  const uint32_t ioas = static_cast<uint32_t>(args.Whole(0, "ioas", UINT32_MAX));
  const uint64_t iova = args.Big(1, "iova");
  const uint64_t bytes = args.Whole(2, "bytes");
  args.Multiple("iova", iova, HostPageBytes());
  args.Multiple("bytes", bytes, HostPageBytes());
  if (!args.Failed() && bytes == 0) args.Range("bytes", "must not be 0");
  if (args.Failed()) return Napi::Value();

  iommu_ioas_unmap unmap = {};
  unmap.size = sizeof unmap;
  unmap.ioas_id = ioas;
  unmap.iova = iova;
  unmap.length = bytes;
  if (ioctl(iommufd_.get(), kIommuIoasUnmap, &unmap) != 0) {
    return Throw(info.Env(), {"ioctl", errno, DmaName("unmap", iova, bytes)});
  }
  if (unmap.length != bytes) {
    return Throw(info.Env(), {"ioctl", ENOENT, DmaName("unmap", iova, bytes),
                              "only " + std::to_string(unmap.length) + " bytes were mapped"});
  }
  return info.Env().Undefined();
}

Napi::Value Iommufd::AllocateFaultQueue(const Napi::CallbackInfo& info) {
  iommu_fault_alloc alloc = {};
  alloc.size = sizeof alloc;
  if (ioctl(iommufd_.get(), kIommuFaultQueueAlloc, &alloc) != 0) {
    return Throw(info.Env(), {"ioctl", errno, "make a queue for page faults"});
  }
  return FaultQueue::Make(info.Env(), Descriptor(static_cast<int>(alloc.out_fault_fd)),
                          alloc.out_fault_id);
}

Napi::Value Iommufd::AllocatePageTable(const Napi::CallbackInfo& info) {
  Arguments args(info);
  iommu_hwpt_alloc alloc = {};
  alloc.size = sizeof alloc;
  alloc.flags = kIommuHwptFaultIdValid;
  alloc.pt_id = static_cast<uint32_t>(args.Whole(0, "ioas", UINT32_MAX));
  alloc.dev_id = static_cast<uint32_t>(args.Whole(1, "device", UINT32_MAX));
  alloc.fault_id = static_cast<uint32_t>(args.Whole(2, "faults", UINT32_MAX));
  if (args.Failed()) return Napi::Value();

  if (ioctl(iommufd_.get(), kIommuHwptAlloc, &alloc) != 0) {
    return Throw(info.Env(), {"ioctl", errno, "make page tables that tell of page faults"});
  }
  return Napi::Number::New(info.Env(), alloc.out_hwpt_id);
}

Napi::Value Iommufd::Destroy(const Napi::CallbackInfo& info) {
  Arguments args(info);
  const uint32_t id = static_cast<uint32_t>(args.Whole(0, "id", UINT32_MAX));
  if (args.Failed()) return Napi::Value();

  iommu_destroy destroy = {sizeof destroy, id};
  if (ioctl(iommufd_.get(), kIommuDestroy, &destroy) != 0) {
    return Throw(info.Env(), {"ioctl", errno, "end object " + std::to_string(id) + " of an iommufd"});
  }
  return info.Env().Undefined();
}

Napi::Value Iommufd::Close(const Napi::CallbackInfo& info) {
  iommufd_.Close();
  SetFd(info.This().As<Napi::Object>(), -1);
  return info.Env().Undefined();
}

Napi::Value OpenIommufd(const Napi::CallbackInfo& info) {
  Arguments args(info);
  const std::string path = args.Text(0, "path");
  if (args.Failed()) return Napi::Value();

  Descriptor iommufd(open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (!iommufd) return Throw(info.Env(), {"open", errno, "open iommufd " + path});
  const int fd = iommufd.get();
  const Napi::Value value = Construct(info.Env().GetInstanceData<Instance>()->iommufd, &iommufd);
  if (!value.IsEmpty()) SetFd(value.As<Napi::Object>(), fd);
  return value;
}

// The order is the kernel's: a device that is not bound to an iommufd answers nothing else.
Napi::Value OpenVfioCdev(const Napi::CallbackInfo& info) {
  Arguments args(info);
  const std::string path = args.Text(0, "path");
  const std::string address = args.Text(1, "address");
  const int32_t iommufd = static_cast<int32_t>(args.Whole(2, "iommufd", INT32_MAX));
  const uint32_t ioas = static_cast<uint32_t>(args.Whole(3, "ioas", UINT32_MAX));
  const bool hasToken = !info[4].IsNull();
  const Bytes token = hasToken ? args.Data(4, "token") : Bytes();
  if (hasToken && !args.Failed() && token.bytes != kTokenBytes) {
    args.Range("token", "must have 16 bytes");
  }
  if (args.Failed()) return Napi::Value();

  Descriptor device(open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (!device) return Throw(info.Env(), {"open", errno, "open VFIO device " + path});
  vfio_bind_iommufd bind = {};
  bind.argsz = hasToken ? sizeof bind : kBindBytesWithoutToken;
  bind.flags = hasToken ? kBindFlagToken : 0;
  bind.iommufd = iommufd;
  bind.token_uuid_ptr = reinterpret_cast<uintptr_t>(token.base);
  if (ioctl(device.get(), kVfioDeviceBindIommufd, &bind) != 0) {
    return Throw(info.Env(), {"ioctl", errno, "bind VFIO device " + path + " to an iommufd"});
  }
  vfio_attach_iommufd_pt attach = {sizeof attach, 0, ioas};
  if (ioctl(device.get(), kVfioDeviceAttachIommufdPt, &attach) != 0) {
    return Throw(info.Env(), {"ioctl", errno, "attach VFIO device " + path + " to its memory"});
  }
  return VfioDevice::Make(info.Env(), std::move(device), address, &bind.out_devid);
}
