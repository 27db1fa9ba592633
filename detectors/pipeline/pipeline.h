#pragma once
#include "core/backbones/backbone.h"
#include "core/image/image_file.h"
#include "detectors/pipeline/artefact.h"

namespace adrep {

/// How a saved model is loaded.
struct PipelineOptions {
  std::string device = "cpu";       ///< cpu, cuda or cuda:INDEX
  std::filesystem::path weights{};  ///< file of the backbone; "": the embedded one, or where its weights usually are
  bool trust_code = false;          ///< a backbone that is code (torchscript:FILE) may be run
  int64_t memory_bytes = int64_t{256} << 20;  ///< bound for the working memory of matching with references
};

/// Images in, anomaly scores out: resize and crop, backbone, representation, detector and the constants of a post step.
/// Nothing of it changes once it is there, so many threads may score at once.
///
/// The cell's test images in their order get the cell's scores bit for bit, on the same machine with the same threads
/// (a backbone that is not batch-invariant may compute a last pass of fewer images by other kernels: then up to
/// rounding). Scores of an image by itself and among others differ by at most 1e-5 of the largest.
class Pipeline {
 public:
  /// From an artefact's file, with nothing else but, unless it is embedded, the weights file of its backbone: found by
  /// find_weights and compared by its SHA-256. Runs the self-test through all stages. Throws InputError with one line
  /// naming the file when that cannot be.
  static Pipeline load(const std::filesystem::path& file, const PipelineOptions& options = {});

  /// From its parts. The backbone is on the options' device; the options' weights and trust_code count for nothing.
  /// Throws InputError when the parts do not fit together.
  Pipeline(const Artefact& artefact, std::unique_ptr<const Backbone> backbone, const PipelineOptions& options = {});

  /// Decoded RGB images of any size that the geometry takes -> maps [B, S, S] and image scores [B], on the CPU; with
  /// image.fit=pad, content_of() says which part of a map is not padding, and image scores are of that part. The
  /// images go through in passes of batch(). Throws InputError naming the number of an image that cannot be used.
  Scores score(const std::vector<Image>& images) const;
  /// The same of files, which are read as the cell's were (reading()) and decoded ahead by `threads` threads. Throws
  /// InputError for the first that cannot be used.
  Scores score_files(const std::vector<ImageFile>& files, int threads = 2) const;

  const Geometry& geometry() const { return geometry_; }
  /// How image files are read; who decodes images otherwise does the same.
  const ImageReading& reading() const { return reading_; }
  int64_t batch() const { return batch_; }

 private:
  class Passes;
  /// Images after resize and crop -> the detector's scores on the device, before the post step.
  Scores detect(const std::vector<at::Tensor>& inputs, const std::vector<Content>& contents) const;
  at::Tensor input_of(const Image& prepared) const;
  void self_test(const ArtefactProbe& probe) const;

  at::Device device_;
  Geometry geometry_;
  ImageReading reading_;
  std::unique_ptr<const Backbone> backbone_;
  std::unique_ptr<const Representation> representation_;  ///< nullptr for raw features
  std::shared_ptr<const Detector> detector_;
  PostStep post_;
  int64_t batch_;
};

}  // namespace adrep
