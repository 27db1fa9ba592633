#include "benchmarks/pretraining/pretrain_file.h"

#include <cctype>
#include <map>

#include "benchmarks/plan/swept_settings.h"

namespace adrep {
namespace {

void check_pretrain_key(const std::string& key, const std::string& where) {
  static_cast<void>(pretrain_param(key, where));
}

void check_swept_pretrain_key(const std::string& key, const std::string& where, size_t values) {
  refuse_swept(pretrain_param(key, where), key, where, values);
}

/// What tells a pretraining from the others: the values of what several have.
using Differences = std::vector<std::pair<std::string, std::string>>;

std::string name_of(const Differences& differences) {
  std::string text;
  for (const auto& [key, value] : differences) text += fmt::format("{}{}={}", text.empty() ? "" : " ", key, value);
  return text;
}

/// The values as one name of a folder.
std::string folder_of(const Differences& differences) {
  std::string text;
  for (const auto& [key, value] : differences) text += (text.empty() ? "" : "-") + value;
  for (char& c : text)
    if (c == '/' || c == '\\' || std::isspace(static_cast<unsigned char>(c))) c = '_';
  return text;
}

/// Adds the pretrainings of one combination; several where its settings are swept.
void add_pretrainings(PretrainRequest& request, const RawConfig& settings, const Differences& place, bool own_folder) {
  RawConfig raw = settings;
  VitSettings::rename_keys(raw);
  for (const SweptSettings& one : one_by_one(raw, pretrain_param, check_swept_pretrain_key)) {
    Differences differences = place;
    differences.insert(differences.end(), one.swept.begin(), one.swept.end());
    RequestedPretraining made{resolve_pretrain(one.raw), name_of(differences)};
    if (own_folder) differences.assign(one.swept.begin(), one.swept.end());
    std::string& output = made.config.settings.output;
    if (!differences.empty()) output = (std::filesystem::path(output) / folder_of(differences)).string();
    request.pretrainings.push_back(std::move(made));
  }
}

Differences place_of(const Matrix& matrix, const Combination& combination) {
  Differences place;
  for (const MatrixAxis& axis : matrix.axes)
    if (axis.values.size() > 1) place.emplace_back(axis.name, combination.labels.at(axis.name));
  return place;
}

/// Whether a combination's output is not that of all: it holds labels, or an axis or rule sets it.
bool has_own_output(const Combination& combination) {
  const auto set_by = combination.set_by.find("output");
  const bool set = set_by != combination.set_by.end() && set_by->second != "command line";
  return set || combination.filled.contains("output");
}

void check_apart(const std::vector<RequestedPretraining>& pretrainings) {
  std::map<std::filesystem::path, std::string> folders;
  for (const RequestedPretraining& one : pretrainings) {
    const std::string& output = one.config.settings.output;
    const auto [other, added] = folders.emplace(std::filesystem::path(output).lexically_normal(), one.name);
    if (!added)
      throw_input("output={}: {} and {} would write into one folder: name every axis in it, in braces", output,
                  other->second, one.name);
  }
}

}  // namespace

PretrainRequest read_pretrainings(const std::filesystem::path& file_or_empty,
                                  const std::vector<std::string>& assignments) {
  PretrainRequest request;
  const YamlFile file = file_or_empty.empty() ? YamlFile() : read_yaml(file_or_empty);
  if (!is_matrix(file)) {
    add_pretrainings(request, read_command_line(file_or_empty, assignments), {}, false);
  } else {
    request.matrix = read_matrix(file, {check_pretrain_key, check_swept_pretrain_key});
    request.combinations = combinations(*request.matrix, assignments);
    for (const Combination& one : request.combinations)
      add_pretrainings(request, one.settings, place_of(*request.matrix, one), has_own_output(one));
  }
  check_apart(request.pretrainings);
  return request;
}

}  // namespace adrep
