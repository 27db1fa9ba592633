#include "benchmarks/map_evaluation/metrics_settings.h"

#include <charconv>
#include <set>

#include "core/base/names.h"
#include "core/maps/number_text.h"

namespace adrep {
namespace {

constexpr int64_t kLargestSide = 65536, kMostPixels = 200'000'000;

/// "HxW" of two whole numbers.
MapSize size_of(const std::string& text) {
  MapSize size;
  const char* end = text.data() + text.size();
  const auto [cross, bad_height] = std::from_chars(text.data(), end, size.height);
  const bool crossed = bad_height == std::errc() && cross != end && *cross == 'x';
  const auto [stop, bad_width] = std::from_chars(crossed ? cross + 1 : end, end, size.width);
  if (!crossed || bad_width != std::errc() || stop != end || size.height < 1 || size.width < 1 ||
      size.height > kLargestSide || size.width > kLargestSide || size.pixels() > kMostPixels)
    throw_input("size={}: expected height and width, for example size=256x256", text);
  return size;
}

}  // namespace

void MetricsSettings::declare(Schema<MetricsSettings>& s) {
  s.decides(Decides::evaluation);
  using M = MetricsSettings;
  s.add(&M::protocol, "protocol")
      .example("protocol=exact,paper,mvtec-100")
      .doc("how PRO is computed: a column each (see adrep list)");
  s.add(&M::limits, "limits")
      .example("limits=0.3,0.01")
      .doc("false-positive rates to which the exact PRO is integrated");
  s.add(&M::fpr, "fpr").at_least(0).at_most(1).doc("false-positive rate at which the recall is given");
  s.add(&M::threshold, "threshold")
      .example("threshold=0.5")
      .doc("score at and above which counts as anomalous in the confusion; empty: that of the best F1");
  s.add(&M::aupimo_lower, "aupimo.lower").more_than(0).at_most(1).doc("lowest false-positive rate of AUPIMO");
  s.add(&M::aupimo_upper, "aupimo.upper").more_than(0).at_most(1).doc("highest false-positive rate of AUPIMO");
  s.add(&M::resize, "resize")
      .one_of({"no", "maps", "masks"})
      .doc(
          "where a map and its mask differ in size: an error, or resize the maps (bilinear, those without a mask too) "
          "or the masks");
  s.add(&M::size, "size")
      .example("size=256x256")
      .doc("height x width to which all maps and masks are resized; empty: none");
  MaskSettings::declare(s, Decides::evaluation, nullptr);
  s.add(&M::scores, "scores")
      .one_of({"float32", "float64"})
      .doc("precision of the scores; float64 keeps apart what float32 makes equal, for the exact metrics, in memory");
  s.add(&M::missing_mask, "missing_mask")
      .one_of({"error", "normal"})
      .doc("what a map without a mask is, outside folders called good, normal or ok");
  s.add(&M::image_scores, "image_scores")
      .example("image_scores=scores.csv")
      .doc("npy array [N], or CSV with name,score; empty: the manifest's, else the maximum of each map");
  s.add(&M::bootstrap, "bootstrap")
      .at_least(0)
      .at_most(1'000'000)
      .example("bootstrap=1000")
      .doc("replicates for confidence intervals over images; 0: none");
  s.add(&M::confidence, "confidence").more_than(0).at_most(0.9999).doc("of the intervals");
  s.add(&M::seed, "seed").at_least(0).doc("seed of the bootstrap");
  s.add(&M::threads, "threads").at_least(0).at_most(1024).doc("threads; 0: one a core; no value depends on it");
  s.add(&M::memory, "memory")
      .at_least(0.01)
      .doc("GiB; where 12 bytes a pixel do not fit, scores go through files in temp and exact metrics stay the same");
  s.add(&M::temp, "temp").doc("folder for these files; empty: the system's");
  s.add(&M::output, "output")
      .example("output=metrics.json")
      .doc("file to write: .csv, .json, .md, .tex or .html; empty: none");
}

std::vector<double> MetricsSettings::pro_limits() const {
  std::vector<double> values;
  for (const std::string& text : limits) {
    double value = 0;
    const char* end = text.data() + text.size();
    const auto [stop, bad] = std::from_chars(text.data(), end, value);
    if (bad != std::errc() || stop != end || !(value > 0 && value <= 1))
      throw_input("limits={}: expected false-positive rates above 0 and at most 1", fmt::join(limits, ","));
    if (std::find(values.begin(), values.end(), value) != values.end())
      throw_input("limits={}: {} is there twice", fmt::join(limits, ","), text);
    values.push_back(value);
  }
  return values;
}

std::optional<double> MetricsSettings::chosen_threshold() const {
  if (threshold.empty()) return std::nullopt;
  const std::optional<double> value = finite_number(threshold);
  if (!value) throw_input("threshold={}: expected a finite number", threshold);
  return scores == "float64" ? *value : static_cast<double>(static_cast<float>(*value));
}

MapOptions MetricsSettings::map_options() const {
  MapOptions options;
  options.resize = resize == "maps" ? ResizePair::maps : resize == "masks" ? ResizePair::masks : ResizePair::none;
  if (!size.empty()) {
    const MapSize wanted = size_of(size);
    options.height = wanted.height;
    options.width = wanted.width;
  }
  options.missing_mask_is_normal = missing_mask == "normal";
  options.image_scores = image_scores;
  options.masks = mask_rule();
  options.float64 = scores == "float64";
  return options;
}

int64_t MetricsSettings::memory_bytes() const {
  return static_cast<int64_t>(std::min(memory, 1e6) * static_cast<double>(int64_t{1} << 30));
}

MetricsSettings metrics_settings(const RawConfig& config) {
  const ParamList& params = params_of<MetricsSettings>();
  MetricsSettings settings;
  for (const auto& [key, value] : config) {
    const Param* param = params.find(key);
    if (!param) throw_input("{}: unknown key '{}': {}", value.where, key, suggestion(key, params.names()));
    param->set(&settings, param->parse(value, key));
  }
  settings.pro_limits();
  settings.chosen_threshold();
  settings.map_options();
  if (!(settings.aupimo_lower < settings.aupimo_upper))
    throw_input("aupimo.lower={} must be below aupimo.upper={}", settings.aupimo_lower, settings.aupimo_upper);
  for (const std::string& name : settings.protocol) NamedProtocol{name};
  if (std::set(settings.protocol.begin(), settings.protocol.end()).size() != settings.protocol.size())
    throw_input("protocol={}: a protocol is there twice", fmt::join(settings.protocol, ","));
  const bool exact = std::find(settings.protocol.begin(), settings.protocol.end(), "exact") != settings.protocol.end();
  if (settings.scores == "float64" && (!exact || settings.protocol.size() > 1))
    throw_input("scores=float64: protocols but exact compute in float32: use protocol=exact");
  if (settings.bootstrap > 0 && !exact)
    throw_input("bootstrap={}: intervals are those of the exact metrics: add exact to protocol=", settings.bootstrap);
  return settings;
}

}  // namespace adrep
