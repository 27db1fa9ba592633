#include "benchmarks/run/pass_rates.h"

#include "benchmarks/plan/cell_keys.h"
#include "benchmarks/plan/pass_size.h"
#include "core/backbones/backbone.h"
#include "core/base/device.h"
#include "core/base/stopwatch.h"

namespace adrep {
namespace {

/// Seconds of one call, the best of a few.
template <class F>
double best_seconds(F&& call) {
  double best = 1e9;
  for (int i = 0; i < 3; ++i) {
    const Stopwatch watch;
    call();
    best = std::min(best, watch.seconds());
  }
  return best;
}

}  // namespace

double matmul_rate(const at::Device& device) {
  const int64_t n = 1024;
  const at::Tensor a = at::ones({n, n}, at::TensorOptions(device));
  return 2.0 * n * n * n / best_seconds([&] { at::mm(a, a)[0][0].item<float>(); });
}

const PassRates& KnownRates::of(const PlannedGroup& group) {
  const RunSettings& settings = group.config->settings;
  const std::string name = fmt::format("{}|{}|{}", backbone_text(*group.config), settings.crop, settings.device);
  if (const auto known = rates_.find(name); known != rates_.end()) return known->second;
  const at::Device device = open_device(settings.device);
  double& flops = flops_[settings.device];
  if (flops == 0) flops = matmul_rate(device);
  PassRates rates;
  rates.flops = flops;
  const BackboneEntry entry = find_backbone(settings.backbone);
  try {
    const auto backbone = load_backbone(settings.backbone, settings.weights, device, settings.precision, settings);
    const at::Tensor images =
        at::zeros({images_a_pass(settings), 3, settings.crop, settings.crop}, at::TensorOptions(device));
    rates.shapes = backbone->shapes(settings.crop, settings.crop);
    rates.image_seconds = best_seconds([&] { backbone->forward(images).maps.back().sum().item<float>(); }) /
                          static_cast<double>(images.size(0));
  } catch (const InputError&) {
    if (!entry.pass) throw;
    const PassSize size = entry.pass(settings.crop);
    rates.shapes = size.shapes;
    rates.image_seconds = size.flops / flops;
  }
  return rates_.emplace(name, std::move(rates)).first->second;
}

}  // namespace adrep
