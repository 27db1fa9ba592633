#include "datasets/layouts/real_iad_list.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/base/error.h"

namespace adrep {
namespace {

using nlohmann::json;

ListedImage listed_image(const json& entry, const std::string& normal, const std::string& before) {
  ListedImage listed;
  listed.defect = entry.at("anomaly_class").get<std::string>();
  const json& mask = entry.at("mask_path");
  listed.image = before + entry.at("image_path").get<std::string>();
  if (!mask.is_null() && mask != "") listed.mask = before + mask.get<std::string>();
  listed.anomalous = listed.defect != normal && !listed.mask.empty();
  listed.view = real_iad_view(std::string_view(listed.image).substr(listed.image.rfind('/') + 1));
  return listed;
}

}  // namespace

std::string real_iad_view(std::string_view name) {
  for (size_t at = name.rfind("_C"); at != name.npos && at > 0; at = name.rfind("_C", at - 1)) {
    const size_t end = name.find('_', at + 1);
    const std::string_view digits = end == name.npos ? "" : name.substr(at + 2, end - at - 2);
    const bool number = std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (!digits.empty() && digits.size() <= 2 && number) return fmt::format("C{}", digits);
  }
  return "";
}

std::vector<ListedImage> parse_real_iad_list(const std::string& text, const std::string& class_name,
                                             const std::string& folder, const std::string& name) {
  const json list = json::parse(text, nullptr, false);
  if (!list.is_object()) throw_input("{}: not a list of Real-IAD: no JSON object", name);
  std::vector<ListedImage> images;
  try {
    const std::string normal = list.at("meta").at("normal_class").get<std::string>();
    const std::string before = joined(folder, list.at("meta").at("prefix").get<std::string>());
    for (const char* part : {"train", "test"}) {
      for (const json& entry : list.at(part)) {
        images.push_back(listed_image(entry, normal, before));
        images.back().class_name = class_name;
        images.back().training = part == std::string_view("train");
        images.back().line = static_cast<int64_t>(images.size());
        if (images.back().anomalous) require_plain_name(images.back().defect, "defect", name);
      }
    }
  } catch (const json::exception& bad) {
    throw_input("{}: not a list of Real-IAD: entry {}: {}", name, images.size() + 1, escaped(bad.what()));
  }
  return images;
}

}  // namespace adrep
