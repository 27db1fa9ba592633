#include "core/backbones/config_beside.h"

#include <nlohmann/json.hpp>

#include <cmath>

#include "core/base/atomic_file.h"
#include "core/io/damaged.h"

namespace adrep {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr uint64_t max_config_size = uint64_t{1} << 20;
constexpr const char *hugging_face_config = "config.json", *open_clip_config = "open_clip_config.json",
                     *hugging_face_images = "preprocessor_config.json",
                     *hugging_face_processor = "processor_config.json";

/// The object in a file; an empty one where there is none.
json object_in(const fs::path& file) {
  std::error_code unknown;
  if (!fs::is_regular_file(file, unknown) || fs::file_size(file, unknown) > max_config_size) return json::object();
  try {
    json all = json::parse(read_file(file, max_config_size), nullptr, false);
    return all.is_object() ? all : json::object();
  } catch (const InputError&) {
    return json::object();  // a file beside the weights that cannot be read says nothing of them
  }
}

/// Whether it states another width than the file has: then it is of another model in the same folder.
bool other_width(const json& model, const char* key, int64_t width, int64_t normal) {
  const auto stated = model.find(key);
  if (stated == model.end()) return normal != 0 && width != normal;
  return !stated->is_number_integer() || stated->get<int64_t>() != width;
}

/// The object below a key; all of it where there is none.
const json& part_or_all(const json& all, const char* key) {
  const auto part = all.find(key);
  return part != all.end() && part->is_object() ? *part : all;
}

std::optional<StatedActivation> of_hugging_face(const fs::path& file, int64_t width) {
  const json all = object_in(file);
  const json& model = part_or_all(all, "vision_config");
  if (other_width(model, "hidden_size", width, 0)) return std::nullopt;
  const auto act = model.find("hidden_act");
  if (act == model.end()) {
    const auto type = all.find("model_type");
    if (type == all.end() || !type->is_string() || !type->get<std::string>().starts_with("clip")) return std::nullopt;
    return StatedActivation{"quick_gelu", "config.json beside it is of a CLIP without hidden_act"};
  }
  const std::string text = act->is_string() ? act->get<std::string>() : act->dump();
  const std::string name = text == "gelu_python" ? "gelu" : text;
  if (name != "gelu" && name != "quick_gelu")
    throw_input("{}: hidden_act={}: adrep computes gelu and quick_gelu: set weights.activation to one of them",
                file.string(), printable(text));
  return StatedActivation{name, fmt::format("config.json beside it says hidden_act={}", text)};
}

/// Whether OpenCLIP's configuration is of a vision transformer of this width.
bool is_of_open_clip(const json& all, int64_t width) {
  constexpr int64_t normal_width = 768;  // OpenCLIP's CLIPVisionCfg
  const json& model = part_or_all(all, "model_cfg");
  const auto vision = model.find("vision_cfg");
  return vision != model.end() && vision->is_object() && !vision->contains("timm_model_name") &&
         !other_width(*vision, "width", width, normal_width);
}

std::optional<StatedActivation> of_open_clip(const fs::path& file, int64_t width) {
  const json all = object_in(file);
  if (!is_of_open_clip(all, width)) return std::nullopt;
  const json& model = part_or_all(all, "model_cfg");
  const auto flag = model.find("quick_gelu");
  const bool quick = flag != model.end() && *flag == true;
  return StatedActivation{quick ? "quick_gelu" : "gelu",
                          fmt::format("open_clip_config.json beside it says quick_gelu={}", quick ? "true" : "false")};
}

/// The number, for all colours, or the three numbers under a key; `otherwise` where there is nothing.
std::array<double, 3> three_stated(const json& all, const char* key, const std::array<double, 3>& otherwise,
                                   const fs::path& file) {
  const auto given = all.find(key);
  if (given == all.end() || given->is_null()) return otherwise;
  std::array<double, 3> numbers{};
  bool good = given->is_number() || (given->is_array() && given->size() == numbers.size());
  for (size_t colour = 0; good && colour < numbers.size(); ++colour) {
    const json& value = given->is_array() ? (*given)[colour] : *given;
    good = value.is_number();
    if (good) numbers[colour] = value.get<double>();
    good = good && std::isfinite(numbers[colour]);
  }
  if (!good)
    throw_input("{}: {} is {}, not three numbers: correct it, or move it away from the weights", file.string(), key,
                printable(given->dump().substr(0, 100)));
  return numbers;
}

/// Mean and std under these keys; none where neither is there.
std::optional<StatedNormalisation> numbers_under(const char* mean_key, const char* std_key, const json& all,
                                                 const InputNormalisation& usual, const fs::path& file) {
  const auto absent = [&](const char* key) { return all.value(key, json()).is_null(); };
  if (absent(mean_key) && absent(std_key)) return std::nullopt;
  StatedNormalisation stated{
      {three_stated(all, mean_key, usual.mean, file), three_stated(all, std_key, usual.std, file)},
      file.filename().string()};
  for (const double deviation : stated.values.std)
    if (!(deviation > 0))
      throw_input("{}: {} is {}, not above 0: correct it, or move it away from the weights", file.string(), std_key,
                  deviation);
  return stated;
}

std::optional<StatedNormalisation> images_of_hugging_face(const fs::path& file, const InputNormalisation& usual) {
  const json all = object_in(file);
  const json& processor = part_or_all(all, "image_processor");
  if (processor.value("do_normalize", json()) == false)
    return StatedNormalisation{{{0, 0, 0}, {1, 1, 1}}, file.filename().string()};
  return numbers_under("image_mean", "image_std", processor, usual, file);
}

}  // namespace

std::optional<StatedActivation> stated_activation(const fs::path& weights, int64_t width) {
  const fs::path folder = weights.parent_path();
  auto hugging_face = of_hugging_face(folder / hugging_face_config, width);
  auto open_clip = of_open_clip(folder / open_clip_config, width);
  if (hugging_face && open_clip && hugging_face->name != open_clip->name)
    throw_input("{}: {}, and {}: set weights.activation=gelu or quick_gelu", weights.string(), hugging_face->where,
                open_clip->where);
  return hugging_face ? hugging_face : open_clip;
}

std::optional<StatedNormalisation> stated_normalisation(const fs::path& weights, int64_t width,
                                                        const InputNormalisation& usual) {
  const fs::path folder = weights.parent_path();
  std::vector<StatedNormalisation> stated;
  const auto add = [&](std::optional<StatedNormalisation> found) {
    if (found) stated.push_back(std::move(*found));
  };
  const json hugging_face = object_in(folder / hugging_face_config);
  if (!other_width(part_or_all(hugging_face, "vision_config"), "hidden_size", width, 0))
    for (const char* name : {hugging_face_images, hugging_face_processor})
      add(images_of_hugging_face(folder / name, usual));
  if (const auto timm = hugging_face.find("pretrained_cfg"); timm != hugging_face.end() && timm->is_object())
    if (!other_width(hugging_face, "num_features", width, 0))
      add(numbers_under("mean", "std", *timm, usual, folder / hugging_face_config));
  const json open_clip = object_in(folder / open_clip_config);
  const auto images = open_clip.find("preprocess_cfg");
  if (images != open_clip.end() && images->is_object() && is_of_open_clip(open_clip, width))
    add(numbers_under("mean", "std", *images, usual, folder / open_clip_config));
  for (const StatedNormalisation& other : stated)
    if (other.values != stated[0].values)
      throw_input(
          "{}: {} and {} beside it state different normalisations of images: correct one, or move the one "
          "that is not of these weights away from them",
          weights.string(), stated[0].where, other.where);
  if (stated.empty()) return std::nullopt;
  return stated[0];
}

}  // namespace adrep
