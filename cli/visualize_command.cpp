#include <fmt/format.h>

#include "benchmarks/cells/kept_file.h"
#include "benchmarks/feature_pictures/feature_picture.h"
#include "cli/command.h"
#include "cli/command_words.h"
#include "cli/config_words.h"
#include "core/image/encode.h"

namespace adrep::cli {
namespace {

void visualize_features(const std::vector<std::string>& words) {
  const PictureConfig config = resolve_picture(config_of(words));
  const std::vector<ClassPatches> classes = map_patches(config);
  const Scene scene = feature_picture(classes, config);
  std::filesystem::path file = config.picture.output;
  if (file.extension() == ".svg") {
    write_keeping_previous(file, scene_as_svg(scene, "normal and anomalous patches"));
    fmt::print("picture: {}\n", file.string());
    file.replace_extension(".png");
  }
  write_keeping_previous(file, encode_png(scene_as_image(scene)));
  fmt::print("picture: {}\n", file.string());
}

std::vector<KeySection> picture_keys() {
  static const std::vector<ParamList> lists = picture_params();
  std::vector<KeySection> sections;
  for (const ParamList& params : lists) sections.push_back({&params, "", sections.empty() ? "keys:" : ""});
  return sections;
}

}  // namespace

void add_visualize_command(CLI::App& program) {
  CLI::App* visualize = program.add_subcommand("visualize", "pictures of features");
  visualize->require_subcommand(1);
  const auto words = std::make_shared<std::vector<std::string>>();
  CLI::App* command = visualize->add_subcommand(
      "features", "normal and anomalous patches as points of a plane (t-SNE, PCA): raw, residual and pretrained");
  command->add_option("settings", *words, "CONFIG.yaml and key=value settings")
      ->option_text("[CONFIG.yaml] [key=value ...]");
  takes_keys(*command,
             "example: adrep visualize features data=/data/visa classes=capsules projector=FILE output=capsules.svg",
             picture_keys);
  command->callback([words] { visualize_features(*words); });
}

}  // namespace adrep::cli
