#pragma once
#include "benchmarks/pretraining/pretrain_validation.h"

namespace adrep {

/// Writes OUTPUT/report.html from OUTPUT/log.jsonl: losses, how the norms of normal and anomalous features spread, the
/// scores of the epochs where there are any, where the time went, and the settings. One file, without network.
void write_pretrain_report(const std::filesystem::path& output, const PretrainConfig& config,
                           const std::vector<PretrainedClass>& classes, const PretrainValidation& validation);

/// "decode 0.8 ms, augment …": time an image, by stage.
std::string stage_times_text(const std::map<std::string, double>& seconds, int64_t images);

}  // namespace adrep
