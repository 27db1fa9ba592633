#include "core/backbones/precision.h"

#include <ATen/core/grad_mode.h>

#include <chrono>
#include <limits>
#include <mutex>

#include "core/backbones/linear.h"
#include "core/base/error.h"
#include "core/base/stopwatch.h"

namespace adrep {
namespace {

constexpr Precision all_precisions[] = {Precision::fp32, Precision::bf16, Precision::fp16};
constexpr double worth_it = 1.2;

/// Seconds of one product, the best of a few.
double product_seconds(Precision precision, const at::Device& device) {
  constexpr int64_t rows = 4 * 257, in = 768, out = 3072;
  const at::Tensor x = at::ones({rows, in}, at::TensorOptions(device).dtype(scalar_type(precision)));
  const Linear linear(at::ones({out, in}), at::ones({out}), {device, precision});
  double best = std::numeric_limits<double>::infinity();
  for (int round = 0; round < 4; ++round) {
    const Stopwatch watch;
    linear(x).select(0, 0).sum().item<float>();  // waits for the device
    best = std::min(best, watch.seconds());
  }
  return best;
}

Precision timed_fastest(const at::Device& device) {
  const at::NoGradGuard no_grad;
  const double fp32 = product_seconds(Precision::fp32, device), bf16 = product_seconds(Precision::bf16, device);
  const Precision best = bf16 * worth_it < fp32 ? Precision::bf16 : Precision::fp32;
  // no CPU here is faster in fp16, and one without it is a hundred times slower
  if (device.is_cpu()) return best;
  const double fp16 = product_seconds(Precision::fp16, device);
  return fp16 * worth_it < std::min(fp32, bf16) ? Precision::fp16 : best;
}

}  // namespace

std::vector<std::string> precision_names() {
  return {"fp32", "bf16", "fp16", "auto"};
}

std::string precision_name(Precision precision) {
  return precision_names()[static_cast<size_t>(precision)];
}

at::ScalarType scalar_type(Precision precision) {
  switch (precision) {
    case Precision::fp32:
      return at::kFloat;
    case Precision::bf16:
      return at::kBFloat16;
    case Precision::fp16:
      return at::kHalf;
  }
  ADREP_ASSERT(false, "unknown precision");
}

Precision resolve_precision(const std::string& name, const at::Device& device) {
  if (name == "auto") return fastest_precision(device);
  for (const Precision precision : all_precisions)
    if (precision_name(precision) == name) return precision;
  throw_input("precision={}: expected fp32, bf16, fp16 or auto", name);
}

Precision fastest_precision(const at::Device& device) {
  static std::mutex mutex;
  static std::map<std::string, Precision> known;
  const std::lock_guard lock(mutex);
  const auto place = known.find(device.str());
  return place != known.end() ? place->second : known[device.str()] = timed_fastest(device);
}

}  // namespace adrep
