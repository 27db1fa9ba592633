#include "cli/dataset_reports.h"

#include <fmt/format.h>

#include "benchmarks/plan/plan.h"
#include "benchmarks/run/class_notes.h"
#include "cli/command_words.h"
#include "cli/settings.h"
#include "core/base/names.h"
#include "core/base/plural.h"
#include "core/base/progress.h"
#include "datasets/checks/count_check.h"
#include "datasets/checks/image_statistics.h"
#include "datasets/checks/leakage.h"
#include "datasets/checks/normal_test.h"
#include "datasets/long_lists.h"
#include "datasets/reading/reading_dataset.h"

namespace adrep::cli {
namespace {

struct ReportArguments {
  std::string path, other, layout = "auto", other_layout = "auto";
  std::vector<std::string> words;
};

std::string defects_of(const ClassSplit& split) {
  std::map<std::string, int> defects;
  for (const Sample& sample : split.test)
    if (sample.anomalous) ++defects[sample.defect];
  std::string text;
  for (const auto& [defect, count] : defects) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", defect, count);
  return text;
}

/// "=" when the counts are the published ones, else these; "" when none are published.
std::string published_text(const PublishedDataset* published, const ClassSplit& split) {
  const PublishedClass* known = published ? published->find(split.name) : nullptr;
  if (!known || !known->counts) return "";
  const PublishedCounts& counts = *known->counts;
  return counts == counts_of(split)
             ? "="
             : fmt::format("{}/{}/{}", counts.train_normal, counts.test_normal, counts.test_anomalous);
}

void print_problems(const std::vector<FileProblem>& problems) {
  constexpr size_t shown = 5;
  for (size_t i = 0; i < std::min(shown, problems.size()); ++i)
    fmt::print("problem: {}: {}\n", problems[i].file, problems[i].text);
  if (problems.size() > shown) fmt::print("problem: {} more, see adrep datasets verify\n", problems.size() - shown);
}

/// What is noted of each class's files, and which classes have no masks.
void print_class_notes(const Dataset& dataset, const std::vector<ClassSplit>& classes) {
  std::vector<std::string> without_masks;
  for (const ClassSplit& split : classes) {
    const std::string reason = split.test.empty() ? "" : why_no_normal_test(split);
    if (!reason.empty()) fmt::print("problem: {}: {}\n", split.name, reason);
    for (const std::string& note : class_notes(dataset, split)) fmt::print("note: {}: {}\n", split.name, note);
    const auto has = [&](auto what) { return std::any_of(split.test.begin(), split.test.end(), what); };
    if (has([](const Sample& s) { return s.anomalous; }) && !has([](const Sample& s) { return s.mask.has_value(); }))
      without_masks.push_back(split.name);
  }
  if (without_masks.empty()) return;
  fmt::print("note: {}: image metrics only\n",
             without_masks.size() == classes.size() ? "no class has masks" : "no masks: " + few_of(without_masks));
}

void info(const ReportArguments& arguments) {
  const auto dataset = with_reading(open_dataset(find_data(arguments.path), arguments.layout), {});
  const PublishedDataset* published = published_for(*dataset);
  fmt::print("{}: layout {}\n{:<24}{:>8}{:>8}{:>11}{:>14}  {}\n", dataset->root().string(), dataset->layout(), "class",
             "train", "normal", "anomalous", published ? "published" : "", "defects");
  std::vector<FileProblem> problems;
  std::vector<ClassSplit> classes;
  PublishedCounts all;
  for (const std::string& name : dataset->classes()) {
    classes.push_back(dataset->scan(name, problems));
    const ClassSplit& split = classes.back();
    const PublishedCounts counts = counts_of(split);
    all.train_normal += counts.train_normal;
    all.test_normal += counts.test_normal;
    all.test_anomalous += counts.test_anomalous;
    fmt::print("{:<24}{:>8}{:>8}{:>11}{:>14}  {}\n", name, counts.train_normal, counts.test_normal,
               counts.test_anomalous, published_text(published, split), defects_of(split));
  }
  if (classes.size() > 1)
    fmt::print("{:<24}{:>8}{:>8}{:>11}\n", fmt::format("{} classes", classes.size()), all.train_normal, all.test_normal,
               all.test_anomalous);
  if (published)
    fmt::print("published: {} classes, {} normal and {} anomalous images\n", published->classes.size(),
               published->normal_images, published->anomalous_images);
  print_problems(problems);
  print_class_notes(*dataset, classes);
  if (!published) return;
  for (const std::string& line : differences_from_published(*published, classes)) fmt::print("note: {}\n", line);
}

/// "part: 6 images of 16 bits, 1024 levels up to 1023; values below 256: 25.1 %, 1024: 100 %, …"
void print_values(const ImageStatistics& s) {
  if (s.wide_images == 0) return;
  uint64_t all = 0, below = 0;
  size_t largest = 0;
  for (size_t value = 0; value < s.values.size(); ++value) {
    all += s.values[value];
    if (s.values[value] > 0) largest = value;
  }
  std::string shares;
  for (size_t value = 0; value < s.values.size(); ++value) {
    if (value == 256 || value == 1024 || value == 4096 || value == 16384)
      shares += fmt::format("{}{}: {:.3g} %", shares.empty() ? "" : ", ", value,
                            100 * static_cast<double>(below) / static_cast<double>(all));
    below += s.values[value];
  }
  const auto levels = std::count_if(s.values.begin(), s.values.end(), [](uint64_t count) { return count > 0; });
  fmt::print("note: {}: {} of 16 bits with {} up to {}; values below {}\n", s.class_name,
             counted(s.wide_images, "image"), counted(levels, "level"), largest, shares);
}

/// A line of the table; dashes where no image could be read.
void print_statistics(const ImageStatistics& s) {
  const auto range = [&](int low, int high) {
    if (s.images == 0) return std::string("-");
    return low == high ? std::to_string(low) : fmt::format("{}–{}", low, high);
  };
  const auto colours = [&](const std::array<double, 3>& values) {
    return s.images == 0 ? "-" : fmt::format("{:.3f} {:.3f} {:.3f}", values[0], values[1], values[2]);
  };
  const auto& shares = s.anomalous_shares;
  fmt::print("{:<24}{:>8}{:>12}{:>12}  {:<18}{:<18}{}\n", s.class_name, s.images, range(s.min_width, s.max_width),
             range(s.min_height, s.max_height), colours(s.mean), colours(s.deviation),
             shares.empty() ? "no masks"
                            : fmt::format("{:.3g}/{:.3g}/{:.3g}", 100 * shares.front(), 100 * shares[shares.size() / 2],
                                          100 * shares.back()));
}

void stats(const ReportArguments& arguments) {
  const auto dataset = open_dataset(find_data(arguments.path), arguments.layout);
  fmt::print("{:<24}{:>8}{:>12}{:>12}  {:<18}{:<18}{}\n", "class", "images", "width", "height", "mean R G B",
             "deviation R G B", "anomalous pixels, % min/median/max");
  for (const std::string& name : dataset->classes()) {
    std::vector<FileProblem> problems;
    const ClassSplit split = dataset->scan(name, problems);
    Progress progress(name, static_cast<int64_t>(split.train.size() + split.test.size()), "images");
    const ImageStatistics s =
        image_statistics(split, 0, [&](size_t done) { progress.update(static_cast<int64_t>(done)); });
    print_statistics(s);
    print_values(s);
    if (s.unreadable > 0)
      fmt::print("note: {}: {} cannot be read, see adrep datasets verify\n", name, counted(s.unreadable, "image"));
    print_problems(problems);
  }
}

void print_shared(const Leakage& leakage, const LeakageOptions& options) {
  std::map<std::pair<std::string, std::string>, std::vector<const SharedImage*>> pairs;
  for (const SharedImage& shared : leakage.images)
    pairs[{shared.image_class, shared.pretrain_class}].push_back(&shared);
  for (const auto& [names, images] : pairs) {
    const auto same = std::count_if(images.begin(), images.end(), [](const SharedImage* s) { return s->same_bytes; });
    fmt::print("{} / {}: {} images with the same bytes, {} near duplicates\n", names.first, names.second, same,
               static_cast<int64_t>(images.size()) - same);
    for (size_t i = 0; i < std::min(images.size(), static_cast<size_t>(options.show)); ++i)
      fmt::print("  {} {} {}\n", images[i]->image,
                 images[i]->same_bytes ? "=" : fmt::format("~{}", images[i]->distance), images[i]->pretrain);
    if (images.size() > static_cast<size_t>(options.show))
      fmt::print("  {} more (show={} names them)\n", images.size() - static_cast<size_t>(options.show), images.size());
  }
}

int leakage(const ReportArguments& arguments) {
  LeakageOptions options;
  apply_settings(arguments.words, options);
  const auto pretrain = open_dataset(find_data(arguments.path), arguments.layout);
  const auto test = open_dataset(find_data(arguments.other), arguments.other_layout);
  Progress progress("leakage", 1, "images");
  options.progress = [&](size_t done, size_t total) {
    progress.update(static_cast<int64_t>(done), static_cast<int64_t>(total));
  };
  const Leakage found = find_leakage(*pretrain, *test, options);
  for (const FileProblem& problem : found.unreadable) fmt::print("not compared: {}: {}\n", problem.file, problem.text);
  for (const std::string& name : found.classes) fmt::print("class in both by name: {}\n", name);
  print_shared(found, options);
  for (const FileProblem& note : found.ordered) fmt::print("note: {}: {}\n", note.file, note.text);
  const auto same = std::count_if(found.images.begin(), found.images.end(), [](const auto& s) { return s.same_bytes; });
  fmt::print(
      "{} images of {} compared with {} of {}: {} classes in both by name, {} images with the same bytes, {} near "
      "duplicates (hash distance <= {})\n",
      found.test_images, test->root().string(), found.pretrain_images, pretrain->root().string(), found.classes.size(),
      same, static_cast<int64_t>(found.images.size()) - same, options.distance);
  return found.classes.empty() && found.images.empty() ? 0 : static_cast<int>(ExitCode::usage);
}

}  // namespace

void add_dataset_reports(CLI::App& datasets, int& exit_code) {
  const auto arguments = std::make_shared<ReportArguments>();
  const auto with_path = [&](CLI::App* sub) {
    sub->add_option("path", arguments->path, "folder of the data set")->required();
    takes_names(sub->add_option("--layout", arguments->layout, "layout, default: recognise it"), layout_choices);
  };
  CLI::App* info_command =
      datasets.add_subcommand("info", "classes, splits and defects of a data set, beside the published counts");
  with_path(info_command);
  info_command->footer("example: adrep datasets info /data/mvtec");
  info_command->callback([arguments] { info(*arguments); });
  CLI::App* stats_command =
      datasets.add_subcommand("stats", "sizes, colours and share of anomalous pixels of a data set");
  with_path(stats_command);
  stats_command->footer("example: adrep datasets stats /data/mvtec");
  stats_command->callback([arguments] { stats(*arguments); });
  CLI::App* leakage_command = datasets.add_subcommand(
      "leakage", "what two data sets share: classes, images, near duplicates; exit code 2 when they share something");
  leakage_command->add_option("pretrain", arguments->path, "folder of the data set that is pretrained on")->required();
  leakage_command->add_option("test", arguments->other, "folder of the data set that is evaluated")->required();
  leakage_command->add_option("settings", arguments->words, "key=value settings")->option_text("[key=value ...]");
  for (CLI::Option* option :
       {leakage_command->add_option("--layout", arguments->layout, "layout of the first, default: recognise it"),
        leakage_command->add_option("--test-layout", arguments->other_layout,
                                    "layout of the second, default: recognise it")})
    takes_names(option, layout_choices);
  takes_keys(*leakage_command, "example: adrep datasets leakage /data/realiad /data/mvtec distance=2",
             [] { return std::vector<KeySection>{{&params_of<LeakageOptions>()}}; });
  leakage_command->callback([arguments, &exit_code] { exit_code = leakage(*arguments); });
}

}  // namespace adrep::cli
