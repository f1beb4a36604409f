// Eventfds: a device's interrupt as something a thread can wait for.
#pragma once

#include <napi.h>

#include "descriptor.h"

class EventFd : public Napi::ObjectWrap<EventFd> {
 public:
  static Napi::Function Define(Napi::Env env);
  explicit EventFd(const Napi::CallbackInfo& info);

 private:
  Napi::Value Wait(const Napi::CallbackInfo& info);
  Napi::Value Signal(const Napi::CallbackInfo& info);
  Napi::Value Close(const Napi::CallbackInfo& info);

  Descriptor event_;
};

Napi::Value NewEventFd(const Napi::CallbackInfo& info);
Napi::Value SetNonblocking(const Napi::CallbackInfo& info);
Napi::Value EventFdFrom(const Napi::CallbackInfo& info);
