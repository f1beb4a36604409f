// The clock of the hot loop, and what is needed to decide which one it is.
#pragma once

#include <napi.h>

Napi::Value Clock(const Napi::CallbackInfo& info);
Napi::Value AimClock(const Napi::CallbackInfo& info);
Napi::Value ClockNow(const Napi::CallbackInfo& info);
Napi::Value ReadBothClocks(const Napi::CallbackInfo& info);
Napi::Value CounterFeatures(const Napi::CallbackInfo& info);
