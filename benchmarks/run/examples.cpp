#include "benchmarks/run/examples.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "benchmarks/cells/cell_files.h"
#include "core/base/atomic_file.h"
#include "core/base/failure.h"
#include "core/base/hash.h"
#include "core/base/log.h"
#include "core/image/decode.h"
#include "core/io/safetensors.h"
#include "core/io/sealed_json.h"

namespace adrep {

namespace fs = std::filesystem;

std::vector<Example> choose_examples(const std::vector<Sample>& test, const at::Tensor& image_scores, int64_t count) {
  const at::Tensor scores = image_scores.contiguous();
  const auto* score = scores.const_data_ptr<float>();
  std::vector<int64_t> normal, anomalous;
  for (int64_t i = 0; i < std::ssize(test); ++i)
    (test[static_cast<size_t>(i)].anomalous ? anomalous : normal).push_back(i);
  for (auto* part : {&normal, &anomalous})
    std::stable_sort(part->begin(), part->end(), [&](int64_t a, int64_t b) { return score[a] > score[b]; });
  const int64_t all = std::ssize(anomalous), wanted = std::min(all, count - (normal.empty() ? 0 : 1));
  const int64_t middle = wanted >= 3 ? wanted % 2 : 0, lowest = wanted / 2, clearest = wanted - middle - lowest;
  std::vector<Example> chosen;
  const auto add = [&](int64_t first, int64_t number, const char* why) {
    for (int64_t i = first; i < first + number; ++i) chosen.push_back({anomalous[static_cast<size_t>(i)], why});
  };
  add(0, clearest, "clearest");
  if (middle > 0) add(std::clamp(all / 2, clearest, all - lowest - 1), middle, "in the middle");
  add(all - lowest, std::max<int64_t>(0, lowest), "lowest of the defects");
  if (!normal.empty() && count > 0) chosen.push_back({normal.front(), "highest of the normal"});
  return chosen;
}

ExampleImages::ExampleImages(const std::vector<Sample>& test, const GroundTruth& truth, const PlannedGroup& group,
                             const fs::path& output, const std::string& fingerprint)
    : test_(test),
      truth_(truth),
      geometry_(group.geometry),
      folder_(output / "examples"),
      choice_name_(fmt::format("choice-{}-{}-{}.json", fingerprint.substr(0, 16),
                               sha256_of(test.empty() ? "" : test.front().id).substr(0, 8),
                               group.config->settings.examples)),
      prefix_(fmt::format("images-{}-{}-{}{}-{}-", fingerprint.substr(0, 16), geometry_.resize, geometry_.crop,
                          geometry_.suffix("-"), group.config->settings.examples)),
      count_(group.config->settings.examples) {
  const std::string reading = test.empty() || !test.front().reading ? "" : test.front().reading->text();
  if (!reading.empty()) prefix_ = fmt::format("images-{}-", sha256_of(prefix_ + reading).substr(0, 32));
}

/// The images' file is named by what it holds, so that a damaged list of names is found out.
std::string ExampleImages::name_of_images() const {
  std::string names;
  for (const Example& example : chosen_)
    names += test_[static_cast<size_t>(example.image)].id + "\n" + example.why + "\n";
  return fmt::format("{}{}.safetensors", prefix_, sha256_of(names).substr(0, 8));
}

void ExampleImages::choose(const at::Tensor& image_scores) {
  chosen_ = choose_examples(test_, image_scores, count_);
  images_file_ = name_of_images();
}

bool ExampleImages::take(const nlohmann::json& ids, const nlohmann::json& why) {
  std::map<std::string, int64_t> place_of;
  for (size_t i = 0; i < test_.size(); ++i) place_of[test_[i].id] = static_cast<int64_t>(i);
  chosen_.clear();
  for (size_t i = 0; i < ids.size(); ++i)
    chosen_.push_back({place_of.at(ids.at(i).get<std::string>()), why.at(i).get<std::string>()});
  images_file_ = name_of_images();
  return true;
}

/// The choice of an earlier run: from its list, or, where that is damaged, from the images themselves.
bool ExampleImages::choose_as_before() {
  using nlohmann::json;
  try {
    if (fs::exists(choice_file())) {
      const json list = read_sealed_json(read_file(choice_file()), "list of examples", choice_file().string());
      return take(list.at("ids"), list.at("why"));
    }
  } catch (const std::exception&) {  // of other images, or damaged
    chosen_.clear();
  }
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(folder_, none)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(prefix_) || !name.ends_with(".safetensors")) continue;
    try {
      const Safetensors file = read_safetensors(entry.path());
      take(json::parse(file.metadata.at("ids")), json::parse(file.metadata.at("why")));
      if (images_file_ == name) return true;
    } catch (const std::exception&) {
      continue;
    }
  }
  chosen_.clear();
  images_file_.clear();
  return false;
}

std::string ExampleImages::choice_text() const {
  nlohmann::json ids = nlohmann::json::array(), why = ids;
  for (const Example& example : chosen_) {
    ids.push_back(test_[static_cast<size_t>(example.image)].id);
    why.push_back(example.why);
  }
  return sealed({{"ids", ids}, {"why", why}}).dump(1) + "\n";
}

void ExampleImages::save_choice() const {
  const std::string text = choice_text();
  if (!fs::exists(choice_file()) || read_file(choice_file()) != text) write_file_atomically(choice_file(), text);
}

void ExampleImages::save_images() const {
  const auto count = std::ssize(chosen_);
  const at::Tensor images = at::zeros({count, truth_.masks.size(1), truth_.masks.size(2), 3}, at::kByte);
  const at::Tensor masks = at::zeros({count, truth_.masks.size(1), truth_.masks.size(2)}, at::kByte);
  nlohmann::json ids = nlohmann::json::array(), defects = ids, why = ids;
  for (int64_t i = 0; i < count; ++i) {
    const Example& example = chosen_[static_cast<size_t>(i)];
    const Sample& sample = test_[static_cast<size_t>(example.image)];
    const Image image = preprocess_image(decode_rgb(sample.image_file()), geometry_);
    images[i]
        .slice(0, 0, image.height)
        .slice(1, 0, image.width)
        .copy_(at::from_blob(const_cast<uint8_t*>(image.pixels.data()), {image.height, image.width, 3}, at::kByte));
    masks[i].copy_(truth_.masks[example.image] == 1);
    ids.push_back(sample.id);
    defects.push_back(sample.anomalous ? sample.defect : "good");
    why.push_back(example.why);
  }
  write_safetensors(folder_ / images_file_, {{"images", images}, {"masks", masks}},
                    {{"ids", ids.dump()}, {"defects", defects.dump()}, {"why", why.dump()}});
}

void ExampleImages::settle(const at::Tensor& image_scores, bool anew) {
  if (images_file_.empty() && !choose_as_before()) choose(image_scores.cpu());
  if (chosen_.empty()) return;
  const auto keep_images = [&] {
    if (anew || !fs::exists(folder_ / images_file_)) save_images();
  };
  keep_images();
  // of two processes that choose at a time the first one's choice counts
  if (!write_file_if_absent(choice_file(), choice_text()) && choose_as_before()) keep_images();
}

void ExampleImages::save_maps(const std::string& cell_hash, const at::Tensor& maps, const at::Tensor& image_scores,
                              bool anew) {
  settle(image_scores, anew);
  if (chosen_.empty()) return;
  const at::Tensor normal = (at::tensor(truth_.labels, at::kByte) == 0).nonzero().flatten().to(maps.device());
  const at::Tensor quiet =
      normal.numel() > 0 ? maps.index_select(0, normal.narrow(0, 0, std::min<int64_t>(normal.numel(), 16))) : maps;
  std::vector<int64_t> places;
  for (const Example& example : chosen_) places.push_back(example.image);
  const at::Tensor kept = maps.index_select(0, at::tensor(places, at::kLong).to(maps.device()));
  const at::Tensor inside = truth_.masks.index_select(0, at::tensor(places, at::kLong)) != outside_pixel;
  const at::Tensor shown = kept.masked_select(inside.to(maps.device()));
  const fs::path file = folder_ / (cell_hash.substr(0, 32) + ".safetensors");
  write_safetensors(file, {{"maps", kept}},
                    {{"images", images_file_},
                     {"low", fmt::format("{}", quiet.median().item<double>())},
                     {"high", fmt::format("{}", shown.max().item<double>())}});
  save_choice();
  CellFiles(folder_.parent_path(), cell_hash)
      .record(CellFiles::Kind::examples, {file, folder_ / images_file_, choice_file()});
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
    const auto why = images.metadata.find("why");  // there since 0.2
    examples.why = why == images.metadata.end() ? std::vector<std::string>(examples.ids.size())
                                                : nlohmann::json::parse(why->second).get<std::vector<std::string>>();
    const int64_t count = examples.maps.size(0);
    if (examples.maps.dim() != 3 ||
        examples.images.sizes() != at::IntArrayRef({count, examples.maps.size(1), examples.maps.size(2), 3}) ||
        examples.masks.sizes() != examples.maps.sizes() || static_cast<int64_t>(examples.ids.size()) != count ||
        examples.defects.size() != examples.ids.size() || examples.why.size() != examples.ids.size())
      throw_input("{}: does not fit {}", file.string(), images_file.string());
  } catch (...) {
    log_warning(fmt::format("score maps left out of the report: {}", contained_failure().line));
    return {};
  }
  return examples;
}

}  // namespace adrep
