#include "benchmarks/pretraining/pretrain_report.h"

#include <fmt/ranges.h>

#include "benchmarks/pretraining/pretrain_curves.h"
#include "benchmarks/pretraining/pretrainer.h"
#include "core/base/atomic_file.h"
#include "core/base/version.h"
#include "core/drawing/page.h"
#include "core/drawing/page_table.h"

namespace adrep {
namespace {

constexpr int64_t curve_points = 200;

Markup loss_section(const PretrainCurves& curves) {
  Markup angles, norms;
  for (size_t l = 0; l < curves.levels.size(); ++l) {
    angles +=
        curve_plot(fmt::format("angle loss, level {}", l + 1), {{"", "angle", curves.levels[l].angle}}, curves.passes);
    norms += curve_plot(fmt::format("norm loss of both views, level {}", l + 1),
                        {{"second", "norm", curves.levels[l].norm}}, curves.passes);
  }
  const Markup total = curve_plot("total", {{"", "total", curves.total}}, curves.passes);
  return html::section("Losses",
                       html::group("plots", total) + html::group("plots", angles) + html::group("plots", norms));
}

Markup norm_section(const PretrainCurves& curves) {
  Markup plots;
  for (size_t l = 0; l < curves.levels.size(); ++l) {
    const auto& [normal, anomalous] = std::tie(curves.levels[l].normal_radii, curves.levels[l].anomalous_radii);
    plots += curve_plot(fmt::format("level {}", l + 1),
                        {{"", "normal", normal[1], normal[0], normal[2]},
                         {"bad", "anomalous", anomalous[1], anomalous[0], anomalous[2]}},
                        curves.passes, /*of_losses=*/false);
  }
  return html::section(
      "Norms",
      html::paragraph("Radius sqrt(‖x‖ + 1) − 1 of the projectors' outputs: median, and the band between which 80 % "
                      "lie. The norm loss pulls normal features inside and pushes anomalous ones out.") +
          html::key({{"good", "normal"}, {"bad", "anomalous"}}) + html::group("plots", plots));
}

Markup validation_section(const PretrainConfig& config, const PretrainValidation& validation) {
  if (validation.history().empty()) return {};
  const bool oracle = config.settings.selection == "oracle";
  html::PageTable table({{"epoch"}, {"detector"}, {"image AUROC", true}, {"pixel AUROC", true}, {"PRO", true}, {""}});
  for (const EpochScore& score : validation.history()) {
    const bool best = validation.best(score.detector) == &score;
    std::vector<html::TableCell> cells = {fmt::format("{}", score.epoch), score.detector};
    for (const char* metric : {"img_auc", "pix_auc", "pix_pro"})
      cells.emplace_back(fmt::format("{:.1f}", 100 * score.scores.at(metric)));
    cells.emplace_back(best ? "kept" : "");
    table.row(cells, best ? "mean" : "");
  }
  return html::section(
      oracle ? "Validation (oracle)" : "Validation",
      html::paragraph(fmt::format(
          "Means over the classes in percent, metric protocol {}. Kept: the best epoch by PRO of each detector.{}",
          config.validation.protocol,
          oracle ? " The choice was made on test data: scores on these classes are too good." : "")) +
          table.markup());
}

Markup time_section(const PretrainCurves& curves, int64_t batch) {
  const auto images = static_cast<double>((curves.passes - curves.skipped) * batch);
  if (images == 0) return {};
  html::PageTable table({{"stage"}, {"ms", true}});
  for (const char* stage : pretrain_stages)
    if (const auto place = curves.seconds.find(stage); place != curves.seconds.end())
      table.row({stage, fmt::format("{:.2f}", 1000 * place->second / images)});
  return html::section("Time", html::paragraph("An image, both views, over all passes.") + table.markup());
}

/// What was trained, on which classes.
Markup summary(const PretrainConfig& config, const std::vector<PretrainedClass>& classes,
               const PretrainCurves& curves) {
  std::vector<std::string> names;
  for (const PretrainedClass& seen : classes) names.push_back(seen.name);
  return html::paragraph(fmt::format(
             "{} projectors on {} of {}; {} passes of {} images, {} skipped without anomaly. Selection: {}.",
             config.step.projector.architecture,
             config.settings.features == "residual" ? "residual features" : "features", config.settings.backbone,
             curves.passes, config.settings.batch, curves.skipped, config.settings.selection)) +
         html::paragraph(fmt::format("Classes: {}. They are seen: an evaluation on them is marked leaked.",
                                     fmt::join(names, ", ")));
}

}  // namespace

void write_pretrain_report(const std::filesystem::path& output, const PretrainConfig& config,
                           const std::vector<PretrainedClass>& classes, const PretrainValidation& validation) {
  const PretrainCurves curves = read_pretrain_curves(output / "log.jsonl", curve_points);
  const Markup body = html::heading("Pretraining") + summary(config, classes, curves) + loss_section(curves) +
                      norm_section(curves) + validation_section(config, validation) +
                      time_section(curves, config.settings.batch) +
                      html::section("Settings", html::details("all values", to_yaml(all_values(config)))) +
                      html::paragraph("adrep " + version());
  write_file_atomically(output / "report.html", html::page("adrep: pretraining", body));
}

std::string stage_times_text(const std::map<std::string, double>& seconds, int64_t images) {
  std::string text;
  for (const char* stage : pretrain_stages)
    if (const auto place = seconds.find(stage); place != seconds.end() && images > 0)
      text += fmt::format("{}{} {:.2f} ms", text.empty() ? "" : ", ", stage,
                          1000 * place->second / static_cast<double>(images));
  return text;
}

}  // namespace adrep
