#include "vfio_device.h"

#include <endian.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include <algorithm>
#include <string>
#include <utility>

#include "instance.h"
#include "iommufd_abi.h"
#include "memory.h"
#include "vfio_info.h"

namespace {

// Sizes and places of the regions do not change while the device is open, so they are read once.
Failure ReadRegion(VfioDeviceState* state, uint32_t index) {
  VfioRegion region;
  region.index = index;
  vfio_region_info question = {};
  question.index = index;
  std::vector<uint64_t> reply;
  if (QueryWithCapabilities(state->device.get(), VFIO_DEVICE_GET_REGION_INFO, question, &reply)) {
    // EINVAL: this device has no such region (VGA).
    if (errno != EINVAL) return {"ioctl", errno, "read VFIO region " + std::to_string(index)};
    state->regions.push_back(region);
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
  state->regions.push_back(std::move(region));
  return {};
}

// What the device says of itself.
Failure ReadDevice(VfioDeviceState* state, const std::string& address) {
  vfio_device_info info = {};
  info.argsz = sizeof info;
  if (ioctl(state->device.get(), VFIO_DEVICE_GET_INFO, &info) != 0) {
    return {"ioctl", errno, "read VFIO device " + address};
  }
  if (!(info.flags & VFIO_DEVICE_FLAGS_PCI)) {
    return {"ioctl", ENOTSUP, "open VFIO device " + address, "it is not a PCI function"};
  }
  state->hasReset = info.flags & VFIO_DEVICE_FLAGS_RESET;
  // Regions past the standard ones are a vendor driver's own.
  const uint32_t regions = std::min<uint32_t>(info.num_regions, VFIO_PCI_NUM_REGIONS);
  for (uint32_t index = 0; index < regions; index++) {
    const Failure failure = ReadRegion(state, index);
    if (failure) return failure;
  }
  return {};
}

std::string Name(const char* verb, const VfioRegion& region, uint64_t offset) {
  return std::string(verb) + " VFIO region " + std::to_string(region.index) + " at " +
         std::to_string(offset);
}

// Regions lie side by side in one descriptor: an offset past the end of one would reach another.
void CheckInside(Arguments& args, const VfioRegion* region, uint64_t offset, uint64_t bytes,
                 uint64_t limit) {
  if (region == nullptr) return;
  if (offset > limit || bytes > limit - offset) {
    args.Range("offset",
               "and length exceed the region's " + std::to_string(region->bytes) + " bytes");
  }
}

// Less than all of it counts as an I/O error.
Failure Transfer(const char* syscall, ssize_t moved, uint64_t bytes) {
  if (moved < 0) return {syscall, errno};
  if (static_cast<uint64_t>(moved) != bytes) return {syscall, EIO};
  return {};
}

bool InSparseArea(const VfioRegion& region, uint64_t offset, uint64_t bytes) {
  for (const auto& area : region.areas) {
    if (offset >= area.offset && offset + bytes <= area.offset + area.size) return true;
  }
  return region.areas.empty();
}

}  // namespace

Napi::Function VfioDevice::Define(Napi::Env env) {
  return DefineClass(env, "VfioDevice",
                     {
                         InstanceMethod<&VfioDevice::Region>("region"),
                         InstanceMethod<&VfioDevice::Read32>("read32"),
                         InstanceMethod<&VfioDevice::Write32>("write32"),
                         InstanceMethod<&VfioDevice::ReadBytes>("readBytes"),
                         InstanceMethod<&VfioDevice::WriteBytes>("writeBytes"),
                         InstanceMethod<&VfioDevice::MapRegion>("mapRegion"),
                         InstanceMethod<&VfioDevice::InterruptInfo>("interruptInfo"),
                         InstanceMethod<&VfioDevice::SetInterrupts>("setInterrupts"),
                         InstanceMethod<&VfioDevice::SetUnmask>("setUnmask"),
                         InstanceMethod<&VfioDevice::DisableInterrupts>("disableInterrupts"),
                         InstanceMethod<&VfioDevice::MaskInterrupt>("maskInterrupt"),
                         InstanceMethod<&VfioDevice::UnmaskInterrupt>("unmaskInterrupt"),
                         InstanceMethod<&VfioDevice::Reset>("reset"),
                         InstanceMethod<&VfioDevice::HotResetFunctions>("hotResetFunctions"),
                         InstanceMethod<&VfioDevice::HotReset>("hotReset"),
                         InstanceMethod<&VfioDevice::Attach>("attach"),
                         InstanceMethod<&VfioDevice::Close>("close"),
                     });
}

Napi::Value VfioDevice::Make(Napi::Env env, Descriptor device, const std::string& address,
                             const uint32_t* iommufdId) {
  VfioDeviceState state;
  state.device = std::move(device);
  const Failure failure = ReadDevice(&state, address);
  if (failure) return Throw(env, failure);
  const bool hasReset = state.hasReset;
  const Napi::Value value = Construct(env.GetInstanceData<Instance>()->vfioDevice, &state);
  if (value.IsEmpty()) return value;
  value.As<Napi::Object>().DefineProperty(Napi::PropertyDescriptor::Value(
      "hasReset", Napi::Boolean::New(env, hasReset), napi_enumerable));
  const Napi::Value id = iommufdId == nullptr ? env.Null() : Napi::Number::New(env, *iommufdId);
  value.As<Napi::Object>().DefineProperty(
      Napi::PropertyDescriptor::Value("iommufdId", id, napi_enumerable));
  return value;
}

VfioDevice::VfioDevice(const Napi::CallbackInfo& info) : Napi::ObjectWrap<VfioDevice>(info) {
  VfioDeviceState* const state = Constructed<VfioDeviceState>(info);
  if (state != nullptr) state_ = std::move(*state);
}

const VfioRegion* VfioDevice::RegionArgument(Arguments& args, size_t index) {
  const uint64_t region = args.Whole(index, "region", VFIO_PCI_NUM_REGIONS - 1);
  if (!args.Failed() && region >= state_.regions.size()) args.Range("region", "does not exist");
  return args.Failed() ? nullptr : &state_.regions[region];
}

Napi::Value VfioDevice::Region(const Napi::CallbackInfo& info) {
  Arguments args(info);
  const VfioRegion* const region = RegionArgument(args, 0);
  if (args.Failed()) return Napi::Value();

  const Napi::Array areas = Napi::Array::New(info.Env());
  for (const auto& area : region->areas) {
    const Napi::Object entry = Napi::Object::New(info.Env());
    entry.Set("offset", static_cast<double>(area.offset));
    entry.Set("bytes", static_cast<double>(area.size));
    areas.Set(areas.Length(), entry);
  }
  const auto flag = [&](uint32_t bit) {
    return Napi::Boolean::New(info.Env(), (region->flags & bit) != 0);
  };
  const Napi::Object result = Napi::Object::New(info.Env());
  result.Set("bytes", static_cast<double>(region->bytes));
  result.Set("readable", flag(VFIO_REGION_INFO_FLAG_READ));
  result.Set("writable", flag(VFIO_REGION_INFO_FLAG_WRITE));
  result.Set("mappable", flag(VFIO_REGION_INFO_FLAG_MMAP));
  result.Set("mappableAreas", areas);
  return result;
}

Napi::Value VfioDevice::Read32(const Napi::CallbackInfo& info) {
  Arguments args(info);
  const VfioRegion* const region = RegionArgument(args, 0);
  const uint64_t offset = args.Whole(1, "offset");
  args.Multiple("offset", offset, sizeof(uint32_t));
  CheckInside(args, region, offset, sizeof(uint32_t), region ? region->bytes : 0);
  if (args.Failed()) return Napi::Value();

  uint32_t value = 0;
  const ssize_t moved = pread(state_.device.get(), &value, sizeof value,
                              static_cast<off_t>(region->offset + offset));
  const Failure failure = Transfer("pread", moved, sizeof value);
  if (failure) return Throw(info.Env(), failure, Name("read", *region, offset));
  return Napi::Number::New(info.Env(), le32toh(value));
}

Napi::Value VfioDevice::Write32(const Napi::CallbackInfo& info) {
  Arguments args(info);
  const VfioRegion* const region = RegionArgument(args, 0);
  const uint64_t offset = args.Whole(1, "offset");
  const uint32_t value = static_cast<uint32_t>(args.Whole(2, "value", UINT32_MAX));
  args.Multiple("offset", offset, sizeof(uint32_t));
  CheckInside(args, region, offset, sizeof(uint32_t), region ? region->bytes : 0);
  if (args.Failed()) return Napi::Value();

  const uint32_t little = htole32(value);
  const ssize_t moved = pwrite(state_.device.get(), &little, sizeof little,
                               static_cast<off_t>(region->offset + offset));
  const Failure failure = Transfer("pwrite", moved, sizeof little);
  if (failure) return Throw(info.Env(), failure, Name("write", *region, offset));
  return info.Env().Undefined();
}

Napi::Value VfioDevice::ReadBytes(const Napi::CallbackInfo& info) {
  Arguments args(info);
  const VfioRegion* const region = RegionArgument(args, 0);
  const uint64_t offset = args.Whole(1, "offset");
  const uint64_t bytes = args.Whole(2, "bytes");
  CheckInside(args, region, offset, bytes, region ? region->bytes : 0);
  if (args.Failed()) return Napi::Value();

  Napi::Uint8Array result = Napi::Uint8Array::New(info.Env(), bytes);
  if (result.IsEmpty()) return Napi::Value();
  const ssize_t moved = pread(state_.device.get(), result.Data(), bytes,
                              static_cast<off_t>(region->offset + offset));
  const Failure failure = Transfer("pread", moved, bytes);
  if (failure) return Throw(info.Env(), failure, Name("read", *region, offset));
  return result;
}

Napi::Value VfioDevice::WriteBytes(const Napi::CallbackInfo& info) {
  Arguments args(info);
  const VfioRegion* const region = RegionArgument(args, 0);
  const uint64_t offset = args.Whole(1, "offset");
  const Bytes data = args.Data(2, "data");
  CheckInside(args, region, offset, data.bytes, region ? region->bytes : 0);
  if (args.Failed()) return Napi::Value();

  const ssize_t moved = pwrite(state_.device.get(), data.base, data.bytes,
                               static_cast<off_t>(region->offset + offset));
  const Failure failure = Transfer("pwrite", moved, data.bytes);
  if (failure) return Throw(info.Env(), failure, Name("write", *region, offset));
  return info.Env().Undefined();
}

Napi::Value VfioDevice::MapRegion(const Napi::CallbackInfo& info) {
  Arguments args(info);
  const LinearMemory memory = args.Memory(0);
  const uint64_t pointer = args.Whole(1, "pointer");
  const VfioRegion* const region = RegionArgument(args, 2);
  const uint64_t offset = args.Whole(3, "offset");
  const uint64_t bytes = args.Whole(4, "bytes");
  uint8_t* const place = args.Pages(memory, pointer, bytes);
  args.Multiple("offset", offset, HostPageBytes());
  // The kernel maps a BAR smaller than a page when it has the page to itself.
  const uint64_t pages = region ? (region->bytes + HostPageBytes() - 1) / HostPageBytes() : 0;
  CheckInside(args, region, offset, bytes, pages * HostPageBytes());
  if (!args.Failed() && !(region->flags & VFIO_REGION_INFO_FLAG_MMAP)) {
    args.Range("region", "cannot be mapped");
  }
  if (!args.Failed() && !InSparseArea(*region, offset, bytes)) {
    args.Range("offset", "and bytes lie outside the areas that can be mapped");
  }
  if (args.Failed()) return Napi::Value();

  const std::string action = Name("map", *region, offset);
  // A closed device must not get as far as mmap, whose failure would clear the place.
  if (!state_.device) return Throw(info.Env(), {"mmap", EBADF, action, "the device is closed"});
  const int protection = (region->flags & VFIO_REGION_INFO_FLAG_READ ? PROT_READ : 0) |
                         (region->flags & VFIO_REGION_INFO_FLAG_WRITE ? PROT_WRITE : 0);
  MappedPages mapped;
  const Failure failure = mapped.Map(place, bytes, HostPageBytes(), protection, 0,
                                     state_.device.get(), region->offset + offset);
  if (failure) return Throw(info.Env(), failure, action);
  return Mapping::Make(info.Env(), memory, pointer, std::move(mapped));
}

// The kernel takes it out of the page tables that it was behind.
Napi::Value VfioDevice::Attach(const Napi::CallbackInfo& info) {
  Arguments args(info);
  const uint32_t pageTable = static_cast<uint32_t>(args.Whole(0, "pageTable", UINT32_MAX));
  if (args.Failed()) return Napi::Value();

  vfio_attach_iommufd_pt attach = {sizeof attach, 0, pageTable};
  if (ioctl(state_.device.get(), kVfioDeviceAttachIommufdPt, &attach) != 0) {
    return Throw(info.Env(), {"ioctl", errno, "attach VFIO device to other page tables"});
  }
  return info.Env().Undefined();
}

Napi::Value VfioDevice::Close(const Napi::CallbackInfo& info) {
  state_.device.Close();
  return info.Env().Undefined();
}
