// An iommufd: I/O address spaces (IOAS) and the memory behind their IOVAs. Devices join one by VFIO's character devices.
#pragma once

#include <napi.h>

#include "descriptor.h"

class Iommufd : public Napi::ObjectWrap<Iommufd> {
 public:
  static Napi::Function Define(Napi::Env env);
  explicit Iommufd(const Napi::CallbackInfo& info);

 private:
  Napi::Value AllocateIoas(const Napi::CallbackInfo& info);
  Napi::Value IovaRanges(const Napi::CallbackInfo& info);
  Napi::Value MapDma(const Napi::CallbackInfo& info);
  Napi::Value UnmapDma(const Napi::CallbackInfo& info);
  Napi::Value AllocateFaultQueue(const Napi::CallbackInfo& info);
  Napi::Value AllocatePageTable(const Napi::CallbackInfo& info);
  Napi::Value Destroy(const Napi::CallbackInfo& info);
  Napi::Value Close(const Napi::CallbackInfo& info);

  Descriptor iommufd_;
};

Napi::Value OpenIommufd(const Napi::CallbackInfo& info);
Napi::Value OpenVfioCdev(const Napi::CallbackInfo& info);
