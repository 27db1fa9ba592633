#pragma once
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/base/registry.h"
#include "core/image/image_file.h"

namespace adrep {

/// SHA-256 of files by their full path.
using FileHashes = std::unordered_map<std::string, std::string>;

/// One image of a data set. Kept small, as text and not as std::filesystem::path: a data set may have a million.
struct Sample {
  std::string id;                                     ///< path relative to the root, '/' separated: unique
  std::shared_ptr<const std::filesystem::path> root;  ///< of the data set, shared by its samples
  std::optional<std::string> mask;                    ///< full path; none for normal images
  bool anomalous = false;
  std::string defect = "good";  ///< name of the defect folder
  std::string view{};           ///< camera view ("C1" … "C5" in Real-IAD); "" where the data set has one view only
  std::optional<std::string> foreground{};  ///< full path of the mask of the part itself, where the data set has them

  /// Full path; the id alone when there is no root.
  std::filesystem::path image() const { return root ? *root / id : std::filesystem::path(id); }
  std::string group{};  ///< of photographs that belong together (splits/groups.h); "" where nothing says it
  std::shared_ptr<const FileHashes> contents{};   ///< what its files must hold, shared by the samples; none: anything
  std::shared_ptr<const ImageReading> reading{};  ///< how the image is read, shared by the samples; none: by default

  /// The image with how it is read, and a file of its masks, with the content that it must have.
  ImageFile image_file() const;
  ImageFile with_content(const std::string& file) const;
};

/// One class: normal training images and labelled test images, each in byte-wise order of id, unless the layout's
/// publisher says otherwise (VisA: normal test images first).
struct ClassSplit {
  std::string name;
  std::vector<Sample> train, test;
  std::vector<std::string> notes{};  ///< what a declared split could not give in full, one line each
  /// What a reader of numbers from these files should know, one line each; said by `info`, `run` and under tables.
  std::vector<std::string> data_notes{};
  /// The layout itself divided the normal images by their names: neither its publisher nor its owner did.
  bool divided_by_name = false;

  /// From now on the samples' files must hold this (fingerprint.h).
  void expect(const std::shared_ptr<const FileHashes>& contents);
  /// From now on the samples' images are read like this.
  void read_as(const ImageReading& reading);
  /// How its images are read.
  ImageReading reading() const;
};

/// A file or folder that cannot be used, and why.
struct FileProblem {
  std::string file;  ///< relative to the root, '/' separated; a class for what concerns all of it
  std::string text;
};

/// A data set on disk in one of the known layouts. Nothing outside its root is read: a symbolic link that leaves it is
/// an error, never followed and never silently skipped.
class Dataset {
 public:
  virtual ~Dataset() = default;
  virtual std::string layout() const = 0;
  virtual const std::filesystem::path& root() const = 0;
  /// True for one that stands for a data set that is not there (absent_dataset.h): none of its files can be read.
  virtual bool is_absent() const { return false; }
  /// In byte-wise order.
  virtual std::vector<std::string> classes() const = 0;
  /// Throws InputError when there is no such class, it has no training images, or a file needed is missing.
  virtual ClassSplit load(const std::string& class_name) const = 0;
  /// For verification: what load() would give, going on after a problem where the layout can. Here: load() itself.
  virtual ClassSplit scan(const std::string& class_name, std::vector<FileProblem>& problems) const;
  /// True when a class without a single mask is in order (it then counts for image metrics only).
  virtual bool masks_optional() const { return false; }
  /// True when a mask's values number its defects (VisA): any value is in order, all but 0 are anomalous.
  virtual bool masks_number_defects() const { return false; }
  /// True for a folder (relative to the root) that the layout knows and leaves unused (MVTec 3D-AD's validation/):
  /// verification does not look into it.
  virtual bool leaves_unused(const std::string& folder) const;
};

class MiniTree;
class RootFolder;

struct LayoutEntry {
  std::string name, doc;
  /// True when the folder looks like this layout. Asked in order of decreasing `priority`, all with the same `root`
  /// (listing.h), so that no folder is listed anew for each layout. None: it is never recognised, only named.
  std::function<bool(const RootFolder& root)> matches;
  std::function<std::unique_ptr<Dataset>(const std::filesystem::path& root)> open;
  int priority = 0;
  bool makes_folder = false;  ///< opening it makes the folder; only by name, never recognised
  /// Writes a tiny synthetic tree of this layout (mini_tree.h); none when the layout has none of its own.
  std::function<void(MiniTree& tree)> make_mini{};
};

using LayoutRegistry = Registry<LayoutEntry>;

/// What a setting of the layout may be: "auto" (open_dataset recognises it) and all names.
std::vector<std::string> layout_choices();

/// Opens a data set; layout "auto" takes the first that matches. Throws InputError when the folder is missing, not a
/// folder, not readable, empty or of no known layout (saying what was looked for and what was found).
std::unique_ptr<Dataset> open_dataset(const std::filesystem::path& root, const std::string& layout = "auto");

}  // namespace adrep

/// ADREP_LAYOUT({.name = "mvtec_ad", .doc = "…", .matches = …, .open = …, .priority = 10});
#define ADREP_LAYOUT(...)                                                         \
  static const ::adrep::LayoutEntry& ADREP_UNIQUE_NAME(adrep_registered_layout) = \
      ::adrep::LayoutRegistry::instance().add(__VA_ARGS__)
