/*
 * Writes down the operators that PyTorch runs in this process: name, begin, end, and the autograd sequence number that a
 * backward operator has in common with its forward one.
 *
 * PyTorch calls back for each operator (at::addGlobalCallback), which is what its own profiler is made of. The callback is C++
 * with no stable ABI, so this file is compiled against the headers of the very PyTorch that it is loaded into. A record goes into
 * a mapped file of its thread: it survives SIGKILL, and no lock is taken. docs/collectors/torch.md has the format.
 *
 * Nothing here may throw into PyTorch, run at exit, or be destroyed before PyTorch's own threads are.
 */
#include <ATen/record_function.h>
#if __has_include(<torch/version.h>)
#include <torch/version.h>
#if TORCH_VERSION_MAJOR != PERFSCOPE_TORCH_MAJOR || TORCH_VERSION_MINOR != PERFSCOPE_TORCH_MINOR
#error "these are the headers of another version of PyTorch"
#endif
#endif

#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <unordered_map>

namespace {

constexpr char kMagic[] = "perfscope-torch 1\n";
constexpr size_t kUnit = 40;
/* Names longer than this are cut; one record must fit into the smallest segment. */
constexpr size_t kLongestName = 400;
/* A program may make up a name for each step. What comes after these is called by number 0. */
constexpr uint32_t kMostNames = 20000;
/* Most threads run few operators; those that run many soon have large segments. */
constexpr size_t kFirstSegment = 1 << 16;
constexpr size_t kLargestSegment = 1 << 22;
/* Five million operators; beyond it they are counted only. */
constexpr uint64_t kLargestLog = 5000000 * static_cast<uint64_t>(kUnit);
constexpr size_t kSlots = 1024;

struct Header {
  char magic[32];
  uint32_t process;
  uint32_t thread;
  /* PyTorch's own number of the thread, by which backward operators name the one of their forward operator. */
  uint64_t torchThread;
  /* Operators of the thread that have no record, as known when this segment was written to last. */
  uint64_t lost;
  uint32_t segment;
  uint32_t reserved;
};
static_assert(sizeof(Header) == 64, "the header is 64 bytes");

enum Kind : uint8_t { kOperator = 1, kName = 2 };
/* PyTorch's own numbers of scopes are not the same in all versions. */
enum Scope : uint8_t { kForward = 0, kBackward = 1, kScript = 2, kRange = 3 };

/* `kind` is written last: a reader takes nothing from there on while it is 0. */
struct Operator {
  uint8_t kind;
  uint8_t scope;
  uint16_t reserved;
  uint32_t name;
  int64_t start;
  int64_t end;
  int64_t sequence;
  uint64_t forwardThread;
};
static_assert(sizeof(Operator) == kUnit, "an operator is one unit");

struct NameHead {
  uint8_t kind;
  uint8_t reserved;
  uint16_t length;
  uint32_t number;
};

std::string* folder;
std::atomic<uint64_t> written{0};
/* Which fork of the process this is: what a parent has mapped is the parent's. */
std::atomic<uint32_t> generation{1};
pthread_key_t endOfThread;

int64_t now() {
  timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<int64_t>(time.tv_sec) * 1000000000 + time.tv_nsec;
}

/* Of a name that was seen at this address. What lies there may have changed, so it is compared with the copy. */
struct Slot {
  const char* address;
  const char* copy;
  uint32_t number;
};

struct Thread {
  uint32_t generation = 0;
  uint32_t process = 0;
  uint32_t thread = 0;
  uint32_t segments = 0;
  int64_t stamp = 0;
  uint8_t* base = nullptr;
  size_t size = 0;
  size_t at = 0;
  uint64_t lost = 0;
  bool closed = false;
  std::unordered_map<std::string, uint32_t> names;
  Slot slots[kSlots] = {};
};

thread_local Thread* here = nullptr;

void unmap(Thread& thread) {
  if (thread.base != nullptr) munmap(thread.base, thread.size);
  thread.base = nullptr;
}

void threadEnds(void* value) {
  auto* thread = static_cast<Thread*>(value);
  unmap(*thread);
  delete thread;
  here = nullptr;
}

/* A new file in place of the one that is full. Blocks are reserved: a write to a mapped hole on a full disk is a SIGBUS. */
bool extend(Thread& thread) {
  const size_t size = std::min(kLargestSegment, kFirstSegment << std::min<uint32_t>(2 * thread.segments, 20));
  if (written.fetch_add(size) + size > kLargestLog) return false;
  char path[4096];
  const int length = snprintf(path, sizeof(path), "%s/%u-%u-%lld.%u.torch", folder->c_str(), thread.process, thread.thread,
                              static_cast<long long>(thread.stamp), thread.segments);
  if (length < 0 || static_cast<size_t>(length) >= sizeof(path)) return false;
  const int descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor < 0) return false;
  void* base = MAP_FAILED;
  if (posix_fallocate(descriptor, 0, static_cast<off_t>(size)) == 0)
    base = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  close(descriptor);
  if (base == MAP_FAILED) {
    unlink(path);
    return false;
  }
  unmap(thread);
  thread.base = static_cast<uint8_t*>(base);
  thread.size = size;
  thread.at = sizeof(Header);
  Header header = {};
  memcpy(header.magic, kMagic, sizeof(kMagic));
  header.process = thread.process;
  header.thread = thread.thread;
  header.torchThread = at::RecordFunction::currentThreadId();
  header.segment = thread.segments++;
  memcpy(thread.base, &header, sizeof(header));
  return true;
}

/* Where a record of `bytes` goes; null when there is no room anywhere. */
uint8_t* room(Thread& thread, size_t bytes) {
  if (thread.closed) return nullptr;
  if (thread.base == nullptr || thread.at + bytes > thread.size) {
    if (!extend(thread)) {
      thread.closed = true;
      return nullptr;
    }
  }
  uint8_t* place = thread.base + thread.at;
  thread.at += bytes;
  return place;
}

void publish(uint8_t* place, Kind kind) {
  std::atomic_thread_fence(std::memory_order_release);
  *const_cast<volatile uint8_t*>(place) = kind;
}

/* Number of a name that this thread has not used from this address; says what it is called where it is new. */
uint32_t learn(Thread& thread, const char* name) {
  std::string text(name, strnlen(name, kLongestName));
  auto found = thread.names.find(text);
  if (found == thread.names.end()) {
    if (thread.names.size() >= kMostNames) return 0;
    const auto number = static_cast<uint32_t>(thread.names.size() + 1);
    const size_t bytes = (sizeof(NameHead) + text.size() + kUnit - 1) / kUnit * kUnit;
    uint8_t* place = room(thread, bytes);
    if (place == nullptr) return 0;
    const NameHead head = {0, 0, static_cast<uint16_t>(text.size()), number};
    memcpy(place, &head, sizeof(head));
    memcpy(place + sizeof(head), text.data(), text.size());
    publish(place, kName);
    found = thread.names.emplace(std::move(text), number).first;
  }
  Slot& slot = thread.slots[(reinterpret_cast<uintptr_t>(name) >> 4) % kSlots];
  /* Keys of the map stay where they are. */
  slot = {name, found->first.c_str(), found->second};
  return found->second;
}

uint32_t numberOf(Thread& thread, const char* name) {
  const Slot& slot = thread.slots[(reinterpret_cast<uintptr_t>(name) >> 4) % kSlots];
  if (slot.address == name && strcmp(slot.copy, name) == 0) return slot.number;
  return learn(thread, name);
}

/* What this thread writes to; begun anew in a child of fork. */
Thread& current() {
  const uint32_t wanted = generation.load(std::memory_order_relaxed);
  if (here != nullptr && here->generation == wanted) return *here;
  auto* fresh = new Thread;
  if (here != nullptr) {
    unmap(*here);
    delete here;
  }
  fresh->generation = wanted;
  fresh->process = static_cast<uint32_t>(getpid());
  fresh->thread = static_cast<uint32_t>(syscall(SYS_gettid));
  fresh->stamp = now();
  here = fresh;
  pthread_setspecific(endOfThread, fresh);
  return *fresh;
}

struct Begun : at::ObserverContext {
  int64_t start;
  /* An address that each thread has for itself. */
  const void* thread;
};

Scope scopeOf(at::RecordScope scope) {
  switch (scope) {
    case at::RecordScope::BACKWARD_FUNCTION:
      return kBackward;
    case at::RecordScope::TORCHSCRIPT_FUNCTION:
      return kScript;
    case at::RecordScope::USER_SCOPE:
      return kRange;
    default:
      return kForward;
  }
}

/* Versions differ in what a name is. */
const char* textOf(const char* name) { return name; }
template <typename Name>
const char* textOf(const Name& name) {
  return name.str();
}

std::unique_ptr<at::ObserverContext> begins(const at::RecordFunction&) {
  auto begun = std::make_unique<Begun>();
  begun->thread = &here;
  begun->start = now();
  return begun;
}

void write(const at::RecordFunction& function, const Begun& begun, int64_t end) {
  Thread& thread = current();
  const char* text = textOf(function.name());
  const uint32_t name = text == nullptr ? 0 : numberOf(thread, text);
  uint8_t* place = room(thread, kUnit);
  if (place == nullptr) {
    thread.lost++;
    if (thread.base != nullptr) memcpy(thread.base + offsetof(Header, lost), &thread.lost, sizeof(thread.lost));
    return;
  }
  const Operator record = {0,   scopeOf(function.scope()), 0, name, begun.start, end, function.seqNr(),
                           function.forwardThreadId()};
  memcpy(place, &record, sizeof(record));
  publish(place, kOperator);
}

void ends(const at::RecordFunction& function, at::ObserverContext* context) {
  const auto* begun = static_cast<const Begun*>(context);
  /* A range around an asynchronous call ends where its result arrives: it is on no thread's lane. */
  if (begun == nullptr || begun->thread != &here) return;
  const int64_t end = now();
  try {
    write(function, *begun, end);
  } catch (...) {
    /* No memory: this one is not recorded. */
  }
}

void forked() { generation.fetch_add(1, std::memory_order_relaxed); }

}  // namespace

/* `records`: an existing folder. Gives 0 when operators are recorded from here on. */
extern "C" __attribute__((visibility("default"))) int perfscope_torch_start(const char* records) {
  if (folder != nullptr) return 0;
  try {
    if (pthread_key_create(&endOfThread, threadEnds) != 0 || pthread_atfork(nullptr, nullptr, forked) != 0) return 1;
    folder = new std::string(records);
    using at::RecordScope;
    at::addGlobalCallback(
        at::RecordFunctionCallback(begins, ends)
            .scopes({RecordScope::FUNCTION, RecordScope::BACKWARD_FUNCTION, RecordScope::TORCHSCRIPT_FUNCTION, RecordScope::USER_SCOPE}));
    return 0;
  } catch (...) {
    return 1;
  }
}
