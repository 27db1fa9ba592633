// adrep_real_patches CLASS OUT.safetensors: PatchCore's patches of EfficientNet-Lite0 on the photographs of one class
// in the MVTec AD layout, for timings of nearest neighbours by any program: `bank` [R, 1024] (the coreset of a tenth of
// train/good) and `queries` [Q, 1024] (all of test).
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <iostream>

#include "core/backbones/backbone.h"
#include "core/backbones/input_normalisation.h"
#include "core/base/error.h"
#include "core/base/failure.h"
#include "core/image/image_loader.h"
#include "core/io/safetensors.h"
#include "detectors/patch_features.h"
#include "detectors/patchcore/coreset.h"
#include "detectors/patchcore/patchcore.h"

namespace adrep::timing {
namespace {

class Silent : public FitObserver {
 public:
  void progress(const std::string&, int64_t, int64_t) override {}
};

std::vector<ImageFile> photographs(const std::filesystem::path& folder) {
  std::vector<ImageFile> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    if (entry.is_regular_file()) files.push_back(entry.path());
  std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.path.native() < b.path.native(); });
  return files;
}

/// Of the levels that PatchCore takes: [patches, 1024].
at::Tensor patches_of(const Backbone& backbone, const std::filesystem::path& folder) {
  const PatchcoreParams params;
  std::vector<at::Tensor> all;
  load_images(photographs(folder), {224, 224}, 2, 16, [&](const LoadedImage& loaded) {
    if (!loaded.image) throw InputError(loaded.error);
    const at::Tensor input = normalised(*loaded.image, imagenet_mean, imagenet_std).unsqueeze(0);
    const std::vector<at::Tensor> levels = backbone.forward(input).maps;
    all.push_back(patch_features({levels.end() - params.levels, levels.end()}, params.dimension).flatten(0, 1));
    return true;
  });
  return at::cat(all);
}

void write_patches(const std::filesystem::path& folder, const std::filesystem::path& out) {
  const at::NoGradGuard no_grad;
  const BackboneEntry& entry = BackboneRegistry::instance().get("efficientnet_lite0", "backbone");
  const std::shared_ptr<const Backbone> backbone = entry.load(find_weights(entry, {}), {});
  const at::Tensor normal = patches_of(*backbone, folder / "train" / "good");
  const at::Tensor reduced = normal.mm(random_projection(PatchcoreParams{}.projection, normal.size(1), 1).t());
  Silent silent;
  const at::Tensor chosen =
      greedy_coreset(reduced, mean_distance_to(reduced, at::zeros({1}, at::kLong)), normal.size(0) / 10, silent);
  const at::Tensor bank = normal.index_select(0, chosen), queries = patches_of(*backbone, folder / "test");
  write_safetensors(out, {{"bank", bank}, {"queries", queries}});
  std::cout << "bank " << bank.size(0) << " rows, queries " << queries.size(0) << " rows\n";
}

}  // namespace
}  // namespace adrep::timing

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "adrep_real_patches CLASS OUT.safetensors\n";
    return 2;
  }
  try {
    adrep::timing::write_patches(argv[1], argv[2]);
  } catch (...) {
    std::cerr << adrep::current_failure().line << '\n';
    return 1;
  }
}
