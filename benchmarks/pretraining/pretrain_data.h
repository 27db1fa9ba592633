#pragma once
#include "benchmarks/plan/pretrain_settings.h"
#include "core/representation/projector_checkpoint.h"
#include "datasets/dataset.h"

namespace adrep {

/// The images that projectors are pretrained on: training and test images of every class. Test anomalies are used where
/// the data set has no others (MVTec AD, paper Table 6), so all classes are recorded as seen. References of an image
/// come from its own class and view (protocol §2).
struct PretrainData {
  std::vector<Sample> images;
  std::vector<size_t> group_of;              ///< of every image: whose normals may be its references
  std::vector<std::vector<size_t>> normals;  ///< of every group, a class or one view of it: its normal images
  std::vector<std::string> group_names;      ///< "audiojack, view C3", or the class where it has one view only
  std::vector<PretrainedClass> classes;
  std::vector<std::string> notes;  ///< what was found in the files and what is left out, one line each

  /// Indices of all normal images, in order.
  std::vector<size_t> normal_images() const;
};

/// Opens the data set. Anomalous images without a mask are left out. Throws InputError when a class or file is missing,
/// a group has no normal image, there is no anomalous image with a mask, or the results would lie inside the data.
PretrainData open_pretrain_data(const PretrainSettings& settings);

/// The image at the network's size, and its mask [1, S, S] of 0/1 (zeros for a normal image).
struct LoadedSample {
  Image image;
  at::Tensor mask;
};
/// Throws InputError when a file is unreadable or the mask has another size than the image.
LoadedSample load_sample(const Sample& sample, const Geometry& geometry, const MaskRule& rule = {});

}  // namespace adrep
