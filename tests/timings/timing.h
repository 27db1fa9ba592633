#pragma once
#include <benchmark/benchmark.h>

#include <filesystem>
#include <functional>
#include <string>

#include "core/io/safetensors.h"
#include "detectors/detector.h"

namespace adrep::timing {

/// One timed call; its value (a metric, a mean distance, …) is recorded beside the time, so that two programs that were
/// fed the same file can be compared in what they computed, too.
using Call = std::function<double()>;

/// A case "NAME" on the file "FILE.safetensors" of the folder of --inputs, or on no file. `prepare` is not timed.
struct Timing {
  std::string name, file;
  std::function<Call(const Safetensors& input)> prepare;
  /// Multiply-adds × 2 of a call, where its speed is to be compared with that of a matrix product.
  std::function<double(const Safetensors& input)> flops = {};
};

/// Adds a case; skipped with a reason where its file is not there.
bool add(Timing timing);

/// A fit that shows nothing.
class QuietFit : public FitObserver {
 public:
  void progress(const std::string&, int64_t, int64_t) override {}
};

/// Adds the cases of backbone_timing.cpp.
void add_backbones();
/// Adds how the fit of every registered detector grows; once all of them are registered.
void add_detector_growth();

/// Threads of --threads.
int threads();

/// Folder of --images, or "".
std::filesystem::path images();

}  // namespace adrep::timing
