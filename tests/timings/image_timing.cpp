// Decode, bicubic resize to 224, crop and normalise, as other tools are timed: every .jpg and .png below --images but
// the masks.
#include <ATen/Parallel.h>

#include <algorithm>

#include "core/backbones/input_normalisation.h"
#include "core/base/error.h"
#include "core/image/image_loader.h"
#include "timing.h"

namespace adrep::timing {
namespace {

std::vector<ImageFile> image_files() {
  std::vector<ImageFile> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(images())) {
    const std::string extension = entry.path().extension();
    const bool is_mask = entry.path().string().find("ground_truth") != std::string::npos;
    if (!is_mask && (extension == ".jpg" || extension == ".png")) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.path.native() < b.path.native(); });
  return files;
}

/// The mean of all images' means.
double run(const std::vector<ImageFile>& files, int workers) {
  double sum = 0;
  load_images(files, {224, 224}, workers, 16, [&](const LoadedImage& loaded) {
    if (!loaded.image) throw InputError(loaded.error);
    sum += normalised(*loaded.image, imagenet_mean, imagenet_std).mean().item<double>();
    return true;
  });
  return sum / static_cast<double>(files.size());
}

void image_pipeline(benchmark::State& state, bool one_thread) {
  if (images().empty()) return state.SkipWithError("no --images=FOLDER");
  const std::vector<ImageFile> files = image_files();
  const int before = at::get_num_threads();
  at::set_num_threads(1);  // the mean's own threads would take the cores from the workers
  double value = run(files, 1);
  for ([[maybe_unused]] const auto _ : state) value = run(files, one_thread ? 1 : threads());
  at::set_num_threads(before);
  state.counters["value"] = value;
  state.counters["images"] = static_cast<double>(files.size());
}

BENCHMARK_CAPTURE(image_pipeline, 1_thread, true)
    ->Name("image_pipeline_1_thread")
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(image_pipeline, loader, false)
    ->Name("image_pipeline_loader")
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace adrep::timing
