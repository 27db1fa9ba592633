#include "benchmarks/cells/result.h"

namespace adrep {

std::string StoredResult::title() const {
  std::string text = class_name + " · " + detector + " · " + features;
  for (const std::string* part : {&variant, &seeds})
    if (!part->empty()) text += (part == &variant || variant.empty() ? " · " : " ") + *part;
  return text;
}

bool StoredResult::leaked() const {
  return cell && cell->key.part("projector.leaked") == true;
}

bool StoredResult::oracle() const {
  return cell && cell->key_text("selection") == "oracle";
}

std::string shown_detector(const StoredResult& result) {
  return result.detector + (result.oracle() ? " (oracle)" : "");
}

std::string shown_features(const StoredResult& result) {
  return result.features + (result.leaked() ? " (leaked)" : "");
}

}  // namespace adrep
