#include "benchmarks/feature_pictures/picture_settings.h"

#include "core/base/names.h"

namespace adrep {
namespace {

/// Keys of `adrep run` that decide which features of which images there are.
ParamList feature_params() {
  ParamList chosen;
  for (const Param& param : params_of<RunSettings>().all()) {
    const std::string& name = param.name;
    const bool of_features = name == "data" || name == "layout" || name == "classes" || name == "backbone" ||
                             name == "weights" || name == "projector" || name == "on_bad_image" || name == "device" ||
                             name == "precision" || name == "threads" || name == "batch" || name == "cache" ||
                             name.starts_with("cache.") || name.starts_with("image.") ||
                             name.starts_with("references.") || name.starts_with("vit.");
    if (of_features) chosen.add(param);
  }
  return chosen;
}

}  // namespace

void PictureSettings::declare(Schema<PictureSettings>& s) {
  s.decides(Decides::evaluation);
  s.add(&PictureSettings::method, "method")
      .one_of({"tsne", "pca"})
      .example("method=pca")
      .doc("how features become points of a plane; a row of panels each");
  s.add(&PictureSettings::level, "level").at_least(1).at_most(64).doc("level of the backbone, from 1 (adrep inspect)");
  s.add(&PictureSettings::patches, "patches")
      .at_least(10)
      .at_most(4000)
      .doc("patches of a class's test images, half of them anomalous where there are as many");
  s.add(&PictureSettings::seed, "seed").at_least(0).doc("seed of the choice of patches and of t-SNE");
  s.add(&PictureSettings::output, "output")
      .example("output=features.png")
      .doc("file to write: .svg, with a .png beside it, or .png alone");
}

std::vector<ParamList> picture_params() {
  return {params_of<PictureSettings>(), params_of<TsneParams>(), feature_params()};
}

PictureConfig resolve_picture(const RawConfig& raw) {
  PictureConfig config;
  RawConfig of_run;
  const std::vector<ParamList> lists = picture_params();
  std::vector<std::string> known;
  for (const ParamList& list : lists)
    for (const std::string& name : list.names()) known.push_back(name);
  for (const auto& [key, value] : raw) {
    if (const Param* picture = lists[0].find(key))
      picture->set(&config.picture, picture->parse(value, key));
    else if (const Param* tsne = lists[1].find(key))
      tsne->set(&config.tsne, tsne->parse(value, key));
    else if (lists[2].find(key))
      of_run[key] = value;
    else
      throw_input("{}: unknown key '{}': {}", value.where, key, suggestion(key, known));
  }
  if (config.picture.method.empty()) throw_input("method is empty: give tsne, pca or both");
  const std::string& output = config.picture.output;
  if (!output.ends_with(".svg") && !output.ends_with(".png"))
    throw_input("output={}: the file's name must end in .svg or .png", output);
  // a detector decides the size of images where image.resize does not; this one has 224
  of_run["detector"] = {{"feature_norm"}, false, "adrep visualize"};
  const std::vector<RunConfig> configs = resolve_run(of_run);
  if (configs.size() != 1)
    throw_input("a picture needs one value of each key, not several of '{}'", configs[0].variant());
  config.run = configs[0];
  return config;
}

}  // namespace adrep
