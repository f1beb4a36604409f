// A VFIO group: the functions that the IOMMU cannot tell apart. It joins a container, then gives its
// devices.
#pragma once

#include <napi.h>

#include <string>

#include "descriptor.h"

struct VfioGroupState {
  std::string path;
  Descriptor group;
};

class VfioGroup : public Napi::ObjectWrap<VfioGroup> {
 public:
  static Napi::Function Define(Napi::Env env);
  explicit VfioGroup(const Napi::CallbackInfo& info);

 private:
  Napi::Value IsViable(const Napi::CallbackInfo& info);
  Napi::Value SetContainer(const Napi::CallbackInfo& info);
  Napi::Value OpenDevice(const Napi::CallbackInfo& info);
  Napi::Value Close(const Napi::CallbackInfo& info);

  VfioGroupState state_;
};

Napi::Value OpenVfioGroup(const Napi::CallbackInfo& info);
