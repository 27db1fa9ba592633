#include "benchmarks/pretraining/pretrain_batch.h"

#include <ATen/Parallel.h>
#include <fmt/format.h>

#include "core/base/interrupt.h"
#include "core/base/progress.h"

namespace adrep {
namespace {

Random random_of(const PretrainConfig& config, const std::string& purpose) {
  return Random(derive_seed(static_cast<uint64_t>(config.settings.seed), purpose));
}

}  // namespace

int64_t BatchMaker::passes() const {
  return static_cast<int64_t>(data_.images.size()) / config_.settings.batch;
}

std::vector<size_t> BatchMaker::images_of(int64_t epoch, int64_t pass) {
  if (epoch != ordered_epoch_) {
    const auto count = static_cast<int64_t>(data_.images.size());
    order_ = random_of(config_, fmt::format("order/{}", epoch)).sample(count, count);
    ordered_epoch_ = epoch;
  }
  const auto first = order_.begin() + pass * config_.settings.batch;
  return {first, first + config_.settings.batch};
}

std::vector<size_t> BatchMaker::draw_references(size_t image, int64_t shots, Random& random) const {
  const std::vector<size_t>& normals = data_.normals[data_.group_of[image]];
  std::vector<size_t> chosen;  // with replacement, possibly the image itself (published code)
  for (int64_t k = 0; k < shots; ++k)
    chosen.push_back(normals[static_cast<size_t>(random.below(static_cast<int64_t>(normals.size())))]);
  return chosen;
}

/// `count` images of a batch from number `first` on.
std::vector<LoadedSample> BatchMaker::load(const std::vector<size_t>& images, int64_t first, int64_t count) const {
  std::vector<LoadedSample> loaded(static_cast<size_t>(count));
  at::parallel_for(0, count, 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i)
      loaded[static_cast<size_t>(i)] = load_sample(data_.images[images[static_cast<size_t>(first + i)]],
                                                   config_.geometry(), config_.settings.mask_rule());
  });
  return loaded;
}

/// [2B, 3, S, S]: the first views of the images, which are those of a batch from number `first` on, then the second
/// ones.
at::Tensor BatchMaker::views_of(const std::vector<LoadedSample>& loaded, int64_t first, int64_t epoch,
                                int64_t pass) const {
  const auto count = static_cast<int64_t>(loaded.size());
  std::vector<at::Tensor> views(2 * loaded.size());
  at::parallel_for(0, 2 * count, 1, [&](int64_t begin, int64_t end) {
    for (int64_t v = begin; v < end; ++v) {
      Random random = random_of(config_, fmt::format("view/{}/{}/{}/{}", epoch, pass, first + v % count, v / count));
      const Image& image = loaded[static_cast<size_t>(v % count)].image;
      views[static_cast<size_t>(v)] =
          normalised(augmented_view(image, config_.augment, random), backbone_.info().mean, backbone_.info().std);
    }
  });
  return at::stack(views);
}

std::optional<PretrainBatch> BatchMaker::make(int64_t epoch, int64_t pass, StageClock& clock) {
  const std::vector<size_t> images = images_of(epoch, pass);
  const int64_t count = config_.settings.batch / group_.size(), mine = count * group_.rank();
  const std::vector<LoadedSample> loaded = load(images, mine, count);
  std::vector<at::Tensor> masks;
  for (const LoadedSample& sample : loaded) masks.push_back(sample.mask);
  PretrainBatch batch;
  batch.masks = at::stack(masks);
  clock.lap("decode");
  if (!group_.any(batch.masks.any().item<bool>())) return std::nullopt;
  const at::Tensor views = views_of(loaded, mine, epoch, pass);
  clock.lap("augment");
  const Levels levels = backbone_.forward(views);
  clock.lap("backbone");
  batch.view1.image_size = batch.view2.image_size = levels.image_size;
  for (const at::Tensor& map : levels.maps) {
    batch.view1.maps.push_back(map.narrow(0, 0, count));
    batch.view2.maps.push_back(map.narrow(0, count, count));
  }
  batch.masks = batch.masks.to(levels[0].device());
  Random random = random_of(config_, fmt::format("references/{}/{}", epoch, pass));
  const auto draw_shots = [&] {
    return config_.shots[static_cast<size_t>(random.below(static_cast<int64_t>(config_.shots.size())))];
  };
  const int64_t of_batch = draw_shots();
  std::vector<std::vector<size_t>> references;
  for (int64_t i = 0; i < config_.settings.batch; ++i) {
    const int64_t shots = config_.settings.shots_per == "sample" ? draw_shots() : of_batch;
    std::vector<size_t> chosen = draw_references(images[static_cast<size_t>(i)], shots, random);
    if (i >= mine && i < mine + count) references.push_back(std::move(chosen));
  }
  batch.references = cache_.rows(references);
  clock.lap("references");
  return batch;
}

std::vector<at::Tensor> BatchMaker::centers() {
  std::vector<at::Tensor> sums;
  for (const LevelShape& shape : backbone_.shapes(config_.settings.crop, config_.settings.crop))
    sums.push_back(at::zeros({shape.channels}, at::kDouble));
  std::vector<int64_t> counts(sums.size());
  const std::vector<size_t> normals = data_.normal_images();
  Progress progress("pretraining: centre", static_cast<int64_t>(normals.size()), "images");
  for (auto i = static_cast<size_t>(group_.rank()); i < normals.size(); i += static_cast<size_t>(group_.size())) {
    stop_if_interrupted();
    Random random = random_of(config_, fmt::format("center/{}", normals[i]));
    const auto rows = cache_.rows({{normals[i]}, draw_references(normals[i], config_.settings.center_shots, random)});
    const std::vector<at::Tensor>&features = rows[0], &references = rows[1];
    for (size_t l = 0; l < features.size(); ++l) {
      at::Tensor input = features[l];
      if (config_.step.residual)
        input = input - references[l].index_select(0, match_references(input, references[l], config_.step.match));
      const at::Tensor sum = input.to(at::kDouble).sum(0);
      sums[l] = sums[l].to(sum.device()) + sum;
      counts[l] += input.size(0);
    }
    progress.update(static_cast<int64_t>(i) + 1);
  }
  for (size_t l = 0; l < sums.size(); ++l) {
    const int64_t count = group_.sum(at::scalar_tensor(counts[l], at::kLong)).item<int64_t>();
    sums[l] = (group_.sum(sums[l]) / count).to(at::kFloat);
  }
  return sums;
}

}  // namespace adrep
