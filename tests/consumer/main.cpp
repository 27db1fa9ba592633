// Lists the detectors of an installed adrep and scores one image's features with one of them.
#include <core/base/version.h>
#include <detectors/detector.h>
#include <fmt/format.h>

int main() {
  for (const std::string& name : adrep::DetectorRegistry::instance().names()) fmt::print("detector {}\n", name);
  const auto detector = adrep::DetectorRegistry::instance().get("feature_norm", "detector").make({});
  const adrep::Scores scores = detector->score({{at::ones({1, 8, 4, 4})}, 32});
  fmt::print("installed adrep {}: a map of {}x{}\n", adrep::version(), scores.maps.size(1), scores.maps.size(2));
  return scores.maps.size(1) == 32 ? 0 : 1;
}
