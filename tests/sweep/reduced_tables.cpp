#include "sweep/reduced_tables.h"

#include <string>
#include <utility>
#include <vector>

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "datasets/layouts/mini_tree.h"

namespace adrep::test {
namespace {

namespace fs = std::filesystem;

/// A text in a configuration, and what stands there in the small one.
using SmallerTexts = std::vector<std::pair<std::string, std::string>>;

void write_smaller(const fs::path& folder, const std::string& name, const SmallerTexts& texts) {
  std::string config = read_file(fs::path(ADREP_SOURCE_DIR) / "configs" / name);
  for (const auto& [large, small] : texts) {
    size_t at = config.find(large);
    if (at == std::string::npos) throw_input("configs/{}: '{}' is not there to be made small", name, large);
    for (; at != std::string::npos; at = config.find(large, at + small.size())) config.replace(at, large.size(), small);
  }
  write_file_atomically(folder / "configs" / name, config);
}

/// bf16 is slow on a CPU that has no instructions for it. Small patches have few pixels to be anomalous.
const SmallerTexts small_pretraining = {{"epochs: 10", "epochs: 1"},
                                        {"batch: 32", "batch: 8\nimage.crop: 64\nlabel_pixels: 7"},
                                        {"precision: bf16", "precision: fp32"}};

void write_small_pretrainings(const fs::path& folder) {
  SmallerTexts real_iad = small_pretraining, mvtec = small_pretraining;
  real_iad.insert(real_iad.end(), {{"data: real_iad", "data: data/real_iad"},
                                   {"data: mvtec_ad", "data: data/mvtec_ad"},
                                   {"center_shots: 4", "center_shots: 2"},
                                   {"resize: 256", "resize: 64"},
                                   {"shots: 8", "shots: 2"}});
  mvtec.insert(mvtec.end(), {{"data: mvtec_ad", "data: data/mvtec_ad\nreferences.center_shots: 2"}});
  write_smaller(folder, "pretrain_realiad.yaml", real_iad);
  write_smaller(folder, "pretrain_mvtec.yaml", mvtec);
}

constexpr const char* small_base =
    "\nbase:\n  image.crop: 64\n  image.resize: 64\n  references.resize: 64\n"
    "  references.aligned_backbone: efficientnet_lite0\n  report.examples: 1\n";

/// Table 2a trains its backbone, which is kept only where it has an official weights file: EfficientNet-Lite0.
void write_small_table(const fs::path& folder, const std::string& name) {
  const bool trains_backbone = name == "table2a";
  const std::string backbone =
      trains_backbone ? "backbone: efficientnet_lite0" : "backbone: vit, weights: weights/imagebind.pth";
  const std::string heads = trains_backbone ? "  projector.projector.heads: 8\n" : "";  // of 24 channels
  write_smaller(folder, name + ".yaml",
                {{"{data: ", "{data: data/"},
                 {"backbone: [imagebind]", "backbone: {imagebind: {" + backbone + "}}"},
                 {"\nbase:\n", small_base + heads}});
}

}  // namespace

void write_reduced_tables(const fs::path& folder) {
  make_mini_dataset(folder / "data/real_iad", "real_iad", MiniOptions());
  write_small_pretrainings(folder);
  for (const char* name : {"table2a", "table2b", "table3a", "table3b", "table3b_no_overlap", "table4", "table5",
                           "table6", "table8", "table9", "table10", "table11", "table12", "table13", "table_b1"})
    write_small_table(folder, name);
}

}  // namespace adrep::test
