#include "benchmarks/fitting/fit_data.h"

#include <fmt/ranges.h>

#include "benchmarks/fitting/distinct_images.h"
#include "benchmarks/plan/class_geometry.h"
#include "benchmarks/plan/run_checks.h"
#include "core/base/log.h"
#include "core/base/plural.h"
#include "datasets/fingerprint.h"
#include "datasets/layouts/photographs.h"

namespace adrep {
namespace {

constexpr size_t classes_named = 8;

/// The class that is meant; an error names those that could be.
void require_one_class(const Plan& plan) {
  if (plan.groups.size() == 1) return;
  std::vector<std::string> names;
  for (const PlannedGroup& group : plan.groups) names.push_back(group.class_name);
  const size_t shown = std::min(names.size(), classes_named);
  throw_input("data={}: {} classes, and a model is for one: classes=NAME, one of {}{}",
              plan.groups.front().config->settings.data, names.size(),
              fmt::join(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(shown), ", "),
              shown < names.size() ? ", …" : "");
}

/// A layout that divides good images by their names alone keeps some from training: nobody asked for that here.
void take_all_good_images(ClassSplit& split) {
  if (!split.divided_by_name) return;
  std::vector<Sample> rest;
  for (Sample& sample : split.test) (sample.anomalous ? rest : split.train).push_back(std::move(sample));
  std::sort(split.train.begin(), split.train.end(), [](const Sample& a, const Sample& b) { return a.id < b.id; });
  split.test = std::move(rest);
}

}  // namespace

FitData prepare_fit(const ModelRequest& request, const std::string& output) {
  RunConfig config = request.run;
  config.settings.output = output;
  if (config.settings.layout == "auto" && holds_photographs(find_data(config.settings.data)))
    config.settings.layout = "photographs";
  Plan plan = make_plan({config});
  require_one_class(plan);
  FitData data{std::move(plan.groups.front()), {}};
  refuse_output_inside(data.group.dataset->root(), output, "-o ");
  const RunSettings& settings = data.settings();
  if (settings.fit == "auto" && settings.resize == 0) {
    const int side = static_cast<int>(settings.crop);
    data.group.geometry = {side, side, whole_photograph_fit(*data.group.dataset, data.group.class_name)};
    data.group.cells.front().geometry = data.group.geometry;
  }
  data.images = data.group.dataset->load(data.group.class_name);
  for (const std::string& note : data.images.data_notes) log_warning(note);
  if (const std::string note = fit_note(settings, data.group.geometry); !note.empty()) log_info(note);
  take_all_good_images(data.images);
  if (const int64_t copies = leave_out_copies(data.images.train).copies; copies > 0)
    log_warning(fmt::format("{}: left out, since others have the same content", counted(copies, "good image")));
  data.images.expect(fingerprints(data.images).files);
  return data;
}

}  // namespace adrep
