#include "benchmarks/run/shard.h"

#include <charconv>

#include "core/base/error.h"

namespace adrep {
namespace {

constexpr int64_t most_shards = 1'000'000;

}  // namespace

Shard shard_from(const std::string& text, const std::string& option) {
  Shard shard;
  const char* const end = text.data() + text.size();
  const auto [middle, wrong] = std::from_chars(text.data(), end, shard.number);
  bool right = wrong == std::errc() && middle != end && *middle == '/';
  if (right) {
    const auto [last, wrong_count] = std::from_chars(middle + 1, end, shard.of);
    right = wrong_count == std::errc() && last == end && shard.number >= 1 && shard.number <= shard.of &&
            shard.of <= most_shards;
  }
  if (!right) throw_input("{} {}: give which part of how many, the first is 1: {} 1/4", option, text, option);
  return shard;
}

}  // namespace adrep
