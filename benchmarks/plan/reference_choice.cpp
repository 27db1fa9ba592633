#include "benchmarks/plan/reference_choice.h"

#include <set>

#include "core/base/atomic_file.h"
#include "core/base/interrupt.h"
#include "core/base/log.h"
#include "core/base/progress.h"
#include "core/representation/aligned.h"
#include "core/representation/reference_list.h"
#include "core/representation/reference_selection.h"

namespace adrep {
namespace {

using Places = ReferenceChoice::Places;

constexpr uint64_t largest_list = uint64_t{64} << 20;  // bytes; the published ones have at most 200 KB

std::vector<std::string> ids_of(const std::vector<Sample>& samples) {
  std::vector<std::string> ids;
  for (const Sample& sample : samples) ids.push_back(sample.id);
  return ids;
}

class Chooser {
 public:
  Chooser(const ReferenceSettings& settings, const ReferenceCandidates& from) : settings_(settings), from_(from) {
    for (size_t i = 0; i < from.train.size(); ++i)
      if (may_be_reference(i)) normals_.push_back(static_cast<int64_t>(i));
    if (normals_.empty())
      throw_input("class {}: no normal training image to draw references from: set references.from=noisy",
                  from.class_name);
  }

  ReferenceChoice choose() {
    if (settings_.references_select == "aligned")
      choose_aligned();
    else if (settings_.references_select == "list")
      choose_listed();
    else if (settings_.references_select == "kmeans")
      choice_.common = places_of(kmeans_references(
          image_descriptors(from_.train_levels).index_select(0, at::tensor(normals_)), settings_.shots,
          settings_.references_clusters, static_cast<uint64_t>(settings_.references_seed)));
    else
      choice_.common = random();
    if (settings_.exclude_self) exclude_self();
    warn_of_few();
    return std::move(choice_);
  }

 private:
  bool may_be_reference(size_t place) const {
    return settings_.references_from == "noisy" || !from_.train[place].anomalous;
  }

  /// An index into the normals as a place in the list of training images.
  size_t place_of(int64_t normal) const { return static_cast<size_t>(normals_[static_cast<size_t>(normal)]); }

  Places places_of(const std::vector<int64_t>& chosen) const {
    Places places;
    for (int64_t normal : chosen) places.push_back(place_of(normal));
    return places;
  }

  Places random() const {
    return places_of(
        random_references(std::ssize(normals_), settings_.shots, static_cast<uint64_t>(settings_.references_seed)));
  }

  void choose_aligned() {
    const at::Tensor normals =
        std::ssize(normals_) == from_.train_stage.size(0)
            ? from_.train_stage
            : from_.train_stage.index_select(0, at::tensor(normals_).to(from_.train_stage.device()));
    const AlignedReferences aligned(normals, block_centers(normals, aligned_grid, aligned_centers,
                                                           static_cast<uint64_t>(settings_.references_seed)));
    align(aligned, from_.train_stage, choice_.train, "training images", true);
    align(aligned, from_.test_stage, choice_.test, "test images", false);
  }

  /// A training image is nearest to itself, which would leave residuals of zero: it is never its own reference.
  void align(const AlignedReferences& aligned, const at::Tensor& queries, std::map<size_t, Places>& own,
             const std::string& what, bool training) const {
    constexpr int64_t batch = 16;
    Progress progress(from_.class_name + ": aligned references of " + what, queries.size(0), "images");
    for (int64_t first = 0; first < queries.size(0); first += batch) {
      stop_if_interrupted();
      const int64_t count = std::min(batch, queries.size(0) - first);
      const at::Tensor nearest =
          aligned.nearest(queries.narrow(0, first, count), settings_.shots + training).cpu().contiguous();
      for (int64_t i = 0; i < count; ++i) {
        const int64_t* row = nearest.const_data_ptr<int64_t>() + i * nearest.size(1);
        Places places;
        for (int64_t k = 0; k < nearest.size(1); ++k) places.push_back(place_of(row[k]));
        if (training) std::erase(places, static_cast<size_t>(first + i));
        places.resize(std::min(places.size(), static_cast<size_t>(settings_.shots)));
        if (places.empty()) throw_only_itself(static_cast<size_t>(first + i));
        own[static_cast<size_t>(first + i)] = std::move(places);
      }
      progress.update(first + count);
    }
  }

  void choose_listed() {
    const std::string name = reference_list_file(settings_, from_.class_name).string();
    const ReferenceList list = parse_reference_list(read_file(name, largest_list), name);
    const PathTails train(ids_of(from_.train)), test(ids_of(from_.test));
    if (list.of_image.empty()) {
      choice_.common = listed(list.common, train, name);
      return;
    }
    for (const auto& [image, references] : list.of_image) {
      const auto in_test = test.find(image), in_train = train.find(image);
      const std::string place = name + ": references of " + image;
      if (in_test) choice_.test[*in_test] = listed(references, train, place);
      if (in_train) choice_.train[*in_train] = listed(references, train, place);
    }
    for (size_t i = 0; i < from_.test.size(); ++i)
      if (!choice_.test.contains(i)) throw_input("{}: it has no references for {}", name, from_.test[i].id);
    // published lists name test images only
    if (choice_.train.size() < from_.train.size()) {
      choice_.common = random();
      log_warning(
          fmt::format("class {}: {} names {} of {} training images; the others are compared with {} random ones",
                      from_.class_name, name, choice_.train.size(), from_.train.size(), choice_.common.size()));
    }
  }

  Places listed(const std::vector<std::string>& paths, const PathTails& train, const std::string& place) const {
    Places places;
    std::set<size_t> known;
    for (const std::string& path : paths) {
      if (std::ssize(places) == settings_.shots) break;
      const auto found = train.find(path);
      if (!found || !may_be_reference(*found))
        throw_input("{}: {} is {} of class {}", place, path,
                    found ? "an anomalous training image" : "the path of no (or more than one) training image",
                    from_.class_name);
      if (!known.insert(*found).second) throw_input("{}: {} is named twice", place, from_.train[*found].id);
      places.push_back(*found);
    }
    return places;
  }

  void exclude_self() {
    for (size_t place : choice_.common) choice_.train.try_emplace(place, choice_.common);
    for (auto& [image, places] : choice_.train) {
      std::erase(places, image);
      if (places.empty()) throw_only_itself(image);
    }
  }

  [[noreturn]] void throw_only_itself(size_t image) const {
    throw_input("class {}: {} has no reference but itself: raise references.shots, or use more training images",
                from_.class_name, from_.train[image].id);
  }

  void warn_of_few() const {
    const Places& references = choice_.of_test(0);
    if (std::ssize(references) < settings_.shots)
      log_warning(
          fmt::format("class {}: {} references instead of {}", from_.class_name, references.size(), settings_.shots));
  }

  const ReferenceSettings& settings_;
  const ReferenceCandidates& from_;
  std::vector<int64_t> normals_;
  ReferenceChoice choice_;
};

const Places& own_or(const std::map<size_t, Places>& own, size_t image, const Places& common) {
  const auto place = own.find(image);
  return place == own.end() ? common : place->second;
}

}  // namespace

const Places& ReferenceChoice::of_train(size_t image) const {
  return own_or(train, image, common);
}

const Places& ReferenceChoice::of_test(size_t image) const {
  return own_or(test, image, common);
}

Places ReferenceChoice::used() const {
  Places places;
  std::set<size_t> known;
  const auto add = [&](const Places& more) {
    for (size_t place : more)
      if (known.insert(place).second) places.push_back(place);
  };
  add(common);
  for (const auto& [image, own] : test) add(own);
  for (const auto& [image, own] : train) add(own);
  return places;
}

ReferenceChoice choose_references(const ReferenceSettings& settings, const ReferenceCandidates& candidates) {
  return Chooser(settings, candidates).choose();
}

}  // namespace adrep
