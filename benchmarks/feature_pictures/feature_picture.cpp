#include "benchmarks/feature_pictures/feature_picture.h"

#include <fmt/format.h>

#include "core/base/random.h"

namespace adrep {
namespace {

constexpr double side = 300, gap = 20, margin = 20, heading_height = 26, line_height = 18;
constexpr Scene::Colour normal_colour = {53, 102, 184}, anomalous_colour = {200, 45, 35};

/// Dots of one panel, in an order drawn at random so that neither colour hides the other.
void add_dots(Scene& scene, const PatchPanel& panel, const at::Tensor& anomalous, double left, double top) {
  constexpr double inset = 10;
  const at::Tensor low = std::get<0>(panel.points.min(0)), high = std::get<0>(panel.points.max(0));
  const double range = std::max((high - low).max().item<double>(), 1e-12);  // one scale for both axes
  const at::Tensor placed = ((panel.points - (low + high) / 2) / range * (side - 2 * inset) + side / 2).contiguous();
  const double* at = placed.const_data_ptr<double>();
  const at::Tensor labels = anomalous.contiguous();
  const bool* is_anomalous = labels.const_data_ptr<bool>();
  for (const int64_t i : Random(0).sample(placed.size(0), placed.size(0)))
    scene.dots.push_back(
        {left + at[2 * i], top + side - at[2 * i + 1], 2.2, is_anomalous[i] ? anomalous_colour : normal_colour});
}

std::string panel_title(const PatchPanel& panel) {
  return panel.method == "pca" ? fmt::format("{} · {:.0f} % of variance", panel.features, 100 * panel.quality)
                               : fmt::format("{} · KL {:.2f}", panel.features, panel.quality);
}

}  // namespace

std::vector<std::string> picture_caption(const std::vector<ClassPatches>& classes, const PictureConfig& config) {
  const RunSettings& run = config.run.settings;
  std::vector<std::string> lines = {fmt::format("{} · level {} · {} references, seed {} · patches chosen with seed {}",
                                                run.backbone, config.picture.level, run.shots, run.references_seed,
                                                config.picture.seed)};
  for (const std::string& method : config.picture.method)
    if (method == "tsne")
      lines.push_back(fmt::format("t-SNE: perplexity {:g} · {} iterations · exaggeration {:g} for {}",
                                  classes.empty() ? config.tsne.perplexity : classes[0].perplexity,
                                  config.tsne.iterations, config.tsne.exaggeration,
                                  std::min(config.tsne.exaggerated_iterations, config.tsne.iterations)));
  if (!run.projector.empty()) lines.push_back("projector: " + std::filesystem::path(run.projector).filename().string());
  return lines;
}

Scene feature_picture(const std::vector<ClassPatches>& classes, const PictureConfig& config) {
  Scene scene;
  double y = margin;
  for (const std::string& line : picture_caption(classes, config)) {
    scene.texts.push_back({margin, y + 10, line, 12});
    y += line_height;
  }
  scene.dots.push_back({margin + 5, y + 6, 5, normal_colour});
  scene.texts.push_back({margin + 16, y + 10, "normal patches", 12});
  scene.dots.push_back({margin + 135, y + 6, 5, anomalous_colour});
  scene.texts.push_back({margin + 146, y + 10, "anomalous patches", 12});
  y += line_height + 8;
  size_t columns = 1;
  for (const ClassPatches& one : classes) {
    const size_t of_class = one.panels.size() / config.picture.method.size();
    columns = std::max(columns, of_class);
    for (size_t i = 0; i < one.panels.size(); ++i) {
      const PatchPanel& panel = one.panels[i];
      if (i % of_class == 0) {
        const int64_t anomalous = one.anomalous.sum().item<int64_t>();
        scene.texts.push_back(
            {margin, y + 14,
             fmt::format("{} · {} · {} normal and {} anomalous patches", one.class_name,
                         panel.method == "pca" ? "PCA" : "t-SNE", one.anomalous.size(0) - anomalous, anomalous),
             14});
        y += heading_height;
      }
      const double left = margin + static_cast<double>(i % of_class) * (side + gap);
      scene.texts.push_back({left, y + 10, panel_title(panel), 12});
      scene.frames.push_back({left, y + line_height, side, side});
      add_dots(scene, panel, one.anomalous, left, y + line_height);
      if ((i + 1) % of_class == 0) y += line_height + side + gap;
    }
  }
  scene.width = 2 * margin + static_cast<double>(columns) * (side + gap) - gap;
  scene.height = y;
  return scene;
}

}  // namespace adrep
