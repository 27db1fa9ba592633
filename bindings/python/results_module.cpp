// Results of runs, and the demo's images.
#include <nlohmann/json.hpp>

#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "benchmarks/cells/result_set.h"
#include "bindings/python/call.h"
#include "bindings/python/module.h"
#include "core/base/config.h"
#include "datasets/synthetic/synthetic.h"

namespace nb = nanobind;

namespace adrep::python {
namespace {

nlohmann::ordered_json json_of(const StoredResult& result) {
  nlohmann::ordered_json row = {{"data_set", result.data_set}, {"class", result.class_name},
                                {"detector", result.detector}, {"features", result.features},
                                {"variant", result.variant},   {"seed", result.seeds}};
  if (result.cell) {
    for (const auto& [name, metric] : result.cell->metrics)
      row[name] = metric.defined() ? nlohmann::ordered_json(metric.value) : nullptr;
    row["train_images"] = result.cell->train_images;
    row["test_images"] = result.cell->test_images;
    row["protocol"] = result.cell->key_text("metrics.protocol");
    row["cell"] = result.cell->hash();
  }
  row["error"] = result.error;
  row["folder"] = result.folder.string();
  return row;
}

std::string results(const std::vector<std::string>& folders) {
  const ResultSet read = ResultSet::read({folders.begin(), folders.end()});
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (const StoredResult& result : read.results()) rows.push_back(json_of(result));
  const nlohmann::ordered_json all = {{"rows", rows}, {"notes", read.notes()}};
  return all.dump();
}

bool demo_images(const std::string& folder, const std::vector<std::string>& words) {
  DemoOptions options;
  for (const auto& [key, value] : read_command_line({}, words)) {
    const ParamList& params = params_of<DemoOptions>();
    const Param* param = params.find(key);
    if (!param) throw_input("unknown setting '{}': the settings are {}", key, fmt::join(params.names(), ", "));
    param->set(&options, param->parse(value, key));
  }
  return make_demo_dataset(folder, options);
}

}  // namespace

void add_results(nb::module_& module) {
  module.def(
      "results", [](const std::vector<std::string>& folders) { return released([&] { return results(folders); }); },
      nb::arg("folders"), "rows and notes as JSON");
  module.def(
      "demo_images",
      [](const std::string& folder, const std::vector<std::string>& settings) {
        return released([&] { return demo_images(folder, settings); });
      },
      nb::arg("folder"), nb::arg("settings"), "draws them; False where they are there");
}

}  // namespace adrep::python
