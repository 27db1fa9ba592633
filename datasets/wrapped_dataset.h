#pragma once
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "datasets/dataset.h"

namespace adrep {

/// Another data set's classes from the same files: what makes a difference is how a class is loaded.
class WrappedDataset : public Dataset {
 public:
  explicit WrappedDataset(std::shared_ptr<const Dataset> wrapped) : wrapped_(std::move(wrapped)) {}

  std::string layout() const override { return wrapped_->layout(); }
  const std::filesystem::path& root() const override { return wrapped_->root(); }
  bool is_absent() const override { return wrapped_->is_absent(); }
  std::vector<std::string> classes() const override { return wrapped_->classes(); }
  bool masks_optional() const override { return wrapped_->masks_optional(); }
  bool masks_number_defects() const override { return wrapped_->masks_number_defects(); }
  bool leaves_unused(const std::string& folder) const override { return wrapped_->leaves_unused(folder); }

 protected:
  const Dataset& wrapped() const { return *wrapped_; }

 private:
  std::shared_ptr<const Dataset> wrapped_;
};

}  // namespace adrep
