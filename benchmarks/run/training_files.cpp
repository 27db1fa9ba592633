#include "benchmarks/run/training_files.h"

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/log.h"
#include "core/io/sealed_tensors.h"

namespace adrep {
namespace {

namespace fs = std::filesystem;

const SealKind checkpoint_kind{"adrep training", 1};
constexpr size_t name_digits = 32;

}  // namespace

TrainingFiles::TrainingFiles(const fs::path& output, const std::string& hash, double seconds)
    : checkpoint_(output / "training" / (hash.substr(0, name_digits) + ".safetensors")),
      log_(output / "training" / (hash.substr(0, name_digits) + ".jsonl")),
      hash_(hash),
      seconds_(seconds) {}

const TensorMap* TrainingFiles::resume() {
  std::error_code failed;
  if (!fs::exists(checkpoint_, failed)) return nullptr;
  try {
    SealedTensors read = read_sealed(checkpoint_, checkpoint_kind);
    const nlohmann::json epochs = read.description.value("epochs", nlohmann::json());
    if (read.description.value("hash", "") != hash_ || !epochs.is_array())
      throw_input("{}: the checkpoint of another training", checkpoint_.string());
    epochs_ = epochs;
    state_ = std::move(read.tensors);
    return &*state_;
  } catch (const InputError& unusable) {
    log_warning(fmt::format("{}; the training starts anew", unusable.what()));
    return nullptr;
  }
}

bool TrainingFiles::due() const {
  return std::chrono::duration<double>(Clock::now() - last_).count() >= seconds_;
}

void TrainingFiles::save(const TensorMap& state) {
  std::string lines;
  for (const nlohmann::json& epoch : epochs_) lines += epoch.dump() + "\n";
  write_file_atomically(log_, lines);
  write_sealed(checkpoint_, checkpoint_kind, {{{"hash", hash_}, {"epochs", epochs_}}, state});
  last_ = Clock::now();
}

void TrainingFiles::finish() const {
  std::error_code ignored;
  fs::remove(checkpoint_, ignored);
}

}  // namespace adrep
