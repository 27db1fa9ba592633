#include "benchmarks/map_evaluation/explain_settings.h"

#include <filesystem>
#include <set>

#include "benchmarks/map_evaluation/metrics_settings.h"
#include "core/base/names.h"

namespace adrep {

void ExplainSettings::declare(Schema<ExplainSettings>& s) {
  s.decides(Decides::evaluation);
  using E = ExplainSettings;
  s.add(&E::protocol, "protocol").example("protocol=paper,mvtec-50").doc("the protocols to explain (see adrep list)");
  s.add(&E::limit, "limit")
      .more_than(0)
      .at_most(1)
      .doc("false-positive rate up to which PRO is taken; the published codes have 0.3");
  // how maps are read is declared by adrep metrics
  const ParamList& shared = params_of<MetricsSettings>();
  s.add(&E::resize, "resize").one_of(shared.find("resize")->choices).doc(shared.find("resize")->doc);
  s.add(&E::size, "size").example(shared.find("size")->example).doc(shared.find("size")->doc);
  MaskSettings::declare(s, Decides::evaluation, nullptr);
  s.add(&E::missing_mask, "missing_mask")
      .one_of(shared.find("missing_mask")->choices)
      .doc(shared.find("missing_mask")->doc);
  s.add(&E::image_scores, "image_scores").doc(shared.find("image_scores")->doc);
  s.add(&E::threads, "threads").at_least(0).at_most(1024).doc(shared.find("threads")->doc);
  s.add(&E::output, "output").example("output=explained.html").doc("HTML page to write; empty: none");
}

MapOptions ExplainSettings::map_options() const {
  MetricsSettings shared;
  static_cast<MaskSettings&>(shared) = *this;
  shared.resize = resize;
  shared.size = size;
  shared.missing_mask = missing_mask;
  shared.image_scores = image_scores;
  return shared.map_options();
}

ExplainSettings explain_settings(const RawConfig& config) {
  const ParamList& params = params_of<ExplainSettings>();
  ExplainSettings settings;
  for (const auto& [key, value] : config) {
    const Param* param = params.find(key);
    if (!param) throw_input("{}: unknown key '{}': {}", value.where, key, suggestion(key, params.names()));
    param->set(&settings, param->parse(value, key));
  }
  settings.map_options();
  for (const std::string& name : settings.protocol) NamedProtocol{name};
  if (settings.protocol.empty()) throw_input("protocol=: name at least one protocol");
  if (std::set(settings.protocol.begin(), settings.protocol.end()).size() != settings.protocol.size())
    throw_input("protocol={}: a protocol is there twice", fmt::join(settings.protocol, ","));
  if (!settings.output.empty() && std::filesystem::path(settings.output).extension() != ".html")
    throw_input("output={}: expected a file that ends in .html", settings.output);
  return settings;
}

}  // namespace adrep
