#include "benchmarks/run/examples.h"

#include <nlohmann/json.hpp>

#include <cstring>

#include "benchmarks/cells/cell_files.h"
#include "core/base/failure.h"
#include "core/base/hash.h"
#include "core/base/log.h"
#include "core/image/decode.h"
#include "core/io/safetensors.h"

namespace adrep {

namespace fs = std::filesystem;

std::vector<int64_t> choose_examples(const std::vector<Sample>& test, int64_t count) {
  std::map<std::string, std::vector<int64_t>> by_defect;
  std::vector<int64_t> normal, chosen;
  for (size_t i = 0; i < test.size(); ++i)
    (test[i].anomalous ? by_defect[test[i].defect] : normal).push_back(static_cast<int64_t>(i));
  const int64_t anomalous = count - (normal.empty() ? 0 : 1);
  for (size_t round = 0; static_cast<int64_t>(chosen.size()) < anomalous; ++round) {
    const size_t before = chosen.size();
    for (const auto& [defect, indices] : by_defect)
      if (round < indices.size() && static_cast<int64_t>(chosen.size()) < anomalous) chosen.push_back(indices[round]);
    if (chosen.size() == before) break;
  }
  std::sort(chosen.begin(), chosen.end());
  if (!normal.empty() && count > 0) chosen.push_back(normal.front());
  return chosen;
}

ExampleImages::ExampleImages(const std::vector<Sample>& test, const GroundTruth& truth, const PlannedGroup& group,
                             const fs::path& output, const std::string& fingerprint)
    : test_(test),
      truth_(truth),
      geometry_(group.geometry),
      folder_(output / "examples"),
      images_file_(fmt::format("images-{}-{}-{}-{}.safetensors", fingerprint.substr(0, 16), group.geometry.resize,
                               group.geometry.crop, group.config->settings.examples)),
      chosen_(choose_examples(test, group.config->settings.examples)) {
  const std::string reading = test.empty() || !test.front().reading ? "" : test.front().reading->text();
  if (!reading.empty())
    images_file_ = fmt::format("images-{}.safetensors", sha256_of(images_file_ + reading).substr(0, 32));
}

void ExampleImages::save_images() const {
  const int64_t side = geometry_.crop, count = static_cast<int64_t>(chosen_.size());
  const at::Tensor images = at::empty({count, side, side, 3}, at::kByte);
  nlohmann::json ids = nlohmann::json::array(), defects = nlohmann::json::array();
  for (int64_t i = 0; i < count; ++i) {
    const Sample& sample = test_[static_cast<size_t>(chosen_[static_cast<size_t>(i)])];
    const Image image = preprocess_image(decode_rgb(sample.image_file()), geometry_);
    std::memcpy(images[i].data_ptr(), image.pixels.data(), image.pixels.size());
    ids.push_back(sample.id);
    defects.push_back(sample.anomalous ? sample.defect : "good");
  }
  const at::Tensor masks = truth_.masks.index_select(0, at::tensor(chosen_, at::kLong));
  write_safetensors(folder_ / images_file_, {{"images", images}, {"masks", masks}},
                    {{"ids", ids.dump()}, {"defects", defects.dump()}});
}

void ExampleImages::save_maps(const std::string& cell_hash, const at::Tensor& maps, bool anew) const {
  if (chosen_.empty()) return;
  if (anew || !fs::exists(folder_ / images_file_)) save_images();
  const at::Tensor normal = (at::tensor(truth_.labels, at::kByte) == 0).nonzero().flatten().to(maps.device());
  const at::Tensor quiet =
      normal.numel() > 0 ? maps.index_select(0, normal.narrow(0, 0, std::min<int64_t>(normal.numel(), 16))) : maps;
  const at::Tensor kept = maps.index_select(0, at::tensor(chosen_, at::kLong).to(maps.device()));
  const fs::path file = folder_ / (cell_hash.substr(0, 32) + ".safetensors");
  write_safetensors(file, {{"maps", kept}},
                    {{"images", images_file_},
                     {"low", fmt::format("{}", quiet.median().item<double>())},
                     {"high", fmt::format("{}", kept.max().item<double>())}});
  CellFiles(folder_.parent_path(), cell_hash).record(CellFiles::Kind::examples, {file, folder_ / images_file_});
}

CellExamples load_examples(const fs::path& output, const std::string& cell_hash) {
  CellExamples examples;
  const fs::path folder = output / "examples", file = folder / (cell_hash.substr(0, 32) + ".safetensors");
  if (!fs::exists(file)) return examples;
  try {
    const Safetensors maps = read_safetensors(file);
    const fs::path images_file = fs::path(maps.metadata.at("images")).filename();
    const Safetensors images = read_safetensors(folder / images_file);
    examples.maps = maps.at("maps");
    examples.images = images.at("images");
    examples.masks = images.at("masks");
    examples.low = std::stod(maps.metadata.at("low"));
    examples.high = std::stod(maps.metadata.at("high"));
    examples.ids = nlohmann::json::parse(images.metadata.at("ids")).get<std::vector<std::string>>();
    examples.defects = nlohmann::json::parse(images.metadata.at("defects")).get<std::vector<std::string>>();
    const int64_t count = examples.maps.size(0), side = examples.maps.size(1);
    if (examples.images.sizes() != at::IntArrayRef({count, side, side, 3}) ||
        examples.masks.sizes() != examples.maps.sizes() || static_cast<int64_t>(examples.ids.size()) != count ||
        static_cast<int64_t>(examples.defects.size()) != count)
      throw_input("{}: does not fit {}", file.string(), images_file.string());
  } catch (...) {
    log_warning(fmt::format("score maps left out of the report: {}", contained_failure().line));
    return {};
  }
  return examples;
}

}  // namespace adrep
