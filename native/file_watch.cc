#include "file_watch.h"

#include <signal.h>
#include <sys/mman.h>

#include <cerrno>
#include <mutex>
#include <new>
#include <utility>

// `begin` is 0 while nobody uses the entry; the others are right whenever it is not.
struct FileWatch::Entry {
  std::atomic<uintptr_t> begin{0};
  std::atomic<uintptr_t> end{0};
  std::atomic<uint32_t*> lost{nullptr};
  Entry* next = nullptr;
};

namespace {

std::mutex writers;
std::atomic<FileWatch::Entry*> entries{nullptr};
bool isInstalled = false;
struct sigaction former;

// Async-signal-safe: it reads lock-free atomics and makes one system call.
bool Mend(uintptr_t address) {
  for (FileWatch::Entry* entry = entries.load(); entry != nullptr; entry = entry->next) {
    const uintptr_t begin = entry->begin.load();
    const uintptr_t end = entry->end.load();
    if (begin == 0 || address < begin || address >= end) continue;
    uint32_t* const lost = entry->lost.load();
    // Whoever sees data of these pages finds the word set.
    __atomic_store_n(lost, 1, __ATOMIC_SEQ_CST);
    return mmap(reinterpret_cast<void*>(begin), end - begin, PROT_READ | PROT_WRITE,
                MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0) != MAP_FAILED;
  }
  return false;
}

// What would have happened without us.
void PassOn(int number, siginfo_t* info, void* context) {
  if (former.sa_flags & SA_SIGINFO) return former.sa_sigaction(number, info, context);
  if (former.sa_handler != SIG_DFL && former.sa_handler != SIG_IGN) {
    return former.sa_handler(number);
  }
  // The access is made again and ends the process as it should; what somebody sent comes again by itself.
  sigaction(number, &former, nullptr);
  if (info->si_code <= 0) raise(number);
}

void OnBusError(int number, siginfo_t* info, void* context) {
  const int before = errno;
  const bool isMended =
      info->si_code == BUS_ADRERR && Mend(reinterpret_cast<uintptr_t>(info->si_addr));
  errno = before;
  if (!isMended) PassOn(number, info, context);
}

Failure Install() {
  if (isInstalled) return {};
  struct sigaction action {};
  action.sa_sigaction = OnBusError;
  action.sa_flags = SA_SIGINFO | SA_RESTART;
  sigemptyset(&action.sa_mask);
  if (sigaction(SIGBUS, &action, &former) != 0) return {"sigaction", errno};
  isInstalled = true;
  return {};
}

FileWatch::Entry* FreeEntry() {
  for (FileWatch::Entry* entry = entries.load(); entry != nullptr; entry = entry->next) {
    if (entry->begin.load() == 0) return entry;
  }
  FileWatch::Entry* const made = new (std::nothrow) FileWatch::Entry();
  if (made == nullptr) return nullptr;
  made->next = entries.load();
  entries.store(made);
  return made;
}

}  // namespace

FileWatch::FileWatch(FileWatch&& other) noexcept : entry_(std::exchange(other.entry_, nullptr)) {}

FileWatch& FileWatch::operator=(FileWatch&& other) noexcept {
  std::swap(entry_, other.entry_);
  return *this;
}

Failure FileWatch::Begin(uint8_t* place, uint64_t bytes, uint32_t* lost) {
  const std::lock_guard<std::mutex> lock(writers);
  const Failure failure = Install();
  if (failure) return failure;
  entry_ = FreeEntry();
  if (entry_ == nullptr) return {"malloc", ENOMEM};
  const uintptr_t begin = reinterpret_cast<uintptr_t>(place);
  entry_->lost.store(lost);
  entry_->end.store(begin + bytes);
  entry_->begin.store(begin);
  return {};
}

void FileWatch::End() {
  if (entry_ == nullptr) return;
  const std::lock_guard<std::mutex> lock(writers);
  std::exchange(entry_, nullptr)->begin.store(0);
}
