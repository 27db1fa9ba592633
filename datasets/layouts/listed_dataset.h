#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "datasets/layouts/listed_images.h"

namespace adrep {

/// A data set that one list of images describes.
class ListedDataset : public Dataset {
 public:
  const std::filesystem::path& root() const override { return root_.path(); }
  std::vector<std::string> classes() const override;
  ClassSplit load(const std::string& class_name) const override;
  ClassSplit scan(const std::string& class_name, std::vector<FileProblem>& problems) const override;

 protected:
  /// `list`: relative to the root. Throws InputError when it is not there to be read.
  ListedDataset(const std::filesystem::path& root, std::string list, TestOrder order);
  std::filesystem::path list_file() const { return root_.full(list_); }
  const RootFolder& root_folder() const { return root_; }
  void set_images(std::vector<ListedImage> images) { images_ = std::move(images); }

 private:
  RootFolder root_;
  std::string list_;
  TestOrder order_;
  std::vector<ListedImage> images_;
};

}  // namespace adrep
