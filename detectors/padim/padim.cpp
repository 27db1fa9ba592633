#include "detectors/padim/padim.h"

#include <optional>

#include "core/base/random.h"
#include "detectors/feature_check.h"
#include "detectors/least_memory.h"
#include "detectors/scoring/gaussian_smoothing.h"
#include "detectors/scoring/score_map.h"

namespace adrep {
namespace {

constexpr int64_t padim_images_at_once = 32;
constexpr int64_t share_of_fitting = 2;  // half of the memory is for the Gaussians' fit, the rest for their samples

CovarianceForm form_of(const std::string& name) {
  if (name == "full") return CovarianceForm::full;
  return name == "lowrank" ? CovarianceForm::low_rank : CovarianceForm::automatic;
}

/// The form with fewer numbers that is asked for, or none.
std::optional<ReducedGaussian::Form> reduced_form_of(const std::string& name) {
  if (name == "diagonal") return ReducedGaussian::Form::diagonal;
  if (name == "shared") return ReducedGaussian::Form::shared;
  return std::nullopt;
}

at::Tensor choose_channels(int64_t available, int64_t wanted, uint64_t seed) {
  if (wanted == 0 || wanted >= available) return at::arange(available, at::kLong);
  std::vector<int64_t> chosen = Random(seed).sample(available, wanted);
  std::sort(chosen.begin(), chosen.end());
  return at::tensor(chosen, at::kLong);
}

/// Chosen channels of positions [first, first + count) of all images: [count, N, dims].
at::Tensor samples_at(const FeatureSource& normals, int64_t level, const at::Tensor& channels, int64_t first,
                      int64_t count, const at::Device& device) {
  std::vector<at::Tensor> parts;
  for (int64_t image = 0; image < normals.size(); image += padim_images_at_once) {
    const int64_t images = std::min(padim_images_at_once, normals.size() - image);
    at::Tensor x = normals.level(level, image, images).flatten(2).narrow(2, first, count).to(device);
    if (channels.size(0) < x.size(1)) x = x.index_select(1, channels.to(device));
    parts.push_back(positions_first(x));
  }
  return at::cat(parts, 1);
}

/// Calls visit(level, samples) for every level, whose features are checked before.
template <class Visit>
void for_levels(const FeatureSource& normals, const std::vector<at::Tensor>& channels, const FitContext& context,
                const Visit& visit) {
  const auto levels = static_cast<int64_t>(channels.size());
  for (int64_t l = 0; l < levels; ++l) {
    context.observer.progress("padim", l, levels);
    for (int64_t image = 0; image < normals.size(); image += padim_images_at_once)
      require_finite(normals.level(l, image, std::min(padim_images_at_once, normals.size() - image)), l, image);
    visit(l, [&](int64_t first, int64_t count) {
      context.observer.progress("padim", l, levels);
      return samples_at(normals, l, channels[static_cast<size_t>(l)], first, count, context.device);
    });
  }
  context.observer.progress("padim", levels, levels);
}

}  // namespace

GaussianModel::Options Padim::options_of(int64_t level, const FitContext& context) const {
  return {params_.ridge, form_of(params_.covariance),
          std::min(context.memory_bytes / share_of_fitting, int64_t{512} << 20), fmt::format("PaDiM, level {}", level)};
}

void Padim::fit(const FeatureSource& normals, const FitContext& context) {
  require_images(normals);
  shapes_ = normals.shapes();
  models_.clear();
  channels_.clear();
  const std::optional<ReducedGaussian::Form> reduced = reduced_form_of(params_.covariance);
  require_memory<Padim>("padim", params_, normals, context);
  for (size_t l = 0; l < shapes_.size(); ++l) {
    const uint64_t seed = derive_seed(context.seed, fmt::format("padim channels {}", l));
    channels_.push_back(choose_channels(shapes_[l].channels, params_.dims, seed));
  }
  for_levels(normals, channels_, context, [&](int64_t l, const GaussianModel::Samples& samples) {
    const int64_t positions = shapes_[static_cast<size_t>(l)].positions();
    if (reduced)
      models_.emplace_back(ReducedGaussian::fit(positions, samples, options_of(l, context), *reduced));
    else
      models_.emplace_back(GaussianModel::fit(positions, samples, options_of(l, context)));
  });
}

bool Padim::update(const FeatureSource& more, const FitContext& context) {
  ADREP_ASSERT(!models_.empty(), "PaDiM is updated before it is fitted");
  const int64_t before = std::visit([](const auto& model) { return model.samples(); }, models_.front());
  if (before == 0)
    throw_input(
        "padim: this model is of adrep 0.2 or older, which did not keep how many images it had learnt from: fit it "
        "again");
  require_images(more);
  require_fitted_shapes(more.batch(0, 1), shapes_);
  LeastMemory least = least_memory(params_, shapes_, before + more.size());
  least.learnt += least_memory(params_, shapes_, before).learnt;  // the old models stay until all new ones are there
  const auto with_any_setting = [&](const std::string&, const std::string&) { return least; };  // the model has its own
  require_memory(DetectorRegistry::instance().get("padim", "detector"), least, with_any_setting, context);
  std::vector<Model> models;
  for_levels(more, channels_, context, [&](int64_t l, const GaussianModel::Samples& samples) {
    std::visit([&](const auto& model) { models.emplace_back(model.updated(samples, options_of(l, context))); },
               models_[static_cast<size_t>(l)]);
  });
  models_ = std::move(models);
  return true;
}

at::Tensor Padim::distances(const at::Tensor& x, int64_t level) const {
  const auto l = static_cast<size_t>(level);
  at::Tensor features = x.flatten(2);  // [B, C, P]
  if (channels_[l].size(0) < x.size(1)) features = features.index_select(1, channels_[l].to(x.device()));
  const at::Tensor distance = std::visit([&](const auto& model) { return model.distance(features); }, models_[l]);
  return distance.unflatten(1, {x.size(2), x.size(3)});
}

Scores Padim::score(const Levels& levels) const {
  ADREP_ASSERT(!models_.empty(), "PaDiM scores before it is fitted");
  require_fitted_shapes(levels, shapes_);
  LevelMean maps;
  for (int64_t l = 0; l < levels.count(); ++l)
    maps.add(upsample(distances(levels[l], l), levels.image_size, AlignCorners::yes));
  return scores_from_maps(gaussian_smooth(maps.value(), params_.sigma), levels.content);
}

TensorMap Padim::state() const {
  TensorMap state{{"shapes", shapes_to_tensor(shapes_)}};
  for (size_t l = 0; l < models_.size(); ++l) {
    std::visit([&](const auto& model) { model.save(state, fmt::format("level{}", l)); }, models_[l]);
    state[fmt::format("level{}/channels", l)] = channels_[l];
  }
  return state;
}

void Padim::load(const TensorMap& state) {
  std::vector<LevelShape> shapes = shapes_from_state(state, "shapes");
  std::vector<Model> models;
  const std::optional<ReducedGaussian::Form> reduced = reduced_form_of(params_.covariance);
  std::vector<at::Tensor> channels;
  for (size_t l = 0; l < shapes.size(); ++l) {
    const std::string prefix = fmt::format("level{}", l);
    if (reduced)
      models.emplace_back(ReducedGaussian::load(state, prefix, *reduced));
    else
      models.emplace_back(GaussianModel::load(state, prefix));
    const auto [positions, dims] =
        std::visit([](const auto& model) { return std::pair(model.positions(), model.channels()); }, models.back());
    channels.push_back(state_tensor(state, prefix + "/channels", 1));
    const at::Tensor& chosen = channels.back();
    const bool fits = positions == shapes[l].positions() && dims == chosen.size(0) &&
                      chosen.scalar_type() == at::kLong && chosen.numel() > 0 && chosen.min().item<int64_t>() >= 0 &&
                      chosen.max().item<int64_t>() < shapes[l].channels;
    if (!fits) throw_input("detector state: the tensors below '{}' do not fit the level's shape", prefix);
  }
  shapes_ = std::move(shapes);
  models_ = std::move(models);
  channels_ = std::move(channels);
}

FitCost Padim::cost(const Params& params, const std::vector<LevelShape>& shapes, int64_t train, int64_t test) {
  FitCost cost;
  const double images = static_cast<double>(train), scored = static_cast<double>(test);
  for (const LevelShape& shape : shapes) {
    const double channels =
        static_cast<double>(params.dims > 0 ? std::min(params.dims, shape.channels) : shape.channels);
    const double side = std::min(channels, images), positions = static_cast<double>(shape.positions());
    cost.flops += positions * (2 * images * channels * side + side * side * side / 3 + 2 * scored * channels * side);
    const auto reduced = reduced_form_of(params.covariance);
    cost.bytes +=
        reduced
            ? static_cast<double>(ReducedGaussian::bytes(shape.positions(), static_cast<int64_t>(channels), *reduced))
            : positions * (channels * side + side * side) * sizeof(float);
  }
  return cost;
}

LeastMemory Padim::least_memory(const Params& params, const std::vector<LevelShape>& shapes, int64_t images) {
  LeastMemory least;
  const CovarianceForm form = form_of(params.covariance);
  const auto reduced = reduced_form_of(params.covariance);
  for (const LevelShape& shape : shapes) {
    const int64_t dims = params.dims > 0 ? std::min(params.dims, shape.channels) : shape.channels;
    least.learnt += reduced ? ReducedGaussian::bytes(shape.positions(), dims, *reduced)
                            : GaussianModel::bytes(shape.positions(), images, dims, form);
    const int64_t position = reduced
                                 ? ReducedGaussian::working_bytes(images, dims) + ReducedGaussian::shared_bytes(dims)
                                 : GaussianModel::working_bytes(images, dims, form);
    least.working = std::max(least.working, share_of_fitting * position);
  }
  return least;
}

ADREP_DETECTOR("padim", Padim)
    .doc("a Gaussian for every position of every level, Mahalanobis distance")
    .random_when([](const ParamTexts& texts) { return texts("dims") != "0"; })
    .resize_for_mvtec_ad(256)
    .updatable()
    .lighter({{"dims", "200"}, {"dims", "100"}, {"dims", "50"}, {"covariance", "diagonal"}})
    .post_step("min_max");

}  // namespace adrep
