// A VFIO container: IOVAs of an IOMMU of type 1 v2, and the memory behind them. Groups join it by
// its descriptor.
#pragma once

#include <napi.h>

#include "descriptor.h"

class VfioContainer : public Napi::ObjectWrap<VfioContainer> {
 public:
  static Napi::Function Define(Napi::Env env);
  explicit VfioContainer(const Napi::CallbackInfo& info);

 private:
  Napi::Value SetIommu(const Napi::CallbackInfo& info);
  Napi::Value IovaRanges(const Napi::CallbackInfo& info);
  Napi::Value MapDma(const Napi::CallbackInfo& info);
  Napi::Value UnmapDma(const Napi::CallbackInfo& info);
  Napi::Value Close(const Napi::CallbackInfo& info);

  Descriptor container_;
};

Napi::Value OpenVfioContainer(const Napi::CallbackInfo& info);
