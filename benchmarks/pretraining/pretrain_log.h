#pragma once
#include <filesystem>
#include <map>
#include <string>

#include "core/pretraining/pretrain_step.h"

namespace adrep {

/// OUTPUT/log.jsonl: one line a pass with the losses of every level, how the norms spread, and last the seconds of
/// every stage, the only thing in it that differs from run to run.
class PretrainLog {
 public:
  /// Keeps the lines before this pass, which a run that is continued does again from there.
  PretrainLog(std::filesystem::path file, int64_t epoch, int64_t pass);

  void add(int64_t epoch, int64_t pass, double rate, const PretrainLosses& losses,
           const std::map<std::string, double>& seconds);
  /// A pass that was skipped because no image of it has an anomaly.
  void add_skipped(int64_t epoch, int64_t pass);

 private:
  void append(const std::string& line);
  std::filesystem::path file_;
};

}  // namespace adrep
