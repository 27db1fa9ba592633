#include "benchmarks/plan/reference_settings.h"

#include "benchmarks/plan/projectors.h"
#include "core/backbones/backbone.h"
#include "core/neighbours/faiss_matching.h"

namespace adrep {
std::vector<std::string> aligned_backbone_names() {
  return BackboneRegistry::instance().names();
}

void check_references(const ReferenceSettings& settings) {
  const bool by_list = settings.references_select == "list";
  if (by_list && settings.references_list.empty()) throw_input("references.select=list needs references.list=FILE");
  if (!by_list && !settings.references_list.empty())
    throw_input("references.list={} is not used by references.select={}: set references.select=list",
                settings.references_list, settings.references_select);
  if (settings.references_index == "faiss_flat" && !has_faiss())
    throw_input(
        "references.index=faiss_flat: this build has no FAISS: install libfaiss-dev and build again, or leave "
        "references.index=exact, which gives the same results");
}

std::filesystem::path reference_list_file(const ReferenceSettings& settings, const std::string& class_name) {
  const std::filesystem::path given = settings.references_list;
  if (!std::filesystem::exists(given))
    throw_input(
        "references.list={}: no such file or folder: it holds names of training images (docs/references.md), the "
        "paper's are those of {}",
        given.string(), projectors_page);
  if (!std::filesystem::is_directory(given)) return given;
  for (const char* ending : {".json", ".txt"})
    if (std::filesystem::exists(given / (class_name + ending))) return given / (class_name + ending);
  throw_input("references.list={}: it has neither {}.json nor {}.txt", given.string(), class_name, class_name);
}

}  // namespace adrep
