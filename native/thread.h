// What concerns the calling thread: its CPUs and its bill.
#pragma once

#include <napi.h>

Napi::Value PinThread(const Napi::CallbackInfo& info);
Napi::Value SetTimerSlack(const Napi::CallbackInfo& info);
Napi::Value YieldThread(const Napi::CallbackInfo& info);
Napi::Value AllowedCpus(const Napi::CallbackInfo& info);
Napi::Value ThreadUsage(const Napi::CallbackInfo& info);
