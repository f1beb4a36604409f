// Argument checks: one line each at the top of a function, then one look at Failed(). The first bad
// argument throws a TypeError or RangeError; what follows it returns harmless values.
#pragma once

#include <napi.h>
#include <unistd.h>

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "clock_scale.h"

// Number.MAX_SAFE_INTEGER
constexpr uint64_t kMaxSafe = (uint64_t{1} << 53) - 1;

// The Uint8Array over the linear memory, as seen from here.
struct LinearMemory {
  napi_value view = nullptr;
  uint8_t* base = nullptr;
  uint64_t bytes = 0;
};

// What a device may do with memory.
constexpr uint64_t kReads = 1;
constexpr uint64_t kWrites = 2;

struct Bytes {
  const uint8_t* base = nullptr;
  uint64_t bytes = 0;
};

inline uint64_t HostPageBytes() { return static_cast<uint64_t>(sysconf(_SC_PAGESIZE)); }

class Arguments {
 public:
  explicit Arguments(const Napi::CallbackInfo& info) : info_(info) {}

  bool Failed() const { return failed_; }

  // Only a SharedArrayBuffer will do: an ordinary buffer can be detached under a mapping. Node-API
  // 9 has no word for one, but napi_is_arraybuffer says no to it.
  LinearMemory Memory(size_t index) {
    const Napi::Value value = info_[index];
    if (!value.IsTypedArray()) return Type("memory", "a Uint8Array"), LinearMemory();
    napi_typedarray_type type;
    size_t length = 0;
    size_t offset = 0;
    void* data = nullptr;
    napi_value buffer;
    napi_get_typedarray_info(info_.Env(), value, &type, &length, &data, &buffer, &offset);
    if (type != napi_uint8_array) return Type("memory", "a Uint8Array"), LinearMemory();
    bool isPrivate = true;
    napi_is_arraybuffer(info_.Env(), buffer, &isPrivate);
    if (isPrivate) return Type("memory", "over a SharedArrayBuffer"), LinearMemory();
    if (offset != 0) return Range("memory", "must start at byte 0 of its buffer"), LinearMemory();
    return {value, static_cast<uint8_t*>(data), length};
  }

  uint64_t Whole(size_t index, const char* name, uint64_t maximum = kMaxSafe) {
    if (!info_[index].IsNumber()) return Type(name, "a number"), 0;
    const double value = info_[index].As<Napi::Number>().DoubleValue();
    if (!(value >= 0 && value <= static_cast<double>(maximum) && std::trunc(value) == value)) {
      return Range(name, "must be an integer from 0 to " + std::to_string(maximum)), 0;
    }
    return static_cast<uint64_t>(value);
  }

  double Real(size_t index, const char* name, double maximum) {
    if (!info_[index].IsNumber()) return Type(name, "a number"), 0;
    const double value = info_[index].As<Napi::Number>().DoubleValue();
    if (value >= 0 && value <= maximum) return value;
    return Range(name, "must be from 0 to " + std::to_string(static_cast<int64_t>(maximum))), 0;
  }

  bool Boolean(size_t index, const char* name) {
    if (!info_[index].IsBoolean()) return Type(name, "a boolean"), false;
    return info_[index].As<Napi::Boolean>().Value();
  }

  std::string Text(size_t index, const char* name) {
    if (!info_[index].IsString()) return Type(name, "a string"), std::string();
    std::string value = info_[index].As<Napi::String>().Utf8Value();
    if (value.empty()) return Range(name, "must not be empty"), value;
    if (value.find('\0') != std::string::npos) Range(name, "must not contain a NUL");
    return value;
  }

  uint64_t Big(size_t index, const char* name) {
    if (!info_[index].IsBigInt()) return Type(name, "a bigint"), 0;
    bool lossless = false;
    const uint64_t value = info_[index].As<Napi::BigInt>().Uint64Value(&lossless);
    if (!lossless) Range(name, "must fit in 64 bits, without a sign");
    return value;
  }

  // kReads, kWrites or both.
  uint64_t Access(size_t index) {
    const uint64_t access = Whole(index, "access", kReads | kWrites);
    if (!failed_ && access == 0) Range("access", "must not be 0");
    return access;
  }

  // null or nothing is CLOCK_MONOTONIC itself.
  ClockScale Scale(size_t index, const char* name) {
    const Napi::Value value = info_[index];
    if (value.IsNull() || value.IsUndefined()) return {};
    if (!value.IsObject()) return Type(name, "an object or null"), ClockScale();
    const Napi::Object object = value.As<Napi::Object>();
    const ClockScale scale = {Signed(object, "ticks"), Signed(object, "ns"),
                              Signed(object, "multiplier")};
    if (!failed_ && scale.multiplier <= 0) Range("multiplier", "must be more than 0");
    return scale;
  }

  // Any Uint8Array, to read from.
  Bytes Data(size_t index, const char* name) {
    const Napi::Value value = info_[index];
    napi_typedarray_type type = napi_int8_array;
    size_t length = 0;
    void* data = nullptr;
    if (value.IsTypedArray()) {
      napi_get_typedarray_info(info_.Env(), value, &type, &length, &data, nullptr, nullptr);
    }
    if (type != napi_uint8_array) return Type(name, "a Uint8Array"), Bytes();
    return {static_cast<const uint8_t*>(data), length};
  }

  // One to `most` descriptors, or -1 for none in a place.
  std::vector<int32_t> Descriptors(size_t index, const char* name, size_t most) {
    if (!info_[index].IsArray()) return Type(name, "an array"), std::vector<int32_t>();
    const Napi::Array array = info_[index].As<Napi::Array>();
    const size_t length = array.Length();
    if (length == 0 || length > most)
      Range(name, "must have 1 to " + std::to_string(most) + " entries");
    std::vector<int32_t> result;
    for (uint32_t i = 0; !failed_ && i < length; i++) {
      const Napi::Value entry = array.Get(i);
      const double fd = !entry.IsEmpty() && entry.IsNumber() ? entry.As<Napi::Number>() : NAN;
      if (fd >= -1 && fd <= INT32_MAX && std::trunc(fd) == fd) {
        result.push_back(static_cast<int32_t>(fd));
      } else {
        Type(name, "descriptors, or -1");
      }
    }
    return result;
  }

  // The place of [pointer, pointer + bytes), on a border of `alignment`; not empty.
  uint8_t* Place(const LinearMemory& memory, uint64_t pointer, uint64_t bytes, uint64_t alignment) {
    if (failed_) return nullptr;
    if (bytes == 0) return Range("bytes", "must not be 0"), nullptr;
    if (pointer > memory.bytes || bytes > memory.bytes - pointer) {
      return Range("pointer + bytes",
                   "lies outside the memory of " + std::to_string(memory.bytes) + " bytes"),
             nullptr;
    }
    uint8_t* const place = memory.base + pointer;
    if (reinterpret_cast<uintptr_t>(place) % alignment != 0) {
      return Range("pointer", "must be a multiple of " + std::to_string(alignment)), nullptr;
    }
    return place;
  }

  // Whole host pages, as mmap and the IOMMU want them.
  uint8_t* Pages(const LinearMemory& memory, uint64_t pointer, uint64_t bytes) {
    Multiple("bytes", bytes, HostPageBytes());
    return Place(memory, pointer, bytes, HostPageBytes());
  }

  void Multiple(const char* name, uint64_t value, uint64_t unit) {
    if (value % unit != 0) Range(name, "must be a multiple of " + std::to_string(unit));
  }

  void Range(const std::string& name, const std::string& rule) {
    if (!failed_)
      Napi::RangeError::New(info_.Env(), name + " " + rule).ThrowAsJavaScriptException();
    failed_ = true;
  }

  void Type(const std::string& name, const std::string& kind) {
    if (!failed_) {
      Napi::TypeError::New(info_.Env(), name + " must be " + kind).ThrowAsJavaScriptException();
    }
    failed_ = true;
  }

 private:
  int64_t Signed(const Napi::Object& object, const char* name) {
    const Napi::Value value = object.Get(name);
    if (value.IsEmpty() || !value.IsBigInt()) return Type(name, "a bigint"), 0;
    bool lossless = false;
    const int64_t number = value.As<Napi::BigInt>().Int64Value(&lossless);
    if (!lossless) Range(name, "must fit in 64 bits, with a sign");
    return number;
  }

  const Napi::CallbackInfo& info_;
  bool failed_ = false;
};
