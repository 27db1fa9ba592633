#include "datasets/layouts/manifest_file.h"

#include <algorithm>
#include <array>

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/names.h"
#include "core/base/paths.h"
#include "core/io/json_lines.h"
#include "datasets/layouts/csv.h"

namespace adrep {
namespace {

using nlohmann::json;
using Fields = std::map<std::string, std::string>;

const std::vector<std::string>& known_fields() {
  static const std::vector<std::string> names = {"image", "mask", "label", "split", "class", "defect", "view", "group"};
  return names;
}

void require_known(const std::string& field, const std::string& where) {
  const auto& known = known_fields();
  if (std::find(known.begin(), known.end(), field) == known.end())
    throw_input("{}: unknown field '{}': {}", where, escaped(field.substr(0, 80)),
                suggestion(field.substr(0, 80), known));
}

template <size_t N>
bool is_one_of(const std::string& text, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

bool is_anomalous(const std::string& label, const std::string& where) {
  constexpr std::array<std::string_view, 5> normal = {"normal", "good", "ok", "0", "false"};
  constexpr std::array<std::string_view, 6> anomalous = {"anomalous", "anomaly", "defective", "bad", "1", "true"};
  if (is_one_of(label, normal)) return false;
  if (is_one_of(label, anomalous)) return true;
  throw_input("{}: label '{}': expected normal or anomalous", where, escaped(label.substr(0, 80)));
}

ListedImage image_of(Fields fields, const std::string& default_class, int64_t line, const std::string& name) {
  const std::string where = fmt::format("{}:{}", name, line);
  for (const char* needed : {"image", "label", "split"})
    if (fields[needed].empty()) throw_input("{}: no '{}'", where, needed);
  if (fields["split"] != "train" && fields["split"] != "test")
    throw_input("{}: split '{}': expected train or test", where, escaped(fields["split"].substr(0, 80)));
  ListedImage image;
  image.image = fields["image"];
  image.mask = fields["mask"];
  image.training = fields["split"] == "train";
  image.anomalous = is_anomalous(fields["label"], where);
  image.class_name = fields["class"].empty() ? default_class : fields["class"];
  require_plain_name(image.class_name, "class", where);
  if (image.anomalous) image.defect = fields["defect"].empty() ? "anomaly" : fields["defect"];
  require_plain_name(image.defect, "defect", where);
  image.view = fields["view"];
  if (!image.view.empty()) require_plain_name(image.view, "view", where);
  image.group = fields["group"];
  if (!image.group.empty()) require_plain_name(image.group, "group", where);
  image.line = line;
  return image;
}

std::vector<ListedImage> parse_csv(const std::string& text, const std::string& name, const std::string& default_class) {
  CsvReader table(text, name);
  for (const std::string& column : table.header()) {
    require_known(column, name + ":1");
    static_cast<void>(table.required_column(column));  // refuses a column that is there twice
  }
  std::vector<ListedImage> images;
  while (const auto row = table.next()) {
    Fields fields;
    for (size_t i = 0; i < row->size(); ++i) fields[table.header()[i]] = (*row)[i];
    images.push_back(image_of(std::move(fields), default_class, table.line(), name));
  }
  return images;
}

std::string text_of(const json& value, const std::string& field, const std::string& where) {
  if (value.is_null()) return "";
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean() || value.is_number_integer()) return value.dump();
  throw_input("{}: '{}' is neither text nor a number", where, field);
}

std::vector<ListedImage> parse_json_lines(const std::string& text, const std::string& name,
                                          const std::string& default_class) {
  std::vector<ListedImage> images;
  for_each_json_line(text, name, "", [&](const json& object, int64_t line) {
    const std::string where = fmt::format("{}:{}", name, line);
    Fields fields;
    for (const auto& [field, value] : object.items()) {
      require_known(field, where);
      fields[field] = text_of(value, field, where);
    }
    images.push_back(image_of(std::move(fields), default_class, line, name));
  });
  return images;
}

}  // namespace

std::vector<ListedImage> parse_manifest(const std::string& text, bool json, const std::string& name,
                                        const std::string& default_class, const std::filesystem::path& root) {
  std::vector<ListedImage> images =
      json ? parse_json_lines(text, name, default_class) : parse_csv(text, name, default_class);
  if (images.empty()) throw_input("{}: a manifest without images", name);
  const auto is_there = [&](const std::string& file) {
    std::error_code failed;
    return !root.empty() && std::filesystem::exists(root / file, failed);
  };
  for (ListedImage& image : images)
    for (std::string* path : {&image.image, &image.mask}) *path = with_slashes(std::move(*path), is_there);
  return images;
}

std::vector<ListedImage> read_manifest(const std::filesystem::path& file, const std::string& default_class,
                                       const std::filesystem::path& root) {
  const std::string extension = file.extension().string();
  if (extension != ".csv" && extension != ".jsonl")
    throw_input("{}: a manifest is a .csv table or a .jsonl file", file.string());
  return parse_manifest(read_file(file, CsvReader::max_bytes), extension == ".jsonl", file.string(), default_class,
                        root);
}

}  // namespace adrep
