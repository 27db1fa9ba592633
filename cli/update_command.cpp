#include <fmt/format.h>

#include "benchmarks/cells/kept_file.h"
#include "benchmarks/fitting/update_model.h"
#include "cli/command.h"
#include "cli/command_words.h"
#include "cli/known_files.h"
#include "cli/model_options.h"
#include "core/base/log.h"

namespace adrep::cli {
namespace {

struct UpdateArguments {
  ModelOptions model;
  std::vector<std::string> images;
  std::string output;
  double fraction = 0.5;
};

void update(const UpdateArguments& arguments) {
  require_file_place(arguments.output, "-o");
  const KnownFiles known_files(false);
  const UpdatedModel updated = update_model({.model = arguments.model.model,
                                             .good = usable_images(arguments.images),
                                             .fraction = arguments.fraction,
                                             .options = arguments.model.pipeline_options()});
  for (const std::string& note : updated.artefact.calibration->notes) log_warning(note);
  move_to_previous(arguments.output);
  save_artefact(arguments.output, updated.artefact);
  fmt::print("{}", update_text(updated, arguments.output));
}

}  // namespace

void add_update_command(CLI::App& program) {
  const auto arguments = std::make_shared<UpdateArguments>();
  CLI::App* command = program.add_subcommand(
      "update", "let a model learn from further good images, without the earlier ones, and find its threshold anew");
  arguments->model.add_to(*command);
  command->add_option("GOOD_IMAGES", arguments->images, "image files, or folders of them")->required();
  command->add_option("-o,--output", arguments->output, "the new model's file")->required()->check(not_empty());
  command
      ->add_option("--hold-out", arguments->fraction,
                   "share of the new images that is for the threshold alone; default 0.5")
      ->transform(decimal_number(0.05, 0.95));
  command->footer(
      "padim, patchcore and feature_norm can be updated\n"
      "example: adrep update part.adrep new-photos -o newer.adrep");
  command->callback([arguments] { update(*arguments); });
}

}  // namespace adrep::cli
