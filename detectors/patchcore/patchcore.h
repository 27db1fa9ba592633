#pragma once
#include <memory>
#include <string>
#include <vector>

#include "core/base/schema.h"
#include "core/neighbours/faiss_index.h"
#include "detectors/detector.h"

namespace adrep {

struct PatchcoreParams : NeighbourSearchParams {
  int64_t levels = 3;
  int64_t dimension = 1024;
  double ratio = 0.1;
  std::string coreset = "approximate";
  int64_t projection = 128;
  int64_t starts = 10;
  int64_t neighbours = 1;
  int64_t reweight = 0;
  double sigma = 4.0;

  PatchcoreParams() = default;  // an aggregate's base is "maybe uninitialized" to GCC 12

  static void declare(Schema<PatchcoreParams>& s) {
    s.decides(Decides::fit);
    s.add(&PatchcoreParams::levels, "levels").at_least(1).doc("how many of the deepest levels are used");
    s.add(&PatchcoreParams::dimension, "dimension").at_least(1).doc("values of a patch feature after pooling");
    s.add(&PatchcoreParams::ratio, "ratio")
        .more_than(0)
        .at_most(1)
        .example("0.01")
        .doc("share of the training patches that is kept");
    s.add(&PatchcoreParams::coreset, "coreset")
        .one_of({"approximate", "exact"})
        .doc("what the greedy selection starts from: distances to a few random patches, or to all");
    s.add(&PatchcoreParams::projection, "projection")
        .at_least(1)
        .doc("dimension of the random linear map in which the coreset's distances are taken");
    s.add(&PatchcoreParams::starts, "starts")
        .when([](const ParamTexts& texts) { return texts("coreset") == "approximate"; })
        .at_least(1)
        .doc("random patches that the approximate selection starts from");
    s.add(&PatchcoreParams::neighbours, "neighbours")
        .decides(Decides::scores)
        .at_least(1)
        .doc("a patch's score is its mean squared distance to this many nearest patches");
    s.add(&PatchcoreParams::reweight, "reweight")
        .decides(Decides::scores)
        .at_least(0)
        .at_most(1024)
        .example("9")
        .doc(
            "the image score is reduced where this many neighbours of the nearest bank patch are near as well, as in "
            "the paper's Eq. 7; 0: off, as in the published evaluation");
    NeighbourSearchParams::declare(s);
    s.add(&PatchcoreParams::sigma, "sigma")
        .decides(Decides::scores)
        .at_least(0)
        .doc("Gaussian smoothing of the score map, pixels of the map");
  }
};

/// PatchCore (Roth et al. 2022; protocol §7): a greedy coreset of the training patches as memory bank, squared distance
/// to the nearest of it as score. The projection and the start patches derive from the seed (published runs: seed 42,
/// with torch's and NumPy's generators, so their draws differ).
class Patchcore final : public Detector {
 public:
  using Params = PatchcoreParams;
  /// Throws InputError for reweight=1, where a bank patch alone is always the nearest, and for a search that this build
  /// or dimension does not have.
  explicit Patchcore(Params params);

  void fit(const FeatureSource& normals, const FitContext& context) override;
  /// Continues the greedy selection from the bank as it is: of the further patches those farthest from it enter, one
  /// after the other, until it has the share `ratio` of all patches seen. The context's seed must be that of the fit.
  bool update(const FeatureSource& more, const FitContext& context) override;
  Scores score(const Levels& levels) const override;
  static FitCost cost(const Params& params, const std::vector<LevelShape>& shapes, int64_t train, int64_t test);
  static LeastMemory least_memory(const Params& params, const std::vector<LevelShape>& shapes, int64_t images);
  TensorMap state() const override;
  void load(const TensorMap& state) override;
  std::vector<std::string> notes() const override;

  /// Patch features of the used levels: [B, H·W, dimension].
  at::Tensor patches(const Levels& levels) const;
  /// [rows, dimension]
  const at::Tensor& bank() const { return bank_; }

 private:
  at::Tensor projection(const FitContext& context) const;
  at::Tensor reduced_patches(const FeatureSource& normals, const FitContext& context) const;
  at::Tensor gather(const FeatureSource& normals, const at::Tensor& chosen, const FitContext& context) const;
  size_t first_level() const;
  /// Takes the bank, of which FAISS's index learns.
  void take_fitted(at::Tensor bank, const FitContext& context);
  /// Takes the bank, with what FAISS's index has learnt of it.
  void take_bank(at::Tensor bank, TensorMap learnt, const FaissIndex::Progress& progress = {});
  Neighbours nearest(const at::Tensor& queries, int64_t k) const;
  /// Image scores times the paper's weight. patches [B·P, C], nearest bank row of each [B·P], patch scores [B, P].
  at::Tensor reweighted(const at::Tensor& patches, const at::Tensor& nearest, const at::Tensor& patch_scores) const;

  Params params_;
  std::vector<LevelShape> shapes_;
  int64_t seen_ = 0;  // patches that the bank stands for
  at::Tensor bank_;
  std::shared_ptr<const NearestNeighbours> exact_;  // this or faiss_
  std::shared_ptr<const FaissIndex> faiss_;
  TensorMap learnt_;
};

/// Weights of a torch Linear layer without bias as torch initialises it, uniform in ±1/√inputs: [outputs, inputs].
at::Tensor random_projection(int64_t outputs, int64_t inputs, uint64_t seed);

}  // namespace adrep
