#include "benchmarks/comparison/compare_settings.h"

#include <set>

#include "benchmarks/cells/cell_costs.h"
#include "core/base/names.h"

namespace adrep {

void CompareSettings::declare(Schema<CompareSettings>& s) {
  s.decides(Decides::evaluation);
  s.add(&CompareSettings::metric, "metric").example("metric=pro").doc("what ranks and the Pareto front are made of");
  s.add(&CompareSettings::methods, "methods")
      .example("methods=patchcore/raw,patchcore/residual")
      .doc("two or more methods of the paired bootstrap; empty: all");
  s.add(&CompareSettings::pairs, "pairs")
      .one_of({"best", "all"})
      .doc(
          "pairs of the paired bootstrap: the best two methods by mean rank, or every pair; of two named methods both "
          "are their pair");
  s.add(&CompareSettings::bootstrap, "bootstrap")
      .one_of({"image_auroc", "pixel_auroc", "pro"})
      .doc("metric of the paired bootstrap and of the intervals; those of pixels need score maps: runs with maps=npy");
  s.add(&CompareSettings::detector, "detector").example("detector=padim").doc("only these detectors; empty: all");
  s.add(&CompareSettings::features, "features").example("features=raw").doc("only these features; empty: all");
  s.add(&CompareSettings::backbone, "backbone")
      .example("backbone=clip_base,dinov2_base")
      .doc("only these backbones; empty: all");
  s.add(&CompareSettings::classes, "classes").example("classes=fabric").doc("only these classes; empty: all");
  s.add(&CompareSettings::cost, "cost")
      .one_of(cost_names())
      .doc(
          "cost of the Pareto front: seconds to fit a class, seconds to score an image (features not included), size "
          "of the fitted detector, parameters of the backbone");
  s.add(&CompareSettings::alpha, "alpha").more_than(0).at_most(0.5).doc("level of the tests");
  s.add(&CompareSettings::replicates, "replicates").at_least(1).at_most(1'000'000).doc("bootstrap replicates");
  s.add(&CompareSettings::confidence, "confidence")
      .at_least(0.5)
      .at_most(0.9999)
      .doc("confidence of the bootstrap intervals");
  s.add(&CompareSettings::seed, "seed").at_least(0).doc("seed of the bootstrap");
  s.add(&CompareSettings::threads, "threads").at_least(0).at_most(1024).doc("threads for computing; 0: one a core");
  s.add(&CompareSettings::output, "output")
      .example("output=compare.html")
      .doc("file to write besides: .html, .csv, .json, .md or .tex");
}

CompareSettings resolve_compare(const RawConfig& raw) {
  CompareSettings settings;
  const ParamList& params = params_of<CompareSettings>();
  for (const auto& [key, value] : raw) {
    const Param* param = params.find(key);
    if (!param) throw_input("{}: unknown key '{}': {}", value.where, key, suggestion(key, params.names()));
    param->set(&settings, param->parse(value, key));
  }
  const std::set<std::string> different(settings.methods.begin(), settings.methods.end());
  if (!settings.methods.empty() && (different.size() < 2 || different.size() != settings.methods.size()))
    throw_input("methods={}: give at least two different methods, each once", fmt::join(settings.methods, ","));
  return settings;
}

}  // namespace adrep
