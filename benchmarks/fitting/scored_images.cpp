#include "benchmarks/fitting/scored_images.h"

#include <ATen/Parallel.h>

#include "core/base/interrupt.h"
#include "core/base/log.h"
#include "core/base/progress.h"

namespace adrep {

std::vector<ScoredImage> scored_images(const Pipeline& pipeline, const std::vector<Sample>& samples, bool skip_bad,
                                       const std::string& title) {
  std::vector<ImageFile> files;
  for (const Sample& sample : samples) files.push_back(sample.image_file());
  Progress progress(title, std::ssize(samples), "images");
  std::vector<ScoredImage> scored;
  pipeline.predict_files(files, at::get_num_threads(), [&](FilePrediction made) {
    stop_if_interrupted();
    if (made.prediction)
      scored.push_back({samples[made.index], std::move(*made.prediction)});
    else if (skip_bad)
      log_warning("skipped: " + made.error);
    else
      throw InputError(made.error);
    progress.update(static_cast<int64_t>(made.index) + 1);
    return true;
  });
  return scored;
}

}  // namespace adrep
