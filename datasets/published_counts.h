#pragma once
#include <optional>
#include <span>
#include <string_view>

namespace adrep {

/// Images of one class as its publisher counts them.
struct PublishedCounts {
  int train_normal = 0, test_normal = 0, test_anomalous = 0;
  bool operator==(const PublishedCounts&) const = default;
};

struct PublishedClass {
  std::string_view name;
  std::optional<PublishedCounts> counts;  ///< none where only the whole data set's are known
};

struct PublishedDataset {
  std::string_view layout;
  std::span<const PublishedClass> classes;          ///< all official classes, in byte-wise order
  int64_t normal_images = 0, anomalous_images = 0;  ///< of all classes together
  std::string_view page{};                          ///< where its authors offer it

  /// nullptr when it is none of the official classes.
  const PublishedClass* find(std::string_view class_name) const;
};

/// What is published about the data set of a layout (protocol §2), nullptr when the layout is no published data set.
const PublishedDataset* published_dataset(std::string_view layout);

}  // namespace adrep
