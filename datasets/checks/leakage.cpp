#include "datasets/checks/leakage.h"

#include <algorithm>
#include <mutex>
#include <unordered_map>

#include "core/base/content_hashes.h"
#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/image/decode.h"
#include "datasets/checks/file_order.h"
#include "datasets/checks/perceptual_hash.h"
#include "datasets/fingerprint.h"

namespace adrep {
namespace {

struct Hashed {
  std::string id, class_name, content, error;
  std::filesystem::path file;
  uint64_t look = 0;
};

/// `ordered`: where notes on file order go, or nullptr.
std::vector<Hashed> images_of(const Dataset& dataset, std::vector<FileProblem>& problems,
                              std::vector<FileProblem>* ordered = nullptr) {
  std::vector<Hashed> images;
  for (const std::string& name : dataset.classes()) {
    const ClassSplit split = dataset.scan(name, problems);
    for (const auto* part : {&split.train, &split.test})
      for (const Sample& sample : *part) images.push_back({sample.id, name, "", "", sample.image(), 0});
    if (!ordered) continue;
    if (std::string note = file_order_note(split); !note.empty()) ordered->push_back({name, std::move(note)});
  }
  return images;
}

void hash_image(Hashed& image) {
  try {
    image.look = difference_hash(decode_rgb(image.file));
    image.content = ContentHashes::instance().sha256_of(image.file);
  } catch (const InputError& error) {
    image.error = error.what();
  }
}

/// Takes those that cannot be read out of the list.
void drop_unreadable(std::vector<Hashed>& images, std::vector<FileProblem>& problems) {
  for (const Hashed& image : images)
    if (!image.error.empty()) problems.push_back({image.id, image.error});
  std::erase_if(images, [](const Hashed& image) { return !image.error.empty(); });
}

void hash_all(std::vector<Hashed>& pretrain, std::vector<Hashed>& test, const LeakageOptions& options) {
  const size_t total = pretrain.size() + test.size();
  std::mutex progress_mutex;
  size_t done = 0;
  for_each_index(total, options.threads, [&](size_t i) {
    hash_image(i < pretrain.size() ? pretrain[i] : test[i - pretrain.size()]);
    const std::lock_guard lock(progress_mutex);
    ++done;
    if (options.progress) options.progress(done, total);
  });
}

/// The image that this one shares, or none (an empty id).
SharedImage nearest(const Hashed& image, const std::vector<Hashed>& pretrain,
                    const std::unordered_map<std::string_view, size_t>& by_content, int limit) {
  if (const auto same = by_content.find(image.content); same != by_content.end()) {
    const Hashed& other = pretrain[same->second];
    return {image.id, other.id, image.class_name, other.class_name, true, 0};
  }
  const Hashed* best = nullptr;
  int least = limit + 1;
  for (const Hashed& other : pretrain) {
    const int distance = hash_distance(image.look, other.look);
    if (distance >= least) continue;
    least = distance;
    best = &other;
  }
  if (!best) return {};
  return {image.id, best->id, image.class_name, best->class_name, false, least};
}

}  // namespace

void LeakageOptions::declare(Schema<LeakageOptions>& s) {
  s.decides(Decides::evaluation);
  s.add(&LeakageOptions::distance, "distance")
      .at_least(0)
      .at_most(32)
      .doc("bits of 64 in which the perceptual hashes of near duplicates may differ");
  s.add(&LeakageOptions::show, "show").at_least(0).doc("images named for each pair of classes");
}

Leakage find_leakage(const Dataset& pretrain, const Dataset& test, const LeakageOptions& options) {
  Leakage leakage;
  const std::vector<std::string> a = pretrain.classes(), b = test.classes();
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(leakage.classes));
  std::vector<Hashed> known = images_of(pretrain, leakage.unreadable),
                      images = images_of(test, leakage.unreadable, &leakage.ordered);
  hash_all(known, images, options);
  drop_unreadable(known, leakage.unreadable);
  drop_unreadable(images, leakage.unreadable);
  leakage.pretrain_images = known.size();
  leakage.test_images = images.size();
  std::unordered_map<std::string_view, size_t> by_content;
  for (size_t i = 0; i < known.size(); ++i) by_content.emplace(known[i].content, i);
  std::vector<SharedImage> found(images.size());
  for_each_index(images.size(), options.threads, [&](size_t i) {
    found[i] = nearest(images[i], known, by_content, static_cast<int>(options.distance));
  });
  std::erase_if(found, [](const SharedImage& shared) { return shared.image.empty(); });
  leakage.images = std::move(found);
  return leakage;
}

}  // namespace adrep
