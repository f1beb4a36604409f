// Page faults that a process answers, as an iommufd tells of them.
#pragma once

#include <napi.h>

#include "descriptor.h"

class FaultQueue : public Napi::ObjectWrap<FaultQueue> {
 public:
  static Napi::Function Define(Napi::Env env);
  // Takes over what IOMMU_FAULT_QUEUE_ALLOC returned.
  static Napi::Value Make(Napi::Env env, Descriptor queue, uint32_t id);
  explicit FaultQueue(const Napi::CallbackInfo& info);

 private:
  Napi::Value Take(const Napi::CallbackInfo& info);
  Napi::Value Answer(const Napi::CallbackInfo& info);
  Napi::Value Close(const Napi::CallbackInfo& info);

  Descriptor queue_;
};
