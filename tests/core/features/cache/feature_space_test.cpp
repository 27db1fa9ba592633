#include "core/features/cache/feature_space.h"

#include <catch2/catch.hpp>

#include <signal.h>
#include <sys/wait.h>

#include <chrono>
#include <thread>

#include "core/base/atomic_file.h"
#include "core/base/log.h"
#include "core/base/random.h"
#include "core/features/cache/cache_report.h"
#include "core/features/cache/cached_images.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;
namespace fs = std::filesystem;

namespace {

const FeatureKey key{.backbone = "imaginary", .weights_sha256 = "w"};

/// A cache of its own, as another process would open it.
struct Opened {
  explicit Opened(CacheOptions options) : cache(std::move(options)), space(*cache.space(key)) {}
  FeatureCache cache;
  FeatureSpace& space;
};

void fill(const fs::path& folder, int64_t first, int64_t count) {
  Opened(cache_in(folder)).space.append(image_hashes(first, count), numbered_levels(first, count));
}

void set_shard_age(const fs::path& file, std::chrono::seconds age) {
  fs::last_write_time(file, fs::file_time_type::clock::now() - age);
}

void change_byte(const fs::path& file, size_t from_end) {
  std::string bytes = read_file(file);
  bytes[bytes.size() - from_end] = static_cast<char>(bytes[bytes.size() - from_end] ^ 4);
  write_file_atomically(file, bytes);
}

/// Names, contents and times of everything in a folder.
std::vector<std::string> snapshot(const fs::path& folder) {
  std::vector<std::string> lines;
  std::error_code none;
  for (const auto& entry : fs::recursive_directory_iterator(folder, none))
    lines.push_back(entry.path().string() + " " + std::to_string(entry.last_write_time().time_since_epoch().count()) +
                    (entry.is_regular_file() ? read_file(entry.path()) : ""));
  std::sort(lines.begin(), lines.end());
  return lines;
}

}  // namespace

TEST_CASE("what was appended is found, by this process and by others", "[cache]") {
  const TemporaryFolder folder;
  Opened first(cache_in(folder / "c")), second(cache_in(folder / "c"));
  REQUIRE_FALSE(first.space.find(image_hash(0)));
  REQUIRE_FALSE(second.space.find(image_hash(0)));
  first.space.append(image_hashes(0, 3), numbered_levels(0, 3));
  second.space.append(image_hashes(3, 2), numbered_levels(3, 2));
  for (int64_t image = 0; image < 5; ++image) {
    REQUIRE(has_right_levels(first.space, image));
    REQUIRE(has_right_levels(second.space, image));
  }
  REQUIRE(first.space.count(image_hashes(3, 4)) == 2);
  REQUIRE_FALSE(first.space.find(""));
  FeatureKey other = key;
  other.batch = 1;
  REQUIRE_FALSE(first.cache.space(other)->find(image_hash(0)));
}

TEST_CASE("an image is stored once", "[cache]") {
  const TemporaryFolder folder;
  fill(folder.path(), 0, 4);
  fill(folder.path(), 0, 4);
  REQUIRE(files_of(folder.path(), ".safetensors").size() == 1);
  fill(folder.path(), 2, 4);
  Levels twice = numbered_levels(9, 1);
  for (at::Tensor& map : twice.maps) map = at::cat({map, map});
  Opened(cache_in(folder.path())).space.append({image_hash(9), image_hash(9)}, twice);
  REQUIRE(verify_cache(folder.path()).images == 7);
  Opened opened(cache_in(folder.path()));
  for (int64_t image : {0, 1, 2, 3, 4, 5, 9}) REQUIRE(has_right_levels(opened.space, image));
}

TEST_CASE("cache=off has no space, cache=read writes nothing", "[cache]") {
  set_verbosity(Verbosity::quiet);
  const TemporaryFolder folder;
  REQUIRE(FeatureCache(cache_in(folder / "c", CacheMode::off)).space(key) == nullptr);
  Opened nothing(cache_in(folder / "c", CacheMode::read));
  nothing.space.append(image_hashes(0, 2), numbered_levels(0, 2));
  REQUIRE_FALSE(nothing.space.find(image_hash(0)));
  REQUIRE_FALSE(fs::exists(folder / "c"));

  fill(folder / "c", 0, 2);
  fill(folder / "c", 2, 2);
  change_byte(files_of(folder / "c", ".safetensors").front(), 1);
  const auto before = snapshot(folder / "c");
  Opened reading(cache_in(folder / "c", CacheMode::read, 1));
  int found = 0;
  for (int64_t image = 0; image < 4; ++image) found += has_right_levels(reading.space, image);
  REQUIRE((found == 2 || found == 3));  // the damaged image is the last of its shard
  reading.space.append(image_hashes(7, 2), numbered_levels(7, 2));
  REQUIRE(snapshot(folder / "c") == before);
}

TEST_CASE("a damaged shard is never used, and is replaced", "[cache]") {
  set_verbosity(Verbosity::quiet);
  const TemporaryFolder folder;
  fill(folder.path(), 0, 3);
  const fs::path shard = files_of(folder.path(), ".safetensors").at(0);
  const size_t size = read_file(shard).size();
  Opened early(cache_in(folder.path()));  // has read the header before the damage
  REQUIRE(early.space.count(image_hashes(0, 3)) == 3);
  const size_t from_end = GENERATE_COPY(size_t{1}, size_t{300}, size, size - 20);  // data, data, length, header
  change_byte(shard, from_end);
  REQUIRE(verify_cache(folder.path()).problems.size() == 1);
  Opened opened(cache_in(folder.path()));
  for (Opened* cache : {&opened, &early}) {
    for (int64_t image = 0; image < 3; ++image) {
      const auto maps = cache->space.find(image_hash(image));
      REQUIRE((!maps || (*maps)[0].equal(numbered_levels(image, 1)[0][0])));
    }
  }
  REQUIRE(opened.space.count(image_hashes(0, 3)) == 0);
  REQUIRE_FALSE(fs::exists(shard));
  opened.space.append(image_hashes(0, 3), numbered_levels(0, 3));
  REQUIRE(fs::exists(shard));  // the same content has the same name again
  for (int64_t image = 0; image < 3; ++image) {
    REQUIRE(has_right_levels(opened.space, image));
    REQUIRE(has_right_levels(early.space, image));
  }
  REQUIRE(verify_cache(folder.path()).problems.empty());
}

TEST_CASE("a shard copied from another space is not used", "[cache]") {
  set_verbosity(Verbosity::quiet);
  const TemporaryFolder folder;
  fill(folder.path(), 0, 2);
  FeatureKey other = key;
  other.geometry.crop = 100;
  FeatureCache cache(cache_in(folder.path()));
  cache.space(other)->append(image_hashes(5, 1), numbered_levels(5, 1));
  fs::path mine, theirs;
  for (const fs::path& file : files_of(folder.path(), ".safetensors"))
    (FeatureShard(file).space() == key.hash() ? mine : theirs) = file;
  fs::copy_file(mine, theirs.parent_path() / mine.filename());
  REQUIRE(verify_cache(folder.path()).problems.size() == 1);
  FeatureCache again(cache_in(folder.path()));
  REQUIRE_FALSE(again.space(other)->find(image_hash(0)));
  REQUIRE(again.space(other)->find(image_hash(5)));
}

TEST_CASE("the shard that was used longest ago goes first, and mapped features stay", "[cache]") {
  set_verbosity(Verbosity::quiet);
  const TemporaryFolder folder;
  std::map<int64_t, fs::path> shard_of;
  for (int64_t i = 0; i < 4; ++i) {
    fill(folder.path(), i, 1);
    for (const fs::path& file : files_of(folder.path(), ".safetensors"))
      if (FeatureShard(file).images().front() == image_hash(i)) shard_of[i] = file;
    set_shard_age(shard_of[i], std::chrono::seconds(1000 - i));
  }
  const uint64_t size = fs::file_size(shard_of[0]);
  Opened opened(cache_in(folder.path(), CacheMode::readwrite, 3 * size + 10));
  REQUIRE(opened.space.count(image_hashes(0, 4)) == 4);  // counting is no use
  const auto kept = opened.space.find(image_hash(1));
  REQUIRE(has_right_levels(opened.space, 0));  // now 2 and 3 are the oldest
  opened.space.append(image_hashes(4, 1), numbered_levels(4, 1));
  REQUIRE_FALSE(fs::exists(shard_of[2]));
  REQUIRE_FALSE(fs::exists(shard_of[3]));
  REQUIRE(has_right_levels(opened.space, 0));
  REQUIRE(has_right_levels(opened.space, 4));
  REQUIRE_FALSE(opened.space.find(image_hash(2)));
  set_shard_age(shard_of[1], std::chrono::seconds(5000));
  opened.space.append(image_hashes(5, 1), numbered_levels(5, 1));
  REQUIRE_FALSE(fs::exists(shard_of[1]));
  REQUIRE((*kept)[0].equal(numbered_levels(1, 1)[0][0]));
}

TEST_CASE("a cache that cannot be written leaves the run alone", "[cache]") {
  set_verbosity(Verbosity::quiet);
  const TemporaryFolder folder;
  SECTION("its folder is a file") {
    write_file_atomically(folder / "c", "a file");
    Opened opened(cache_in(folder / "c"));
    opened.space.append(image_hashes(0, 1), numbered_levels(0, 1));
    REQUIRE_FALSE(opened.space.find(image_hash(0)));
    REQUIRE(read_file(folder / "c") == "a file");
  }
  SECTION("features are larger than its limit") {
    Opened opened(cache_in(folder / "c", CacheMode::readwrite, 100));
    opened.space.append(image_hashes(0, 1), numbered_levels(0, 1));
    REQUIRE_FALSE(opened.space.find(image_hash(0)));
    REQUIRE(files_of(folder / "c", ".safetensors").empty());
  }
}

TEST_CASE("symbolic links in the cache are not followed", "[cache]") {
  set_verbosity(Verbosity::quiet);
  const TemporaryFolder folder;
  fill(folder / "c", 0, 1);
  const fs::path shard = files_of(folder / "c", ".safetensors").at(0);
  SECTION("a shard") {
    fs::rename(shard, folder / "moved");
    fs::create_symlink(folder / "moved", shard);
    Opened opened(cache_in(folder / "c"));
    REQUIRE_FALSE(opened.space.find(image_hash(0)));
    REQUIRE(fs::exists(folder / "moved"));
  }
  SECTION("a space") {
    fs::rename(shard.parent_path(), folder / "moved");
    fs::create_directory_symlink(folder / "moved", shard.parent_path());
    Opened opened(cache_in(folder / "c"));
    REQUIRE_FALSE(opened.space.find(image_hash(0)));
    opened.space.append(image_hashes(1, 1), numbered_levels(1, 1));
    REQUIRE(files_of(folder / "moved", ".safetensors").size() == 1);
  }
  REQUIRE(verify_cache(folder / "c").problems.size() == 1);
}

TEST_CASE("threads that share one space, and others with their own, find only whole features", "[cache]") {
  const TemporaryFolder folder;
  Opened shared(cache_in(folder.path()));
  std::atomic<int> wrong = 0;
  const auto work = [&](FeatureSpace& space, uint64_t seed) {
    Random random(seed);
    for (int i = 0; i < 25; ++i) {
      const auto first = static_cast<int64_t>(random.below(40));
      space.append(image_hashes(first, 3), numbered_levels(first, 3));
      for (int64_t image = first; image < first + 3; ++image) wrong += !has_right_levels(space, image);
    }
  };
  {
    std::vector<std::jthread> threads;
    for (uint64_t seed = 0; seed < 2; ++seed) threads.emplace_back([&, seed] { work(shared.space, seed); });
    for (uint64_t seed = 2; seed < 4; ++seed)
      threads.emplace_back([&, seed] {
        Opened own(cache_in(folder.path()));
        work(own.space, seed);
      });
  }
  REQUIRE(wrong == 0);
  REQUIRE(verify_cache(folder.path()).problems.empty());
}

TEST_CASE("processes that fill and empty one cache at once find only whole features", "[cache]") {
  set_verbosity(Verbosity::quiet);
  const TemporaryFolder folder;
  std::vector<pid_t> children;
  for (uint64_t seed = 0; seed < 3; ++seed) {
    const pid_t child = fork();
    if (child == 0) {
      // a small limit: they evict each other's shards
      Opened opened(cache_in(folder.path(), CacheMode::readwrite, 20'000));
      Random random(seed);
      int wrong = 0;
      for (int i = 0; i < 40; ++i) {
        const auto image = static_cast<int64_t>(random.below(30));
        opened.space.append(image_hashes(image, 2), numbered_levels(image, 2));
        for (int64_t other = 0; other < 32; ++other) wrong += look_up(opened.space, other) == Found::wrong;
      }
      _exit(wrong == 0 ? 0 : 1);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = 0;
    waitpid(child, &status, 0);
    REQUIRE((WIFEXITED(status) && WEXITSTATUS(status) == 0));
  }
  const CacheState state = verify_cache(folder.path());
  REQUIRE(state.problems.empty());
  REQUIRE(state.images > 0);
  REQUIRE(state.bytes <= 20'000);
}

TEST_CASE("kill -9 at 20 random moments of writing leaves only whole shards", "[cache]") {
  set_verbosity(Verbosity::quiet);
  const TemporaryFolder folder;
  Random random(11);
  int64_t images = 0;
  for (int round = 0; round < 20; ++round) {
    const pid_t child = fork();
    if (child == 0) {
      Opened opened(cache_in(folder.path()));
      for (int64_t image = 1000 * round;; image += 5)
        opened.space.append(image_hashes(image, 5), numbered_levels(image, 5));
    }
    std::this_thread::sleep_for(std::chrono::microseconds(5'000 + random.below(40'000)));
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    const CacheState state = verify_cache(folder.path());
    REQUIRE(state.problems.empty());
    REQUIRE(state.images >= images);
    images = state.images;
  }
  REQUIRE(images > 0);
  Opened opened(cache_in(folder.path()));
  int64_t found = 0;
  for (int64_t round = 0; round < 20; ++round)
    for (int64_t image = 1000 * round; opened.space.find(image_hash(image)); ++image, ++found)
      REQUIRE(has_right_levels(opened.space, image));
  REQUIRE(found == images);
}
