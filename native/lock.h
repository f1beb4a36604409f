// A file that one process works on at a time.
#pragma once

#include <napi.h>

Napi::Value TryLock(const Napi::CallbackInfo& info);
