// What a Wasm loop calls while it has nothing to do: functions without arguments, whose parameters and
// results lie in the linear memory.
#pragma once

#include <napi.h>

Napi::Value Waiter(const Napi::CallbackInfo& info);
Napi::Value Sleeper(const Napi::CallbackInfo& info);
