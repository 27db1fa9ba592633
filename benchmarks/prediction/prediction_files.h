#pragma once
#include <filesystem>
#include <string>

#include "core/image/image.h"
#include "core/image/preprocess.h"
#include "detectors/pipeline/prediction.h"

namespace adrep {

/// Which files a prediction writes; "" for none of a kind.
struct PredictionFolders {
  std::filesystem::path overlays{};  ///< JPEG: the photograph with its score map and regions (overlay.h)
  std::filesystem::path masks{};     ///< PNG of the photograph's size: 255 in the reported regions, else 0
  std::filesystem::path maps{};      ///< float32 [S, S] of the square that the backbone saw: with image.fit=crop not
                                     ///< all of the photograph, with pad its repeated border around it
  std::string map_format = "npy";    ///< or "tiff"
};

/// Throws InputError where one of them lies in this folder, whose images are scored: its files would be scored, too.
void refuse_folders_inside(const std::filesystem::path& scored, const PredictionFolders& folders);

/// Writes the pictures, masks and maps of predictions, one image at a time; any number of threads may write at once.
///
/// A file has the image's path in its folder and one ending more: "a/001.png" becomes a/001.png.jpg, a/001.png.png and
/// a/001.png.npy (or .tiff). So images of one folder whose names differ only in their extensions do not meet. Files lie
/// inside the folders whatever the path says: "%2F" stands for the '/' that a path begins with, "%2E%2E" for "..",
/// "%25" for '%'; names that a file system would not take with the ending are cut, and a hash follows.
class PredictionFiles {
 public:
  /// calibration: the model's, nullptr for none; it outlives this. Throws InputError for another format, and for masks
  /// without a calibration, which says what a region is.
  PredictionFiles(PredictionFolders folders, const Geometry& geometry, const Calibration* calibration);

  /// Whether write() looks at the photograph.
  bool needs_photograph() const { return !folders_.overlays.empty(); }
  /// Replaces files of earlier runs; each is there as a whole or not at all. image: its path relative to the input, '/'
  /// between folders; photograph: RGB, as the prediction was made of. Throws WriteError when a file cannot be written.
  void write(const std::string& image, const Prediction& prediction, const Image& photograph) const;

 private:
  PredictionFolders folders_;
  Geometry geometry_;
  const Calibration* calibration_;
};

/// The path below a folder that belongs to an image, without the ending that its kind of file adds; as described above.
/// Two images that are not the same path have different ones. Throws InputError for a path without a file's name.
std::filesystem::path place_of_image(const std::string& image);

}  // namespace adrep
