#pragma once
#include <mutex>

#include "core/backbones/backbone.h"
#include "core/image/image_file.h"
#include "core/image/image_loader.h"
#include "detectors/pipeline/artefact.h"
#include "detectors/pipeline/image_view.h"
#include "detectors/pipeline/prediction.h"

namespace adrep {

/// How a saved model is loaded.
struct PipelineOptions {
  std::string device = "cpu";       ///< cpu, cuda or cuda:INDEX
  std::filesystem::path weights{};  ///< file of the backbone; "": the embedded one, or where its weights usually are
  bool trust_code = false;          ///< a backbone that is code (torchscript:FILE) may be run
  int64_t memory_bytes = int64_t{256} << 20;  ///< bound for the working memory of matching with references
  int64_t batch = 0;                          ///< images that go through it at once; 0: as many as the file says
};

/// What becomes of one of several files.
struct FilePrediction {
  size_t index = 0;
  std::optional<Prediction> prediction{};
  std::string error{};  ///< why there is none
};

/// Images in, anomaly scores out: resize and crop, backbone, representation, detector and the constants of a post step.
/// Nothing of it changes once it is there, so many threads may score at once.
///
/// What `adrep fit` wrote goes through in passes of one image (batch() is 1), so that an image's scores are the same
/// bits by itself and among others. Of a cell's model, whose passes are the run's: the cell's test images in their
/// order get the cell's scores bit for bit, on the same machine with the same threads (a backbone that is not
/// batch-invariant may compute a last pass of fewer images by other kernels: then up to rounding). Scores of an image
/// by itself and among others differ by at most 1e-5 of the largest.
class Pipeline {
 public:
  /// From an artefact's file, with nothing else but, unless it is embedded, the weights file of its backbone: found by
  /// find_weights and compared by its SHA-256. Runs the self-test through all stages. Throws InputError with one line
  /// naming the file when that cannot be.
  static Pipeline load(const std::filesystem::path& file, const PipelineOptions& options = {});

  /// From its parts. The backbone is on the options' device; the options' weights and trust_code count for nothing.
  /// Throws InputError when the parts do not fit together.
  Pipeline(const Artefact& artefact, std::shared_ptr<const Backbone> backbone, const PipelineOptions& options = {});

  /// Decoded RGB images of any size that the geometry takes -> maps [B, S, S] and image scores [B], on the CPU; with
  /// image.fit=pad, content_of() says which part of a map is not padding, and image scores are of that part. The
  /// images go through in passes of batch(). Throws InputError naming the number of an image that cannot be used.
  Scores score(const std::vector<Image>& images) const;
  /// The same of files, which are read as the cell's were (reading()) and decoded ahead by `threads` threads. Throws
  /// InputError for the first that cannot be used.
  Scores score_files(const std::vector<ImageFile>& files, int threads = 2) const;
  /// An image in somebody else's memory: maps [1, S, S] and image scores [1].
  Scores score(const ImageView& image) const;

  /// What the calibration says of it besides. Throws as score() does.
  Prediction predict(const ImageView& image) const;
  /// Of files one by one, in order, in passes of one image whatever batch() is; few are in memory at a time. `threads`
  /// threads decode ahead. Where an image's bits do not depend on the number of threads, which is tried, and there are
  /// many files on the CPU, each of them scores images by itself instead, which takes less time than to share each
  /// image's work. An image that cannot be used gives its error. Returns early when `consume` returns false.
  void predict_files(const std::vector<ImageFile>& files, int threads,
                     const std::function<bool(FilePrediction)>& consume) const;

  /// What the scores mean; nullptr where nothing was found out.
  const Calibration* calibration() const { return calibration_ ? &*calibration_ : nullptr; }
  /// Of an image after resize and crop, uint8 [S, S, 3], and where the photograph lies in it, int64 [4].
  Prediction predict_kept(const at::Tensor& pixels, const at::Tensor& content) const;

  /// Features of files as the detector takes them, and as the backbone gives them: [N, C_l, H_l, W_l] on the CPU.
  /// Throws InputError for the first file that cannot be used.
  Levels features(const std::vector<ImageFile>& files) const;
  Levels raw_features(const std::vector<ImageFile>& files) const;
  /// A self-test on this image (ArtefactProbe), without scores.
  ArtefactProbe probe_on(const ImageFile& file) const;

  const Geometry& geometry() const { return geometry_; }
  /// How image files are read; who decodes images otherwise does the same.
  const ImageReading& reading() const { return reading_; }
  int64_t batch() const { return batch_; }

 private:
  class Passes;
  /// Features of images after resize and crop, as the detector takes them.
  Levels levels_of(const std::vector<at::Tensor>& inputs, const std::vector<Content>& contents) const;
  /// The same before the representation.
  Levels raw_levels_of(const std::vector<at::Tensor>& inputs, const std::vector<Content>& contents) const;
  Levels features_by(const std::vector<ImageFile>& files, bool raw) const;
  /// One image after resize and crop, of a photograph of this size that lies there.
  Prediction predict_prepared(const Image& prepared, const Content& content, int width, int height) const;
  /// Images after resize and crop -> the detector's scores on the device, before the post step.
  Scores detect(const std::vector<at::Tensor>& inputs, const std::vector<Content>& contents) const;
  at::Tensor input_of(const Image& prepared) const;
  FilePrediction prediction_of_loaded(LoadedImage loaded) const;
  /// Whether an image of noise has the same scores, maps and features, to the last bit, by one thread; tried once.
  bool same_by_one_thread() const;
  bool try_one_thread() const;
  void self_test(const ArtefactProbe& probe) const;

  at::Device device_;
  Geometry geometry_;
  ImageReading reading_;
  std::shared_ptr<const Backbone> backbone_;
  std::unique_ptr<const Representation> representation_;  ///< nullptr for raw features
  std::shared_ptr<const Detector> detector_;
  PostStep post_;
  int64_t batch_;
  std::optional<Calibration> calibration_;
  struct Trial {
    std::once_flag once;
    bool same = false;
  };
  std::shared_ptr<Trial> one_thread_ = std::make_shared<Trial>();
};

}  // namespace adrep
