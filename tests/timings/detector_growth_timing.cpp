// How fitting grows with the number of images and with that of patches, for every detector: one epoch where there are
// epochs, small networks. growth_images/DETECTOR/N: N images of 196 patches; growth_patches/DETECTOR/P: 32 images of P.
#include <cmath>

#include "detectors/detector.h"
#include "detectors/training/random_tensors.h"
#include "peak_memory.h"
#include "timing.h"

namespace adrep::timing {
namespace {

/// What keeps a single epoch short, by detector.
const std::map<std::string, std::map<std::string, std::string>> short_settings{
    {"cflow", {{"meta_epochs", "1"}, {"sub_epochs", "1"}, {"blocks", "4"}, {"condition", "32"}, {"fibres", "1024"}}},
    {"glass", {{"meta_epochs", "1"}, {"dimension", "128"}, {"hidden", "128"}}},
    {"patchcore", {{"dimension", "256"}, {"projection", "64"}}},
    {"uniad",
     {{"epochs", "1"},
      {"grid", "4096"},  // always that of the first level
      {"hidden", "64"},
      {"feedforward", "128"},
      {"encoder_layers", "1"},
      {"decoder_layers", "1"}}},
};

std::unique_ptr<Detector> make(const DetectorEntry& entry) {
  RawParams params;
  if (const auto given = short_settings.find(entry.name); given != short_settings.end())
    for (const auto& [key, value] : given->second) params[key] = {{value}, false, "timing"};
  return entry.make(params);
}

/// Two levels of 64 and 128 channels, the second of half the side.
Levels levels(int64_t images, int64_t side) {
  Random random(1);
  return {{normal_tensor({images, 64, side, side}, random), normal_tensor({images, 128, side / 2, side / 2}, random)},
          224};
}

void fit(benchmark::State& state, const DetectorEntry& entry, int64_t images, int64_t side) {
  const MemoryFeatures normals(levels(images, side));
  QuietFit quiet;
  make(entry)->fit(normals, {.observer = quiet, .seed = 1});
  double memory = 0;
  for ([[maybe_unused]] const auto _ : state) {
    state.PauseTiming();
    const std::unique_ptr<Detector> detector = make(entry);
    const PeakMemory peak;
    state.ResumeTiming();
    detector->fit(normals, {.observer = quiet, .seed = 1});
    memory = peak.mib();
  }
  state.counters["memory_mb"] = memory;
}

}  // namespace

void add_detector_growth() {
  const auto add_case = [](const std::string& kind, const DetectorEntry& entry, int64_t size, int64_t images,
                           int64_t side) {
    benchmark::RegisterBenchmark(fmt::format("{}/{}/{}", kind, entry.name, size).c_str(),
                                 [=, &entry](benchmark::State& state) { fit(state, entry, images, side); })
        ->UseRealTime()
        ->Unit(benchmark::kMillisecond);
  };
  for (const auto& [name, entry] : DetectorRegistry::instance().all()) {
    for (const int64_t images : {32, 64, 128, 256}) add_case("growth_images", entry, images, images, 14);
    for (const int64_t side : {8, 12, 16, 24, 32}) add_case("growth_patches", entry, side * side, 32, side);
  }
}

}  // namespace adrep::timing
