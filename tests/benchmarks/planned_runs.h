#pragma once
#include "benchmarks/cells/result_set.h"
#include "benchmarks/run/runner.h"
#include "core/base/atomic_file.h"
#include "support/golden.h"
#include "support/seeded_backbones.h"

namespace adrep::test {

/// The plan of a run on FOLDER/data with small images and a feature cache of its own, through seeded_backbone where the
/// assignments name no other.
inline Plan plan_of(std::vector<std::string> assignments, const TemporaryFolder& folder) {
  assignments.insert(assignments.begin(), "backbone=" + seeded_backbone());
  assignments.push_back("data=" + (folder / "data").string());
  assignments.push_back("cache.folder=" + (folder / "cache").string());
  assignments.push_back("image.crop=64");
  assignments.push_back("image.resize=64");
  assignments.push_back("references.shots=2");
  return make_plan(resolve_run(read_config({}, assignments)));
}

/// One plan of several such lists, on FOLDER/data with small images and two references.
inline Plan plan_of_several(const std::vector<std::vector<std::string>>& several, const TemporaryFolder& folder) {
  std::vector<RunConfig> configs;
  for (const std::vector<std::string>& more : several) {
    std::vector<std::string> words = {"backbone=" + seeded_backbone(), "data=" + (folder / "data").string(),
                                      "image.crop=64", "image.resize=64", "references.shots=2"};
    words.insert(words.end(), more.begin(), more.end());
    for (RunConfig& config : resolve_run(read_config({}, words))) configs.push_back(std::move(config));
  }
  return make_plan(configs);
}

/// What a run stored in OUTPUT of its plan.
inline ResultSet stored_results(const std::filesystem::path& output, const RunOutcome& outcome) {
  return ResultSet::of_plan(output, outcome.recorded);
}

/// Removes the score maps that runs keep beside the features.
inline void forget_scores(const TemporaryFolder& folder) {
  std::filesystem::remove_all(folder / "cache" / "scores");
}

/// The bytes of every cell by file name.
inline std::map<std::string, std::string> cell_files(const std::filesystem::path& output) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(output / "cells"))
    files[entry.path().filename().string()] = read_file(entry.path());
  return files;
}

}  // namespace adrep::test
