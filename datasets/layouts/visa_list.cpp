#include "datasets/layouts/visa_list.h"

#include "core/base/error.h"
#include "datasets/layouts/csv.h"

namespace adrep {
namespace {

/// One of two words, or InputError.
bool is_first(const std::string& text, const char* first, const char* second, const std::string& file, int64_t line) {
  if (text != first && text != second)
    throw_input("{}:{}: '{}' where '{}' or '{}' is expected", file, line, escaped(text.substr(0, 80)), first, second);
  return text == first;
}

}  // namespace

std::vector<ListedImage> parse_visa_split(const std::string& text, const std::string& name) {
  CsvReader table(text, name);
  const size_t object = table.required_column("object"), split = table.required_column("split"),
               label = table.required_column("label"), image = table.required_column("image"),
               mask = table.required_column("mask");
  std::vector<ListedImage> images;
  while (const auto row = table.next()) {
    ListedImage listed;
    listed.class_name = (*row)[object];
    require_plain_name(listed.class_name, "class", fmt::format("{}:{}", name, table.line()));
    listed.image = (*row)[image];
    listed.mask = (*row)[mask];
    listed.training = is_first((*row)[split], "train", "test", name, table.line());
    listed.anomalous = !is_first((*row)[label], "normal", "anomaly", name, table.line());
    listed.defect = listed.anomalous ? "anomaly" : "good";
    listed.line = table.line();
    images.push_back(std::move(listed));
  }
  return images;
}

}  // namespace adrep
