#pragma once
#include <map>
#include <string>
#include <vector>

#include "datasets/dataset.h"
#include "datasets/listing.h"

namespace adrep {

/// One image as a list in a data set (CSV, JSON) names it.
struct ListedImage {
  std::string class_name;
  std::string image;  ///< relative to the root, '/' separated, as it stands in the list: not checked yet
  std::string mask;   ///< likewise, "" for none
  bool training = false, anomalous = false;
  std::string defect = "good", view{}, group{};
  int64_t line = 0;  ///< in the list, from 1
};

/// Throws InputError "WHERE: …" when a name from a list cannot be that of a class or a defect: empty, not plain UTF-8
/// text, more than 200 bytes, beginning with '.', or with a '/' in it.
void require_plain_name(const std::string& name, const char* kind, const std::string& where);

/// Tells whether files that a list names are there to be read. Each folder is listed once.
class FileFinder {
 public:
  explicit FileFinder(const RootFolder& root) : root_(root) {}

  /// Why this is no file to be read, or "": absolute, leaving the root (by "..", or by a link), not there, not a file.
  std::string why_not(const std::string& file);

 private:
  const RootFolder& root_;
  std::map<std::string, Listing, std::less<>> listings_;
};

enum class TestOrder { by_id, normal_first };

/// The class that the list describes: images that are there, in order. Problems name the missing file, or the list
/// where the list itself is at fault (`list`: its name relative to the root): paths that leave the root, an image
/// listed twice, an anomalous training image.
ClassSplit read_listed(const RootFolder& root, const std::string& class_name, const std::vector<ListedImage>& images,
                       const std::string& list, TestOrder order, std::vector<FileProblem>& problems);

}  // namespace adrep
