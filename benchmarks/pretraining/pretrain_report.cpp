#include "benchmarks/pretraining/pretrain_report.h"

#include <fmt/ranges.h>

#include "benchmarks/pages/report_plots.h"
#include "benchmarks/pages/report_style.h"
#include "benchmarks/pretraining/pretrain_curves.h"
#include "benchmarks/pretraining/pretrainer.h"
#include "core/base/atomic_file.h"
#include "core/base/version.h"

namespace adrep {
namespace {

constexpr int64_t points = 200;
constexpr const char* curve_style = R"(
svg .curve { fill: none; stroke-width: 2; stroke: var(--good); stroke-linejoin: round; stroke-linecap: round; }
svg .curve.bad { stroke: var(--bad); } svg .curve.second { stroke: var(--derived); }
svg .band { fill: var(--good); opacity: .18; } svg .band.bad { fill: var(--bad); } .curves .begin, .curves .label { fill: var(--quiet); }
)";

std::string key(std::initializer_list<std::pair<const char*, const char*>> colours) {
  std::string html = "<p class=key>";
  for (const auto& [colour, name] : colours)
    html += fmt::format("<span style=\"background:var(--{})\"></span>{}", colour, name);
  return html + "</p>";
}

std::string loss_section(const PretrainCurves& curves) {
  std::string html = "<h2>Losses</h2><div class=plots>" +
                     curve_plot("total", {{"", "total", curves.total}}, curves.passes) + "</div><div class=plots>";
  for (size_t l = 0; l < curves.levels.size(); ++l)
    html +=
        curve_plot(fmt::format("angle loss, level {}", l + 1), {{"", "angle", curves.levels[l].angle}}, curves.passes);
  html += "</div><div class=plots>";
  for (size_t l = 0; l < curves.levels.size(); ++l)
    html += curve_plot(fmt::format("norm loss of both views, level {}", l + 1),
                       {{"second", "norm", curves.levels[l].norm}}, curves.passes);
  return html + "</div>";
}

std::string norm_section(const PretrainCurves& curves) {
  std::string html =
      "<h2>Norms</h2><p>Radius sqrt(‖x‖ + 1) − 1 of the projectors' outputs: median, and the band between which 80 % "
      "lie. The norm loss pulls normal features inside and pushes anomalous ones out.</p>" +
      key({{"good", "normal"}, {"bad", "anomalous"}}) + "<div class=plots>";
  for (size_t l = 0; l < curves.levels.size(); ++l) {
    const auto& [normal, anomalous] = std::tie(curves.levels[l].normal_radii, curves.levels[l].anomalous_radii);
    html += curve_plot(fmt::format("level {}", l + 1),
                       {{"", "normal", normal[1], normal[0], normal[2]},
                        {"bad", "anomalous", anomalous[1], anomalous[0], anomalous[2]}},
                       curves.passes, /*of_losses=*/false);
  }
  return html + "</div>";
}

std::string validation_section(const PretrainConfig& config, const PretrainValidation& validation) {
  if (validation.history().empty()) return "";
  const bool oracle = config.settings.selection == "oracle";
  std::string html = fmt::format(
      "<h2>Validation{}</h2><p>Means over the classes in percent, metric protocol {}. Kept: the best epoch by PRO of "
      "each "
      "detector.{}</p><div class=scroll><table><tr><th>epoch<th>detector<th class=n>image AUROC<th class=n>pixel "
      "AUROC<th "
      "class=n>PRO<th></tr>",
      oracle ? " (oracle)" : "", config.validation.protocol,
      oracle ? " The choice was made on test data: scores on these classes are too good." : "");
  for (const EpochScore& score : validation.history()) {
    const bool best = validation.best(score.detector) == &score;
    html += fmt::format("<tr{}><td>{}<td>{}<td class=n>{:.1f}<td class=n>{:.1f}<td class=n>{:.1f}<td>{}</tr>",
                        best ? " class=mean" : "", score.epoch, score.detector, 100 * score.scores.at("img_auc"),
                        100 * score.scores.at("pix_auc"), 100 * score.scores.at("pix_pro"), best ? "kept" : "");
  }
  return html + "</table></div>";
}

std::string time_section(const PretrainCurves& curves, int64_t batch) {
  const auto images = static_cast<double>((curves.passes - curves.skipped) * batch);
  if (images == 0) return "";
  std::string html =
      "<h2>Time</h2><p>An image, both views, over all passes.</p><div class=scroll><table><tr><th>stage<th "
      "class=n>ms</tr>";
  for (const char* stage : pretrain_stages)
    if (const auto place = curves.seconds.find(stage); place != curves.seconds.end())
      html += fmt::format("<tr><td>{}<td class=n>{:.2f}</tr>", stage, 1000 * place->second / images);
  return html + "</table></div>";
}

std::string settings_section(const PretrainConfig& config) {
  return "<h2>Settings</h2><details><summary>all values</summary><pre>" + html_text(to_yaml(all_values(config))) +
         "</pre></details>";
}

}  // namespace

void write_pretrain_report(const std::filesystem::path& output, const PretrainConfig& config,
                           const std::vector<PretrainedClass>& classes, const PretrainValidation& validation) {
  const PretrainCurves curves = read_pretrain_curves(output / "log.jsonl", points);
  std::vector<std::string> names;
  for (const PretrainedClass& seen : classes) names.push_back(seen.name);
  std::string html = fmt::format(
      "<!DOCTYPE html><html lang=en><meta charset=utf-8><meta name=viewport content=\"width=device-width, "
      "initial-scale=1\"><title>adrep: pretraining</title><style>{}{}</style><h1>Pretraining</h1><p>{} projectors on "
      "{} "
      "of {}; {} passes of {} images, {} skipped without anomaly. Selection: {}.</p><p>Classes: {}. They are seen: an "
      "evaluation on them is marked leaked.</p>",
      report_style, curve_style, config.step.projector.architecture,
      config.settings.features == "residual" ? "residual features" : "features", config.settings.backbone,
      curves.passes, config.settings.batch, curves.skipped, config.settings.selection,
      html_text(fmt::format("{}", fmt::join(names, ", "))));
  html += loss_section(curves) + norm_section(curves) + validation_section(config, validation) +
          time_section(curves, config.settings.batch) + settings_section(config);
  write_file_atomically(output / "report.html", html + fmt::format("<p>adrep {}</p></html>\n", version()));
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
