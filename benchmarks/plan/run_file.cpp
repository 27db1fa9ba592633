#include "benchmarks/plan/run_file.h"

#include <set>

namespace adrep {
namespace {

/// What results are told apart by besides: labels of axes, then swept keys.
std::map<std::string, std::string> labels_of(const RunConfig& config,
                                             const std::map<std::string, std::string>& of_axes) {
  static const std::set<std::string> of_results = {"data",     "classes", "detector",
                                                   "features", "seed",    "references.seed"};
  std::map<std::string, std::string> labels = of_axes;
  labels.insert(config.swept.begin(), config.swept.end());
  std::erase_if(labels, [](const auto& label) { return of_results.contains(label.first); });
  return labels;
}

/// Configurations of no matrix.
std::vector<RunConfig> with_labels(std::vector<RunConfig> configs) {
  for (RunConfig& config : configs) config.labels = labels_of(config, {});
  return configs;
}

/// The configurations of one combination; several where its settings are swept.
std::vector<RunConfig> resolve_combination(const Matrix& matrix, const Combination& combination) {
  std::vector<RunConfig> configs = resolve_run(combination.settings);
  for (RunConfig& config : configs) {
    std::map<std::string, std::string> labels;
    for (const MatrixAxis& axis : matrix.axes) {
      const std::string& label = combination.labels.at(axis.name);
      if (!axis.named) {
        labels[axis.name] = label;
        const Param* setting = params_of<RunSettings>().find(axis.name);
        // lists hold the detectors, features and classes, which a cell has by itself
        if (axis.values.size() > 1 && !(setting && setting->is_list())) config.swept[axis.name] = label;
        continue;
      }
      AxisPlace place{axis.name, label, {}};
      for (const MatrixValue& value : axis.values)
        for (const auto& [key, given] : value.settings) place.keys.push_back(key);
      const bool names_data = std::find(place.keys.begin(), place.keys.end(), "data") != place.keys.end();
      if (names_data) {
        config.data_name = label;
        continue;
      }
      labels[axis.name] = label;
      if (axis.values.size() > 1) config.places.push_back(std::move(place));
    }
    config.labels = labels_of(config, labels);
  }
  return configs;
}

void check_output_folders(const std::vector<RunConfig>& configs) {
  const std::string& output = configs.front().settings.output;
  for (const RunConfig& config : configs)
    if (config.settings.output != output)
      throw_input(
          "output={} and {}: the results of one run lie in one folder: set it once, in base, without an axis in braces",
          output, config.settings.output);
}

}  // namespace

MatrixKeys run_matrix_keys() {
  return {check_run_key, check_swept_key, displaces_run_key};
}

RunRequest read_run(const std::filesystem::path& file_or_empty, const std::vector<std::string>& assignments) {
  if (file_or_empty.empty()) return {with_labels(resolve_run(read_command_line("", assignments)))};
  const YamlFile file = read_yaml(file_or_empty);
  if (!is_matrix(file)) {
    RawConfig config = yaml_settings(file, file.root);
    set_over(config, read_command_line("", assignments));
    return {with_labels(resolve_run(config))};
  }
  RunRequest request{{}, read_matrix(file, run_matrix_keys())};
  request.combinations = combinations(*request.matrix, assignments);
  for (const Combination& one : request.combinations)
    for (RunConfig& config : resolve_combination(*request.matrix, one)) request.configs.push_back(std::move(config));
  if (request.configs.size() > most_combinations)
    throw_input("{}: swept settings make more than {} configurations: split the file", file.name, most_combinations);
  check_output_folders(request.configs);
  return request;
}

}  // namespace adrep
