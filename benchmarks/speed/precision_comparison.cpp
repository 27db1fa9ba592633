#include "benchmarks/speed/precision_comparison.h"

#include "benchmarks/plan/pass_size.h"
#include "benchmarks/speed/backbone_speed.h"
#include "benchmarks/tables/table.h"
#include "core/base/device.h"
#include "core/base/failure.h"
#include "core/base/log.h"
#include "core/metrics/statistics/summary.h"

namespace adrep {
namespace {

/// The mean image AUROC over classes of the cells of one method in one precision.
Metric mean_auroc(const RunOutcome& outcome, const std::string& method, const std::string& precision) {
  std::vector<Metric> values;
  for (const CellOutcome& cell : outcome.cells)
    if (cell.cell && cell.planned.config->settings.precision == precision &&
        cell.planned.detector + " on " + cell.planned.features == method)
      values.push_back(cell.cell->metric("image_auroc"));
  return summarise(values).mean;
}

}  // namespace

std::vector<PrecisionResult> measure_precisions(const RunConfig& config, const std::vector<std::string>& precisions) {
  const RunSettings& settings = config.settings;
  const at::Device device = open_device(settings.device);
  set_threads(settings.threads);
  std::vector<PrecisionResult> results;
  for (const std::string& precision : precisions) {
    try {
      const auto backbone = load_backbone(settings.backbone, settings.weights, device, precision, settings);
      const at::Tensor images =
          at::zeros({images_a_pass(settings), 3, settings.crop, settings.crop}, at::TensorOptions(device));
      results.push_back({precision, images_per_second(*backbone, images)});
    } catch (const c10::Error&) {
      log_warning(fmt::format("precision={}: {} cannot compute in it here: {}", precision, settings.backbone,
                              current_failure().line));
    }
  }
  return results;
}

std::string precision_table(const std::vector<PrecisionResult>& speeds, const RunOutcome& outcome) {
  std::string text = fmt::format("{:<36}", "image AUROC, mean over classes");
  for (const PrecisionResult& speed : speeds) text += fmt::format("{:>18}", speed.precision);
  text += fmt::format("\n{:<36}", "backbone, images/s");
  for (const PrecisionResult& speed : speeds) text += fmt::format("{:>18.1f}", speed.images_per_second);
  std::vector<std::string> methods;
  for (const CellOutcome& cell : outcome.cells) {
    const std::string method = cell.planned.detector + " on " + cell.planned.features;
    if (std::find(methods.begin(), methods.end(), method) == methods.end()) methods.push_back(method);
  }
  for (const std::string& method : methods) {
    text += fmt::format("\n{:<36}", method);
    const Metric first = mean_auroc(outcome, method, speeds.front().precision);
    for (const PrecisionResult& speed : speeds) {
      const Metric value = mean_auroc(outcome, method, speed.precision);
      const bool differs = value.defined() && first.defined() && &speed != &speeds.front();
      text +=
          fmt::format("{:>18}", differs ? fmt::format("{} ({:+.2f})", percent(value), 100 * (value.value - first.value))
                                        : percent(value));
    }
  }
  return text + "\n";
}

}  // namespace adrep
