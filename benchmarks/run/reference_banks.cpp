#include "benchmarks/run/reference_banks.h"

#include <numeric>

#include "core/base/atomic_file.h"
#include "core/base/content_hashes.h"
#include "core/base/hash.h"
#include "core/base/interrupt.h"
#include "core/base/log.h"
#include "core/base/progress.h"
#include "core/base/stage_times.h"
#include "core/io/safetensors.h"
#include "core/representation/reference_selection.h"

namespace adrep {
namespace {

using nlohmann::json;
using Places = ReferenceChoice::Places;

/// The banks of all images one after the other, a tensor a level [R·P, C].
std::vector<at::Tensor> joined_banks(const FeatureSource& images, uint64_t seed, const FeatureRoom& room) {
  LevelRows rows(static_cast<size_t>(images.size()), images.image_size(), images.level(0, 0, 1).device(), room);
  std::vector<size_t> all;
  for (int64_t image = 0; image < images.size(); ++image) {
    all.push_back(static_cast<size_t>(image));
    rows.put(all.back(), make_bank(images.batch(image, 1), {}, seed).rows);
  }
  std::vector<at::Tensor> joined;
  for (const at::Tensor& level : rows.move_out(all).maps) joined.push_back(level.flatten(0, 1));
  return joined;
}

json ids(const Places& places, const std::vector<Sample>& train) {
  json list = json::array();
  for (size_t place : places) list.push_back(train[place].id);
  return list;
}

/// The choice as references.list takes it: one list, or one of every image.
json list_of(const ReferenceChoice& choice, const std::vector<Sample>& train, const std::vector<Sample>& test) {
  if (choice.train.empty() && choice.test.empty()) return ids(choice.common, train);
  json list = json::object();
  for (size_t i = 0; i < train.size(); ++i) list[train[i].id] = ids(choice.of_train(i), train);
  for (size_t i = 0; i < test.size(); ++i) list[test[i].id] = ids(choice.of_test(i), train);
  return list;
}

}  // namespace

ReferenceBanks::ReferenceBanks(ReferenceChoice choice, const FeatureSource& used, const std::vector<Sample>& train,
                               RowStarts train_rows, RowStarts test_rows, uint64_t seed, const FeatureRoom& room)
    : choice_(std::move(choice)), train_rows_(std::move(train_rows)), test_rows_(std::move(test_rows)) {
  std::vector<std::string> files;
  for (size_t place : choice_.used()) {
    const int64_t count = train_rows_[place + 1] - train_rows_[place];
    references_[place] = {train[place].id, rows_, count};
    rows_ += count;
    files.push_back(train[place].id);
    const ImageFile image = train[place].image_file();
    hashes_.push_back(image.sha256.empty() ? ContentHashes::instance().sha256_of(image.path) : image.sha256);
  }
  ADREP_ASSERT(used.size() == rows_, "{} rows of references for {}", used.size(), rows_);
  all_ = {joined_banks(used, seed, room), std::move(files), seed};
}

ReferenceBank ReferenceBanks::shared() const {
  return bank_of(choice_.common.empty() ? choice_.of_test(0) : choice_.common);
}

ReferenceBank ReferenceBanks::bank_of(const Places& places) const {
  ReferenceBank bank{{}, {}, all_.seed};
  std::vector<int64_t> rows;
  for (size_t place : places) {
    const Reference& reference = references_.at(place);
    for (int64_t row = reference.first; row < reference.first + reference.count; ++row) rows.push_back(row);
    bank.files.push_back(reference.file);
  }
  const bool follow = rows.back() - rows.front() == std::ssize(rows) - 1 && std::is_sorted(rows.begin(), rows.end());
  for (const at::Tensor& level : all_.rows) {
    const at::Tensor by_image = level.view({rows_, level.size(0) / rows_, level.size(1)});
    const at::Tensor chosen = follow ? by_image.narrow(0, rows.front(), std::ssize(rows))
                                     : by_image.index_select(0, at::tensor(rows).to(level.device()));
    bank.rows.push_back(chosen.flatten(0, 1));
  }
  return bank;
}

Levels ReferenceBanks::represented(const Representation& by, const Levels& raw, Part part, const std::string& stage,
                                   int64_t batch, const FeatureRoom& room) const {
  const StageTime representing("represent");
  const auto& own = part == Part::train ? choice_.train : choice_.test;
  const RowStarts& starts = part == Part::train ? train_rows_ : test_rows_;
  const int64_t count = raw.batch();
  LevelRows rows(static_cast<size_t>(count), raw.image_size, raw[0].device(), room);
  Progress progress(stage, count, "images");
  size_t image = 0;  // the one that row `first` belongs to
  for (int64_t first = 0, size = 1; first < count; first += size) {
    stop_if_interrupted();
    while (starts[image + 1] <= first) ++image;
    const auto place = own.find(image);
    const auto next = own.upper_bound(image);
    const int64_t end = place != own.end() ? starts[image + 1] : next == own.end() ? count : starts[next->first];
    size = std::min(batch, end - first);
    const Levels images = raw.narrow(first, size);
    const Levels made = place == own.end() ? by.apply(images) : by.with(bank_of(place->second))->apply(images);
    for (int64_t row = 0; row < size; ++row) {
      std::vector<at::Tensor> maps;
      for (const at::Tensor& map : made.maps) maps.push_back(map.select(0, row));
      rows.put(static_cast<size_t>(first + row), maps);
    }
    progress.update(first + size);
  }
  release_levels(raw);
  std::vector<size_t> all(static_cast<size_t>(count));
  std::iota(all.begin(), all.end(), size_t{0});
  Levels result = rows.move_out(all);
  result.content = raw.content;
  return result;
}

void ReferenceBanks::save(const std::filesystem::path& folder, const std::string& class_name, const json& origin,
                          const std::vector<Sample>& train, const std::vector<Sample>& test) const {
  json provenance = origin;
  provenance["files"] = all_.files;
  provenance["sha256"] = hashes_;
  provenance["seed"] = all_.seed;
  const json list = list_of(choice_, train, test);
  const std::string name = class_name + "-" + sha256_of(provenance.dump() + list.dump()).substr(0, 16);
  if (std::filesystem::exists(folder / (name + ".safetensors"))) return;
  TensorMap tensors;
  for (size_t l = 0; l < all_.rows.size(); ++l) tensors[fmt::format("level{}", l)] = all_.rows[l];
  write_file_atomically(folder / (name + ".json"), list.dump(1) + "\n");
  write_safetensors(folder / (name + ".safetensors"), tensors, {{"adrep_references", provenance.dump()}});
  log_detail("references: " + (folder / (name + ".safetensors")).string());
}

}  // namespace adrep
