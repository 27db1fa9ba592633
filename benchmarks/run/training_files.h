#pragma once
#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "core/io/safetensors.h"

namespace adrep {

/// What a training leaves on disk, by the hash of what determines it (a cell's key, mostly):
/// - output/training/HASH.safetensors: all that continues it, written every so many seconds, removed with the last cell
///   that needs it;
/// - output/training/HASH.jsonl: one line an epoch, written with the checkpoints. It stays.
class TrainingFiles {
 public:
  TrainingFiles(const std::filesystem::path& output, const std::string& hash, double seconds);

  /// What an earlier run left; none when there is nothing, or when it is damaged, which is reported.
  const TensorMap* resume();
  /// What was left is not continued: its epochs do not count.
  void forget() { epochs_ = nlohmann::json::array(); }
  /// Whether the last checkpoint is old enough.
  bool due() const;
  void save(const TensorMap& state);
  /// A finished epoch's line, and all so far, those of earlier runs included.
  void add(nlohmann::json epoch) { epochs_.push_back(std::move(epoch)); }
  const nlohmann::json& epochs() const { return epochs_; }
  /// The training is no longer needed: removes the checkpoint.
  void finish() const;

  const std::filesystem::path& checkpoint() const { return checkpoint_; }
  const std::filesystem::path& log() const { return log_; }

 private:
  using Clock = std::chrono::steady_clock;

  std::filesystem::path checkpoint_, log_;
  std::string hash_;
  double seconds_;
  Clock::time_point last_ = Clock::now();
  std::optional<TensorMap> state_;
  nlohmann::json epochs_ = nlohmann::json::array();
};

}  // namespace adrep
