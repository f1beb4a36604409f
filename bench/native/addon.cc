// The benchmark's addon: the C++ loop and the two devices, over the linear memory of one benchmark.
// bench/native.ts describes its exports.
#include <napi.h>

#include <memory>

#include "device.h"
#include "loop.h"

namespace {

// Reads a place's numbers and pointers by name; the caller is bench/native.ts alone, and typed.
class Fields {
 public:
  Fields(const Napi::CallbackInfo& info, uint8_t* base)
      : base_(base), object_(info[0].As<Napi::Object>()) {}
  double Real(const char* name) const { return object_.Get(name).ToNumber().DoubleValue(); }
  uint32_t Number(const char* name) const { return static_cast<uint32_t>(Real(name)); }
  uint64_t Big(const char* name) const {
    bool lossless;
    return object_.Get(name).As<Napi::BigInt>().Uint64Value(&lossless);
  }
  bool Flag(const char* name) const { return object_.Get(name).ToBoolean(); }
  template <typename T>
  T* Pointer(const char* name) const {
    return reinterpret_cast<T*>(base_ + Number(name));
  }

 private:
  uint8_t* base_;
  Napi::Object object_;
};

uint64_t Big(const Napi::CallbackInfo& info, size_t index) {
  bool lossless;
  return info[index].As<Napi::BigInt>().Uint64Value(&lossless);
}

}  // namespace

class BenchAddon : public Napi::Addon<BenchAddon> {
 public:
  BenchAddon(Napi::Env env, Napi::Object exports) {
    DefineAddon(exports, {
                             InstanceMethod("attach", &BenchAddon::Attach),
                             InstanceMethod("configure", &BenchAddon::Configure),
                             InstanceMethod("start", &BenchAddon::Start),
                             InstanceMethod("resetCounters", &BenchAddon::ResetCounters),
                             InstanceMethod("run", &BenchAddon::Run),
                             InstanceMethod("drive", &BenchAddon::Drive),
                             InstanceMethod("publish", &BenchAddon::Publish),
                             InstanceMethod("startDevice", &BenchAddon::StartDevice),
                             InstanceMethod("endAfter", &BenchAddon::EndAfter),
                             InstanceMethod("stopDevice", &BenchAddon::StopDevice),
                             InstanceMethod("attachStub", &BenchAddon::AttachStub),
                             InstanceMethod("postAhead", &BenchAddon::PostAhead),
                         });
    const Napi::Object layout = Napi::Object::New(env);
    for (const LayoutNumber& number : kLayout) layout.Set(number.name, number.value);
    exports.Set("layout", layout);
  }

 private:
  // Holds the memory for as long as the addon lives: a device thread may not outlive its pages.
  Napi::Value Attach(const Napi::CallbackInfo& info) {
    size_t offset;
    napi_typedarray_type type;
    void* data = nullptr;
    napi_get_typedarray_info(info.Env(), info[0], &type, nullptr, &data, nullptr, &offset);
    base_ = static_cast<uint8_t*>(data);
    if (info[1].IsObject()) scale_ = ScaleOf(info[1].As<Napi::Object>());
    memory_ = Napi::Persistent(info[0].As<Napi::Object>());
    return info.Env().Undefined();
  }

  Napi::Value Configure(const Napi::CallbackInfo& info) {
    const Fields fields(info, base_);
    LoopPlace place;
    place.sq = fields.Pointer<Sqe>("sq");
    place.cq = fields.Pointer<Cqe>("cq");
    place.slots = fields.Pointer<Slot>("slots");
    place.ahead = fields.Pointer<uint64_t>("ahead");
    place.block = fields.Pointer<Block>("block");
    place.reads = fields.Pointer<Histogram>("reads");
    place.writes = fields.Pointer<Histogram>("writes");
    place.sqTailDoorbell = fields.Pointer<uint32_t>("sqTailDoorbell");
    place.cqHeadDoorbell = fields.Pointer<uint32_t>("cqHeadDoorbell");
    place.sqid = fields.Number("sqid");
    place.sqEntries = fields.Number("sqEntries");
    place.cqEntries = fields.Number("cqEntries");
    place.depth = fields.Number("depth");
    place.blocks = fields.Big("blocks");
    place.firstLba = fields.Big("firstLba");
    place.lbasPerBlock = fields.Number("lbasPerBlock");
    place.readShare = fields.Number("readShare");
    place.isRandom = fields.Flag("isRandom");
    place.seed = fields.Big("seed");
    place.readsClock = info[1].ToBoolean();
    place.scale = scale_;
    loop_.Configure(place);
    return info.Env().Undefined();
  }

  Napi::Value Start(const Napi::CallbackInfo& info) {
    loop_.Start();
    return info.Env().Undefined();
  }

  Napi::Value ResetCounters(const Napi::CallbackInfo& info) {
    loop_.ResetCounters();
    return info.Env().Undefined();
  }

  Napi::Value Run(const Napi::CallbackInfo& info) {
    loop_.Run(Big(info, 0));
    return info.Env().Undefined();
  }

  Napi::Value Drive(const Napi::CallbackInfo& info) {
    return Napi::Number::New(info.Env(), loop_.Drive(info[0].ToNumber()));
  }

  Napi::Value Publish(const Napi::CallbackInfo& info) {
    loop_.Publish();
    return info.Env().Undefined();
  }

  DevicePlace PlaceOf(const Napi::CallbackInfo& info) const {
    const Fields fields(info, base_);
    DevicePlace place;
    place.sq = fields.Pointer<Sqe>("sq");
    place.cq = fields.Pointer<Cqe>("cq");
    place.sqTailDoorbell = fields.Pointer<uint32_t>("sqTailDoorbell");
    place.cqHeadDoorbell = fields.Pointer<uint32_t>("cqHeadDoorbell");
    place.now = &fields.Pointer<Block>("block")->now;
    place.sqid = fields.Number("sqid");
    place.sqEntries = fields.Number("sqEntries");
    place.cqEntries = fields.Number("cqEntries");
    place.depth = fields.Number("depth");
    return place;
  }

  Napi::Value StartDevice(const Napi::CallbackInfo& info) {
    device_ = std::make_unique<ThreadDevice>(PlaceOf(info), info[1].ToNumber());
    return info.Env().Undefined();
  }

  Napi::Value EndAfter(const Napi::CallbackInfo& info) {
    device_->EndAfter(info[0].ToNumber().Int64Value(), Big(info, 1));
    return info.Env().Undefined();
  }

  Napi::Value StopDevice(const Napi::CallbackInfo& info) {
    device_.reset();
    return info.Env().Undefined();
  }

  Napi::Value AttachStub(const Napi::CallbackInfo& info) {
    stub_ = std::make_unique<StubDevice>(PlaceOf(info));
    return info.Env().Undefined();
  }

  Napi::Value PostAhead(const Napi::CallbackInfo& info) {
    return Napi::Boolean::New(info.Env(), stub_->PostAhead(info[0].ToNumber()));
  }

  static ClockScale ScaleOf(const Napi::Object& object) {
    const auto field = [&](const char* name) {
      bool lossless;
      return object.Get(name).As<Napi::BigInt>().Int64Value(&lossless);
    };
    return {field("ticks"), field("ns"), field("multiplier")};
  }

  uint8_t* base_ = nullptr;
  ClockScale scale_;
  Napi::ObjectReference memory_;
  Loop loop_;
  std::unique_ptr<ThreadDevice> device_;
  std::unique_ptr<StubDevice> stub_;
};

NODE_API_ADDON(BenchAddon)
