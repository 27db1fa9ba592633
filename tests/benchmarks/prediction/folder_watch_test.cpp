#include "benchmarks/prediction/folder_watch.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <fstream>
#include <thread>
#include <vector>

#include "core/base/error.h"
#include "core/base/file_times.h"
#include "core/base/interrupt.h"
#include "core/base/log.h"
#include "support/golden.h"

using namespace adrep;
using test::TemporaryFolder;
namespace fs = std::filesystem;

namespace {

constexpr double watch_never = 1000,
                 watch_patience = 20;  // seconds: no test takes the first, and only one that fails the second

using WatchPaths = std::vector<std::string>;

void watch_put(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  std::ofstream(file) << text;
}

/// Moves a file of this content to its name.
void watch_move_in(const TemporaryFolder& outside, const fs::path& file, const std::string& text) {
  watch_put(outside / "new", text);
  fs::rename(outside / "new", file);
}

void watch_set_mtime(const fs::path& file, int64_t ns) {
  const timespec times[2] = {{0, UTIME_OMIT}, {ns / second_ns, ns % second_ns}};
  REQUIRE(utimensat(AT_FDCWD, file.c_str(), times, 0) == 0);
}

/// The next `count`; fewer where they do not come.
WatchPaths watch_paths(FolderWatch& watch, size_t count) {
  WatchPaths paths;
  while (paths.size() < count) {
    const auto arrival = watch.next(watch_patience);
    if (!arrival) break;
    paths.push_back(arrival->path);
  }
  return paths;
}

}  // namespace

TEST_CASE("what is in a folder comes once, by name, with its size and time of change", "[watch]") {
  const TemporaryFolder folder;
  for (const char* name : {"b.png", "sub/deep/c.JPG", "a.bmp"}) watch_put(folder / name, "12345");
  watch_set_mtime(folder / "a.bmp", 1'700'000'000'123'456'789);
  for (const char* name : {".hidden.png", ".hidden/d.png", "notes.txt", "png", "._e.png", "sub/list.csv"})
    watch_put(folder / name, "1");
  fs::create_directory(folder / "folder.png");
  REQUIRE(mkfifo((folder / "pipe.png").c_str(), 0600) == 0);
  for (const bool events : {true, false}) {
    FolderWatch watch(folder.path(), {.still = 0.2, .scan_every = 0.1, .events = events});
    const auto first = watch.next(watch_patience);
    REQUIRE(first);
    struct stat info {};
    REQUIRE(stat((folder / "a.bmp").c_str(), &info) == 0);
    CHECK(*first == Arrival{"a.bmp", 5, 1'700'000'000'123'456'789, info.st_ino});
    CHECK(watch_paths(watch, 2) == WatchPaths{"b.png", "sub/deep/c.JPG"});
    CHECK_FALSE(watch.next(0.6));
  }
}

TEST_CASE("a file that was renamed in is complete at once, one that was closed is not", "[watch]") {
  const TemporaryFolder folder, outside;
  FolderWatch watch(folder.path(), {.still = watch_never, .scan_every = watch_never});
  watch_put(folder / "written.png", "12345");
  fs::copy_file(folder / "written.png", folder / "copied.png");
  watch_put(folder / ".b.png.part", "123");
  CHECK_FALSE(watch.next(0.2));
  fs::rename(folder / ".b.png.part", folder / "b.png");
  watch_move_in(outside, folder / "a.png", "12");
  CHECK(watch_paths(watch, 2) == WatchPaths{"b.png", "a.png"});
  CHECK_FALSE(watch.next(0.2));
}

TEST_CASE("a file that was renamed in and is written to then is not complete", "[watch]") {
  const TemporaryFolder folder, outside;
  FolderWatch watch(folder.path(), {.still = watch_never, .scan_every = watch_never});
  watch_move_in(outside, folder / "a.png", "12");
  std::ofstream(folder / "a.png", std::ios::app) << "345";
  watch_move_in(outside, folder / "b.png", "12");
  fs::remove(folder / "b.png");
  watch_put(folder / "b.png", "123");
  CHECK_FALSE(watch.next(0.2));
}

TEST_CASE("a file that grows is handed out once it was still for as long as is asked", "[watch]") {
  const bool events = GENERATE(true, false);
  const TemporaryFolder folder;
  constexpr double still = 1;
  FolderWatch watch(folder.path(), {.still = still, .scan_every = 0.05, .events = events});
  using Clock = std::chrono::steady_clock;
  std::ofstream out(folder / "a.png");
  Clock::time_point last;
  for (int i = 0; i < 20; ++i) {  // longer than `still` in all
    last = Clock::now();
    out << "12345" << std::flush;
    CHECK_FALSE(watch.next(0.08));
  }
  const auto arrival = watch.next(watch_patience);
  REQUIRE(arrival);
  CHECK(arrival->size == 100);
  CHECK(Clock::now() - last >= std::chrono::duration<double>(still));
}

TEST_CASE("a file that changed unnoticed is looked at once more before it is handed out", "[watch]") {
  const TemporaryFolder folder;
  constexpr double still = 0.5;
  watch_put(folder / "a.png", "12");
  FolderWatch watch(folder.path(), {.still = still, .scan_every = watch_never, .events = false});
  CHECK_FALSE(watch.next(0.2));
  const auto changed = std::chrono::steady_clock::now();
  watch_put(folder / "a.png", "12345");
  const auto arrival = watch.next(watch_patience);
  REQUIRE(arrival);
  CHECK(arrival->size == 5);
  CHECK(std::chrono::steady_clock::now() - changed >= std::chrono::duration<double>(still));
}

TEST_CASE("a change that leaves size and time as they were is told by the kernel", "[watch]") {
  const TemporaryFolder folder;
  constexpr int64_t time = 1'700'000'000 * second_ns;
  FolderWatch watch(folder.path(), {.still = 1, .scan_every = watch_never});
  std::ofstream out(folder / "a.png");
  for (int i = 0; i < 15; ++i) {  // longer than `still` in all
    out.seekp(0);
    out << i % 10 << std::flush;
    watch_set_mtime(folder / "a.png", time);
    CHECK_FALSE(watch.next(0.08));
  }
  const auto arrival = watch.next(watch_patience);
  REQUIRE(arrival);
  CHECK(arrival->mtime_ns == time);
}

TEST_CASE("without the kernel's help scans find what comes", "[watch]") {
  const TemporaryFolder folder, outside;
  FolderWatch watch(folder.path(), {.still = 0.2, .scan_every = 0.05, .events = false});
  CHECK_FALSE(watch.next(0));
  watch_move_in(outside, folder / "a.png", "12");
  CHECK(watch_paths(watch, 1) == WatchPaths{"a.png"});
  watch_put(folder / "sub/b.png", "12");
  CHECK(watch_paths(watch, 1) == WatchPaths{"sub/b.png"});
  CHECK_FALSE(watch.next(0.4));
}

TEST_CASE("new sub-folders are watched, and what came before the watch is found", "[watch]") {
  const TemporaryFolder folder, outside;
  SECTION("what is in them") {
    FolderWatch watch(folder.path(), {.still = 0.2, .scan_every = watch_never});
    watch_put(outside / "tree/deep/b.png", "12");
    watch_put(outside / "tree/a.png", "12");
    fs::rename(outside / "tree", folder / "moved");
    watch_put(folder / "made/deep/c.png", "12");
    WatchPaths paths = watch_paths(watch, 3);
    std::sort(paths.begin(), paths.end());
    CHECK(paths == WatchPaths{"made/deep/c.png", "moved/a.png", "moved/deep/b.png"});
  }
  SECTION("what is renamed into them later") {
    FolderWatch watch(folder.path(), {.still = watch_never, .scan_every = watch_never});
    fs::create_directories(folder / "made/deep");
    fs::create_directories(outside / "tree/deep");
    fs::rename(outside / "tree", folder / "moved");
    CHECK_FALSE(watch.next(0.1));
    watch_move_in(outside, folder / "made/deep/a.png", "1");
    watch_move_in(outside, folder / "moved/deep/b.png", "1");
    fs::rename(folder / "moved", folder / "again");
    CHECK(watch_paths(watch, 1) == WatchPaths{"made/deep/a.png"});
    watch_move_in(outside, folder / "again/deep/c.png", "1");
    CHECK(watch_paths(watch, 1) == WatchPaths{"again/deep/c.png"});
    // one that was moved away is no part of the folder, whatever has its name
    fs::rename(folder / "again", outside / "away");
    watch_put(folder / "again/deep/d.png", "12");
    watch_move_in(outside, outside / "away/deep/d.png", "1");
    CHECK_FALSE(watch.next(0.2));
  }
}

TEST_CASE("a file that was changed or replaced comes again, and one that is as it was does not", "[watch]") {
  const bool events = GENERATE(true, false);
  const TemporaryFolder folder, outside;
  const fs::path file = folder / "a.png";
  constexpr int64_t time = 1'700'000'000 * second_ns;
  watch_put(file, "12");
  watch_set_mtime(file, time);
  FolderWatch watch(folder.path(), {.still = 0.1, .scan_every = 0.05, .events = events});
  REQUIRE(watch.next(watch_patience));
  SECTION("another size") {
    watch_put(file, "123");
    watch_set_mtime(file, time);
    const auto again = watch.next(watch_patience);
    REQUIRE(again);
    CHECK(again->size == 3);
  }
  SECTION("another time") {
    watch_set_mtime(file, time + 1);
    const auto again = watch.next(watch_patience);
    REQUIRE(again);
    CHECK(again->mtime_ns == time + 1);
  }
  SECTION("another file") {
    watch_put(outside / "new", "34");
    watch_set_mtime(outside / "new", time);
    fs::rename(outside / "new", file);
    const auto again = watch.next(watch_patience);
    REQUIRE(again);
    CHECK(again->mtime_ns == time);
  }
  SECTION("opened for writing, moved away and back") {
    std::ofstream(file, std::ios::app).flush();
    fs::rename(file, outside / "a.png");
    fs::rename(outside / "a.png", file);
    CHECK_FALSE(watch.next(0.4));
  }
  CHECK_FALSE(watch.next(0.4));
}

TEST_CASE("a file that vanishes before it is complete, or before it is handed out, is forgotten", "[watch]") {
  const TemporaryFolder folder, outside;
  for (const char* name : {"a.png", "b.png", "c.png"}) watch_put(folder / name, "12");
  FolderWatch watch(folder.path(), {.still = 0.3, .scan_every = watch_never});
  fs::remove(folder / "a.png");
  CHECK(watch_paths(watch, 1) == WatchPaths{"b.png"});
  fs::remove(folder / "c.png");
  CHECK_FALSE(watch.next(0.4));
  // what takes its name is another file
  watch_put(folder / "c.png", "12");
  CHECK(watch_paths(watch, 1) == WatchPaths{"c.png"});
}

TEST_CASE("links are followed within the folder alone", "[watch]") {
  set_verbosity(Verbosity::quiet);
  const TemporaryFolder folder, outside;
  watch_put(folder / ".store/1", "12");
  watch_put(outside / "secret.png", "12");
  watch_put(folder / "sub/a.png", "12");
  fs::create_symlink(".store/1", folder / "latest.png");
  fs::create_symlink(outside / "secret.png", folder / "secret.png");
  fs::create_symlink("nowhere.png", folder / "nowhere.png");
  fs::create_directory_symlink(outside.path(), folder / "outside");
  fs::create_directory_symlink("..", folder / "sub/loop");
  fs::create_directory_symlink(folder.path(), outside / "link");
  FolderWatch watch(outside / "link", {.still = 0.1, .scan_every = 0.05});  // which may be one itself
  CHECK(watch_paths(watch, 2) == WatchPaths{"latest.png", "sub/a.png"});
  watch_move_in(outside, folder / "b.png", "1");
  CHECK(watch_paths(watch, 1) == WatchPaths{"b.png"});
  CHECK_FALSE(watch.next(0.3));
}

TEST_CASE("where more happens than the kernel keeps, the folder is looked at", "[watch]") {
  const TemporaryFolder folder, outside;
  FolderWatch watch(folder.path(), {.still = 0.2, .scan_every = watch_never});
  int64_t most = 0;
  std::ifstream("/proc/sys/fs/inotify/max_queued_events") >> most;
  REQUIRE(most > 0);
  for (int64_t i = 0; i <= most / 2; ++i) {  // two changes each: made and closed
    std::ofstream(folder / "x.txt").flush();
    fs::remove(folder / "x.txt");
  }
  watch_move_in(outside, folder / "a.png", "12");
  CHECK(watch_paths(watch, 1) == WatchPaths{"a.png"});
  watch_move_in(outside, folder / "b.png", "12");
  CHECK(watch_paths(watch, 1) == WatchPaths{"b.png"});
}

TEST_CASE("a folder that goes away and comes back is watched again", "[watch]") {
  set_verbosity(Verbosity::quiet);
  const TemporaryFolder parent;
  const fs::path folder = parent / "folder";
  watch_put(folder / "a.png", "12");
  FolderWatch watch(folder, {.still = 0.1, .scan_every = 0.05});
  CHECK(watch_paths(watch, 1) == WatchPaths{"a.png"});
  fs::rename(folder, parent / "away");
  CHECK_FALSE(watch.next(0.2));
  fs::rename(parent / "away", folder);
  CHECK_FALSE(watch.next(0.4));  // what was handed out is remembered
  fs::rename(folder, parent / "away");
  watch_put(folder / "b.png", "12");
  CHECK(watch_paths(watch, 1) == WatchPaths{"b.png"});
}

TEST_CASE("a watch can be interrupted, and refuses what is no folder", "[watch]") {
  const TemporaryFolder folder;
  watch_put(folder / "file", "1");
  CHECK_THROWS_AS(FolderWatch(folder / "none"), InputError);
  CHECK_THROWS_WITH(FolderWatch(folder / "file"), Catch::Matchers::EndsWith("/file: no such folder to watch"));
  FolderWatch watch(folder.path());
  const auto begin = std::chrono::steady_clock::now();
  std::thread soon([] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    set_interrupted(true);
  });
  CHECK_THROWS_AS(watch.next(watch_never), Interrupted);
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(20));
  soon.join();
  // no word of a run's cells
  CHECK_THROWS_WITH(watch.next(watch_never), Catch::Matchers::Equals("interrupted"));
  CHECK_THROWS_WITH(FolderWatch(folder.path()), Catch::Matchers::Equals("interrupted"));
  set_interrupted(false);
}
