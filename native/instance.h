// What one environment (the main thread or a worker) keeps: the classes it makes objects of.
#pragma once

#include <napi.h>

struct Instance {
  Napi::FunctionReference mapping;
  Napi::FunctionReference eventFd;
  Napi::FunctionReference unixSocket;
  Napi::FunctionReference faultQueue;
  Napi::FunctionReference iommufd;
  Napi::FunctionReference vfioContainer;
  Napi::FunctionReference vfioGroup;
  Napi::FunctionReference vfioDevice;
};

// Hands `state` to a class whose constructor moves from it. Scripts have no External, so they
// cannot reach such a constructor with anything that passes for one.
template <typename State>
Napi::Value Construct(const Napi::FunctionReference& constructor, State* state) {
  const Napi::Env env = constructor.Env();
  return constructor.New({Napi::External<State>::New(env, state)});
}

template <typename State>
State* Constructed(const Napi::CallbackInfo& info) {
  if (info[0].IsExternal()) return info[0].As<Napi::External<State>>().Data();
  Napi::TypeError::New(info.Env(), "Illegal constructor").ThrowAsJavaScriptException();
  return nullptr;
}
