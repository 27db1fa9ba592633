#include "datasets/layouts/listed_dataset.h"

#include <set>

#include "core/base/error.h"
#include "datasets/samples.h"

namespace adrep {

ListedDataset::ListedDataset(const std::filesystem::path& root, std::string list, TestOrder order)
    : root_(root), list_(std::move(list)), order_(order) {
  if (const std::string reason = FileFinder(root_).why_not(list_); !reason.empty())
    throw_input("{}: {}", list_file().string(), reason);
}

std::vector<std::string> ListedDataset::classes() const {
  std::set<std::string> names;
  for (const ListedImage& image : images_) names.insert(image.class_name);
  return {names.begin(), names.end()};
}

ClassSplit ListedDataset::load(const std::string& class_name) const {
  std::vector<FileProblem> problems;
  ClassSplit split = scan(class_name, problems);
  return checked(std::move(split), problems, root_, list_);
}

ClassSplit ListedDataset::scan(const std::string& class_name, std::vector<FileProblem>& problems) const {
  require_class(class_name, classes(), root_);
  return read_listed(root_, class_name, images_, list_, order_, problems);
}

}  // namespace adrep
