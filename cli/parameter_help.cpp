#include "cli/parameter_help.h"

#include "benchmarks/plan/run_settings.h"

namespace adrep::cli {

std::string parameter_help(const ParamList& params, const std::string& prefix) {
  std::string text;
  for (const Param& param : params.all()) {
    const std::string value = to_text(param.default_value);
    text += fmt::format("  {}{}=  {}, default {}\n      {}{}\n", prefix, param.name, param.type_text(),
                        value.empty() ? "empty" : value, param.doc,
                        param.example.empty() ? "" : "; example: " + param.example);
  }
  return text;
}

std::string all_parameter_help() {
  std::string text = "keys (in CONFIG as YAML, or key=value; a list on a single-value key is a sweep):\n" +
                     parameter_help(params_of<RunSettings>(), "");
  for (const auto& [name, entry] : DetectorRegistry::instance().all())
    text += fmt::format("keys of {} ({}):\n", name, entry.doc_text) + parameter_help(*entry.params, name + ".");
  return text;
}

}  // namespace adrep::cli
