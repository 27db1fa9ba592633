#pragma once
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/registry.h"

namespace adrep {

/// One image of a data set.
struct Sample {
  std::string id;                             ///< path relative to the root, '/' separated: unique, sorted byte-wise
  std::filesystem::path image;                ///< full path
  std::optional<std::filesystem::path> mask;  ///< full path; none for normal images
  bool anomalous = false;
  std::string defect = "good";                ///< name of the defect folder
};

/// One class: normal training images and labelled test images, each in byte-wise order of id.
struct ClassSplit {
  std::string name;
  std::vector<Sample> train, test;
};

/// A data set on disk in one of the known layouts. Nothing outside its root is read.
class Dataset {
 public:
  virtual ~Dataset() = default;
  virtual std::string layout() const = 0;
  virtual const std::filesystem::path& root() const = 0;
  /// In byte-wise order.
  virtual std::vector<std::string> classes() const = 0;
  /// Throws InputError when the class has no training images, or a file needed is missing.
  virtual ClassSplit load(const std::string& class_name) const = 0;
};

struct LayoutEntry {
  std::string name, doc;
  /// True when the folder looks like this layout. Asked in order of decreasing `priority`.
  std::function<bool(const std::filesystem::path& root)> matches;
  std::function<std::unique_ptr<Dataset>(const std::filesystem::path& root)> open;
  int priority = 0;
};

using LayoutRegistry = Registry<LayoutEntry>;

/// Opens a data set; layout "auto" takes the first that matches. Throws InputError when the folder is missing, empty
/// or of no known layout (saying what was expected).
std::unique_ptr<Dataset> open_dataset(const std::filesystem::path& root, const std::string& layout = "auto");

}  // namespace adrep

/// ADREP_LAYOUT({.name = "mvtec_ad", .doc = "…", .matches = …, .open = …, .priority = 10});
#define ADREP_LAYOUT(...) \
  static const ::adrep::LayoutEntry& adrep_registered_layout = ::adrep::LayoutRegistry::instance().add(__VA_ARGS__)
