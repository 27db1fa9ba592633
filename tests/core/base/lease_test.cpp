#include "core/base/lease.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/interrupt.h"
#include "core/base/log.h"
#include "support/golden.h"
#include "support/leases.h"

using namespace adrep;
using test::comes_true;
using test::owner_elsewhere;
using test::write_lease;
namespace fs = std::filesystem;

namespace {

constexpr double long_patience = 600;

/// A process number of this machine that no process has any more.
pid_t gone_process() {
  const pid_t child = fork();
  if (child == 0) _exit(0);
  REQUIRE(waitpid(child, nullptr, 0) == child);
  return child;
}

}  // namespace

TEST_CASE("a place in the folder that one works in needs no folder's name", "[lease]") {
  const test::TemporaryFolder folder;
  const fs::path before = fs::current_path();
  fs::current_path(folder.path());
  Leases leases(long_patience);
  const bool taken = leases.try_take("work", "work").has_value();  // and given back
  fs::current_path(before);
  CHECK(taken);
  CHECK(fs::is_empty(folder.path()));
}

TEST_CASE("what is taken is one's until it is given back, and leaves nothing behind", "[lease]") {
  const test::TemporaryFolder folder;
  const fs::path place = folder / "leases/work";
  Leases one(long_patience), other(long_patience);
  {
    const std::optional<Lease> lease = one.try_take(place, "work", {"a", "b"});
    REQUIRE(lease);
    CHECK_FALSE(lease->lost());
    CHECK_FALSE(other.is_free(place));
    CHECK_FALSE(other.try_take(place, "work"));
    CHECK(other.try_take(folder / "leases/elsewhere", "elsewhere"));
    const auto owner = lease_owner_from(read_file(lease_file(place, 0)));
    REQUIRE(owner);
    CHECK(owner->process == getpid());
    CHECK(owner->title == "work");
    CHECK(owner->ids == std::vector<std::string>{"a", "b"});
    CHECK(owner->name() == "process " + std::to_string(getpid()) + " on " + owner->host);
  }
  CHECK(fs::is_empty(folder / "leases"));
  CHECK(other.try_take(place, "work"));
}

TEST_CASE("of many that take one thing at a moment one gets it", "[lease]") {
  const test::TemporaryFolder folder;
  for (int round = 0; round < 20; ++round) {
    std::atomic<int> taken = 0, ready = 0, asked = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i)
      threads.emplace_back([&] {
        Leases leases(long_patience);
        ++ready;
        while (ready < 8) std::this_thread::yield();
        const auto lease = leases.try_take(folder / "work", "work");
        taken += lease.has_value();
        ++asked;
        while (asked < 8) std::this_thread::yield();
      });
    for (std::thread& thread : threads) thread.join();
    CHECK(taken == 1);
  }
}

TEST_CASE("a heartbeat changes the file and says what its process does", "[lease]") {
  const test::TemporaryFolder folder;
  Leases leases(0.5);
  const std::optional<Lease> lease = leases.try_take(folder / "work", "work");
  REQUIRE(lease);
  const auto beat = [&] { return lease_owner_from(read_file(lease_file(folder / "work", 0)))->beat; };
  CHECK(comes_true([&] { return beat() >= 2; }));
  CHECK(fs::file_size(lease_file(folder / "work", 0)) == lease_text(this_process("", 1)).size());
}

TEST_CASE("what a process on this machine left that is gone is free at once", "[lease]") {
  const test::TemporaryFolder folder;
  LeaseOwner owner = this_process("work", long_patience);
  owner.process = gone_process();
  write_lease(folder / "work", 0, owner);
  Leases leases(long_patience);
  CHECK(leases.is_free(folder / "work"));
  {
    const std::optional<Lease> lease = leases.try_take(folder / "work", "work");
    REQUIRE(lease);
    CHECK(fs::exists(lease_file(folder / "work", 1)));
    CHECK_FALSE(leases.is_free(folder / "work"));
  }
  CHECK(fs::is_empty(folder.path()));
  // its number may be another process's by now
  owner.process = getpid();
  owner.started = this_process("", 1).started + 1;
  write_lease(folder / "work", 0, owner);
  CHECK(leases.is_free(folder / "work"));
}

TEST_CASE("what a process of another machine has is taken over once its heart was seen not to beat", "[lease]") {
  const test::TemporaryFolder folder;
  const LeaseOwner owner = owner_elsewhere(0.3);
  write_lease(folder / "work", 0, owner);
  Leases leases(long_patience);  // the owner's patience counts: it beats for that
  CHECK_FALSE(leases.is_free(folder / "work"));
  LeaseOwner alive = owner;
  for (int i = 0; i < 6; ++i) {  // longer than its patience in all
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    ++alive.beat;
    write_lease(folder / "work", 0, alive);
    CHECK_FALSE(leases.is_free(folder / "work"));
  }
  CHECK(comes_true([&] { return leases.is_free(folder / "work"); }));
  CHECK(leases.try_take(folder / "work", "work"));
}

TEST_CASE("an owner learns that it was taken over, and clears nothing that is another's", "[lease]") {
  set_verbosity(Verbosity::quiet);
  const test::TemporaryFolder folder;
  Leases leases(0.5);
  {
    const std::optional<Lease> lease = leases.try_take(folder / "work", "work");
    REQUIRE(lease);
    write_lease(folder / "work", 1, owner_elsewhere(long_patience));
    CHECK(comes_true([&] { return lease->lost(); }));
  }
  CHECK(fs::exists(lease_file(folder / "work", 0)));
  CHECK(fs::exists(lease_file(folder / "work", 1)));
}

TEST_CASE("a file that says nothing of its owner is waited for like any other", "[lease]") {
  const test::TemporaryFolder folder;
  write_file_atomically(lease_file(folder / "new", 0), "");
  write_file_atomically(lease_file(folder / "later", 0), "{\"adrep_lease\": 9, \"host\": \"h\"}\n");
  write_file_atomically(lease_file(folder / "broken", 0), std::string(10'000, '\0'));
  REQUIRE(mkfifo(lease_file(folder / "pipe", 0).c_str(), 0600) == 0);
  Leases leases(0.3);
  for (const char* name : {"new", "later", "broken", "pipe"}) {
    INFO(name);
    CHECK_FALSE(leases.is_free(folder / name));
    CHECK(comes_true([&] { return leases.is_free(folder / name); }));
  }
}

TEST_CASE("whoever waits gets it next, or can be interrupted", "[lease]") {
  set_verbosity(Verbosity::quiet);
  const test::TemporaryFolder folder;
  Leases first(long_patience), second(long_patience);
  std::atomic<bool> has_it = false;
  std::thread waiting;
  {
    const std::optional<Lease> lease = first.try_take(folder / "work", "work");
    REQUIRE(lease);
    set_interrupted(true);
    CHECK_THROWS_AS(second.take(folder / "work", "work"), Interrupted);
    set_interrupted(false);
    waiting = std::thread([&] {
      const Lease taken = second.take(folder / "work", "work");
      has_it = true;
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    CHECK_FALSE(has_it);
  }
  waiting.join();
  CHECK(has_it);
}

TEST_CASE("a folder that cannot be written is one line", "[lease]") {
  Leases leases(long_patience);
  CHECK_THROWS_AS(leases.try_take("/proc/nothing/here", "work"), WriteError);
  CHECK_THROWS_WITH(leases.try_take("/proc/nothing/here", "work"),
                    Catch::Matchers::Contains("/proc/nothing/here.0: cannot be written: No such file or directory"));
}

TEST_CASE("clearing removes what is left of processes that are gone, and nothing else", "[lease]") {
  const test::TemporaryFolder folder;
  LeaseOwner gone = this_process("work", long_patience);
  gone.process = gone_process();
  write_lease(folder / "gone", 0, gone);
  write_lease(folder / "gone", 1, gone);
  write_lease(folder / "elsewhere", 0, owner_elsewhere(long_patience));
  Leases leases(long_patience);
  leases.clear(folder.path());
  CHECK_FALSE(fs::exists(lease_file(folder / "gone", 0)));
  CHECK_FALSE(fs::exists(lease_file(folder / "gone", 1)));
  CHECK(fs::exists(lease_file(folder / "elsewhere", 0)));
  leases.clear(folder / "none");
}

TEST_CASE("a lease's text has one size and keeps whole characters", "[lease]") {
  LeaseOwner owner =
      this_process(std::string(499, 'a') + "äöü", 60, std::vector<std::string>(1000, std::string(32, 'f')));
  owner.activity = std::string(2000, 'x');
  const std::string text = lease_text(owner);
  CHECK(text.size() == lease_text(LeaseOwner()).size());
  CHECK(text.back() == '\n');
  const auto read = lease_owner_from(text);
  REQUIRE(read);
  CHECK(read->title == std::string(499, 'a'));
  CHECK(read->ids.size() == 64);
  CHECK(read->machine == owner.machine);
  CHECK_FALSE(is_gone(*read));
}
