// Four bytes of a file that can be mapped and not read: a BAR in sysfs.
#pragma once

#include <napi.h>

Napi::Value Peek32(const Napi::CallbackInfo& info);
