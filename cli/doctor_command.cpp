#include <ATen/Version.h>
#include <fmt/format.h>

#include <thread>

#include "cli/command.h"
#include "core/backbones/known_weights.h"
#include "core/base/device.h"
#include "core/base/failure.h"
#include "core/base/parallel.h"
#include "core/base/paths.h"
#include "core/base/version.h"
#include "core/features/cache/cache_inventory.h"
#include "core/features/cache/feature_cache.h"
#include "core/io/sharded_checkpoint.h"

namespace adrep::cli {
namespace {

namespace fs = std::filesystem;

/// What can be said of a file that is not the entry's published one by name: its keys are only compared where its
/// hash says that it is another.
std::string origin_text(const BackboneEntry& entry, const fs::path& file, const std::string& hash) {
  if (known_weights(hash)) return fmt::format("SHA-256 {}, {}", hash, origin_of(entry, hash));
  if (!has_known_weights(entry)) return fmt::format("SHA-256 {}, none published for this file", hash);
  try {
    return fmt::format("{}, SHA-256 {}", origin_of(entry, entry.load(file, {})->info().weights_sha256), hash);
  } catch (...) {
    return contained_failure().line;
  }
}

/// Prints one line a backbone; returns how many have weights.
int show_weights() {
  int found = 0, missing = 0;
  for (const auto& [name, entry] : BackboneRegistry::instance().all()) {
    if (entry.weights_name.empty()) continue;
    try {
      const fs::path file = find_weights(entry, {});
      const std::string hash = hash_of_weights(file);
      const bool known = !entry.weights_sha256.empty() && file.filename() == entry.weights_name;
      const bool changed = known && hash != entry.weights_sha256;
      fmt::print("weights     {}: {} ({})\n", name, file.string(),
                 changed ? "its SHA-256 is not the published one: " + hash
                 : known ? "SHA-256 as published"
                         : origin_text(entry, file, hash));
      found += !changed;
    } catch (const InputError&) {
      ++missing;
    }
  }
  if (missing > 0) fmt::print("weights     {} other backbones have no file here (adrep weights list)\n", missing);
  return found;
}

void show_folders() {
  const auto data = folders_of_variable("ADREP_DATA");
  if (data.empty()) fmt::print("data        ADREP_DATA is not set: give data=PATH\n");
  for (const fs::path& root : data)
    fmt::print("data        {}{}\n", root.string(), fs::is_directory(root) ? "" : ": no such folder");
  const fs::path cache = cache_folder();
  std::error_code failed;
  const auto space = fs::space(fs::exists(cache) ? cache : fs::current_path(), failed);
  fmt::print("cache       {}{}, {:.1f} GB free\n", cache.string(), fs::exists(cache) ? "" : " (not made yet)",
             static_cast<double>(space.available) / 1e9);
  uint64_t bytes = 0;
  for (const CacheEntry& entry : list_cache(feature_cache_folder()))
    if (entry.kind != CacheEntry::Kind::foreign) bytes += entry.bytes;
  fmt::print("features    {:.2f} GB in the feature cache (adrep cache stats)\n", static_cast<double>(bytes) / 1e9);
}

int doctor() {
  fmt::print("adrep       {} ({}, {})\n", version(), git_revision(), build_type());
  fmt::print("LibTorch    {}, CPU kernels {}\n", libtorch_version(), at::get_cpu_capability());
  fmt::print("threads     {} of {} cores\n", available_processors(), std::thread::hardware_concurrency());
  const CudaState cuda = cuda_state();
  fmt::print("device      cpu{}\n",
             cuda.available ? fmt::format(", {} CUDA device(s)", cuda.devices) : "; no cuda: " + cuda.why_not);
  const int found = show_weights();
  show_folders();
  fmt::print("{}\n", found > 0 ? "ready: adrep demo"
                               : "not ready: no backbone has its weights; run scripts/setup.sh");
  return found > 0 ? 0 : static_cast<int>(ExitCode::usage);
}

}  // namespace

void add_doctor_command(CLI::App& program, int& exit_code) {
  CLI::App* command = program.add_subcommand("doctor", "what adrep finds on this machine and what is missing");
  command->callback([&exit_code] { exit_code = doctor(); });
}

}  // namespace adrep::cli
