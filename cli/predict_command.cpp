#include <fmt/format.h>
#include <unistd.h>

#include <ATen/Parallel.h>

#include "benchmarks/prediction/folder_watch.h"
#include "benchmarks/prediction/input_images.h"
#include "benchmarks/prediction/path_lines.h"
#include "benchmarks/prediction/prediction_files.h"
#include "benchmarks/prediction/prediction_formats.h"
#include "benchmarks/prediction/prediction_journal.h"
#include "cli/command.h"
#include "cli/command_words.h"
#include "cli/model_options.h"
#include "core/base/hash.h"
#include "core/base/interrupt.h"
#include "core/base/log.h"
#include "core/base/plural.h"
#include "core/image/decode.h"

namespace adrep::cli {
namespace {

constexpr size_t paths_a_pass = 256;  ///< that came on standard input and are decoded ahead
constexpr double watch_seconds = 1;

struct PredictArguments {
  ModelOptions model;
  std::vector<std::string> images;
  std::string format, watch, journal;
  PredictionFolders folders;
  bool fail_on_defect = false;
};

/// Puts out what becomes of images, and counts.
class Answers {
 public:
  Answers(const PredictArguments& arguments, const Pipeline& pipeline)
      : format_(!arguments.format.empty()    ? arguments.format
                : is_terminal(STDOUT_FILENO) ? "table"
                                             : "json"),
        pipeline_(pipeline),
        files_(arguments.folders, pipeline.geometry(), pipeline.calibration()),
        table_{use_colour(STDOUT_FILENO), terminal_columns()} {
    if (format_ == "csv") fmt::print("{}", prediction_csv_head());
    if (format_ == "table") fmt::print("{}", prediction_table_head());
  }

  /// What is printed of an image, after its files are written.
  PredictedImage answer_of(const InputImage& image, FilePrediction made) {
    PredictedImage answer{image.name, std::move(made.prediction), std::move(made.error)};
    try {
      if (answer.prediction) write_files(image, *answer.prediction);
    } catch (const InputError& error) {  // an image that was replaced meanwhile
      answer = {image.name, std::nullopt, error.what()};
    }
    return answer;
  }

  void put(const PredictedImage& answer) {
    ++images_;
    bad_ += !answer.prediction;
    defects_ += answer.prediction && answer.prediction->is_defect.value_or(false);
    if (!answer.prediction) log_error(answer.error);
    fmt::print("{}", line_of(answer));
    std::fflush(stdout);
  }

  std::string line_of(const PredictedImage& answer) const {
    if (format_ == "csv") return prediction_csv_line(answer);
    if (format_ == "table") return prediction_table_line(answer, table_);
    return prediction_json_line(answer, pipeline_.calibration());
  }

  int exit_code(bool fail_on_defect) const {
    log_info(fmt::format("{}: {}{}", counted(images_, "image"),
                         pipeline_.calibration() ? counted(defects_, "defect") : "no threshold in this model",
                         bad_ > 0 ? fmt::format(", {} could not be used", bad_) : ""));
    if (bad_ > 0) return static_cast<int>(ExitCode::usage);
    return static_cast<int>(fail_on_defect && defects_ > 0 ? ExitCode::defect : ExitCode::ok);
  }

 private:
  void write_files(const InputImage& image, const Prediction& prediction) const {
    Image photograph;
    if (files_.needs_photograph()) {
      ImageFile file(image.file);
      file.reading = pipeline_.reading();
      photograph = decode_rgb(file);
    }
    files_.write(image.name, prediction, photograph);
  }

  std::string format_;
  const Pipeline& pipeline_;
  PredictionFiles files_;
  PredictionTableOptions table_;
  int64_t images_ = 0, bad_ = 0, defects_ = 0;
};

void predict_images(const Pipeline& pipeline, const std::vector<InputImage>& images, Answers& answers) {
  std::vector<ImageFile> files;
  std::vector<size_t> places;  // of them among the images
  for (size_t i = 0; i < images.size(); ++i) {
    if (!images[i].problem.empty()) {
      answers.put({images[i].name, std::nullopt, images[i].problem});
      continue;
    }
    files.emplace_back(images[i].file);
    places.push_back(i);
  }
  pipeline.predict_files(files, at::get_num_threads(), [&](FilePrediction made) {
    stop_if_interrupted();
    const InputImage& image = images[places[made.index]];
    answers.put(answers.answer_of(image, std::move(made)));
    return true;
  });
}

/// Paths that come on standard input, answered as they come.
void predict_paths(const Pipeline& pipeline, Answers& answers) {
  PathLines lines(STDIN_FILENO);
  while (true) {
    const std::vector<std::string> paths = lines.next(paths_a_pass);
    if (paths.empty()) return;
    std::vector<InputImage> images;
    for (const std::string& path : paths) images.push_back(input_image(path));
    predict_images(pipeline, images, answers);
  }
}

/// Scores the files of a folder as they come.
void watch_files(const PredictArguments& arguments, const Pipeline& pipeline, Answers& answers) {
  const std::filesystem::path folder = arguments.watch;
  FolderWatch watch(folder);
  PredictionJournal journal(
      arguments.journal.empty() ? folder / ".adrep-predictions.jsonl" : std::filesystem::path(arguments.journal),
      sha256_of_file(arguments.model.model));
  if (!journal.note().empty()) log_warning(journal.note());
  if (journal.size() > 0)
    log_info(fmt::format("{} scored earlier", counted(static_cast<int64_t>(journal.size()), "file")));
  log_info(fmt::format("watching {}: Ctrl-C ends it", folder.string()));
  while (true) {
    const std::optional<Arrival> arrival = watch.next(watch_seconds);
    if (!arrival || journal.done(*arrival)) continue;
    const InputImage image{folder / arrival->path, arrival->path};
    pipeline.predict_files({image.file}, 1, [&](FilePrediction made) {
      const PredictedImage answer = answers.answer_of(image, std::move(made));
      journal.add(*arrival, nlohmann::json::parse(prediction_json_line(answer, pipeline.calibration())));
      answers.put(answer);
      return true;
    });
  }
}

/// The same until it is told to stop, which may be while a large folder is looked at for the first time.
void watch_folder(const PredictArguments& arguments, const Pipeline& pipeline, Answers& answers) {
  try {
    watch_files(arguments, pipeline, answers);
  } catch (const Interrupted&) {  // how a watch ends
  }
}

int predict(const PredictArguments& arguments) {
  const bool from_input = arguments.images == std::vector<std::string>{"-"};
  if (arguments.images.empty() == arguments.watch.empty())
    throw_input("name images, a folder of them, - for paths on standard input, or --watch FOLDER");
  if (!arguments.journal.empty() && arguments.watch.empty()) throw_input("--journal: only with --watch");
  if (!from_input && std::find(arguments.images.begin(), arguments.images.end(), "-") != arguments.images.end())
    throw_input("-: paths on standard input: leave the other images out, or give them there, too");
  for (const std::string& word : arguments.images)
    if (std::filesystem::is_directory(word)) refuse_folders_inside(word, arguments.folders);
  if (!arguments.watch.empty()) refuse_folders_inside(arguments.watch, arguments.folders);
  const std::vector<InputImage> images =
      from_input || !arguments.watch.empty() ? std::vector<InputImage>{} : input_images(arguments.images);
  const Pipeline pipeline = Pipeline::load(arguments.model.model, arguments.model.pipeline_options());
  if (arguments.fail_on_defect && !pipeline.calibration())
    throw_input("--fail-on-defect: {} has no threshold: make a model with adrep fit", arguments.model.model);
  Answers answers(arguments, pipeline);
  if (from_input)
    predict_paths(pipeline, answers);
  else if (!arguments.watch.empty())
    watch_folder(arguments, pipeline, answers);
  else
    predict_images(pipeline, images, answers);
  return answers.exit_code(arguments.fail_on_defect);
}

}  // namespace

void add_predict_command(CLI::App& program, int& exit_code) {
  const auto arguments = std::make_shared<PredictArguments>();
  CLI::App* command =
      program.add_subcommand("predict", "score images with a model file: score, p-value, decision, regions");
  arguments->model.add_to(*command);
  command->add_option("IMAGES", arguments->images, "image files, folders of them, or - for paths on standard input");
  command->add_option("--format", arguments->format, "output format; default: table on a terminal, else json")
      ->check(CLI::IsMember({"json", "csv", "table"}));
  command->add_option("--overlays", arguments->folders.overlays, "folder for photographs with heat map and regions")
      ->check(not_empty());
  command->add_option("--masks", arguments->folders.masks, "folder for masks of the reported regions")
      ->check(not_empty());
  command->add_option("--maps", arguments->folders.maps, "folder for score maps, float32")->check(not_empty());
  command->add_option("--maps-format", arguments->folders.map_format, "npy (default) or tiff")
      ->check(CLI::IsMember({"npy", "tiff"}));
  command->add_flag("--fail-on-defect", arguments->fail_on_defect, "exit with 4 when an image is called defective");
  command->add_option("--watch", arguments->watch, "score each new file of this folder once it is complete")
      ->check(not_empty());
  command
      ->add_option("--journal", arguments->journal,
                   "what --watch has scored; default .adrep-predictions.jsonl in the folder")
      ->check(not_empty());
  command->footer(
      "exits with 2 when an image could not be used; the others are scored\n"
      "examples:\n  adrep predict part.adrep photos --overlays seen\n"
      "  find photos -name '*.png' | adrep predict part.adrep - --format csv\n"
      "  adrep predict part.adrep --watch /line/incoming");
  command->callback([arguments, &exit_code] { exit_code = predict(*arguments); });
}

}  // namespace adrep::cli
