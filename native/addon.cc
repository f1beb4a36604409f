// The addon's exports; src/compiled/native.ts describes each. There is no state outside the Instance,
// because every worker thread loads the addon again; what a signal does belongs to the process (file_watch.h).
#include <napi.h>

#include "clock.h"
#include "eventfd.h"
#include "fault_queue.h"
#include "instance.h"
#include "iommufd.h"
#include "lock.h"
#include "memory.h"
#include "peek.h"
#include "populate.h"
#include "thread.h"
#include "unix_socket.h"
#include "vfio_container.h"
#include "vfio_device.h"
#include "vfio_group.h"
#include "wait.h"

static Napi::Object Init(Napi::Env env, Napi::Object exports) {
  Instance* const instance = new Instance();
  env.SetInstanceData(instance);
  instance->mapping = Napi::Persistent(Mapping::Define(env));
  instance->eventFd = Napi::Persistent(EventFd::Define(env));
  instance->unixSocket = Napi::Persistent(UnixSocket::Define(env));
  instance->faultQueue = Napi::Persistent(FaultQueue::Define(env));
  instance->iommufd = Napi::Persistent(Iommufd::Define(env));
  instance->vfioContainer = Napi::Persistent(VfioContainer::Define(env));
  instance->vfioGroup = Napi::Persistent(VfioGroup::Define(env));
  instance->vfioDevice = Napi::Persistent(VfioDevice::Define(env));

  exports.Set("addressOf", Napi::Function::New(env, AddressOf, "addressOf"));
  exports.Set("mapMemory", Napi::Function::New(env, MapMemory, "mapMemory"));
  exports.Set("tryLock", Napi::Function::New(env, TryLock, "tryLock"));
  exports.Set("mapFile", Napi::Function::New(env, MapFile, "mapFile"));
  exports.Set("mapSegment", Napi::Function::New(env, MapSegment, "mapSegment"));
  exports.Set("mapDescriptor", Napi::Function::New(env, MapDescriptor, "mapDescriptor"));
  exports.Set("sealsOf", Napi::Function::New(env, SealsOf, "sealsOf"));
  exports.Set("peek32", Napi::Function::New(env, Peek32, "peek32"));
  exports.Set("adviseHuge", Napi::Function::New(env, AdviseHuge, "adviseHuge"));
  exports.Set("populate", Napi::Function::New(env, Populate, "populate"));
  exports.Set("openIommufd", Napi::Function::New(env, OpenIommufd, "openIommufd"));
  exports.Set("openVfioCdev", Napi::Function::New(env, OpenVfioCdev, "openVfioCdev"));
  exports.Set("openVfioContainer",
              Napi::Function::New(env, OpenVfioContainer, "openVfioContainer"));
  exports.Set("openVfioGroup", Napi::Function::New(env, OpenVfioGroup, "openVfioGroup"));
  exports.Set("eventFd", Napi::Function::New(env, NewEventFd, "eventFd"));
  exports.Set("eventFdFrom", Napi::Function::New(env, EventFdFrom, "eventFdFrom"));
  exports.Set("setNonblocking", Napi::Function::New(env, SetNonblocking, "setNonblocking"));
  exports.Set("connectUnix", Napi::Function::New(env, ConnectUnix, "connectUnix"));
  exports.Set("listenUnix", Napi::Function::New(env, ListenUnix, "listenUnix"));
  exports.Set("unixPair", Napi::Function::New(env, UnixPair, "unixPair"));
  exports.Set("waitReadable", Napi::Function::New(env, WaitReadable, "waitReadable"));
  exports.Set("clock", Napi::Function::New(env, Clock, "clock"));
  exports.Set("aimClock", Napi::Function::New(env, AimClock, "aimClock"));
  exports.Set("clockNow", Napi::Function::New(env, ClockNow, "clockNow"));
  exports.Set("readBothClocks", Napi::Function::New(env, ReadBothClocks, "readBothClocks"));
  exports.Set("counterFeatures", Napi::Function::New(env, CounterFeatures, "counterFeatures"));
  exports.Set("waiter", Napi::Function::New(env, Waiter, "waiter"));
  exports.Set("sleeper", Napi::Function::New(env, Sleeper, "sleeper"));
  exports.Set("setTimerSlack", Napi::Function::New(env, SetTimerSlack, "setTimerSlack"));
  exports.Set("pinThread", Napi::Function::New(env, PinThread, "pinThread"));
  exports.Set("yieldThread", Napi::Function::New(env, YieldThread, "yieldThread"));
  exports.Set("allowedCpus", Napi::Function::New(env, AllowedCpus, "allowedCpus"));
  exports.Set("threadUsage", Napi::Function::New(env, ThreadUsage, "threadUsage"));
  return exports;
}

NODE_API_MODULE(phasebit, Init)
