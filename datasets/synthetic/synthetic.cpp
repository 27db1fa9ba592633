#include "datasets/synthetic/synthetic.h"

#include <ATen/Parallel.h>

#include <atomic>
#include <nlohmann/json.hpp>
#include <opencv2/core.hpp>

#include "core/base/atomic_file.h"
#include "core/base/interrupt.h"
#include "core/image/encode.h"
#include "datasets/new_folder.h"
#include "datasets/synthetic/scene.h"

namespace adrep {
namespace {

namespace fs = std::filesystem;
using synthetic::DemoClass;
using synthetic::PictureId;

/// Raised whenever the same options draw other pictures than before.
constexpr int generator_version = 2;
constexpr const char* marker_name = "demo.json";

/// One picture of the plan and its files, relative to the root.
struct Job {
  const DemoClass* demo_class;
  PictureId id;
  fs::path image, mask;  ///< mask is empty for normal pictures
};

std::vector<Job> plan(const DemoOptions& options) {
  std::vector<Job> jobs;
  const auto add = [&](const DemoClass& c, const std::string& split, const std::string& defect, int64_t count) {
    for (int64_t i = 0; i < count; ++i) {
      Job job{&c, {split, defect, i}, fs::path(c.name) / split / defect / fmt::format("{:03}.png", i), {}};
      if (defect != "good") job.mask = fs::path(c.name) / "ground_truth" / defect / fmt::format("{:03}_mask.png", i);
      jobs.push_back(std::move(job));
    }
  };
  for (const DemoClass& c : synthetic::demo_classes()) {
    add(c, "train", "good", options.train_per_class);
    add(c, "test", "good", options.normal_test_per_class);
    for (const std::string& defect : c.defects) add(c, "test", defect, options.defects_per_type);
  }
  return jobs;
}

void check_bounds(const DemoOptions& options) {
  for (const Param& param : params_of<DemoOptions>().all())
    param.parse({{to_text(param.get(&options))}, false, "demo data set"}, param.name);
}

/// What marks a finished set: the options and the generator that drew it.
std::string marker(const DemoOptions& options) {
  nlohmann::json mark = {{"generator", "adrep demo"}, {"version", generator_version}};
  for (const Param& param : params_of<DemoOptions>().all())
    mark["options"][param.name] = std::get<int64_t>(param.get(&options));
  return mark.dump(2) + "\n";
}

/// True when `root` already is what would be made; false when there is nothing. Throws InputError when there is
/// anything else.
bool already_made(const fs::path& root, const DemoOptions& options, const std::vector<Job>& jobs) {
  std::error_code failed;
  const fs::file_status status = fs::status(root, failed);
  if (status.type() == fs::file_type::not_found) return false;
  if (status.type() != fs::file_type::directory)
    throw_input("{}: exists and is not a folder that can be read: choose another folder for the demo data set",
                root.string());
  const bool empty = fs::is_empty(root, failed);
  if (failed) throw_input("{}: cannot be read: {}", root.string(), failed.message());
  if (empty) return false;
  if (!fs::is_regular_file(root / marker_name, failed))
    throw_input("{}: not empty and not a demo data set: choose another folder", root.string());
  if (read_file(root / marker_name, 1 << 16) != marker(options))
    throw_input("{}: a demo data set with other options or of another version: remove it or choose another folder",
                root.string());
  for (const Job& job : jobs)
    for (const fs::path& file : {job.image, job.mask})
      if (!file.empty() && !fs::is_regular_file(root / file, failed))
        throw_input("{}: missing from the demo data set: remove {} and make it anew", (root / file).string(),
                    root.string());
  return true;
}

void make(const Job& job, const fs::path& root, const DemoOptions& options) {
  const synthetic::Picture picture = synthetic::draw_picture(*job.demo_class, static_cast<uint64_t>(options.seed),
                                                             static_cast<int>(options.size), job.id);
  write_new_file(root / job.image, encode_png(picture.image));
  if (!job.mask.empty()) write_new_file(root / job.mask, encode_png(picture.mask));
}

/// Pictures cost differently, so every thread takes the next one that nobody has taken.
void make_all(const std::vector<Job>& jobs, const fs::path& root, const DemoOptions& options) {
  std::atomic<size_t> next{0};
  at::parallel_for(0, at::get_num_threads(), 1, [&](int64_t, int64_t) {
    for (size_t i = next++; i < jobs.size(); i = next++) {
      if (interrupted()) throw Interrupted("interrupted: nothing is left of the unfinished demo data set");
      make(jobs[i], root, options);
    }
  });
}

}  // namespace

bool make_demo_dataset(const fs::path& root, const DemoOptions& options) {
  check_bounds(options);
  fs::path place = fs::absolute(root).lexically_normal();
  if (!place.has_filename()) place = place.parent_path();  // "folder/"
  const std::vector<Job> jobs = plan(options);
  if (already_made(place, options, jobs)) return false;
  cv::setNumThreads(1);
  NewFolder temporary(place);
  for (const Job& job : jobs)
    for (const fs::path& file : {job.image, job.mask})
      if (!file.empty()) fs::create_directories((temporary.path() / file).parent_path());
  make_all(jobs, temporary.path(), options);
  write_new_file(temporary.path() / marker_name, marker(options));
  temporary.move_to_place();
  return true;
}

}  // namespace adrep
