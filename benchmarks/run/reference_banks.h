#pragma once
#include <filesystem>
#include <nlohmann/json.hpp>

#include "benchmarks/plan/reference_choice.h"
#include "core/features/feature_source.h"
#include "core/features/level_rows.h"
#include "core/representation/representation.h"

namespace adrep {

/// The chosen references' features: the bank that all images share, and those of images with references of their own.
class ReferenceBanks {
 public:
  /// Where the rows of each image begin in levels, and where the last one's end: [images + 1]. An image has one row, or
  /// one a tile.
  using RowStarts = std::vector<int64_t>;
  /// used: features of choice.used(), in that order; train: the class's training images, train_rows and test_rows the
  /// rows of all images. `room`: where the references' features go.
  ReferenceBanks(ReferenceChoice choice, const FeatureSource& used, const std::vector<Sample>& train,
                 RowStarts train_rows, RowStarts test_rows, uint64_t seed, const FeatureRoom& room = {});

  const ReferenceChoice& choice() const { return choice_; }
  /// The shared bank; where every image has its own, the one of the first test image.
  ReferenceBank shared() const;
  ReferenceBank bank_of(const ReferenceChoice::Places& places) const;
  const std::vector<std::string>& files() const { return all_.files; }  ///< ids of all of them
  const std::vector<std::string>& hashes() const { return hashes_; }    ///< SHA-256 of their files

  /// The levels of all training or test images in a representation made with shared(). Images that share references go
  /// through it in batches, others by themselves, so that its working memory stays small. `room`: where they go.
  enum class Part { train, test };
  Levels represented(const Representation& by, const Levels& raw, Part part, const std::string& stage, int64_t batch,
                     const FeatureRoom& room = {}) const;

  /// Writes NAME.safetensors, the rows of all references ("level0" [R·P, C], …) with `origin` and every file's SHA-256
  /// in its metadata, and NAME.json, the list, which references.list takes. NAME is the class and a hash of both.
  /// Atomic; files that are there stay.
  void save(const std::filesystem::path& folder, const std::string& class_name, const nlohmann::json& origin,
            const std::vector<Sample>& train, const std::vector<Sample>& test) const;

 private:
  ReferenceChoice choice_;
  RowStarts train_rows_, test_rows_;
  /// Of a training image that is a reference.
  struct Reference {
    std::string file;              ///< its id
    int64_t first = 0, count = 0;  ///< rows in the bank of all
  };
  std::map<size_t, Reference> references_;  ///< by place among the training images
  int64_t rows_ = 0;
  ReferenceBank all_;
  std::vector<std::string> hashes_;
};

}  // namespace adrep
