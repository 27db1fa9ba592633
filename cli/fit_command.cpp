#include <fmt/format.h>

#include <algorithm>

#include "benchmarks/cells/kept_file.h"
#include "benchmarks/fitting/fit_model.h"
#include "benchmarks/fitting/fit_report.h"
#include "benchmarks/fitting/verification.h"
#include "benchmarks/pages/model_page.h"
#include "cli/command.h"
#include "cli/command_words.h"
#include "cli/config_words.h"
#include "cli/known_files.h"
#include "core/base/device.h"
#include "core/base/log.h"

namespace adrep::cli {
namespace {

struct FitArguments {
  std::vector<std::string> words;
  std::string output, report;
  bool rehash = false;
};

/// The page, with the proof that what was saved is what was found.
void write_report(const ModelRequest& request, const FitData& data, const FittedModel& model,
                  const FitArguments& arguments) {
  const RunSettings& settings = request.run.settings;
  PipelineOptions options{.device = settings.device};
  if (!model.artefact.backbone.embedded.defined()) options.weights = settings.weights;
  if (model.artefact.backbone.is_code())
    options.weights = settings.backbone.substr(settings.backbone.find(':') + 1), options.trust_code = true;
  VerifyRequest proof{.model = arguments.output, .data = data.group.dataset->root(), .options = options};
  for (const auto* images : {&model.good, &model.labelled})
    for (const ScoredImage& image : *images) proof.images.push_back({image.sample.image(), image.sample.id});
  const Verification verification = verify_model(proof);
  write_keeping_previous(arguments.report, model_page(model, arguments.output, verification));
  fmt::print("report: {}\n", arguments.report);
}

/// Before hours of training are for nothing.
void require_places(const FitArguments& arguments) {
  require_file_place(arguments.output, "-o");
  if (arguments.report.empty()) return;
  require_file_place(arguments.report, "--report");
  namespace fs = std::filesystem;
  if (fs::weakly_canonical(fs::absolute(arguments.report)) == fs::weakly_canonical(fs::absolute(arguments.output)))
    throw_input("--report {}: the model's file: name another one for the page", arguments.report);
}

void fit(const FitArguments& arguments) {
  if (is_assignment(arguments.output))
    throw_input("-o {}: name the model's file, for example -o part.adrep", arguments.output);
  const ConfigWords given = divided(arguments.words);
  const ModelRequest request = read_fit(given.file, given.assignments);
  set_threads(request.run.settings.threads);
  open_device(request.run.settings.device);
  const KnownFiles known_files(arguments.rehash);
  const FitData data = prepare_fit(request, arguments.output);
  require_places(arguments);
  const FittedModel model = fit_model(request, data, arguments.output + ".training");
  for (const std::string& note : model.artefact.calibration->notes) log_warning(note);
  move_to_previous(arguments.output);
  save_artefact(arguments.output, model.artefact);
  fmt::print("{}", fit_text(model, arguments.output));
  if (!arguments.report.empty()) write_report(request, data, model, arguments);
}

std::vector<KeySection> fit_keys() {
  std::vector<KeySection> sections = {{&params_of<FitSettings>(), "", "keys of the threshold:"}};
  for (KeySection& section : run_keys()) sections.push_back(std::move(section));
  return sections;
}

}  // namespace

void add_fit_command(CLI::App& program) {
  const auto arguments = std::make_shared<FitArguments>();
  CLI::App* command =
      program.add_subcommand("fit", "make a model file from photographs of good parts, with a threshold");
  command->add_option("settings", arguments->words, "CONFIG.yaml and key=value settings")
      ->option_text("[CONFIG.yaml] [key=value ...]");
  command->add_option("-o,--output", arguments->output, "model file to write, part.adrep")
      ->required()
      ->check(not_empty());
  command
      ->add_option("--report", arguments->report,
                   "HTML page about the model: images that it gets wrong, and the verification")
      ->check(not_empty());
  command->add_flag("--rehash", arguments->rehash,
                    "hash every file again, even where size, time and inode are those of an earlier run");
  takes_keys(*command,
             "an existing file of that name is moved to previous/ beside it\n"
             "examples:\n  adrep fit data=photos/good detector=patchcore -o part.adrep\n"
             "  adrep fit data=/data/mvtec classes=screw detector=padim threshold.calibration=cv -o screw.adrep",
             fit_keys);
  command->callback([arguments] { fit(*arguments); });
}

}  // namespace adrep::cli
