#include "core/backbones/config_beside.h"

#include <nlohmann/json.hpp>

#include "core/base/atomic_file.h"
#include "core/io/damaged.h"

namespace adrep {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr uint64_t max_config_size = uint64_t{1} << 20;
constexpr const char *hugging_face_config = "config.json", *open_clip_config = "open_clip_config.json";

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

std::optional<StatedActivation> of_hugging_face(const fs::path& file, int64_t width) {
  const json all = object_in(file);
  const auto vision = all.find("vision_config");
  const json& model = vision != all.end() && vision->is_object() ? *vision : all;
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

std::optional<StatedActivation> of_open_clip(const fs::path& file, int64_t width) {
  constexpr int64_t normal_width = 768;  // OpenCLIP's CLIPVisionCfg
  const json all = object_in(file);
  const auto nested = all.find("model_cfg");
  const json& model = nested != all.end() && nested->is_object() ? *nested : all;
  const auto vision = model.find("vision_cfg");
  if (vision == model.end() || !vision->is_object() || vision->contains("timm_model_name") ||
      other_width(*vision, "width", width, normal_width))
    return std::nullopt;
  const auto flag = model.find("quick_gelu");
  const bool quick = flag != model.end() && *flag == true;
  return StatedActivation{quick ? "quick_gelu" : "gelu",
                          fmt::format("open_clip_config.json beside it says quick_gelu={}", quick ? "true" : "false")};
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

}  // namespace adrep
