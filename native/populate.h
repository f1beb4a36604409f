// Pages made before they are needed.
#pragma once

#include <napi.h>

Napi::Value Populate(const Napi::CallbackInfo& info);
