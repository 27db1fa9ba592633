#include "detectors/patchcore/patchcore.h"

#include "core/base/random.h"
#include "core/io/tensor_parts.h"
#include "detectors/feature_check.h"
#include "detectors/least_memory.h"
#include "detectors/patch_features.h"
#include "detectors/patchcore/coreset.h"
#include "detectors/scoring/gaussian_smoothing.h"
#include "detectors/scoring/score_map.h"

namespace adrep {
namespace {

constexpr int64_t patchcore_images_at_once = 8;

int64_t kept_of(int64_t patches, double ratio) {
  return std::max<int64_t>(1, static_cast<int64_t>(static_cast<double>(patches) * ratio));
}

/// How many patches a bank stands for: in states of adrep 0.2, which do not say it, as many as it is the share of.
int64_t seen_from_state(const TensorMap& state, int64_t bank, double ratio) {
  if (!state.contains("seen")) return std::llround(static_cast<double>(bank) / ratio);
  const at::Tensor& seen = state_tensor(state, "seen", 1);
  if (seen.sizes() != at::IntArrayRef({1}) || seen.scalar_type() != at::kLong || seen.item<int64_t>() < bank)
    throw_input("detector state: 'seen' must hold one number of patches, not less than the {} of 'bank'", bank);
  return seen.item<int64_t>();
}

at::Tensor projected(const at::Tensor& patches, const at::Tensor& map) {
  return map.defined() ? patches.mm(map) : patches;
}

}  // namespace

at::Tensor random_projection(int64_t outputs, int64_t inputs, uint64_t seed) {
  const double bound = 1 / std::sqrt(static_cast<double>(inputs));
  Random random(seed);
  at::Tensor weights = at::empty({outputs, inputs});
  float* values = weights.mutable_data_ptr<float>();
  for (int64_t i = 0; i < weights.numel(); ++i) values[i] = static_cast<float>(random.uniform(-bound, bound));
  return weights;
}

Patchcore::Patchcore(Params params) : params_(std::move(params)) {
  if (params_.reweight == 1) throw_input("patchcore.reweight=1: set 0 (off), or 2 and more");
  require_search(params_, params_.dimension, "patchcore.");
}

size_t Patchcore::first_level() const {
  const auto used = static_cast<size_t>(params_.levels);
  return shapes_.size() > used ? shapes_.size() - used : 0;
}

at::Tensor Patchcore::patches(const Levels& levels) const {
  const std::vector<at::Tensor> used(levels.maps.begin() + static_cast<std::ptrdiff_t>(first_level()),
                                     levels.maps.end());
  return patch_features(used, params_.dimension);
}

void Patchcore::fit(const FeatureSource& normals, const FitContext& context) {
  require_images(normals);
  shapes_ = normals.shapes();
  const int64_t total = normals.size() * shapes_[first_level()].positions();
  require_memory<Patchcore>("patchcore", params_, normals, context);

  const at::Tensor reduced = reduced_patches(normals, context);  // [n, projection]
  at::Tensor initial;
  if (params_.coreset == "exact") {
    initial = distance_matrix_row_norms(reduced);
  } else {
    Random random(derive_seed(context.seed, "patchcore starts"));
    initial = mean_distance_to(reduced, at::tensor(random.sample(total, std::min(params_.starts, total)), at::kLong));
  }
  const at::Tensor chosen = greedy_coreset(reduced, initial, kept_of(total, params_.ratio), context.observer);
  take_fitted(gather(normals, chosen, context), context);
  seen_ = total;
}

bool Patchcore::update(const FeatureSource& more, const FitContext& context) {
  ADREP_ASSERT(bank_.defined(), "PatchCore is updated before it is fitted");
  require_images(more);
  require_fitted_shapes(more.batch(0, 1), shapes_);
  const int64_t positions = shapes_[first_level()].positions(), further = more.size() * positions;
  const int64_t total = seen_ + further;
  LeastMemory least = least_memory(params_, shapes_, (total + positions - 1) / positions);
  least.learnt += static_cast<int64_t>(bank_.nbytes());  // the old bank stays until the new one is there
  const auto with_any_setting = [&](const std::string&, const std::string&) { return least; };  // the bank has its own
  require_memory(DetectorRegistry::instance().get("patchcore", "detector"), least, with_any_setting, context);

  const at::Tensor reduced = reduced_patches(more, context), bank = bank_.to(context.device);
  const at::Tensor nearest = NearestNeighbours(projected(bank, projection(context)))
                                 .search(reduced, 1, context.memory_bytes)
                                 .squared_distances;
  const int64_t wanted = std::clamp<int64_t>(kept_of(total, params_.ratio) - bank.size(0), 0, further);
  if (wanted > 0 && nearest.max().item<float>() > 0) {  // else all are copies of what is there
    const at::Tensor chosen = greedy_coreset(reduced, nearest.flatten().sqrt(), wanted, context.observer);
    at::Tensor grown = at::cat({bank, gather(more, chosen, context)});
    take_fitted(std::move(grown), context);
  }
  seen_ = total;
  return true;
}

void Patchcore::take_fitted(at::Tensor bank, const FitContext& context) {
  TensorMap learnt;
  if (params_.index != "exact") learnt = FaissIndex::learn(bank, params_, derive_seed(context.seed, "patchcore index"));
  take_bank(std::move(bank), std::move(learnt),
            [&](int64_t done, int64_t rows) { context.observer.progress("search index", done, rows); });
}

void Patchcore::take_bank(at::Tensor bank, TensorMap learnt, const FaissIndex::Progress& progress) {
  if (params_.index == "exact")
    exact_ = std::make_shared<NearestNeighbours>(bank);
  else
    faiss_ = std::make_shared<FaissIndex>(bank, params_, learnt, progress);
  bank_ = std::move(bank);  // after what may throw
  learnt_ = std::move(learnt);
}

Neighbours Patchcore::nearest(const at::Tensor& queries, int64_t k) const {
  return faiss_ ? faiss_->search(queries, k) : exact_->search(queries, k);
}

/// The random linear map [dimension, projection]. As in the reference code there is none, undefined, when the
/// dimensions agree.
at::Tensor Patchcore::projection(const FitContext& context) const {
  if (params_.projection == params_.dimension) return {};
  return random_projection(params_.projection, params_.dimension, derive_seed(context.seed, "patchcore projection"))
      .to(context.device)
      .t();
}

/// All training patches in the random linear map, computed a few images at a time: the patches themselves (gigabytes)
/// are never held at once.
at::Tensor Patchcore::reduced_patches(const FeatureSource& normals, const FitContext& context) const {
  const at::Tensor map = projection(context);
  const int64_t positions = shapes_[first_level()].positions();
  const at::Tensor reduced =
      at::empty({normals.size() * positions, params_.projection}, at::TensorOptions(context.device).dtype(at::kFloat));
  for (int64_t image = 0; image < normals.size(); image += patchcore_images_at_once) {
    const int64_t count = std::min(patchcore_images_at_once, normals.size() - image);
    const Levels levels = normals.batch(image, count).to(context.device);
    for (int64_t l = 0; l < levels.count(); ++l) require_finite(levels[l], l, image);
    const at::Tensor x = patches(levels).flatten(0, 1);
    reduced.narrow(0, image * positions, count * positions).copy_(projected(x, map));
    context.observer.progress("patches", image + count, normals.size());
  }
  return reduced;
}

/// The chosen patches, computed again: [chosen, dimension] in order of selection.
at::Tensor Patchcore::gather(const FeatureSource& normals, const at::Tensor& chosen, const FitContext& context) const {
  const int64_t positions = shapes_[first_level()].positions();
  const auto [ascending, order] = chosen.sort();
  const at::Tensor bank =
      at::empty({chosen.size(0), params_.dimension}, at::TensorOptions(context.device).dtype(at::kFloat));
  const int64_t* row = ascending.const_data_ptr<int64_t>();
  for (int64_t image = 0, first = 0; image < normals.size(); image += patchcore_images_at_once) {
    const int64_t count = std::min(patchcore_images_at_once, normals.size() - image);
    const int64_t last = std::lower_bound(row, row + chosen.size(0), (image + count) * positions) - row;
    if (last > first) {
      const at::Tensor x = patches(normals.batch(image, count).to(context.device)).flatten(0, 1);
      const at::Tensor local = (ascending.slice(0, first, last) - image * positions).to(context.device);
      bank.index_copy_(0, order.slice(0, first, last).to(context.device), x.index_select(0, local));
    }
    context.observer.progress("memory bank", image + count, normals.size());
    first = last;
  }
  return bank;
}

Scores Patchcore::score(const Levels& levels) const {
  ADREP_ASSERT(bank_.defined(), "PatchCore scores before it is fitted");
  require_fitted_shapes(levels, shapes_);
  const LevelShape& grid = shapes_[first_level()];
  const int64_t k = std::min(params_.neighbours, bank().size(0));
  const at::Tensor queries = patches(levels).flatten(0, 1);  // [B·H·W, C]
  const Neighbours found = nearest(queries, k);              // [B·H·W, k]
  const at::Tensor patch_scores = found.squared_distances.mean(1).view({levels.batch(), grid.height, grid.width});
  const at::Tensor maps = upsample(patch_scores, levels.image_size, AlignCorners::no);
  const at::Tensor inside = inside_only(patch_scores, levels.content, levels.image_size).flatten(1);
  const at::Tensor image_scores =
      params_.reweight > 0 ? reweighted(queries, found.rows.select(1, 0), inside) : inside.amax(1);
  return {gaussian_smooth(maps, params_.sigma), image_scores, {}, levels.content};
}

/// w = 1 − exp|q − m| / Σ exp|q − m'| over the b bank rows m' nearest to m, the bank row nearest to the worst patch q.
at::Tensor Patchcore::reweighted(const at::Tensor& patches, const at::Tensor& matches,
                                 const at::Tensor& patch_scores) const {
  const int64_t images = patch_scores.size(0), positions = patch_scores.size(1);
  const auto [largest, worst] = patch_scores.max(1);
  const at::Tensor place = at::arange(images, worst.options()) * positions + worst;
  const at::Tensor q = patches.index_select(0, place);                          // [B, C]
  const at::Tensor m = bank().index_select(0, matches.index_select(0, place));  // [B, C]
  const int64_t b = std::min(params_.reweight, bank().size(0));
  const at::Tensor around = nearest(m, b).rows.flatten();  // [B·b]
  const at::Tensor others = bank().index_select(0, around).view({images, b, -1}) - q.unsqueeze(1);
  const at::Tensor distances = at::linalg_vector_norm(others, 2, at::IntArrayRef{2});  // [B, b]
  const at::Tensor own = at::linalg_vector_norm(q - m, 2, at::IntArrayRef{1});
  return largest * (1 - (own - distances.logsumexp(1)).exp());
}

TensorMap Patchcore::state() const {
  TensorMap state{{"shapes", shapes_to_tensor(shapes_)}, {"bank", bank()}, {"seen", at::full({1}, seen_, at::kLong)}};
  add_below(state, "index/", learnt_);
  return state;
}

std::vector<std::string> Patchcore::notes() const {
  if (params_.index == "exact" || params_.index == "flat") return {};
  return {fmt::format("nearest patches: proposed by {}, which may miss some", params_.index)};
}

void Patchcore::load(const TensorMap& state) {
  std::vector<LevelShape> shapes = shapes_from_state(state, "shapes");
  const at::Tensor& bank = state_tensor(state, "bank", 2);
  if (shapes.empty() || bank.size(0) < 1 || bank.size(1) != params_.dimension || bank.scalar_type() != at::kFloat)
    throw_input("detector state: 'bank' must be float32 [rows, {}]: it was made with another dimension",
                params_.dimension);
  seen_ = seen_from_state(state, bank.size(0), params_.ratio);
  shapes_ = std::move(shapes);
  take_bank(bank, tensors_below(state, "index/"));
}

FitCost Patchcore::cost(const Params& params, const std::vector<LevelShape>& shapes, int64_t train, int64_t test) {
  const size_t used = std::min(shapes.size(), static_cast<size_t>(params.levels));
  const double positions = static_cast<double>(shapes[shapes.size() - used].positions());
  const double patches = positions * static_cast<double>(train), kept = params.ratio * patches;
  const double dimension = static_cast<double>(params.dimension), projection = static_cast<double>(params.projection);
  const double scoring = 2 * kept * positions * static_cast<double>(test) * dimension;
  return {
      2 * kept * patches * projection + scoring,
      (patches * projection + kept * dimension) * sizeof(float) +
          static_cast<double>(search_bytes(params, std::max<int64_t>(1, static_cast<int64_t>(kept)), params.dimension)),
      scoring};
}

LeastMemory Patchcore::least_memory(const Params& params, const std::vector<LevelShape>& shapes, int64_t images) {
  const std::vector<LevelShape> levels = last_levels(shapes, params.levels);
  const int64_t patches = images * levels.front().positions(), kept = kept_of(patches, params.ratio);
  const int64_t reduced = 4 * params.projection, index = search_bytes(params, kept, params.dimension);
  const int64_t selecting = kept * (reduced + 16) + greedy_coreset_bytes(patches, params.projection);
  const int64_t making = std::min(patchcore_images_at_once, images) * patch_features_bytes(levels, params.dimension);
  // all reduced patches, and one after the other: patches that are made, the selection, the index of those kept
  return {patches * reduced + std::max({making, selecting, index}), 4 * kept * params.dimension};
}

ADREP_DETECTOR("patchcore", Patchcore)
    .doc("distance to the nearest patch of a coreset of the training patches")
    .resize_for_mvtec_ad(256)
    .position_free()
    .updatable()
    .faster("ratio", "0.01")
    .lighter({{"ratio", "0.05"}, {"ratio", "0.02"}, {"ratio", "0.01"}, {"ratio", "0.001"}, {"projection", "32"}})
    .post_step("");

}  // namespace adrep
