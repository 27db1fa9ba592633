#include "datasets/checks/verification.h"

#include <algorithm>
#include <mutex>
#include <tuple>

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "datasets/checks/file_order.h"
#include "datasets/checks/image_checks.h"
#include "datasets/checks/leftovers.h"
#include "datasets/checks/mask_checks.h"
#include "datasets/checks/normal_test.h"
#include "datasets/listing.h"
#include "datasets/reading/reading_facts.h"

namespace adrep {
namespace {

struct KindInfo {
  std::string_view name;
  bool note = false;
};

KindInfo info(ProblemKind kind) {
  switch (kind) {
    case ProblemKind::refused:
      return {"refused"};
    case ProblemKind::layout:
      return {"layout"};
    case ProblemKind::no_training_images:
      return {"no_training_images"};
    case ProblemKind::no_test_images:
      return {"no_test_images"};
    case ProblemKind::no_normal_test_images:
      return {"no_normal_test_images"};
    case ProblemKind::unreadable:
      return {"unreadable"};
    case ProblemKind::missing_mask:
      return {"missing_mask"};
    case ProblemKind::no_masks:
      return {"no_masks", true};
    case ProblemKind::mask_size:
      return {"mask_size"};
    case ProblemKind::empty_mask:
      return {"empty_mask"};
    case ProblemKind::mask_values:
      return {"mask_values"};
    case ProblemKind::large_masks:
      return {"large_masks", true};
    case ProblemKind::one_is_black:
      return {"one_is_black", true};
    case ProblemKind::foregrounds:
      return {"foregrounds", true};
    case ProblemKind::mask_without_image:
      return {"mask_without_image"};
    case ProblemKind::train_test_duplicate:
      return {"train_test_duplicate"};
    case ProblemKind::label_conflict:
      return {"label_conflict"};
    case ProblemKind::file_order:
      return {"file_order", true};
    case ProblemKind::bit_depth:
      return {"bit_depth", true};
    case ProblemKind::orientation:
      return {"orientation", true};
    case ProblemKind::duplicate:
      return {"duplicate", true};
    case ProblemKind::unexpected:
      return {"unexpected", true};
  }
  ADREP_ASSERT(false, "kind {}", static_cast<int>(kind));
}

std::vector<ClassSplit> scan_classes(const Dataset& dataset, std::vector<Problem>& problems) {
  std::vector<ClassSplit> classes;
  for (const std::string& name : dataset.classes()) {
    std::vector<FileProblem> found;
    classes.push_back(dataset.scan(name, found));
    for (FileProblem& problem : found) problems.push_back({problem.file, ProblemKind::layout, problem.text});
    if (classes.back().train.empty())
      problems.push_back({name, ProblemKind::no_training_images, "the class has no training images"});
    if (classes.back().test.empty())
      problems.push_back({name, ProblemKind::no_test_images, "the class has no test images"});
    else if (std::string reason = why_no_normal_test(classes.back()); !reason.empty())
      problems.push_back({name, ProblemKind::no_normal_test_images, std::move(reason)});
    if (std::string note = file_order_note(classes.back()); !note.empty())
      problems.push_back({name, ProblemKind::file_order, std::move(note)});
  }
  return classes;
}

void check_masks_present(const Dataset& dataset, const ClassSplit& split, std::vector<Problem>& problems) {
  std::vector<std::string> without;
  bool any_mask = false;
  for (const Sample& sample : split.test) {
    if (!sample.anomalous) continue;
    any_mask |= sample.mask.has_value();
    if (!sample.mask) without.push_back(sample.id);
  }
  if (!any_mask && dataset.masks_optional()) {
    if (!without.empty())
      problems.push_back(
          {split.name, ProblemKind::no_masks, "the class has no masks: it counts for image metrics only"});
    return;
  }
  if (!any_mask && without.size() > 1) {
    const bool is_folder = LayoutRegistry::instance().get("folder", "layout").matches(RootFolder(dataset.root()));
    problems.push_back({split.name, ProblemKind::missing_mask,
                        fmt::format("none of the {} anomalous images has a mask{}", without.size(),
                                    is_folder ? ": layout=folder reads a split without masks" : "")});
    return;
  }
  for (std::string& id : without)
    problems.push_back({std::move(id), ProblemKind::missing_mask, "an anomalous image without a mask"});
}

void check_reading(const ClassSplit& split, std::vector<Problem>& problems) {
  const ReadingNotes notes = reading_notes(reading_facts(split.train, 0), {});
  if (!notes.bits.empty()) problems.push_back({split.name, ProblemKind::bit_depth, notes.bits});
  if (!notes.orientation.empty()) problems.push_back({split.name, ProblemKind::orientation, notes.orientation});
}

std::vector<CheckedImage> check_images(const Dataset& dataset, const std::vector<ClassSplit>& classes,
                                       const VerifyOptions& options) {
  std::vector<CheckedImage> images;
  for (const ClassSplit& split : classes) {
    for (const Sample& sample : split.train) images.emplace_back(sample, split, true);
    for (const Sample& sample : split.test) images.emplace_back(sample, split, false);
  }
  std::mutex progress_mutex;
  size_t done = 0;
  for_each_index(images.size(), options.threads, [&](size_t i) {
    check_image(dataset, images[i], options);
    const std::lock_guard lock(progress_mutex);
    ++done;
    if (options.progress) options.progress(done, images.size());
  });
  return images;
}

bool is_before(const Problem& a, const Problem& b) {
  return std::tie(a.file, a.kind, a.text) < std::tie(b.file, b.kind, b.text);
}

void sort_and_unite(std::vector<Problem>& problems) {
  std::sort(problems.begin(), problems.end(), is_before);
  problems.erase(std::unique(problems.begin(), problems.end()), problems.end());
  // a class's scan and the walk meet the same refused file
  const std::vector<Problem> all = problems;
  std::erase_if(problems, [&](const Problem& problem) {
    const Problem same{problem.file, ProblemKind::refused, problem.text};
    return problem.kind == ProblemKind::layout && std::binary_search(all.begin(), all.end(), same, is_before);
  });
}

}  // namespace

std::string_view name_of(ProblemKind kind) {
  return info(kind).name;
}
bool is_note(ProblemKind kind) {
  return info(kind).note;
}

std::vector<Problem> verify_dataset(const Dataset& dataset, const VerifyOptions& options) {
  std::vector<Problem> problems;
  const std::vector<ClassSplit> classes = scan_classes(dataset, problems);
  for (const ClassSplit& split : classes) {
    check_masks_present(dataset, split, problems);
    check_reading(split, problems);
  }
  std::vector<CheckedImage> images = check_images(dataset, classes, options);
  find_duplicates(images, problems);
  check_masks_together(classes, images, problems);
  for (CheckedImage& image : images)
    problems.insert(problems.end(), std::move_iterator(image.problems.begin()),
                    std::move_iterator(image.problems.end()));
  find_leftovers(dataset, classes, problems);
  sort_and_unite(problems);
  return problems;
}

}  // namespace adrep
