#include <fmt/chrono.h>
#include <fmt/format.h>

#include "benchmarks/plan/feature_keys.h"
#include "cli/command.h"
#include "core/base/error.h"
#include "core/base/plural.h"
#include "core/features/cache/cache_inventory.h"
#include "core/features/cache/cache_report.h"

namespace adrep::cli {
namespace {

namespace fs = std::filesystem;

std::string size_text(uint64_t bytes) {
  const auto size = static_cast<double>(bytes);
  return bytes >= 1'000'000'000 ? fmt::format("{:.2f} GB", size / 1e9) : fmt::format("{:.1f} MB", size / 1e6);
}

std::string time_text(int64_t ns) {
  return ns == 0 ? "-" : fmt::format("{:%Y-%m-%d %H:%M}", fmt::localtime(static_cast<std::time_t>(ns / 1'000'000'000)));
}

fs::path folder_of(const std::string& given) {
  return given.empty() ? feature_cache_folder() : fs::path(given);
}

void stats(const fs::path& folder) {
  fmt::print("{}\n", folder.string());
  int64_t images = 0;
  uint64_t bytes = 0;
  const std::vector<SpaceStatistics> spaces = cache_statistics(folder);
  if (!spaces.empty())
    fmt::print("{:<10}{:<20}{:<11}{:<8}{:>11}{:>9}{:>8}{:>12}  {}\n", "key", "backbone", "precision", "device",
               "resize/crop", "images", "files", "size", "last used");
  for (const SpaceStatistics& space : spaces) {
    fmt::print("{:<10}{:<20}{:<11}{:<8}{:>11}{:>9}{:>8}{:>12}  {}\n", space.space.substr(0, 8), space.backbone,
               space.precision, space.device, fmt::format("{}/{}", space.resize, space.crop), space.images,
               space.shards, size_text(space.bytes), time_text(space.used_ns));
    images += space.images;
    bytes += space.bytes;
  }
  fmt::print("features of {} images, {}\n", images, size_text(bytes));
  const ScoreStatistics scores = score_statistics(folder);
  fmt::print("score maps of {}, {}\n", counted(scores.records, "evaluation"), size_text(scores.bytes));
}

void clear(const fs::path& folder) {
  const Cleared cleared = clear_cache(folder);
  for (const CacheEntry& entry : cleared.left) fmt::print("left alone: {}: {}\n", entry.file.string(), entry.why);
  fmt::print("{}: {} files removed, {}\n", folder.string(), cleared.files, size_text(cleared.bytes));
}

int verify(const fs::path& folder) {
  const CacheState state = verify_cache(folder);
  for (const std::string& problem : state.problems) fmt::print("{}\n", problem);
  fmt::print("{}: features of {} images in {}, score maps of {}, {}: {}\n", folder.string(), state.images,
             counted(state.shards, "file"), counted(state.records, "evaluation"), size_text(state.bytes),
             counted(std::ssize(state.problems), "problem"));
  if (!state.problems.empty())
    fmt::print("damaged files are never used: the next run computes what was in them again and replaces them\n");
  return state.problems.empty() ? 0 : static_cast<int>(ExitCode::usage);
}

}  // namespace

void add_cache_command(CLI::App& program, int& exit_code) {
  const auto given = std::make_shared<std::string>();
  CLI::App* command = program.add_subcommand("cache", "describe, check or empty the feature cache");
  command->require_subcommand(1);
  const auto add = [&](const std::string& name, const std::string& doc) {
    CLI::App* sub = command->add_subcommand(name, doc);
    sub->add_option("--folder", *given, "folder of the cache, default: features in the user cache");
    sub->footer("example: adrep cache " + name);
    return sub;
  };
  add("stats", "number and size of cached features, by backbone")->callback([given] { stats(folder_of(*given)); });
  add("clear", "remove all cached features; they are computed again when they are needed")->callback([given] {
    clear(folder_of(*given));
  });
  add("verify", "read every file and check every checksum; exit code 2 when there is a problem")
      ->callback([given, &exit_code] { exit_code = verify(folder_of(*given)); });
}

}  // namespace adrep::cli
