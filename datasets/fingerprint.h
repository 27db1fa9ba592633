#pragma once
#include <string>

#include "datasets/dataset.h"

namespace adrep {

/// SHA-256 over every sample of the class in order of id: part (train or test), id below the class's folder, defect,
/// label and content of image, mask and foreground mask. It says whether two runs saw the same data: it changes with
/// any byte of them, with a label and with the split, and not with where the data set lies or whether data= names its
/// root or the class's own folder. Threads (0: one a processor) do not change it. Throws InputError when a file cannot
/// be read.
std::string fingerprint(const ClassSplit& split, int threads = 0);

/// What three stages of an evaluation depend on: SHA-256 each.
struct Fingerprints {
  std::string train;  ///< training images in order of id: id below the class's folder, label, content of image and
                      ///< foreground mask
  std::string test;   ///< the same of the test images, without their labels
  std::string data;   ///< `fingerprint`: everything
  std::shared_ptr<const FileHashes> files{};  ///< what they were made from: images, masks and foreground masks
};

/// Every file is read once. Throws as `fingerprint` does.
Fingerprints fingerprints(const ClassSplit& split, int threads = 0);

}  // namespace adrep
