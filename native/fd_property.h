// `fd` of an object that owns a descriptor: its own value, so that a closed one has no number left
// to pass on.
#pragma once

#include <napi.h>

inline void SetFd(Napi::Object object, int fd) {
  const auto attributes =
      static_cast<napi_property_attributes>(napi_enumerable | napi_configurable);
  object.DefineProperty(
      Napi::PropertyDescriptor::Value("fd", Napi::Number::New(object.Env(), fd), attributes));
}
