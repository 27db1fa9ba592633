#include "core/features/cache/cache_report.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/hash.h"
#include "core/features/cache/cache_inventory.h"
#include "core/features/cache/feature_shard.h"

namespace adrep {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t max_description_bytes = 1 << 16;

/// Opens a shard that lies in the folder of its space. Throws InputError.
FeatureShard open_shard(const CacheEntry& entry) {
  FeatureShard shard(entry.file);
  if (!shard.space().starts_with(entry.space))
    throw_input("{}: damaged: it belongs to another folder, {}", entry.file.string(), shard.space());
  return shard;
}

void verify_shard(const CacheEntry& entry, CacheState& state) {
  ++state.shards;
  state.bytes += entry.bytes;
  try {
    const FeatureShard shard = open_shard(entry);
    for (size_t row = 0; row < shard.images().size(); ++row) shard.read(row);
    state.images += static_cast<int64_t>(shard.images().size());
  } catch (const Error& damaged) {
    state.problems.push_back(damaged.what());
  }
}

void verify_record(const CacheEntry& entry, CacheState& state) {
  ++state.records;
  state.bytes += entry.bytes;
  try {
    static_cast<void>(read_sealed(entry.file, score_seal));
  } catch (const Error& damaged) {
    state.problems.push_back(damaged.what());
  }
}

void verify_description(const CacheEntry& entry, CacheState& state) {
  try {
    if (!sha256_of(read_file(entry.file, max_description_bytes)).starts_with(entry.space))
      state.problems.push_back(fmt::format("{}: damaged: it does not match its folder", entry.file.string()));
  } catch (const Error& unreadable) {
    state.problems.push_back(unreadable.what());
  }
}

/// What space.json says, as far as it can be read; it is for people only.
void describe(const fs::path& file, SpaceStatistics& statistics) {
  try {
    const auto key = nlohmann::json::parse(read_file(file, max_description_bytes));
    statistics.backbone = key.value("backbone", "?");
    statistics.precision = key.value("precision", "?");
    statistics.device = key.value("device", "?");
    statistics.resize = key.value("resize", 0);
    statistics.crop = key.value("crop", 0);
  } catch (const std::exception&) {
    statistics.backbone = "?";
  }
}

void count(const CacheEntry& entry, SpaceStatistics& statistics) {
  statistics.bytes += entry.bytes;
  if (entry.kind == CacheEntry::Kind::description) describe(entry.file, statistics);
  if (entry.kind != CacheEntry::Kind::shard) return;
  ++statistics.shards;
  statistics.used_ns = std::max(statistics.used_ns, entry.used_ns);
  try {
    statistics.images += static_cast<int64_t>(open_shard(entry).images().size());
  } catch (const Error&) {
    return;  // verify names it
  }
}

}  // namespace

CacheState verify_cache(const fs::path& folder) {
  CacheState state;
  for (const CacheEntry& entry : list_cache(folder)) {
    if (entry.kind == CacheEntry::Kind::shard) verify_shard(entry, state);
    if (entry.kind == CacheEntry::Kind::scores) verify_record(entry, state);
    if (entry.kind == CacheEntry::Kind::description) verify_description(entry, state);
    if (entry.kind == CacheEntry::Kind::foreign)
      state.problems.push_back(fmt::format("{}: ignored: {}", entry.file.string(), entry.why));
  }
  return state;
}

ScoreStatistics score_statistics(const fs::path& folder) {
  ScoreStatistics statistics;
  for (const CacheEntry& entry : list_cache(folder)) {
    if (entry.kind != CacheEntry::Kind::scores) continue;
    ++statistics.records;
    statistics.bytes += entry.bytes;
  }
  return statistics;
}

std::vector<SpaceStatistics> cache_statistics(const fs::path& folder) {
  std::vector<SpaceStatistics> spaces;
  for (const CacheEntry& entry : list_cache(folder)) {
    if (entry.kind == CacheEntry::Kind::foreign || entry.kind == CacheEntry::Kind::scores) continue;
    if (spaces.empty() || spaces.back().space != entry.space) {
      spaces.emplace_back();
      spaces.back().space = entry.space;
    }
    count(entry, spaces.back());
  }
  std::stable_sort(spaces.begin(), spaces.end(),
                   [](const SpaceStatistics& a, const SpaceStatistics& b) { return a.used_ns > b.used_ns; });
  return spaces;
}

}  // namespace adrep
